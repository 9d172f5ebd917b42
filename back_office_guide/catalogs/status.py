"""Say how far each language is: `make status`. What is fuzzy, or refused, is not translated."""

import json
import sys
from dataclasses import asdict

from back_office_guide.core.catalog import folder_of, read_all
from back_office_guide.core.faults import exit_code, tell
from back_office_guide.core.languages import Language, Languages, load
from back_office_guide.core.paths import BUILD, ROOT
from back_office_guide.core.progress import Count, counts, is_ready, total

REPORT = BUILD / "status.json"


def table(language: Language, counted: dict[str, Count]) -> str:
    """Return the count of a language's catalogs as lines of columns, with their sum."""
    rows: list[tuple[str, ...]] = [("", "translated", "fuzzy", "empty", "words", "share")]
    rows += [_row(name, each) for name, each in counted.items()]
    rows.append(_row(f"{language.code}, {language.name}", total(counted)))
    first = max(len(row[0]) for row in rows)
    return "\n".join(
        "  ".join((row[0].ljust(first), *(cell.rjust(len("translated")) for cell in row[1:])))
        for row in rows
    )


def _row(name: str, each: Count) -> tuple[str, ...]:
    words = f"{each.translated_words}/{each.words}"
    return name, str(each.translated), str(each.fuzzy), str(each.empty), words, f"{each.share} %"


def report(languages: Languages, counted: dict[Language, dict[str, Count]]) -> dict[str, object]:
    """Return the content of build/status.json."""
    return {
        "threshold": languages.threshold,
        "languages": {
            language.code: {
                "name": language.name,
                "published": is_ready(language, total(each), languages),
                "share": total(each).share,
                **asdict(total(each)),
                "pages": {name: asdict(one) for name, one in each.items()},
            }
            for language, each in counted.items()
        },
    }


def main() -> int:
    """Print the table of the languages of LANGS, or of all, and write the report on all.

    Return 1 if a catalog cannot be counted.
    """
    languages = load()
    selected = languages.asked(languages.all)
    faults, counted = [], {}
    for language in languages.all:
        catalogs, damaged = read_all(folder_of(language.code))
        faults += damaged
        counted[language] = counts(catalogs)
    code = tell(faults)
    print("\n\n".join(table(language, counted[language]) for language in selected))
    try:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(
            json.dumps(report(languages, counted), ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
    except OSError as error:
        name = REPORT.relative_to(ROOT)
        print(f"{name} could not be written: {error.strerror}.", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(exit_code(main))

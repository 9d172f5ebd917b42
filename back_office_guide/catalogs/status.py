"""Say how far each language is: `make status`. What is fuzzy, or refused, is not translated."""

import json
import sys

from back_office_guide.core.catalog import domain_of, folder_of, read_all
from back_office_guide.core.faults import Fault, exit_code, print_faults
from back_office_guide.core.languages import Language, Languages, load
from back_office_guide.core.paths import BUILD, DOCS
from back_office_guide.core.progress import Count, count, is_ready, total

REPORT = BUILD / "status.json"


def table(language: Language, counted: dict[str, Count]) -> str:
    """Return the count of a language's catalogs as lines of columns, with their sum."""
    rows = {**counted, f"{language.code}, {language.name}": total(counted.values())}
    first = max(map(len, rows))
    head = ("translated", "fuzzy", "empty", "words", "share")
    lines = [" " * first + "".join(f"{title:>12}" for title in head)]
    for name, each in rows.items():
        words = f"{each.translated_words}/{each.words}"
        cells = (each.translated, each.fuzzy, each.empty, words, f"{each.share} %")
        lines.append(f"{name:{first}}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def summarize(languages: Languages, counted: dict[Language, dict[str, Count]]) -> dict[str, object]:
    """Return the content of build/status.json."""
    sums = {language: total(pages.values()) for language, pages in counted.items()}
    return {
        "threshold": languages.threshold,
        "languages": {
            language.code: {
                "name": language.name,
                "published": is_ready(language, sums[language], languages),
                "share": sums[language].share,
                **sums[language]._asdict(),
                "pages": {name: each._asdict() for name, each in pages.items()},
            }
            for language, pages in counted.items()
        },
    }


def main() -> int:
    """Print the table of the languages of LANGS, or of all, and write the report on all.

    Return 1 if a catalog is missing or damaged. Raises OSError.
    """
    languages = load()
    selected = languages.requested(languages.all)
    pages = {domain_of(path, DOCS) for path in DOCS.rglob("*.md")}
    faults, counted = [], {}
    for language in languages.all:
        catalogs, damaged = read_all(folder_of(language.code))
        faults += damaged
        missing = sorted(pages - catalogs.keys()) if language != languages.source else []
        if missing and not damaged:
            what = f"no catalog for {missing[0]} (pages without one: {len(missing)})"
            faults.append(Fault(folder_of(language.code), 1, f"{what}: run `make update-po`"))
        counted[language] = {name: count(each, name) for name, each in catalogs.items()}
    code = print_faults(faults)
    print("\n\n".join(table(language, counted[language]) for language in selected))
    text = json.dumps(summarize(languages, counted), ensure_ascii=False, indent=2)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(f"{text}\n", "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(exit_code(main))

"""Say how far each language is: `make status`. What is fuzzy, or refused, is not translated.

Every build asks which languages are far enough, so the counts of catalogs that stay as they are
are kept in build/counted.json.
"""

import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import polib

from back_office_guide.commands.inputs import digest
from back_office_guide.core.catalog import (
    INTERFACE,
    DamagedError,
    folder_of,
    muted,
    names_in,
    read,
    read_all,
)
from back_office_guide.core.languages import Language, Languages, LanguagesError, load
from back_office_guide.core.markup import Difference, interface_differences, refused
from back_office_guide.core.paths import BUILD, ROOT

REPORT = BUILD / "status.json"
COUNTED = BUILD / "counted.json"


@dataclass(frozen=True)
class Count:
    """How many messages are translated, to be reviewed, empty, and how many words these hold."""

    translated: int = 0
    fuzzy: int = 0
    empty: int = 0
    words: int = 0
    translated_words: int = 0

    @property
    def messages(self) -> int:
        """The number of messages."""
        return self.translated + self.fuzzy + self.empty

    @property
    def share(self) -> int:
        """The translated messages in percent, rounded down: 100 means all of them."""
        return 100 * self.translated // self.messages if self.messages else 100

    def __add__(self, other: "Count") -> "Count":
        """Return the sum of two counts."""
        mine, theirs = asdict(self), asdict(other)
        return Count(**{name: mine[name] + theirs[name] for name in mine})


def refusals(entry: polib.POEntry, name: str) -> list[Difference]:
    """Return why the build does not show the translation of an entry of the catalog `name`."""
    if name == INTERFACE:
        return list(interface_differences(entry.msgid, entry.msgstr))
    return refused(entry.msgid, entry.msgstr, [code for code, why in muted(entry).items() if why])


def count(catalog: polib.POFile, name: str) -> Count:
    """Return the count of a catalog, without obsolete entries.

    What the build would not show is to be reviewed, as what is fuzzy.
    """
    live = [entry for entry in catalog if not entry.obsolete]
    written = [entry for entry in live if entry.translated()]
    shown = [entry for entry in written if not refusals(entry, name)]
    fuzzy = sum(entry.fuzzy for entry in live) + len(written) - len(shown)
    return Count(
        translated=len(shown),
        fuzzy=fuzzy,
        empty=len(live) - len(shown) - fuzzy,
        words=sum(len(entry.msgid.split()) for entry in live),
        translated_words=sum(len(entry.msgid.split()) for entry in shown),
    )


def total(counts: dict[str, Count]) -> Count:
    """Return the sum of the counts of a language's catalogs."""
    return sum(counts.values(), Count())


def counts_of(languages: Iterable[Language]) -> dict[Language, dict[str, Count]]:
    """Return the counts of the catalogs that can be read, by language and name."""
    folders = {language: folder_of(language.code) for language in languages}
    paths = {
        language: {name: f"{folder}/{name}.po" for name in names_in(folder, ".po")}
        for language, folder in folders.items()
    }
    digests = {path: digest(path) for named in paths.values() for path in named.values()}
    kept = _kept()
    new = [path for path, each in digests.items() if each not in kept]
    if new:
        with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
            for path, fields in zip(new, pool.map(_fields, new, chunksize=50), strict=True):
                kept[digests[path]] = fields
        _keep({each: kept[each] for each in digests.values()})
    return {
        language: {
            name: Count(*kept[digests[path]]) for name, path in named.items() if kept[digests[path]]
        }
        for language, named in paths.items()
    }


def _fields(path: str) -> tuple[int, ...]:
    """Return the fields of the count of a catalog, or none if it is damaged."""
    try:
        return astuple(count(read(Path(path)), Path(path).stem))
    except DamagedError:
        return ()


@cache
def _kept() -> dict[str, tuple[int, ...]]:
    """Return the fields of the counts that were kept, by the digest of the catalog."""
    try:
        kept = json.loads(COUNTED.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(kept["fields"]) if kept["by"] == digest(__file__) else {}


def _keep(fields: dict[str, tuple[int, ...]]) -> None:
    fresh = COUNTED.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # of a folder where nobody may write, or none can be
        fresh.write_text(json.dumps({"by": digest(__file__), "fields": fields}), "utf-8")
        fresh.replace(COUNTED)


@cache
def published(languages: Languages) -> tuple[Language, ...]:
    """Return the languages that are to be published and translated far enough for that."""
    counted = {each: total(counts) for each, counts in counts_of(languages.select("")).items()}
    return tuple(
        language
        for language, counts in counted.items()
        if language == languages.source or (counts.messages and counts.share >= languages.threshold)
    )


def faults_of(languages: Languages) -> list[str]:
    """Return the faults of the catalogs that cannot be counted."""
    return [
        str(fault) for language in languages.all for fault in read_all(folder_of(language.code))[1]
    ]


def table(language: Language, counts: dict[str, Count]) -> str:
    """Return the count of a language's catalogs as lines of columns, with their sum."""
    rows: list[tuple[str, ...]] = [("", "translated", "fuzzy", "empty", "words", "share")]
    rows += [_row(name, each) for name, each in counts.items()]
    rows.append(_row(f"{language.code}, {language.name}", total(counts)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _row(name: str, each: Count) -> tuple[str, ...]:
    words = f"{each.translated_words}/{each.words}"
    return name, str(each.translated), str(each.fuzzy), str(each.empty), words, f"{each.share} %"


def report(languages: Languages, counted: dict[Language, dict[str, Count]]) -> dict[str, object]:
    """Return the content of build/status.json."""
    ready = published(languages)
    return {
        "threshold": languages.threshold,
        "languages": {
            language.code: {
                "name": language.name,
                "published": language in ready,
                "share": total(counts).share,
                **asdict(total(counts)),
                "pages": {name: asdict(each) for name, each in counts.items()},
            }
            for language, counts in counted.items()
        },
    }


def main() -> int:
    """Print the table of the languages of LANGS, or of all, and write the report on all.

    Return 1 if a catalog cannot be counted.
    """
    try:
        languages = load()
        named = os.environ.get("LANGS", "").strip()
        selected = languages.select(named) if named else languages.all
    except LanguagesError as error:
        print(error, file=sys.stderr)
        return 1
    faults = faults_of(languages)
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    counted = counts_of(languages.all)
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
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

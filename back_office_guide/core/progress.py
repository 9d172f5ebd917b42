"""How far a language is: its messages counted. A fuzzy message does not count as translated."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import polib

from back_office_guide.core.catalog import INTERFACE_DOMAIN, folder_of, muted_checks, read_all
from back_office_guide.core.languages import Language, Languages
from back_office_guide.core.markup import Difference, interface_differences, refused


class Count(NamedTuple):
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


def refusals(entry: polib.POEntry, name: str) -> list[Difference]:
    """Return why the build does not show the translation of an entry of the catalog `name`."""
    if name == INTERFACE_DOMAIN:
        return list(interface_differences(entry.msgid, entry.msgstr))
    return refused(
        entry.msgid, entry.msgstr, [code for code, why in muted_checks(entry).items() if why]
    )


def count(catalog: polib.POFile, name: str) -> Count:
    """Return the count of a catalog, without obsolete entries.

    What the build would not show is to be reviewed, as what is fuzzy.
    """
    live = [entry for entry in catalog if not entry.obsolete]
    written = [entry for entry in live if entry.translated()]
    shown = [entry for entry in written if not refusals(entry, name)]
    fuzzy = sum(entry.fuzzy for entry in live) + len(written) - len(shown)
    words, translated_words = (sum(len(e.msgid.split()) for e in some) for some in (live, shown))
    return Count(len(shown), fuzzy, len(live) - len(shown) - fuzzy, words, translated_words)


def total(counts: Iterable[Count]) -> Count:
    """Return the sum of counts."""
    return Count(*map(sum, zip(*counts, strict=True)))


def is_ready(language: Language, counted: Count, languages: Languages) -> bool:
    """Say whether a language is to be published, and translated far enough for that."""
    enough = bool(counted.messages) and counted.share >= languages.threshold
    return language.published and (language == languages.source or enough)


def published(languages: Languages, locale: Path) -> tuple[Language, ...]:
    """Return the languages that are to be published and translated far enough for that.

    `locale` is the folder of the catalogs; damaged ones are not counted.
    """

    def ready(language: Language) -> bool:
        catalogs, _ = read_all(folder_of(language.code, locale))
        counted = total(count(catalog, name) for name, catalog in catalogs.items())
        return is_ready(language, counted, languages)

    return tuple(filter(ready, languages.select("")))

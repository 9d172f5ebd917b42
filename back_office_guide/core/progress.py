"""Count what is translated of a language, and decide whether that is enough to publish it.

Fuzzy translations, and those that the build refuses, do not count.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import polib

from back_office_guide.core.catalog import INTERFACE_DOMAIN, folder_of, muted_checks, read_all
from back_office_guide.core.languages import Language, Languages
from back_office_guide.core.markup import Difference, differences, interface_differences


class Count(NamedTuple):
    """How many messages are translated, fuzzy and empty, and how many words they have."""

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
        """The translated messages in percent, rounded down: 100 means all."""
        return 100 * self.translated // self.messages if self.messages else 0


def refusals(entry: polib.POEntry, domain: str) -> list[Difference]:
    """Return why the build refuses the translation of an entry, in the catalog of a domain.

    Faults that a person has muted, with a reason, are no obstacle if the page stays safe.
    """
    if domain == INTERFACE_DOMAIN:
        return list(interface_differences(entry.msgid, entry.msgstr))
    muted = {code for code, reason in muted_checks(entry).items() if reason}
    found = differences(entry.msgid, entry.msgstr)
    return [each for each in found if not (each.mutable and each.code in muted)]


def count(catalog: polib.POFile, domain: str) -> Count:
    """Return the count of a catalog, without obsolete entries; refused ones count as fuzzy."""
    translated = catalog.translated_entries()
    accepted = [entry for entry in translated if not refusals(entry, domain)]
    fuzzy = len(catalog.fuzzy_entries()) + len(translated) - len(accepted)
    live = [entry for entry in catalog if not entry.obsolete]
    words, translated_words = (sum(len(e.msgid.split()) for e in some) for some in (live, accepted))
    return Count(len(accepted), fuzzy, len(live) - len(accepted) - fuzzy, words, translated_words)


def total(counts: Iterable[Count]) -> Count:
    """Return the sum of counts."""
    return Count(*map(sum, zip(*counts, strict=True)))


def is_ready(language: Language, counted: Count, languages: Languages) -> bool:
    """Return whether a language is listed as published, and translated far enough for that."""
    enough = bool(counted.messages) and counted.share >= languages.threshold
    return language.published and (language == languages.source or enough)


def published(languages: Languages, locale: Path) -> tuple[Language, ...]:
    """Return the languages that are ready, from their catalogs under `locale`, but damaged ones."""
    ready = []
    for language in languages.all:
        catalogs, _ = read_all(folder_of(language.code, locale))
        counted = total(count(catalog, domain) for domain, catalog in catalogs.items())
        if is_ready(language, counted, languages):
            ready.append(language)
    return tuple(ready)

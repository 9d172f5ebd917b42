"""How far a language is: its messages counted. A fuzzy message does not count as translated."""

from dataclasses import asdict, dataclass
from pathlib import Path

import polib

from back_office_guide.core.catalog import Catalogs, folder_of, read_all
from back_office_guide.core.languages import Language, Languages


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


def count(catalog: polib.POFile) -> Count:
    """Return the count of one catalog; obsolete entries are not in it."""
    live = [entry for entry in catalog if not entry.obsolete]
    translated = [entry for entry in live if entry.translated()]
    fuzzy = sum(entry.fuzzy for entry in live)
    return Count(
        translated=len(translated),
        fuzzy=fuzzy,
        empty=len(live) - len(translated) - fuzzy,
        words=sum(len(entry.msgid.split()) for entry in live),
        translated_words=sum(len(entry.msgid.split()) for entry in translated),
    )


def total(counts: dict[str, Count]) -> Count:
    """Return the sum of the counts of a language's catalogs."""
    return sum(counts.values(), Count())


def counts(catalogs: Catalogs) -> dict[str, Count]:
    """Return the count of each catalog of a language, by name."""
    return {name: count(catalog) for name, catalog in catalogs.items()}


def published(languages: Languages, locale: Path) -> tuple[Language, ...]:
    """Return the languages that are to be published and translated far enough for that.

    `locale` is the folder of the catalogs; damaged ones are not counted.
    """

    def is_ready(language: Language) -> bool:
        counted = total(counts(read_all(folder_of(language.code, locale))[0]))
        return bool(counted.messages) and counted.share >= languages.threshold

    return tuple(
        each for each in languages.select("") if each == languages.source or is_ready(each)
    )

"""How far a language is: its messages counted. A fuzzy message does not count as translated."""

from dataclasses import asdict, dataclass
from pathlib import Path

import polib

from back_office_guide.core.catalog import INTERFACE, Catalogs, folder_of, muted, read_all
from back_office_guide.core.languages import Language, Languages
from back_office_guide.core.markup import Difference, interface_differences, refused


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


def counts(catalogs: Catalogs) -> dict[str, Count]:
    """Return the count of each catalog of a language, by name."""
    return {name: count(catalog, name) for name, catalog in catalogs.items()}


def is_ready(language: Language, counted: Count, languages: Languages) -> bool:
    """Say whether a language is to be published, and translated far enough for that."""
    enough = bool(counted.messages) and counted.share >= languages.threshold
    return language.published and (language == languages.source or enough)


def published(languages: Languages, locale: Path) -> tuple[Language, ...]:
    """Return the languages that are to be published and translated far enough for that.

    `locale` is the folder of the catalogs; damaged ones are not counted.
    """

    def counted(language: Language) -> Count:
        return total(counts(read_all(folder_of(language.code, locale))[0]))

    selected = languages.select("")
    return tuple(each for each in selected if is_ready(each, counted(each), languages))

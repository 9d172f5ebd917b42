"""Verify the catalogs: `make check-po` prints one line a fault, path.po:LINE: code: what, and mend.

A false alarm is muted for one message by a comment above it, with the name of the check and the
reason: `# mute spelling: the French name of a diploma`. Damage to a file cannot be muted.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polib

from back_office_guide.catalogs import values, writing
from back_office_guide.catalogs.sense import Sense
from back_office_guide.core import markup
from back_office_guide.core.catalog import (
    INTERFACE,
    Catalogs,
    committed,
    folder_of,
    line_of,
    read_all,
    vanished,
)
from back_office_guide.core.faults import Fault
from back_office_guide.core.languages import Language, Languages, LanguagesError, load
from back_office_guide.core.markup import Difference
from back_office_guide.core.pages import Page, Terms
from back_office_guide.core.paths import DOCS, TEMPLATES

NAMES = DOCS / "words.txt"
MUTE = re.compile(r"mute (?P<code>[\w-]+)(?:: *(?P<reason>.*))?")


@dataclass(frozen=True)
class Book:
    """What the checks of every language look things up in."""

    source: Language
    templates: Catalogs
    docs: Path = DOCS

    @cached_property
    def glossaries(self) -> list[Path]:
        """The French pages that hold a glossary."""
        pages = sorted(self.docs.rglob("*.md"))
        return [path for path in pages if "{glossary}" in path.read_text("utf-8")]

    @cached_property
    def terms(self) -> Terms:
        """The terms of the French glossary."""
        return Terms([Page(path) for path in self.glossaries])

    @cached_property
    def names(self) -> set[str]:
        """The words that are right in every language: names, and what the French check allows."""
        text = (self.docs / NAMES.name).read_text(encoding="utf-8")
        return set(writing.WORD.findall(text))


class Check:
    """The check of one language's catalogs."""

    def __init__(self, book: Book, language: Language, catalogs: Catalogs, folder: Path) -> None:
        """Prepare to check `catalogs`, which were read from `folder`."""
        self._book = book
        self._language = language
        self._catalogs = catalogs
        self._folder = folder
        names = [page.relative_to(book.docs).with_suffix("").as_posix() for page in book.glossaries]
        glossaries = [catalogs[name] for name in names if name in catalogs]
        self._glossary = writing.Glossary(book.terms.names, glossaries, language.code)
        self._french = writing.stemmer(book.source.code)
        entries = [
            entry
            for name, catalog in catalogs.items()
            for entry in catalog
            if entry.translated() and name != INTERFACE
        ]
        self._sense = Sense(entries, book.names, language)
        self._unknown: set[str] = set()
        self._spelt = False  # whether spelling can be checked here

    @cached_property
    def _own_words(self) -> set[str]:
        """The words that are right in this language, though its dictionary lacks them."""
        path = self._folder.parent / NAMES.name
        return set(path.read_text(encoding="utf-8").split()) if path.is_file() else set()

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of all catalogs, file after file."""
        entries = (entry for catalog in self._catalogs.values() for entry in catalog)
        words = {word for entry in entries if entry.translated() for word in self._words(entry)}
        unknown = writing.misspelt(sorted(words), self._language.dictionary)
        if unknown is None:
            what = (
                f"spelling not checked, for hunspell or its dictionary {self._language.dictionary} "
                "is missing: add its package to system-packages.txt"
            )
            if os.environ.get("CI") and self._language.published:
                yield Fault(self._folder, 1, what, "spelling")
            else:
                print(f"{self._language.code}: {what}", file=sys.stderr)
        self._unknown = unknown or set()
        self._spelt = unknown is not None
        for name, catalog in self._catalogs.items():
            path = self._folder / f"{name}.po"
            yield from self._header(catalog, path)
            yield from self._messages(name, catalog, path)
            for entry in catalog:
                if not entry.obsolete:
                    yield from self._entry(name, entry, path)
        for name in self._wanted().keys() - self._catalogs.keys():
            what = "no catalog for this page: `make update-po` creates it"
            yield Fault(self._folder / f"{name}.po", 1, what, "source")

    def _wanted(self) -> Catalogs:
        if self._language == self._book.source:
            return {INTERFACE: self._book.templates[INTERFACE]}
        return self._book.templates

    def _words(self, entry: polib.POEntry) -> list[str]:
        names = self._book.names | self._own_words | self._glossary.words
        return writing.words_of(entry.msgid, entry.msgstr, names, self._language.code)

    def _header(self, catalog: polib.POFile, path: Path) -> Iterator[Fault]:
        found = catalog.metadata.get("Language", "")
        if found != self._language.code:
            what = f'Language is "{found}": write "Language: {self._language.code}"'
            yield Fault(path, 1, what, "header")
        if re.search(r"INTEGER|EXPRESSION", catalog.metadata.get("Plural-Forms", "")):
            what = "Plural-Forms is a template: `make update-po` writes it"
            yield Fault(path, 1, what, "header")
        if catalog.metadata_is_fuzzy:
            what = "the header is marked fuzzy: remove the line “#, fuzzy” above it"
            yield Fault(path, 1, what, "header")

    def _messages(self, name: str, catalog: polib.POFile, path: Path) -> Iterator[Fault]:
        """Yield the messages that the pages have not, or the catalog has not."""
        wanted = {message.msgid for message in self._wanted().get(name, ())}
        live = {entry.msgid: entry for entry in catalog if not entry.obsolete}
        for message, entry in live.items():
            if message not in wanted:
                what = "the pages have no such message: restore its msgid, or run `make update-po`"
                yield Fault(path, line_of(entry), what, "source")
        lacking = wanted - live.keys()
        if lacking:
            what = f"{len(lacking)} messages of the page are not here: run `make update-po`"
            yield Fault(path, 1, what, "source")

    def _entry(self, name: str, entry: polib.POEntry, path: Path) -> Iterator[Fault]:
        """Yield the faults of one entry that no comment mutes, and the comments that are wrong."""
        line = line_of(entry)
        for code, what in _form(entry):
            yield Fault(path, line, what, code)
        muted = {}
        for match in MUTE.finditer(entry.tcomment):
            muted[match["code"]] = match["reason"]
            if not match["reason"]:
                what = f"no reason: write “# mute {match['code']}: ” and why"
                yield Fault(path, line, what, "mute")
        found = list(self._differences(name, entry)) if entry.translated() else []
        for difference in found:
            if difference.code not in muted:
                yield Fault(path, line, difference.message, difference.code)
        checked = muted.keys() - (set() if self._spelt else {"spelling"})
        for code in checked - {difference.code for difference in found}:
            if entry.translated():
                yield Fault(path, line, f"nothing to mute for {code}: remove the comment", "mute")

    def _differences(self, name: str, entry: polib.POEntry) -> Iterator[Difference]:
        message, translation = entry.msgid, entry.msgstr
        yield from writing.hidden(message, translation, self._language)
        if name == INTERFACE:
            yield from markup.interface_differences(message, translation)
        else:
            yield from markup.differences(message, translation)
            yield from values.differences(message, translation, self._book.source, self._language)
            yield from self._glossary.differences(message, translation, self._french)
            yield from self._sense.differences(message, translation)
            plain = re.sub("«[^»]*»", "", markup.markup_of(message).running)  # words as such
            yield from self._glossary.missing(self._book.terms.within(plain), translation)
        yield from writing.typography(message, translation, self._language)
        words = self._words(entry)
        yield from writing.spelling(words, self._unknown, self._language)


def _form(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """Yield what no message of the guide has: plurals, contexts, flags of programs."""
    if entry.msgid_plural:
        yield "plural", "a plural form: the guide has none; restore the entry"
    if entry.msgctxt:
        yield "source", "a context (msgctxt): the guide has none; remove the line"
    for flag in entry.flags:
        if flag.endswith("-format"):
            yield "flag", f"{flag}: the text is no program's; `make update-po` removes the flag"


def check(languages: Languages, selected: tuple[Language, ...]) -> list[Fault]:
    """Return the faults in the catalogs of the `selected` languages, in the order of the files."""
    templates, faults = read_all(TEMPLATES, ".pot")
    book = Book(languages.source, templates)
    for language in selected:
        folder = folder_of(language.code)
        catalogs, damaged = read_all(folder)
        faults += damaged
        faults += [] if damaged else []
        faults += Check(book, language, catalogs, folder).faults()
    return sorted(faults)


def main() -> int:
    """Print the faults of the languages of LANGS, or of all. Return 1 if there are any."""
    try:
        languages = load()
        named = os.environ.get("LANGS", "")
        faults = check(languages, languages.select(named) if named.strip() else languages.all)
    except LanguagesError as error:
        print(error, file=sys.stderr)
        return 1
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

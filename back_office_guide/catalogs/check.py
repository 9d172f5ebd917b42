"""Verify the catalogs: `make check-po` prints one line a fault, path.po:LINE: code: what, and fix.

A false alarm is muted for one message by a comment above it, with the name of the check and the
reason: `# mute spelling: the French name of a diploma`. What the build refuses, and damage to a
file, cannot be muted.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, zip_longest
from pathlib import Path
from shutil import which

import polib

from back_office_guide.catalogs import values, writing
from back_office_guide.catalogs.sense import Sense
from back_office_guide.catalogs.update import LossError, read_templates, templates_for, update
from back_office_guide.core import markup
from back_office_guide.core.catalog import (
    INTERFACE_DOMAIN,
    Catalogs,
    folder_of,
    line_of,
    muted_checks,
    read_language,
)
from back_office_guide.core.faults import Fault, exit_code, read_text, tell
from back_office_guide.core.languages import Language, Languages, load
from back_office_guide.core.markup import Difference
from back_office_guide.core.pages import Page, Terms
from back_office_guide.core.paths import DOCS

NAMES = DOCS / "words.txt"


@dataclass(frozen=True)
class Context:
    """What the checks of every language look things up in."""

    source: Language
    templates: Catalogs
    docs: Path = DOCS

    @cached_property
    def glossaries(self) -> list[Path]:
        """The French pages that hold a glossary."""
        pages = sorted(self.docs.rglob("*.md"))
        return [path for path in pages if "{glossary}" in read_text(path)]

    @cached_property
    def terms(self) -> Terms:
        """The terms of the French glossary."""
        return Terms([Page(path) for path in self.glossaries])

    @cached_property
    def names(self) -> set[str]:
        """The words that are right in every language: names, and what the French check allows."""
        return set(writing.WORD.findall(read_text(self.docs / NAMES.name)))


class Check:
    """The check of one language's catalogs."""

    def __init__(self, book: Context, language: Language, catalogs: Catalogs, folder: Path) -> None:
        """Prepare to check `catalogs`, which were read from `folder`."""
        self._book, self._language = book, language
        self._catalogs, self._folder = catalogs, folder
        names = [page.relative_to(book.docs).with_suffix("").as_posix() for page in book.glossaries]
        glossaries = [catalogs[name] for name in names if name in catalogs]
        self._glossary = writing.Glossary(book.terms.names, glossaries, language.code)
        self._french = writing.stemmer(book.source.code)
        self._sense = Sense(catalogs, book.names, language)
        self._words: dict[str, list[str]] = {}
        self._unknown: dict[str, str] | None = None  # where spelling cannot be checked here

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of all catalogs, file after file."""
        listed = self._folder.parent / NAMES.name
        own = set(read_text(listed).split()) if listed.is_file() else set()
        right, french = self._book.names | own | self._glossary.words, set()
        entries = chain(*(catalog.translated_entries() for catalog in self._catalogs.values()))
        for entry in entries:
            message = writing.words_in(entry.msgid)
            french |= message
            self._words[entry.msgstr] = writing.words_of(entry.msgstr, right | message)
        words, dictionary = set(chain(*self._words.values())), self._language.dictionary
        self._unknown = writing.misspelt(words, french, dictionary)
        if self._unknown is None:
            lacking = f"hunspell has no dictionary {dictionary}" if which("hunspell") else ""
            what = f"spelling not checked: {lacking or 'no hunspell'}"
            what += ": `make test` names the package to install"
            if os.environ.get("CI") and self._language.published:
                yield Fault(self._folder, 1, what, "spelling")
            else:
                print(f"{self._language.code}: {what}", file=sys.stderr)
        for name, catalog in self._catalogs.items():
            for entry in (entry for entry in catalog if not entry.obsolete):
                yield from self._entry(name, entry, self._folder / f"{name}.po")

    def _entry(self, name: str, entry: polib.POEntry, path: Path) -> Iterator[Fault]:
        """Yield the faults of one entry that no comment mutes, and the comments that are wrong."""
        line, silent = line_of(entry), muted_checks(entry)
        for code in (code for code, reason in silent.items() if not reason):
            yield Fault(path, line, f"no reason: write “# mute {code}: ” and why", "mute")
        if not entry.translated():
            return
        found = list(self._differences(name, entry))
        for difference in found:
            what = difference.message
            if difference.code in silent and not difference.mutable:
                what += ". This cannot be muted: the page would stay French"
            if difference.code not in silent or not difference.mutable:
                yield Fault(path, line, what, difference.code)
        unknown = {"spelling", "language"} if self._unknown is None else set()
        for code in silent.keys() - unknown - {difference.code for difference in found}:
            what = f"nothing to mute for {code}: remove “# mute {code}”"
            yield Fault(path, line, what, "mute")

    def _differences(self, name: str, entry: polib.POEntry) -> Iterator[Difference]:
        message, translation = entry.msgid, entry.msgstr
        hidden = list(writing.hidden(message, translation, self._language))
        yield from hidden
        if name == INTERFACE_DOMAIN:
            yield from markup.interface_differences(message, translation)
        else:
            found = list(markup.differences(message, translation, self._glossary.shown))
            yield from found
            if any(difference.code == "block" for difference in found):
                return  # what follows is not what the translator sees
            yield from values.differences(message, translation, self._book.source, self._language)
            yield from self._glossary.differences(message, translation, self._french)
            yield from self._sense.differences(message, translation)
            plain = re.sub(
                "«[^»]*»", "", markup.markup_of(message).text_without_roles
            )  # words as such
            yield from self._glossary.missing(self._book.terms.within(plain), translation)
        yield from writing.typography(message, translation, self._language)
        words = self._words[translation] if not hidden else []
        yield from writing.spelling(words, self._unknown or {}, self._language)


def find_outdated(
    book: Context, language: Language, catalogs: Catalogs, folder: Path
) -> list[Fault]:
    """Return the files under `folder` that `make update-po` would change, one fault each.

    Raises LossError.
    """
    messages = templates_for(language, book.templates, book.source)
    new = update(messages, catalogs, language, book.source.code)
    faults, forms = [], []
    for name in sorted(new.keys() | catalogs.keys()):
        path, page = folder / f"{name}.po", {entry.msgid for entry in messages.get(name, ())}
        if name not in catalogs:
            what = "no catalog for this page: `make update-po` creates it"
            faults.append(Fault(path, 1, what, "source"))
            continue
        live = {entry.msgid: entry for entry in catalogs[name] if not entry.obsolete}
        gone, missing = [live[each] for each in live if each not in page], page - live.keys()
        if gone or missing:
            what = f"{len(missing)} messages of the page are not here"
            if gone:
                what += f", and {len(gone)} here are not of the page, “{gone[0].msgid[:40]}” first"
                what += ": restore a msgid that was edited; else"
            line = line_of(gone[0]) if gone else 1
            faults.append(Fault(path, line, f"{what}: run `make update-po`", "source"))
            continue
        rows, right = path.read_bytes().decode().split("\n"), str(new.get(name, "")).split("\n")
        for line, (row, better) in enumerate(zip_longest(rows, right, fillvalue=""), start=1):
            if row != better:
                what = f"“{row[:60]}” where `make update-po` writes “{better[:60]}”: run it"
                forms.append(Fault(path, line, what, "form"))
                break
    if forms[1:]:
        more = f"{forms[0].message} (so are {len(forms) - 1} other files of the language)"
        forms = [replace(forms[0], message=more)]
    return faults + forms


def check(languages: Languages, selected: tuple[Language, ...]) -> tuple[list[Fault], int]:
    """Return the faults in the catalogs of the `selected` languages, in the order of the files.

    And how many messages were checked.
    """
    templates, faults = read_templates()
    book, messages = Context(languages.source, templates), 0
    for language in selected if not faults else ():
        folder = folder_of(language.code)
        catalogs, restored, damaged = read_language(language.code)
        faults += damaged
        if restored:
            what = f"{restored} comments and old translations that git holds are gone"
            faults.append(Fault(folder, 1, f"{what}: `make update-po` puts them back", "form"))
        elif not damaged:
            try:
                faults += find_outdated(book, language, catalogs, folder)
            except LossError as error:
                faults.append(Fault(folder, 1, str(error), "source"))
        faults += Check(book, language, catalogs, folder).faults()
        messages += sum(not entry.obsolete for file in catalogs.values() for entry in file)
    return sorted(faults), messages


def main() -> int:
    """Print the faults of the languages of LANGS, or of all. Return 1 if there are any."""
    languages = load()
    selected = languages.asked(languages.all)
    faults, messages = check(languages, selected)
    code = tell(faults)
    found = f"{len(faults)} fault{'s' * (len(faults) > 1)}" if faults else "no fault"
    print(f"{len(selected)} language{'s' * (len(selected) > 1)}, {messages:,} messages: {found}")
    return code


if __name__ == "__main__":
    sys.exit(exit_code(main))

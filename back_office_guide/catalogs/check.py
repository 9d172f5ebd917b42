"""Check the catalogs: `make check-po` prints a line for each fault, with the name of its check.

A comment above a message mutes a false alarm, with the name of the check and the reason:
`# mute spelling: the French name of a diploma`. What the build refuses cannot be muted, nor can a
damaged file.
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
from back_office_guide.catalogs.content import ContentCheck
from back_office_guide.catalogs.update import LossError, read_templates, templates_for, update
from back_office_guide.core import markup
from back_office_guide.core.catalog import (
    INTERFACE_DOMAIN,
    Catalogs,
    domain_of,
    folder_of,
    line_of,
    muted_checks,
    read_language,
)
from back_office_guide.core.faults import Fault, exit_code, print_faults, read_text
from back_office_guide.core.languages import Language, Languages, load
from back_office_guide.core.markup import Difference
from back_office_guide.core.pages import Page, Terms
from back_office_guide.core.paths import DOCS

WORD_LIST = "words.txt"


@dataclass(frozen=True)
class Context:
    """What the checks of every language use: the French language, its messages, its glossary."""

    source: Language
    templates: Catalogs
    docs: Path = DOCS

    @cached_property
    def glossaries(self) -> dict[str, Page]:
        """The French pages that have a glossary, by domain."""
        return {
            domain_of(path, self.docs): Page(path)
            for path in sorted(self.docs.rglob("*.md"))
            if "{glossary}" in read_text(path)
        }

    @cached_property
    def terms(self) -> Terms:
        """The terms of the French glossaries."""
        return Terms(list(self.glossaries.values()))

    @cached_property
    def words(self) -> set[str]:
        """The words that are right in every language: names, and what the French check allows."""
        return set(writing.WORD.findall(read_text(self.docs / WORD_LIST)))


class Check:
    """The check of one language's catalogs."""

    def __init__(
        self, context: Context, language: Language, catalogs: Catalogs, folder: Path
    ) -> None:
        """Prepare to check `catalogs`, which were read from `folder`."""
        self._context, self._language = context, language
        self._catalogs, self._folder = catalogs, folder
        glossaries = [catalogs[domain] for domain in context.glossaries if domain in catalogs]
        self._glossary = writing.Glossary(context.terms.names, glossaries, language.code)
        self._french = writing.stemmer(context.source.code)
        self._content = ContentCheck(catalogs, context.words, language)
        self._words: dict[str, list[str]] = {}
        self._misspelt: dict[str, str] | None = None

    def faults(self) -> Iterator[Fault]:
        """Yield the faults of all catalogs, file after file."""
        yield from self._check_spelling()
        for domain, catalog in self._catalogs.items():
            for entry in (entry for entry in catalog if not entry.obsolete):
                yield from self._entry_faults(domain, entry, self._folder / f"{domain}.po")

    def _check_spelling(self) -> Iterator[Fault]:
        """Ask hunspell once for the words of all translations; yield a fault if CI lacks it."""
        listed = self._folder.parent / WORD_LIST
        of_language = set(read_text(listed).split()) if listed.is_file() else set()
        right, french = self._context.words | of_language | self._glossary.words, set()
        for entry in chain(*(file.translated_entries() for file in self._catalogs.values())):
            message = writing.message_words(entry.msgid)
            french |= message
            self._words[entry.msgstr] = writing.words_to_spell(entry.msgstr, right | message)
        words, dictionary = set(chain(*self._words.values())), self._language.dictionary
        self._misspelt = writing.find_misspelt(words, french, dictionary)
        if self._misspelt is None:
            lacking = f"hunspell has no dictionary {dictionary}" if which("hunspell") else ""
            what = f"spelling not checked: {lacking or 'no hunspell'}"
            what += ": `make test` names the package to install"
            if os.environ.get("CI") and self._language.published:
                yield Fault(self._folder, 1, what, "spelling")
            else:
                print(f"{self._language.code}: {what}", file=sys.stderr)

    def _entry_faults(self, domain: str, entry: polib.POEntry, path: Path) -> Iterator[Fault]:
        """Yield the faults of one entry that no comment mutes, and the comments that are wrong."""
        line, muted = line_of(entry), muted_checks(entry)
        for code in (code for code, reason in muted.items() if not reason):
            yield Fault(path, line, f"no reason: write “# mute {code}: ” and why", "mute")
        if not entry.translated():
            return
        found = list(self._differences(domain, entry))
        for difference in found:
            what = difference.message
            if difference.code in muted and not difference.mutable:
                what += ". This cannot be muted: the page would stay French"
            if difference.code not in muted or not difference.mutable:
                yield Fault(path, line, what, difference.code)
        unchecked = {"spelling", "language"} if self._misspelt is None else set()
        for code in muted.keys() - unchecked - {difference.code for difference in found}:
            what = f"nothing to mute for {code}: remove “# mute {code}”"
            yield Fault(path, line, what, "mute")

    def _differences(self, domain: str, entry: polib.POEntry) -> Iterator[Difference]:
        message, translation, source = entry.msgid, entry.msgstr, self._context.source
        hidden = list(writing.hidden(message, translation, self._language))
        yield from hidden
        if domain == INTERFACE_DOMAIN:
            yield from markup.interface_differences(message, translation)
        else:
            found = list(markup.differences(message, translation, self._glossary.translations))
            yield from found
            if any(difference.code == "block" for difference in found):
                return  # the parser sees another text than the translator
            yield from values.differences(message, translation, source, self._language)
            yield from self._glossary.differences(message, translation, self._french)
            yield from self._content.differences(message, translation)
            # A quoted word is about itself, and needs no translation.
            unquoted = re.sub("«[^»]*»", "", markup.markup_of(message).text_without_roles)
            yield from self._glossary.missing(self._context.terms.within(unquoted), translation)
        yield from writing.typography(message, translation, self._language)
        words = self._words[translation] if not hidden else []
        yield from writing.spelling(words, self._misspelt or {}, self._language)


def find_outdated(
    context: Context, language: Language, catalogs: Catalogs, folder: Path
) -> list[Fault]:
    """Return a fault for each file under `folder` that `make update-po` would change.

    Raises LossError.
    """
    templates = templates_for(language, context.templates, context.source)
    new = update(templates, catalogs, language, context.source.code)
    faults, forms = [], []
    for domain in sorted(new.keys() | catalogs.keys()):
        path = folder / f"{domain}.po"
        if domain not in catalogs:
            what = "no catalog for this page: `make update-po` creates it"
            faults.append(Fault(path, 1, what, "source"))
            continue
        page = {entry.msgid for entry in templates.get(domain, ())}
        live = [entry for entry in catalogs[domain] if not entry.obsolete]
        gone, missing = [e for e in live if e.msgid not in page], page - {e.msgid for e in live}
        if gone or missing:
            what = f"messages of the page are not here ({len(missing)})"
            if gone:
                what += f", and some here are not of it ({len(gone)}), “{gone[0].msgid[:40]}” first"
                what += ": restore a msgid that was edited; else"
            line = line_of(gone[0]) if gone else 1
            faults.append(Fault(path, line, f"{what}: run `make update-po`", "source"))
            continue
        rows = path.read_bytes().decode().split("\n")
        right = str(new.get(domain, "")).split("\n")
        for line, (row, better) in enumerate(zip_longest(rows, right, fillvalue=""), start=1):
            if row != better:
                what = f"“{row[:60]}” where `make update-po` writes “{better[:60]}”: run it"
                if row == f"{better}\r":
                    what = "the lines end as on Windows (CRLF): run `make update-po`"
                forms.append(Fault(path, line, what, "form"))
                break
    if forms[1:]:
        more = f"{forms[0].message} (the same in other files of the language: {len(forms) - 1})"
        forms = [replace(forms[0], message=more)]
    return faults + forms


def check(languages: Languages, selected: tuple[Language, ...]) -> tuple[list[Fault], int]:
    """Return the faults in the catalogs of the `selected` languages, and the number of messages."""
    templates, faults = read_templates()
    context, messages = Context(languages.source, templates), 0
    for language in selected if not faults else ():
        folder = folder_of(language.code)
        catalogs, restored, damaged = read_language(language.code)
        faults += damaged
        if restored:
            what = f"comments and old translations that git holds are gone ({restored})"
            faults.append(Fault(folder, 1, f"{what}: `make update-po` puts them back", "form"))
        elif not damaged:
            try:
                faults += find_outdated(context, language, catalogs, folder)
            except LossError as error:
                faults.append(Fault(folder, 1, str(error), "source"))
        faults += Check(context, language, catalogs, folder).faults()
        messages += sum(not entry.obsolete for file in catalogs.values() for entry in file)
    return sorted(faults), messages


def main() -> int:
    """Print the faults of the languages of LANGS, or of all. Return 1 if there are any."""
    languages = load()
    selected = languages.requested(languages.all)
    faults, messages = check(languages, selected)
    code = print_faults(faults)
    found = f"{len(faults)} fault{'s' * (len(faults) > 1)}" if faults else "no fault"
    print(f"{len(selected)} language{'s' * (len(selected) > 1)}, {messages:,} messages: {found}")
    return code


if __name__ == "__main__":
    sys.exit(exit_code(main))

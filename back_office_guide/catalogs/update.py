"""Bring the catalogs up to date with the French pages, and lose no translation: `make update-po`.

Every translation ever made for a language is its memory: the live entries of all its catalogs,
the obsolete ones, and the catalogs of pages that are no more. A message of today takes its
translation from there, wherever its text stood before.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import polib
from babel.core import Locale
from babel.localedata import locale_identifiers
from babel.messages.plurals import get_plural
from rapidfuzz import fuzz, process

from back_office_guide.core.catalog import (
    INTERFACE,
    Catalogs,
    committed,
    fold,
    folder_of,
    read_all,
    source_of,
    vanished,
    write,
)
from back_office_guide.core.faults import Fault, explain
from back_office_guide.core.languages import Language, LanguagesError, load
from back_office_guide.core.paths import LOCALE, ROOT, TEMPLATES, build_lock

# How alike, of 100, a reworded message and the one it replaces are at least (Indel similarity).
ALIKE = 60

Pair = tuple[str, str]
"""A message, folded, and a translation made for it."""


class LossError(Exception):
    """The update would lose translations: the fault is ours, and nothing was written."""


def update(templates: Catalogs, old: Catalogs, language: Language, source: str) -> Catalogs:
    """Return the catalogs of a language for the messages of `templates`, with all of `old`.

    `source` is the code of the language of the pages. Raises LossError if a translation of `old`
    is nowhere in what would be returned.
    """
    memory = Memory(old, {message.msgid for file in templates.values() for message in file})
    new: Catalogs = {}
    for name, template in templates.items():
        catalog = polib.POFile(wrapwidth=0)
        catalog.header = old[name].header if name in old else f"The guide in {language.name}."
        kept = old[name].metadata if name in old else {}
        messages_in = "en" if name == INTERFACE else source
        catalog.metadata = _metadata(template, kept, language, messages_in)
        catalog.extend(_entry(message, memory, name) for message in template)
        new[name] = catalog
    _keep_obsolete(old, new)
    lost = pairs(old) - pairs(new)
    if lost:
        message = f"{language.code}: {len(lost)} translations would be lost, such as {min(lost)}."
        raise LossError(message)
    return new


class Memory:
    """The translations of a language, found by the message they were made for."""

    def __init__(self, catalogs: Catalogs, live: set[str]) -> None:
        """Remember all entries of `catalogs`; `live` are the messages of today."""
        self._exact: dict[str, list[tuple[str, polib.POEntry]]] = defaultdict(list)
        self._folded: dict[str, list[tuple[str, polib.POEntry]]] = defaultdict(list)
        self._vanished: dict[str, list[tuple[str, polib.POEntry]]] = defaultdict(list)
        folded = {fold(message) for message in live}
        for name, entry in _translated(catalogs):
            self._exact[entry.msgid].append((name, entry))
            # A suggestion belongs to the message that it was made for, while there is one.
            if not (entry.fuzzy and entry.msgid in live):
                self._folded[fold(entry.msgid)].append((name, entry))
            if fold(entry.msgid) not in folded:
                self._vanished[entry.msgid].append((name, entry))
        self._texts = list(self._vanished)
        self._comments = {
            (name, entry.msgid): entry.tcomment
            for name, catalog in catalogs.items()
            for entry in catalog
        }

    def comment(self, message: str, name: str) -> str:
        """Return the comment of a message that has no translation yet, in the catalog `name`."""
        return self._comments.get((name, message), "")

    def recall(self, message: str, name: str) -> polib.POEntry | None:
        """Return the best translated entry for a message of the catalog `name`.

        The same message comes first, then one that differs by typography alone.
        """
        found = self._exact.get(message) or self._folded.get(fold(message)) or []
        return _best(found, name)

    def resembling(self, message: str, name: str) -> polib.POEntry | None:
        """Return the entry whose message is most like `message`, of those that are no more."""
        alike = process.extractOne(message, self._texts, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return _best(self._vanished[alike[0]], name) if alike else None


def _best(found: list[tuple[str, polib.POEntry]], name: str) -> polib.POEntry | None:
    """Return the entry of the catalog itself, else a reviewed one, else a live one."""

    def rank(item: tuple[str, polib.POEntry]) -> tuple[bool, bool, bool, bool, str]:
        where, entry = item
        own = where == name
        return (not (own and not entry.obsolete), entry.fuzzy, not own, entry.obsolete, where)

    return min(found, key=rank)[1] if found else None


def _entry(message: polib.POEntry, memory: Memory, name: str) -> polib.POEntry:
    """Return the entry of a message, with the translation that the memory has for it."""
    files = dict.fromkeys(file for file, _ in message.occurrences)
    entry = polib.POEntry(msgid=message.msgid, occurrences=[(file, "") for file in files])
    known = memory.recall(message.msgid, name)
    if known:
        entry.flags = ["fuzzy"] if known.fuzzy else []
        entry.previous_msgid = known.previous_msgid if known.fuzzy else None
    else:
        known = memory.resembling(message.msgid, name)
        if known:
            entry.flags = ["fuzzy"]
            entry.previous_msgid = source_of(known)
    entry.msgstr = known.msgstr if known else ""
    entry.tcomment = known.tcomment if known else memory.comment(message.msgid, name)
    return entry


def _metadata(
    template: polib.POFile, kept: dict[str, str], language: Language, messages_in: str
) -> dict[str, str]:
    """Return the header's fields: right for the language, and those that editors added."""
    fields = {field: value for field, value in kept.items() if field != "POT-Creation-Date"}
    fields |= template.metadata
    fields |= {"Language": language.code, "X-Source-Language": messages_in}
    if Locale.negotiate([language.code], locale_identifiers()):
        fields["Plural-Forms"] = get_plural(language.code).plural_forms
    return fields


def _keep_obsolete(old: Catalogs, new: Catalogs) -> None:
    """Add to `new` the entries of `old` that no message takes any more, as obsolete ones.

    Left out are those whose very translation lives on in another place.
    """
    living = {
        (fold(entry.msgid), entry.msgstr)
        for catalog in new.values()
        for entry in catalog
        if not entry.fuzzy
    }
    suggested = pairs(new)
    for reviewed in (True, False):  # a fuzzy entry is of use only if what it came from is gone
        for name, entry in _translated(old):
            if entry.fuzzy == reviewed:
                continue
            pair = (fold(source_of(entry)), entry.msgstr)
            if pair in living or (entry.fuzzy and pair in suggested):
                continue
            obsolete = copy(entry)
            obsolete.obsolete = True
            if name not in new:
                new[name] = polib.POFile(wrapwidth=0)
                new[name].header, new[name].metadata = old[name].header, old[name].metadata
            new[name].append(obsolete)
            suggested.add(pair)


def pairs(catalogs: Catalogs) -> set[Pair]:
    """Return every translation in `catalogs`, with the message it was made for."""
    return {(fold(source_of(entry)), entry.msgstr) for _, entry in _translated(catalogs)}


def _translated(catalogs: Catalogs) -> Iterator[tuple[str, polib.POEntry]]:
    for name, catalog in catalogs.items():
        for entry in catalog:
            if entry.msgstr:
                yield name, entry


def store(old: Catalogs, new: Catalogs, folder: Path) -> int:
    """Write `new` over the files of `old` under `folder`; return how many files changed.

    At every moment, each translation is in a file: what leaves one catalog for another is
    written there first, and only then taken away.
    """
    changed = set()
    for name, catalog in new.items():
        leaving = pairs({name: old[name]}) - pairs({name: catalog}) if name in old else set()
        both = copy(catalog)
        for _, entry in _translated({name: old[name]} if leaving else {}):
            if (fold(source_of(entry)), entry.msgstr) in leaving:
                kept = copy(entry)
                kept.obsolete = True
                both.append(kept)
        if write(folder / f"{name}.po", both):
            changed.add(name)
    for name, catalog in new.items():
        if write(folder / f"{name}.po", catalog):
            changed.add(name)
    for name in old.keys() - new.keys():
        (folder / f"{name}.po").unlink()
        changed.add(name)
    return len(changed)


def summary(language: Language, catalogs: Catalogs, changed: int) -> str:
    """Return what the command says of one language."""
    live = [entry for catalog in catalogs.values() for entry in catalog if not entry.obsolete]
    fuzzy = sum(entry.fuzzy for entry in live)
    translated = sum(entry.translated() for entry in live)
    return (
        f"{language.code}: {len(live)} messages, {translated} translated, {fuzzy} fuzzy, "
        f"{len(live) - translated - fuzzy} empty; {changed} files written"
    )


def run() -> list[Fault]:
    """Bring the catalogs of every language up to date, or none: then return what is in the way.

    Raises LossError, LanguagesError, OSError.
    """
    languages = load()
    templates, faults = read_all(TEMPLATES, ".pot")
    old = {}
    for language in languages.all:
        folder = folder_of(language.code)
        old[language], damaged = read_all(folder)
        faults += damaged or vanished(old[language], committed(folder))
    if faults:
        return faults
    new = {}
    for language in languages.all:
        wanted = templates
        if language == languages.source:  # whose pages need no translation, but the theme does
            wanted = {INTERFACE: templates[INTERFACE]}
        new[language] = update(wanted, old[language], language, languages.source.code)
    for language, catalogs in new.items():
        changed = store(old[language], catalogs, folder_of(language.code))
        print(summary(language, catalogs, changed))
    return []


def main() -> int:
    """Bring the catalogs of every language up to date. Return the exit code."""
    try:
        with build_lock():
            faults = run()
    except (LanguagesError, LossError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(error), file=sys.stderr)
        return 1
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"Nothing in {LOCALE.relative_to(ROOT)} was changed.", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

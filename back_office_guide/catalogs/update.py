"""Bring the catalogs up to date with the French pages, and lose no translation: `make update-po`.

Every translation ever made for a language is its memory: the live entries of all its catalogs,
the obsolete ones, and the catalogs of pages that are no more. A message of today takes its
translation from there, wherever its text stood before.
"""

import re
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from itertools import chain, count
from pathlib import Path

import polib
from babel.messages.plurals import get_plural
from rapidfuzz import fuzz, process

from back_office_guide.core.catalog import (
    INTERFACE_DOMAIN,
    Catalogs,
    folder_of,
    normalize,
    read_all,
    read_language,
    translated_msgid,
    write,
)
from back_office_guide.core.faults import Fault, GuideError, exit_code, tell
from back_office_guide.core.languages import Language, load
from back_office_guide.core.paths import ROOT, TEMPLATES, build_lock

# How alike, of 100, two messages are at least (Indel similarity) for the translation of the one to
# be suggested for the other: a text that is no more, and one that another message has.
ALIKE, ALIKE_LIVE = 65, 80
# How many texts a message is compared with: those that share its rarest words.
CANDIDATES = 50
# How long a message is at least that is looked for within others.
A_PART = 20

Pair = tuple[str, str]
"""A message, folded, and a translation made for it."""


class LossError(GuideError):
    """The update would lose translations: the fault is ours, and nothing was written."""


def update(templates: Catalogs, old: Catalogs, language: Language, source: str) -> Catalogs:
    """Return the catalogs of a language for the messages of `templates`, with all of `old`.

    `source` is the code of the language of the pages. Raises LossError if a translation of `old`
    is nowhere in what would be returned.
    """
    memory = Memory(old, templates)
    new: Catalogs = {}
    for name, template in templates.items():
        catalog = polib.POFile(wrapwidth=0)
        catalog.header = old[name].header if name in old else f"The guide in {language.name}."
        kept = old[name].metadata if name in old else {}
        messages_in = "en" if name == INTERFACE_DOMAIN else source
        catalog.metadata = _metadata(template, kept, language, messages_in)
        catalog.extend(_entry(message, memory, name) for message in template)
        new[name] = catalog
    _keep_obsolete(old, new)
    lost = pairs(old) - pairs(new)
    if lost:
        message = f"{language.code}: {len(lost)} translations would be lost, such as {min(lost)}."
        raise LossError(message)
    return new


Found = tuple[str, polib.POEntry]
"""A translated entry, after the name of its catalog."""


class Memory:
    """The translations of a language, found by the message they were made for."""

    def __init__(self, catalogs: Catalogs, templates: Catalogs) -> None:
        """Remember all entries of `catalogs`; `templates` hold the messages of today."""
        self._templates = templates
        self._catalogs = catalogs
        self._today = {message.msgid for file in templates.values() for message in file}
        self.live = {
            (name, entry.msgid): entry
            for name, catalog in catalogs.items()
            for entry in catalog
            if not entry.obsolete
        }
        self._held = {message for _, message in self.live}
        self._exact: dict[str, list[Found]] = defaultdict(list)
        self._folded: dict[str, list[Found]] = defaultdict(list)
        for name, entry in _translated(catalogs):
            self._exact[entry.msgid].append((name, entry))
            # A suggestion belongs to the message that it was made for, while there is one.
            if not (entry.fuzzy and entry.msgid in self._today):
                self._folded[normalize(entry.msgid)].append((name, entry))
        for name, entry in _translated(catalogs):  # of a message that was reworded, and returns
            before = translated_msgid(entry)
            if before != entry.msgid and before not in self._held and before not in self._exact:
                made_for = _copy(entry, msgid=before, obsolete=True, flags=[], previous_msgid=None)
                self._exact[before].append((name, made_for))

    def recall(self, message: str, name: str) -> polib.POEntry | None:
        """Return the best entry for a message of the catalog `name`; fuzzy if nobody can tell.

        The same message comes first, then one that differs by typography alone.
        """
        found = self._exact.get(message) or self._folded.get(normalize(message)) or []

        def rank(item: Found) -> tuple[bool, ...]:
            where, entry = item
            own = where == name
            origin = where == self._origins.get(name)
            return (not (own and not entry.obsolete), entry.fuzzy, not own, not origin,
                    entry.obsolete)  # fmt: skip

        if not found:
            return None
        where, best = min(found, key=lambda item: (rank(item), item[0]))
        if where != name and where != self._origins.get(name):
            reviewed = {entry.msgstr for _, entry in found if not entry.fuzzy}
            if len(reviewed) > 1:
                best = _copy(best, flags=["fuzzy"], previous_msgid=None)
            if best.fuzzy and (name, message) in self.live:  # where it was emptied, or never wanted
                return None
        return best

    @cached_property
    def _origins(self) -> dict[str, str]:
        """The catalog that most messages of each new page come from."""
        origins = {}
        for name in self._templates.keys() - self._catalogs.keys():
            found = (self._exact.get(message.msgid, ()) for message in self._templates[name])
            names = Counter(places[0][0] for places in found if len(places) == 1)
            if names:
                origins[name] = min(names, key=lambda each: (-names[each], each))
        return origins

    def resembling(self, message: str) -> polib.POEntry | None:
        """Return a suggestion for a message that no catalog held, from the one most like it.

        What was suggested once, and emptied, so never returns.
        """
        if message in self._held:
            return None
        known = self._likeness.most_like(message)
        if not known:
            return None
        found = [entry for _, entry in self._exact[known]]
        best = min(found, key=lambda entry: (entry.fuzzy, entry.obsolete))
        return _copy(best, flags=["fuzzy"], previous_msgid=translated_msgid(best))

    def part(self, message: str) -> str:
        """Return a comment with the text, and its translation, that held all of a new message."""
        if message in self._held or len(message) < A_PART:
            return ""
        for whole in self._parts.get(message[:A_PART], ()):
            if message in whole:
                translation = " ".join(self._exact[whole][0][1].msgstr.split())
                return f"Was part of: {' '.join(whole.split())}\nTranslated: {translation}"
        return ""

    @cached_property
    def _gone(self) -> list[str]:
        today = set(map(normalize, self._today))
        return [message for message in self._exact if normalize(message) not in today]

    @cached_property
    def _likeness(self) -> "Likeness":
        today = self._exact.keys() & self._today
        live = {text for text in today if any(each.translated() for _, each in self._exact[text])}
        return Likeness(dict.fromkeys(live, ALIKE_LIVE) | dict.fromkeys(self._gone, ALIKE))

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        """The texts that are gone, by what their sentences begin with."""
        parts: dict[str, list[str]] = defaultdict(list)
        for whole in self._gone:
            for start in re.finditer(r"(?:^|[.:;!?…]\s+)(?=\S)", whole, re.MULTILINE):
                parts[whole[start.end() : start.end() + A_PART]].append(whole)
        return parts


class Likeness:
    """Texts, found by their likeness; characters of markup do not count."""

    MARKUP = re.compile(r"\{[\w:-]+\}|<[^<>]*>(?=`)|\]\([^)]*\)|[`*\[]")
    WORD = re.compile(r"\w+")

    def __init__(self, texts: Mapping[str, int]) -> None:
        """Take the texts, and how alike another must be at least to each, of 100."""
        self._texts = sorted(texts.items(), key=lambda item: (len(item[0]), item))
        self._plain = [self.MARKUP.sub("", text) for text, _ in self._texts]
        self._with: dict[str, list[int]] = defaultdict(list)
        for place, plain in enumerate(self._plain):
            for word in set(self.WORD.findall(plain.casefold())):
                self._with[word].append(place)

    def most_like(self, message: str) -> str:
        """Return the text most like `message`, or "" where none is enough."""
        plain = self.MARKUP.sub("", message)
        words = sorted(set(self.WORD.findall(plain.casefold())) & self._with.keys())
        places: set[int] = set()
        for having in sorted((self._with[word] for word in words), key=len):
            middle = bisect_left(having, len(plain), key=lambda place: len(self._plain[place]))
            near = slice(max(0, middle - CANDIDATES // 2), middle + CANDIDATES // 2)
            places.update(having[near] if len(having) > CANDIDATES else having)  # by length
            if len(places) >= CANDIDATES:
                break
        found = sorted(places)
        choices = [self._plain[place] for place in found]
        best = process.extract(plain, choices, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3)
        texts = ((*self._texts[found[place]], likeness) for _, likeness, place in best)
        return next((text for text, enough, likeness in texts if likeness >= enough), "")


def _copy(entry: polib.POEntry, **fields: object) -> polib.POEntry:
    """Return a copy of an entry with other `fields`."""
    other = copy(entry)
    vars(other).update(fields)
    return other


def _entry(message: polib.POEntry, memory: Memory, name: str) -> polib.POEntry:
    """Return the entry of a message, with the translation that the memory has for it."""
    files = dict.fromkeys(file for file, _ in message.occurrences)
    entry = polib.POEntry(msgid=message.msgid, occurrences=[(file, "") for file in files])
    own = memory.live.get((name, message.msgid))
    if own:
        entry.tcomment = own.tcomment
    known = memory.recall(message.msgid, name) or memory.resembling(message.msgid)
    if known:
        entry.msgstr = known.msgstr
        entry.flags = ["fuzzy"] if known.fuzzy else []
        entry.previous_msgid = known.previous_msgid if known.fuzzy else None
        if known.tcomment not in entry.tcomment:
            entry.tcomment = "\n".join(filter(None, (entry.tcomment, known.tcomment)))
    else:
        entry.comment = own.comment if own else memory.part(message.msgid)
    return entry


def _metadata(
    template: polib.POFile, kept: dict[str, str], language: Language, messages_in: str
) -> dict[str, str]:
    """Return the header's fields: right for the language, and those that editors added."""
    fields = {field: value for field, value in kept.items() if field != "POT-Creation-Date"}
    fields |= template.metadata
    fields |= {"Language": language.code, "X-Source-Language": messages_in}
    forms = get_plural(language.locale).plural_forms
    written = (re.sub(r"[\s();]", "", each) for each in (forms, fields.get("Plural-Forms", "")))
    if len({*written}) > 1:  # else a platform has written them in its own way
        fields["Plural-Forms"] = forms
    fields.setdefault("PO-Revision-Date", "YEAR-MO-DA HO:MI+ZONE")
    return fields


def _keep_obsolete(old: Catalogs, new: Catalogs) -> None:
    """Add to `new` the entries of `old` that no message takes any more, as obsolete ones.

    Left out are those whose very translation lives on in another place.
    """
    reviewed = {_pair(entry) for _, entry in _translated(new) if not entry.fuzzy}
    held = pairs(new)
    taken = defaultdict(set, {name: {e.msgid for e in new[name]} for name in new})
    # A fuzzy entry is of use only if what it came from is gone.
    for name, entry in sorted(_translated(old), key=lambda item: item[1].fuzzy):
        pair = _pair(entry)
        if pair in (held if entry.fuzzy else reviewed):
            continue
        # gettext refuses a message that is in a file twice, were it obsolete.
        others = (f"memory-{number}" for number in count(1))
        home = next(each for each in chain([name], new, others) if entry.msgid not in taken[each])
        taken[home].add(entry.msgid)
        if home not in new:
            new[home] = polib.POFile(wrapwidth=0)
            new[home].header, new[home].metadata = old[name].header, old[name].metadata
        new[home].append(_copy(entry, obsolete=True))
        held.add(pair)


def _pair(entry: polib.POEntry) -> Pair:
    return normalize(translated_msgid(entry)), entry.msgstr


def pairs(catalogs: Catalogs) -> set[Pair]:
    """Return every translation in `catalogs`, with the message it was made for."""
    return {_pair(entry) for _, entry in _translated(catalogs)}


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
    first = dict(new)
    for name in old.keys() & new.keys():
        leaving = pairs({name: old[name]}) - pairs({name: new[name]})
        if kept := [_copy(e, obsolete=True) for e in old[name] if _pair(e) in leaving]:
            first[name] = copy(new[name])
            first[name].extend(kept)
    twice = [(name, new[name]) for name in new if first[name] is not new[name]]
    changed = {
        name for name, catalog in (*first.items(), *twice) if write(folder / f"{name}.po", catalog)
    }
    for name in old.keys() - new.keys():
        (folder / f"{name}.po").unlink()
        changed.add(name)
    return len(changed)


def summary(language: Language, catalogs: Catalogs, written: int, restored: int) -> str:
    """Return what the command says of one language."""
    live = [entry for catalog in catalogs.values() for entry in catalog if not entry.obsolete]
    fuzzy = sum(entry.fuzzy for entry in live)
    translated = sum(entry.translated() for entry in live)
    return (
        f"{language.code}: {len(live)} messages, {translated} translated, {fuzzy} fuzzy, "
        f"{len(live) - translated - fuzzy} empty; {written} files written"
        + (f"; {restored} comments and old translations put back from git" if restored else "")
    )


def wanted(templates: Catalogs, language: Language, source: Language) -> Catalogs:
    """Return the templates of a language: the source needs none for its pages, but the theme's."""
    return {INTERFACE_DOMAIN: templates[INTERFACE_DOMAIN]} if language == source else templates


def read_templates() -> tuple[Catalogs, list[Fault]]:
    """Return the templates that were extracted, and what is wrong with them."""
    templates, faults = read_all(TEMPLATES, ".pot")
    if INTERFACE_DOMAIN not in templates and not faults:
        faults.append(Fault(TEMPLATES, 1, "no messages are here: run `make gettext`"))
    return templates, faults


# What is said with the catalogs of a new language.
FIRST_STEPS = """{0} is new. Next:
  1. Translate {1}/annexes/glossaire.po, then conf.po and sphinx.po.
  2. Run make check-po LANGS={0}
  3. Run make serve LANGS={0}"""


def run() -> list[Fault]:
    """Bring the catalogs up to date, language after language; return what is in the way of some.

    The catalogs of a language are all written, or none. Raises LossError, LanguagesError, OSError.
    """
    languages = load()
    templates, faults = read_templates()
    if faults:
        return faults
    for language in languages.all:
        folder = folder_of(language.code)
        old, restored, found = read_language(language.code)
        if found:
            faults += [*found, Fault(folder, 1, "nothing was changed in this folder")]
            continue
        messages = wanted(templates, language, languages.source)
        new = update(messages, old, language, languages.source.code)
        print(summary(language, new, store(old, new, folder), restored))
        if not old:
            print(FIRST_STEPS.format(language.code, folder.relative_to(ROOT)))
    return faults


def main() -> int:
    """Bring the catalogs of every language up to date. Return the exit code."""
    with build_lock():
        return tell(run())


if __name__ == "__main__":
    sys.exit(exit_code(main))

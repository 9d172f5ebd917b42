"""Bring the catalogs up to date with the French pages, and lose no translation: `make update-po`.

All translations ever made into a language are its memory: the entries of all its catalogs, with
obsolete ones, and the catalogs of former pages. A message takes its translation from there,
wherever its text was before.
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
from back_office_guide.core.faults import Fault, GuideError, exit_code, print_faults
from back_office_guide.core.languages import Language, load
from back_office_guide.core.paths import ROOT, TEMPLATES, build_lock

# How similar, of 100, a message is at least to one whose translation is suggested for it: to a
# former message, and to one that a page still has.
FUZZY_CUTOFF, FUZZY_CUTOFF_CURRENT = 65, 80
MAX_CANDIDATES = 50  # that a message is compared with: those that share its rarest words
MIN_PART = 20  # the shortest message, in characters, that is searched for within others

Pair = tuple[str, str]
"""A message, normalized, and a translation made for it."""
DomainEntry = tuple[str, polib.POEntry]
"""An entry that has a translation, after the domain of its catalog."""


class LossError(GuideError):
    """The update would lose translations: the fault is ours, and nothing was written."""


def update(templates: Catalogs, old: Catalogs, language: Language, source: str) -> Catalogs:
    """Return the catalogs of a language for the messages of `templates`, with all of `old`.

    `source` is the code of the language of the pages. Raises LossError if a translation of `old`
    is nowhere in what would be returned.
    """
    memory = Memory(old, templates)
    new: Catalogs = {}
    for domain, template in templates.items():
        new[domain] = catalog = polib.POFile(wrapwidth=0)
        catalog.header = f"The guide in {language.name}."
        kept = {}
        if domain in old:
            catalog.header, kept = old[domain].header, old[domain].metadata
        messages_in = "en" if domain == INTERFACE_DOMAIN else source
        catalog.metadata = _make_metadata(template, kept, language, messages_in)
        catalog.extend(_make_entry(message, memory, domain) for message in template)
    _keep_obsolete(old, new)
    lost = pairs(old) - pairs(new)
    if lost:
        message = (
            f"{language.code}: some translations would be lost ({len(lost)}), such as {min(lost)}."
        )
        raise LossError(message)
    return new


class Memory:
    """The translations of a language, found by the message they were made for."""

    def __init__(self, catalogs: Catalogs, templates: Catalogs) -> None:
        """Remember all entries of `catalogs`; `templates` hold the current messages."""
        self._templates = templates
        self._catalogs = catalogs
        self._current = {message.msgid for template in templates.values() for message in template}
        self.live = {
            (domain, entry.msgid): entry
            for domain, catalog in catalogs.items()
            for entry in catalog
            if not entry.obsolete
        }
        self._live_msgids = {msgid for _, msgid in self.live}
        self._exact: dict[str, list[DomainEntry]] = defaultdict(list)
        self._normalized: dict[str, list[DomainEntry]] = defaultdict(list)
        for domain, entry in _with_translation(catalogs):
            self._exact[entry.msgid].append((domain, entry))
            # A suggestion belongs to the message that it was made for, while that is current.
            if not (entry.fuzzy and entry.msgid in self._current):
                self._normalized[normalize(entry.msgid)].append((domain, entry))
        for domain, entry in _with_translation(catalogs):  # a message that was reworded may return
            before = translated_msgid(entry)
            if before not in self._live_msgids and before not in self._exact:
                made_for = _copy(entry, msgid=before, obsolete=True, flags=[], previous_msgid=None)
                self._exact[before].append((domain, made_for))

    def recall(self, msgid: str, domain: str) -> polib.POEntry | None:
        """Return the best entry for a message of a domain; fuzzy if it has several translations.

        The same message comes first, then one that differs by typography alone.
        """
        found = self._exact.get(msgid) or self._normalized.get(normalize(msgid)) or []
        origin = self._origins.get(domain)

        def rank(item: DomainEntry) -> tuple[object, ...]:
            where, entry = item
            own = where == domain
            return (not (own and not entry.obsolete), entry.fuzzy, not own, where != origin,
                    entry.obsolete, where)  # fmt: skip

        if not found:
            return None
        where, best = min(found, key=rank)
        if where not in (domain, origin):
            reviewed = {entry.msgstr for _, entry in found if not entry.fuzzy}
            if len(reviewed) > 1:
                best = _copy(best, flags=["fuzzy"], previous_msgid=None)
            if best.fuzzy and (domain, msgid) in self.live:  # a translator emptied it, or left it
                return None
        return best

    @cached_property
    def _origins(self) -> dict[str, str]:
        """The catalog that most messages of each new page come from."""
        origins = {}
        for domain in self._templates.keys() - self._catalogs.keys():
            found = (self._exact.get(message.msgid, ()) for message in self._templates[domain])
            names = Counter(places[0][0] for places in found if len(places) == 1)
            if names:
                origins[domain] = min(names, key=lambda each: (-names[each], each))
        return origins

    def suggest(self, msgid: str) -> polib.POEntry | None:
        """Return the translation of the most similar message, fuzzy, for one that is new.

        A message is new only once, so a suggestion that a translator emptied stays away.
        """
        similar = "" if msgid in self._live_msgids else self._similar_texts.find(msgid)
        if not similar:
            return None
        found = [entry for _, entry in self._exact[similar]]
        best = min(found, key=lambda entry: (entry.fuzzy, entry.obsolete))
        return _copy(best, flags=["fuzzy"], previous_msgid=translated_msgid(best))

    def explain_split(self, msgid: str) -> str:
        """Return a comment with the former message that held a new one, and its translation."""
        if msgid in self._live_msgids or len(msgid) < MIN_PART:
            return ""
        for whole in self._former_by_part.get(msgid[:MIN_PART], ()):
            if msgid in whole:
                translation = " ".join(self._exact[whole][0][1].msgstr.split())
                return f"Was part of: {' '.join(whole.split())}\nTranslated: {translation}"
        return ""

    @cached_property
    def _former(self) -> list[str]:
        """The messages that no page has now."""
        current = set(map(normalize, self._current))
        return [msgid for msgid in self._exact if normalize(msgid) not in current]

    @cached_property
    def _former_by_part(self) -> dict[str, list[str]]:
        """The former messages, by what each of their sentences begins with."""
        parts: dict[str, list[str]] = defaultdict(list)
        for whole in self._former:
            for start in re.finditer(r"(?:^|[.:;!?…]\s+)(?=\S)", whole, re.MULTILINE):
                parts[whole[start.end() : start.end() + MIN_PART]].append(whole)
        return parts

    @cached_property
    def _similar_texts(self) -> "SimilarTexts":
        current = self._exact.keys() & self._current
        reviewed = {text for text in current if any(e.translated() for _, e in self._exact[text])}
        former = dict.fromkeys(self._former, FUZZY_CUTOFF)
        return SimilarTexts(dict.fromkeys(reviewed, FUZZY_CUTOFF_CURRENT) | former)


class SimilarTexts:
    """Texts, found by their similarity (Indel) without the characters of markup."""

    MARKUP = re.compile(r"\{[\w:-]+\}|<[^<>]*>(?=`)|\]\([^)]*\)|[`*\[]")
    WORD = re.compile(r"\w+")

    def __init__(self, texts: Mapping[str, int]) -> None:
        """Take the texts, each with the similarity, of 100, that another must have to it."""
        self._texts = sorted(texts.items(), key=lambda item: (len(item[0]), item))
        self._plain = [self.MARKUP.sub("", text) for text, _ in self._texts]
        self._with_word: dict[str, list[int]] = defaultdict(list)
        for number, plain in enumerate(self._plain):
            for word in set(self.WORD.findall(plain.casefold())):
                self._with_word[word].append(number)

    def find(self, message: str) -> str:
        """Return the text most similar to `message`, or "" where none is enough."""
        plain = self.MARKUP.sub("", message)
        words = sorted(set(self.WORD.findall(plain.casefold())) & self._with_word.keys())
        numbers: set[int] = set()
        for found in sorted((self._with_word[word] for word in words), key=len):
            middle = bisect_left(found, len(plain), key=lambda number: len(self._plain[number]))
            of_like_length = slice(
                max(0, middle - MAX_CANDIDATES // 2), middle + MAX_CANDIDATES // 2
            )
            numbers.update(found[of_like_length] if len(found) > MAX_CANDIDATES else found)
            if len(numbers) >= MAX_CANDIDATES:
                break
        candidates = {number: self._plain[number] for number in sorted(numbers)}
        for _, similarity, number in process.extract(
            plain, candidates, scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF, limit=3
        ):
            text, cutoff = self._texts[number]
            if similarity >= cutoff:
                return text
        return ""


def _copy(entry: polib.POEntry, **fields: object) -> polib.POEntry:
    other = copy(entry)
    vars(other).update(fields)
    return other


def _make_entry(message: polib.POEntry, memory: Memory, domain: str) -> polib.POEntry:
    """Return the entry of a message, with the translation that the memory has for it."""
    files = dict.fromkeys(file for file, _ in message.occurrences)
    entry = polib.POEntry(msgid=message.msgid, occurrences=[(file, "") for file in files])
    own = memory.live.get((domain, message.msgid))
    if own:
        entry.tcomment = own.tcomment
    known = memory.recall(message.msgid, domain) or memory.suggest(message.msgid)
    if known:
        entry.msgstr = known.msgstr
        entry.flags = ["fuzzy"] if known.fuzzy else []
        entry.previous_msgid = known.previous_msgid if known.fuzzy else None
        if known.tcomment not in entry.tcomment:
            entry.tcomment = "\n".join(filter(None, (entry.tcomment, known.tcomment)))
    else:
        entry.comment = own.comment if own else memory.explain_split(message.msgid)
    return entry


def _make_metadata(
    template: polib.POFile, kept: dict[str, str], language: Language, source: str
) -> dict[str, str]:
    """Return the fields of a header: right for the language, and those that editors added."""
    fields = {field: value for field, value in kept.items() if field != "POT-Creation-Date"}
    fields |= template.metadata
    fields |= {"Language": language.code, "X-Source-Language": source}
    forms = get_plural(language.locale).plural_forms
    # Platforms write the same forms with other spaces and brackets.
    written = (re.sub(r"[\s();]", "", each) for each in (forms, fields.get("Plural-Forms", "")))
    if len({*written}) > 1:
        fields["Plural-Forms"] = forms
    fields.setdefault("PO-Revision-Date", "YEAR-MO-DA HO:MI+ZONE")
    return fields


def _keep_obsolete(old: Catalogs, new: Catalogs) -> None:
    """Add to `new`, as obsolete, the entries of `old` whose translation is in no entry of `new`."""
    reviewed = {_pair(entry) for _, entry in _with_translation(new) if not entry.fuzzy}
    kept = pairs(new)
    taken = defaultdict(set, {domain: {e.msgid for e in new[domain]} for domain in new})
    # Reviewed entries come first, for a fuzzy one is of use only if none has its translation.
    for domain, entry in sorted(_with_translation(old), key=lambda item: item[1].fuzzy):
        pair = _pair(entry)
        if pair in (kept if entry.fuzzy else reviewed):
            continue
        # gettext refuses a file that has a message twice, even as an obsolete one.
        others = (f"memory-{number}" for number in count(1))
        homes = chain([domain], new, others)
        home = next(each for each in homes if entry.msgid not in taken[each])
        taken[home].add(entry.msgid)
        if home not in new:
            new[home] = polib.POFile(wrapwidth=0)
            new[home].header, new[home].metadata = old[domain].header, old[domain].metadata
        new[home].append(_copy(entry, obsolete=True))
        kept.add(pair)


def _pair(entry: polib.POEntry) -> Pair:
    return normalize(translated_msgid(entry)), entry.msgstr


def pairs(catalogs: Catalogs) -> set[Pair]:
    """Return every translation in `catalogs`, with the message it was made for."""
    return {_pair(entry) for _, entry in _with_translation(catalogs)}


def _with_translation(catalogs: Catalogs) -> Iterator[DomainEntry]:
    for domain, catalog in catalogs.items():
        yield from ((domain, entry) for entry in catalog if entry.msgstr)


def store(old: Catalogs, new: Catalogs, folder: Path) -> int:
    """Write `new` over the files of `old` under `folder`; return how many files changed.

    A translation that moves to another catalog is removed from its own only after it was written
    there: it is in a file at every moment.
    """
    before_moves = {}
    for domain in old.keys() & new.keys():
        leaving = pairs({domain: old[domain]}) - pairs({domain: new[domain]})
        if entries := [_copy(e, obsolete=True) for e in old[domain] if _pair(e) in leaving]:
            before_moves[domain] = copy(new[domain])
            before_moves[domain].extend(entries)
    after_moves = ((domain, new[domain]) for domain in before_moves)
    writes = chain((new | before_moves).items(), after_moves)
    changed = {domain for domain, catalog in writes if write(folder / f"{domain}.po", catalog)}
    for domain in old.keys() - new.keys():
        (folder / f"{domain}.po").unlink()
        changed.add(domain)
    return len(changed)


def templates_for(language: Language, templates: Catalogs, source: Language) -> Catalogs:
    """Return the templates of a language: the source has its pages, but not the interface."""
    return {INTERFACE_DOMAIN: templates[INTERFACE_DOMAIN]} if language == source else templates


def read_templates() -> tuple[Catalogs, list[Fault]]:
    """Return the templates that were extracted, and what is wrong with them."""
    templates, faults = read_all(TEMPLATES, ".pot")
    if INTERFACE_DOMAIN not in templates and not faults:
        faults.append(Fault(TEMPLATES, 1, "no messages are here: run `make gettext`"))
    return templates, faults


FIRST_STEPS = """{0} is new. Next:
  1. Translate {1}/annexes/glossaire.po, then conf.po and sphinx.po.
  2. Run make check-po LANGS={0}
  3. Run make serve LANGS={0}"""


def run() -> list[Fault]:
    """Bring the catalogs up to date, language by language; return the faults that prevented some.

    The catalogs of a language are all written, or none. Raises LossError, LanguagesError, OSError.
    """
    languages = load()
    templates, faults = read_templates()
    if faults:
        return faults
    for language in languages.requested(languages.all):
        folder = folder_of(language.code)
        old, restored, found = read_language(language.code)
        if found:
            faults += [*found, Fault(folder, 1, "nothing was changed in this folder")]
            continue
        wanted = templates_for(language, templates, languages.source)
        new = update(wanted, old, language, languages.source.code)
        translated = sum(len(catalog.translated_entries()) for catalog in new.values())
        fuzzy = sum(len(catalog.fuzzy_entries()) for catalog in new.values())
        empty = sum(len(catalog.untranslated_entries()) for catalog in new.values())
        total = f"{language.code}: {translated + fuzzy + empty} messages"
        files = store(old, new, folder)
        written = f"{files} file{'s' * (files != 1)} written"
        if restored:
            written += f"; comments and old translations put back from git: {restored}"
        print(f"{total}, {translated} translated, {fuzzy} fuzzy, {empty} empty; {written}")
        if not old:
            print(FIRST_STEPS.format(language.code, folder.relative_to(ROOT)))
    return faults


def main() -> int:
    """Bring the catalogs of every language up to date. Return the exit code."""
    with build_lock():
        return print_faults(run())


if __name__ == "__main__":
    sys.exit(exit_code(main))

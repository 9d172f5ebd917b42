"""Find what a translation lost, doubled or exchanged, as far as a machine can see it."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

import polib
from babel.core import Locale
from rapidfuzz import fuzz

from back_office_guide.catalogs import values, writing
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of

END = re.compile(r"(?<=[.!?…؟。])[\s”»“)]+(?=[\W_]*[^\W_])")
END_SIGN = re.compile(r"\w[.!?…]\Z")
QUESTION = re.compile("[?？؟]")
# An item of a French list, and a list of four or more.
_ITEM = r"(?<!\w)(?i:l’|d’|(?:la|le|les|des|un|une|du|de)\s)[^,.;:()]{2,30}"
LIST = re.compile(rf"(?<!en\s){_ITEM}((?:, {_ITEM}){{2,}}) (?:et|ou|ni) {_ITEM}")
DOUBLED = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
RELATIVE = re.compile(
    r"(?:,|oder|und|^)\s(?:\w+\s)?\Z"
)  # German: "die Abteilung, die die Verträge prüft"

# A translation with fewer sentences than its message, and less than this share of the length that
# the language needs for it, lacks some; beyond the others, it is that of another message.
SHORTER, MUCH_SHORTER, MUCH_LONGER = 0.75, 0.3, 3
A_WORD, A_TEXT, MUCH = 15, 40, 60
ALIKE = 80  # of 100: messages that may well share a translation


class Sense:
    """What the translations of a language have in common, and what one has not."""

    def __init__(self, entries: list[polib.POEntry], names: set[str], language: Language) -> None:
        """Learn from the translated `entries` how long the language is, and which `names` it keeps.

        A name is a word with a capital, but for those of countries.
        """
        self._language = language
        self._latin = "LATIN" in unicodedata.name(language.name[0], "")
        lengths = [(len(entry.msgid), len(entry.msgstr)) for entry in entries]
        self._longer = sum(own for _, own in lengths) / (sum(length for length, _ in lengths) or 1)
        self._messages: dict[str, list[str]] = defaultdict(list)
        countries = set(Locale.parse("fr").territories.values())
        capitals = "|".join(sorted(re.escape(n) for n in names - countries if n[0].isupper()))
        self._name = re.compile(rf"(?<![\w-])(?:{capitals or '(?!)'})(?![\w-])")
        self._kept: dict[str, list[bool]] = defaultdict(list)
        for entry in entries:
            self._messages[entry.msgstr].append(entry.msgid)
            for name in set(self._name.findall(entry.msgid)):
                self._kept[name].append(name in entry.msgstr)

    def differences(self, message: str, translation: str) -> Iterator[Difference]:
        """Yield what a translation lost, doubled or exchanged."""
        text, original = markup_of(translation).text, markup_of(message).text
        yield from _pairs(text, original, self._language)
        yield from self._doubled(text, original)
        yield from self._lost(text, original)
        yield from _exchanged(message, translation, self._language)
        if original[:1].isupper() and text[:1].islower() and text[-1:] in ".!?…":
            yield Difference("letter", f"it begins with a small letter: write {text[0].upper()}")
        for other in self._messages[translation]:
            if len(other) > A_TEXT and fuzz.ratio(message, other) < ALIKE:
                what = f"it is the translation of “{other[:40]}”, too: one of the two is wrong"
                yield Difference("other", what)
                break

    def _doubled(self, text: str, original: str) -> Iterator[Difference]:
        match = DOUBLED.search(text)
        if match and self._language.code[:2] in values.SPOKEN and not DOUBLED.search(original):
            relative = self._language.code == "de" and RELATIVE.search(text[: match.start()])
            if not relative:
                yield Difference("doubled", f"“{match[0]}”: write “{match[1]}” once")
        counted = Counter(END.split(text))
        for sentence, count in counted.items():
            if (
                count > 1
                and len(sentence) > A_WORD
                and max(Counter(END.split(original)).values()) == 1
            ):
                yield Difference("doubled", f"“{sentence[:40]}” is there twice: remove one")

    def _lost(self, text: str, original: str) -> Iterator[Difference]:
        if (
            text == original
            and len(text) > A_TEXT
            and END_SIGN.search(values.ADDRESS.sub("", text))
        ):
            yield Difference("language", "it is the French text itself: translate it")
        if QUESTION.search(original) and not QUESTION.search(text):
            yield Difference("question", "the message asks a question, the translation does not")
        yield from self._length(text, original)
        if not self._latin:
            return
        commas = len(re.findall("[,;]", text))
        for match in LIST.finditer(original):
            if match[1].count(",") > commas:
                what = f"a list of {match[1].count(',') + 2}, “{match[0][:40]}…”, lacks an item"
                yield Difference("list", what)
        for name in set(self._name.findall(original)):
            kept = self._kept[name]
            enough = 5 if name.isupper() else 2  # an acronym may be translated
            if name not in text and kept.count(False) == 1 and len(kept) > enough:
                what = f"{name} is missing: keep the name, as the other messages do"
                yield Difference("name", what)

    def _length(self, text: str, original: str) -> Iterator[Difference]:
        share = len(text) / (self._longer * len(original) or 1)
        sentences, own = len(END.split(original)), len(END.split(text))
        own_words = set(writing.WORD.findall(text))
        if own < sentences and share < SHORTER:
            what = f"{own} sentences for {sentences}, and much shorter: is one missing?"
            yield Difference("length", what)
        elif share < MUCH_SHORTER and len(original) >= A_TEXT and self._latin:
            yield Difference("length", "much shorter than the message: is something missing?")
        elif (
            share > MUCH_LONGER
            and len(text) > len(original) + MUCH
            and not own_words
            & {
                word
                for word in writing.WORD.findall(original)
                if len(word) > len("les") or word.isupper()
            }
        ):
            yield Difference("length", "much longer than the message: is it that of another one?")


def _pairs(text: str, original: str, language: Language) -> Iterator[Difference]:
    """Yield the quotation marks and brackets that are not closed, or never opened."""
    opening, _, closing = language.quotes.partition("…")
    for first, last in ("()", "[]", (opening.strip(), closing.strip())):
        if (
            first != last
            and text.count(first) != text.count(last)
            and original.count("(") == original.count(")")
        ):
            lacking = first if text.count(first) < text.count(last) else last
            yield Difference("pairs", f"a {lacking} is missing: {first}…{last} go in pairs")
    if language.code.startswith("es"):
        text = values.without_quotations(original, text, values.QUOTED)[1]
        for first, last in ("¿?", "¡!"):
            if text.count(first) != text.count(last):
                lacking = first if text.count(first) < text.count(last) else last
                yield Difference("pairs", f"a {lacking} is missing: {first}…{last} go in pairs")


def _exchanged(message: str, translation: str, language: Language) -> Iterator[Difference]:
    """Yield two targets of links that changed places: each shows the numbers of the other."""

    def signs(shown: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        return {target: tuple(sorted(re.findall(r"\d+", text))) for target, text in shown}

    old, new = signs(markup_of(message).shown), signs(markup_of(translation).shown)
    for first in old.keys() & new.keys():
        for other in old.keys() & new.keys():
            if (
                first < other
                and old[first] != old[other]
                and (old[first], old[other]) == (new[other], new[first])
            ):
                yield Difference("target", f"{first} and {other} changed places: put them back")

"""Compare the content of a message and its translation: what was lost, doubled or exchanged."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, combinations

import polib
from babel.core import Locale
from rapidfuzz import fuzz
from text_to_num.lang import LANG

from back_office_guide.catalogs import values, writing
from back_office_guide.core.catalog import INTERFACE_DOMAIN, Catalogs
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, Markup, markup_of

SENTENCE_BREAK = re.compile(r"(?<=[.!?…؟。])[\s”»“)]+(?=[\W_]*[^\W_])")
# After a long word or a bracket, a full stop ends a sentence, not an abbreviation.
SENTENCE_START = re.compile(r"(?:\)|[^\W\d_]{8,})[.!?] ([^\W\d_]\w*)")
ITEM_SEPARATOR = re.compile(
    r"[,;،؛、]| [–—] |\b(?:and|or|nor|y|e|o|u|ni|und|oder|sowie|et|ou)\b|\bو"
)
# A French list of four or more, whose items have articles; and the items of one after a colon.
_ITEM = r"(?<!\w)(?i:l’|(?:la|le|les|des|un|une|du)\s)[^,.;:()]{2,30}"
FRENCH_LIST = re.compile(rf"(?<!en\s){_ITEM}(?:, {_ITEM}){{2,}} (?:et|ou) {_ITEM}")
_SHORT_ITEM = r"[\w’-]+(?: [\w’-]+){0,4}"
LIST_AFTER_COLON = re.compile(
    rf":\s({_SHORT_ITEM}(?:, {_SHORT_ITEM}){{2,}}(?: (?:et|ou) {_SHORT_ITEM})?)(?=[\s.;?!]*\Z)"
)
REPEATED_WORD = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
# German repeats words rightly: "die Abteilung, die die Verträge prüft", "wenn sie sie prüft".
GERMAN_CLAUSE_START = re.compile(r"(?:,|oder|und|^)\s(?:\w+\s)?\Z")
GERMAN_PRONOUNS = {"sie", "ihr"}
# Words of a sentence, which end a name; and those that other languages do not have.
_END_OF_NAME = "est|sont|a|ont|qui|que|se|ne"
FRENCH_WORD = re.compile(r"\b(?:est|sont|ont|qui|ne|pas|il|elle|cette|une|dans|où)\b")
_NAME = re.compile(
    rf"(?<!\w)(?=(\w*[A-ZÀ-ÖØ-Þ]\w*(?![\w-])"
    rf"(?:[ \u00a0’]+(?!(?:{_END_OF_NAME})\b)[^\W\d_]+){{0,6}}))"
)
LETTER_RANGE = re.compile(r"\b([A-Z]) (?:à|au|to|a|al|bis|zu|auf)(?: \w+)? ([A-Z])\b")

# The length of a translation, divided by the usual one for its message: below the first, a sentence
# is lost if there are fewer; below the second, some text is; above the last, it is of another one.
SENTENCE_LOST, MUCH_LOST, OF_ANOTHER = 0.75, 0.3, 3
# In characters: the shortest sentence, message and surplus that are judged by their lengths.
MIN_SENTENCE, MIN_MESSAGE, MIN_SURPLUS = 15, 40, 60
# Of 100: how similar two translations are at least, and how much less their messages, if one of the
# two is wrong.
SIMILARITY_CUTOFF, SIMILARITY_MARGIN = 75, 25
QUOTED_WORDS = 5  # so many in a row, that are those of the message, are untranslated
MAX_TERM_WORDS = 5  # of another language, which may be emphasised
MIN_NAME = 3  # letters
MIN_USES = 3  # of a name, that show whether the language keeps it


class ContentCheck:
    """A check of translations against their messages, and the other translations of a language."""

    def __init__(self, catalogs: Catalogs, words: set[str], language: Language) -> None:
        """Learn from `catalogs` how long translations are, and which names they keep.

        A name is in capitals, one of `words`, or several words.
        """
        self._language = language
        self._latin = "LATIN" in unicodedata.name(language.name[0], "")
        pages = [
            [entry for entry in catalog if entry.translated()]
            for name, catalog in catalogs.items()
            if name != INTERFACE_DOMAIN
        ]
        entries = list(chain(*pages))
        length = sum(len(entry.msgstr) for entry in entries)
        self._usual_ratio = length / (sum(len(entry.msgid) for entry in entries) or 1)
        self._same_page: dict[str, list[polib.POEntry]] = {}
        for page in pages:
            long = [entry for entry in page if len(entry.msgid) > MIN_MESSAGE]
            self._same_page |= dict.fromkeys((entry.msgid for entry in long), long)
        self._kept: dict[str, list[bool]] = defaultdict(list)
        for entry in entries:
            for name in find_names(entry.msgid):
                known = name.isupper() or name in words or not name.isalpha()
                if known and len(name) >= MIN_NAME:
                    self._kept[name].append(name.casefold() in entry.msgstr.casefold())
        for country in Locale.parse("fr").territories.values():
            self._kept.pop(country, None)

    def differences(self, message: str, translation: str) -> Iterator[Difference]:
        """Yield what a translation lost, doubled or exchanged."""
        before, after = markup_of(message), markup_of(translation)
        text, original = after.text, before.text
        yield from _unpaired(text, original, self._language)
        yield from self._doubled(text, original)
        yield from _untranslated(text, original)
        yield from self._lost(text, original)
        yield from self._names(message, translation)
        yield from _emphasis(before, after)
        yield from _exchanged(before, after)
        initials = (text[:1], *(word[0] for word in SENTENCE_START.findall(text)))
        small = next(filter(str.islower, initials), "")
        if small and original[:1].isupper() and text[-1:] in ".!?…":
            yield Difference("letter", f"a sentence begins with “{small}”: write {small.upper()}")
        for other in self._same_page.get(message, ()):
            similar = fuzz.ratio(translation, other.msgstr, score_cutoff=SIMILARITY_CUTOFF)
            if similar and similar - fuzz.ratio(message, other.msgid) > SIMILARITY_MARGIN:
                what = f"it is the translation of “{other.msgid[:40]}”: one of the two is wrong"
                yield Difference("other", what)
                break

    def _doubled(self, text: str, original: str) -> Iterator[Difference]:
        match = REPEATED_WORD.search(text)
        if match and self._language.code[:2] in LANG and not REPEATED_WORD.search(original):
            start = GERMAN_CLAUSE_START.search(text[: match.start()])
            pronoun = start or match[1].casefold() in GERMAN_PRONOUNS
            if not (self._language.code == "de" and pronoun):
                yield Difference("doubled", f"“{match[0]}”: write “{match[1]}” once")
        most = max(Counter(SENTENCE_BREAK.split(original)).values())
        for sentence, count in Counter(SENTENCE_BREAK.split(text)).items():
            if count > most and len(sentence) > MIN_SENTENCE:
                yield Difference("doubled", f"“{sentence[:40]}” is there twice: remove one")

    def _lost(self, text: str, original: str) -> Iterator[Difference]:
        if "?" in original and not set(text) & set("?？؟"):
            yield Difference("question", "the message asks a question, the translation does not")
        ratio = len(text) / (self._usual_ratio * len(original) or 1)
        old, new = SENTENCE_BREAK.split(original), SENTENCE_BREAK.split(text)
        if len(new) < len(old) and ratio < SENTENCE_LOST:
            what = f"{len(new)} sentences for {len(old)}, and much shorter: is one missing?"
            yield Difference("length", what)
        elif ratio < MUCH_LOST and len(original) >= MIN_MESSAGE and self._latin:
            yield Difference("length", "much shorter than the message: is something missing?")
        elif ratio > OF_ANOTHER and len(text) > len(original) + MIN_SURPLUS:
            words = writing.WORD.findall(original)
            telling = {word for word in words if len(word) > len("les") or word.isupper()}
            if not telling & set(writing.WORD.findall(text)):
                yield Difference("length", "much longer than the message: is it that of another?")
        if len(new) != len(old):
            old, new = [original], [text]
        for sentence, translated in zip(old, new, strict=True) if self._latin else ():
            yield from _shortened_lists(sentence, translated)

    def _names(self, message: str, translation: str) -> Iterator[Difference]:
        """Yield the name that this translation alone lacks, or has in the place of another."""
        names = find_names(message) if self._latin else set()
        uses = {name: kept for name in names if len(kept := self._kept[name]) > MIN_USES}
        lost = [
            name
            for name, kept in uses.items()
            if kept.count(False) == 1 and name.casefold() not in translation.casefold()
        ]
        if lost:
            what = f"{max(lost, key=len)} is missing: keep the name, as the other messages do"
            yield Difference("name", what)
        always = [name for name in uses if all(uses[name])]
        if any(translation.count(name) < message.count(name) for name in always):
            for other in sorted(find_names(translation) & self._kept.keys()):
                if other.isupper() and other not in message and sum(self._kept[other]) > MIN_USES:
                    what = f"{other} is not in the message: write the name it has"
                    yield Difference("name", what)


@lru_cache(maxsize=8192)
def find_names(text: str) -> set[str]:
    """Return what may be a name: a word with a capital, alone or with words that follow it.

    "Autorité de contrôle prudentiel et de résolution" is one; a verb or a pronoun ends it.
    """
    names = set()
    for match in _NAME.finditer(values.QUOTATION.sub("", text)):
        name = ""
        for word in re.split(r"(?<=\w)(?=[ \u00a0’])", match[1]):
            if not name or len(word) > len(" les"):
                names.add(name + word)
            name += word
    return names


def _shortened_lists(original: str, text: str) -> Iterator[Difference]:
    """Yield the French lists that have more items than their translation can have."""
    most = len(ITEM_SEPARATOR.findall(text))
    lists = [match[0] for match in FRENCH_LIST.finditer(original)]
    short = [each for each in lists if each.count(",") >= most]
    original, text = (re.sub(r"\s?\([^()]*\)", "", each) for each in (original, text))
    items = text.partition(":")[2]
    if "," in items and original.count(":") == text.count(":") == 1:
        most = len(ITEM_SEPARATOR.findall(items))
        lists = LIST_AFTER_COLON.findall(original)
        short += [each for each in lists if each.count(",") > most]
    for each in short:
        yield Difference("list", f"a list, “{each[:40]}…”, lacks an item")


def _untranslated(text: str, original: str) -> Iterator[Difference]:
    """Yield the French that was left in a translation, but for names and quotations."""
    sentence = re.search(r"\w[.!?…]\Z", values.ADDRESS.sub("", text))
    if text == original and len(text) > MIN_MESSAGE and sentence:
        yield Difference("language", "it is the French text itself: translate it")
        return
    run = next(filter(FRENCH_WORD.search, sorted(_word_runs(text) & _word_runs(original))), "")
    if run:
        yield Difference("language", f"“{run}” is French: translate it")


def _word_runs(text: str) -> set[str]:
    """Return each QUOTED_WORDS that follow each other in a text, but for quotations."""
    for quoted in (values.ADDRESS, values.QUOTATION):
        text = quoted.sub(" | ", text)
    words = re.findall(r"[^\W\d_]+|[|]", text.casefold())
    runs = zip(*(words[start:] for start in range(QUOTED_WORDS)), strict=False)
    return {" ".join(run) for run in runs if "|" not in run}


def _emphasis(before: Markup, after: Markup) -> Iterator[Difference]:
    """Yield an emphasis that was lost, added, or moved to other words.

    Words of another language may be emphasised in one language and not in another.
    """
    text = _words(after.text)
    for mark in ("*", "**"):
        old, new = (
            [each for delimiter, each in one.emphases if delimiter == mark]
            for one in (before, after)
        )
        emphasised = _words(" ".join(new))
        if old and not new and not any(_words(each) <= text for each in old):
            yield Difference("emphasis", f"{mark} is missing: write {mark}…{mark}")
        long = any(len(each.split()) > MAX_TERM_WORDS for each in new)
        if new and not old and (long or mark == "**"):
            yield Difference("emphasis", f"{mark} is not in the message: remove it")
        for each in old if new else ():
            shared = _words(each) & text
            if 2 * len(shared) > len(_words(each)) and not shared & emphasised:
                yield Difference("emphasis", f"it has moved: write {mark}{each}{mark}")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _unpaired(text: str, original: str, language: Language) -> Iterator[Difference]:
    """Yield the quotation marks and brackets that are not closed, or never opened."""
    opening, _, closing = language.quotes.partition("…")
    pairs = ["()", "[]", opening.strip() + closing.strip()]
    if language.code.startswith("es"):
        pairs += ["¿?", "¡!"]
        text = values.without_shared_quotations(text, original)
    text = re.sub(r"(?:^|[;:,]\s)\w\)", "", text)  # "a) this; b) that"
    for first, last in map(tuple, pairs):
        if first != last and text.count(first) != text.count(last):
            lacking = first if text.count(first) < text.count(last) else last
            yield Difference("pairs", f"a {lacking} is missing: {first}…{last} go in pairs")


def _exchanged(before: Markup, after: Markup) -> Iterator[Difference]:
    """Yield two targets that changed places, each with words of the other; and two letters."""
    old, new = ({to: _words(text) for to, text in one.references} for one in (before, after))
    kept = set().union(*old.values()) & set().union(*new.values())
    for first, other in combinations(sorted(old.keys() & new.keys()), 2):
        one, two = (old[first] - old[other]) & kept, (old[other] - old[first]) & kept
        if one and two and one <= new[other] - new[first] and two <= new[first] - new[other]:
            yield Difference("target", f"{first} and {other} changed places: put them back")
    for low, high in LETTER_RANGE.findall(before.text):
        if (high, low) in LETTER_RANGE.findall(after.text):
            yield Difference("letter", f"{high} comes before {low}: write {low} first")

"""Find what a translation lost, doubled or exchanged, as far as a machine can see it."""

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

END = re.compile(r"(?<=[.!?…؟。])[\s”»“)]+(?=[\W_]*[^\W_])")
END_MARK = re.compile(r"\w[.!?…]\Z")
QUESTION = re.compile("[?？؟]")
SMALL = re.compile(r"(?:\)|[^\W\d_]{8,})[.!?] ([^\W\d_]\w*)")
BRACKETS = re.compile(r"\s?\([^()]*\)")
# What parts the items of a list.
PARTED = re.compile(r"[,;،؛、]| [–—] |\b(?:and|or|nor|y|e|o|u|ni|und|oder|sowie|et|ou)\b|\bو")
# A French list of four or more, whose items have articles; and the items of one after a colon.
_ITEM = r"(?<!\w)(?i:l’|(?:la|le|les|des|un|une|du)\s)[^,.;:()]{2,30}"
LIST = re.compile(rf"(?<!en\s){_ITEM}(?:, {_ITEM}){{2,}} (?:et|ou|ni) {_ITEM}")
_SHORT = r"[\w’-]+(?: [\w’-]+){0,4}"
AFTER_COLON = re.compile(
    rf":\s({_SHORT}(?:, {_SHORT}){{2,}}(?: (?:et|ou) {_SHORT})?)(?=[\s.;?!]*\Z)"
)
DOUBLED = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
# German: "die Abteilung, die die Verträge prüft", "wenn sie sie prüft"
RELATIVE = re.compile(r"(?:,|oder|und|^)\s(?:\w+\s)?\Z")
PRONOUNS = {"sie", "ihr"}
# Words that a French sentence has, and a name has not.
_VERBS = "est|sont|a|ont|qui|que|se|ne|pas|il|elle|on|ce|cette|un|une|dans|par|sur|pour|avec|où"
# And some that are no words of other languages.
_FRENCH = re.compile(r"\b(?:est|sont|ont|qui|ne|pas|il|elle|cette|une|dans|où)\b")
_NAME = re.compile(
    rf"(?<!\w)(?=(\w*[A-ZÀ-ÖØ-Þ]\w*(?![\w-])(?:[ \u00a0’]+(?!(?:{_VERBS})\b)[^\W\d_]+){{0,6}}))"
)
_LEVELS = re.compile(r"\b([A-Z]) (?:à|au|to|a|al|bis|zu|auf)(?: \w+)? ([A-Z])\b")

# A translation with fewer sentences than its message, and less than this share of the length that
# the language needs for it, lacks some; beyond the others, it is that of another message.
SHORTER, MUCH_SHORTER, MUCH_LONGER = 0.75, 0.3, 3
A_WORD, A_TEXT, MUCH = 15, 40, 60
# Of 100: how like that of another message a translation is, and by how much the messages are less.
ALIKE, UNLIKE = 75, 25
A_QUOTATION = 5  # words in a row that may be those of the message
A_TERM = 5  # words, of another language, that may be emphasised
A_NAME = 3
SOME = 3  # messages that show what is usual


class Sense:
    """What the translations of a language have in common, and what one has not."""

    def __init__(self, catalogs: Catalogs, words: set[str], language: Language) -> None:
        """Learn from `catalogs` how long the language is, and which names it keeps.

        A name is one of `words`, or more than one word.
        """
        self._language = language
        self._latin = "LATIN" in unicodedata.name(language.name[0], "")
        pages = [
            [entry for entry in catalog if entry.translated()]
            for name, catalog in catalogs.items()
            if name != INTERFACE_DOMAIN
        ]
        french, own = ("".join(getattr(e, of) for e in chain(*pages)) for of in ("msgid", "msgstr"))
        self._longer = len(own) / (len(french) or 1)
        self._beside: dict[str, list[polib.POEntry]] = {}
        self._kept: dict[str, list[bool]] = defaultdict(list)
        for page in pages:
            long = [entry for entry in page if len(entry.msgid) > A_TEXT]
            self._beside |= dict.fromkeys((entry.msgid for entry in long), long)
            for entry in page:
                for name in names_in(entry.msgid):
                    known = name.isupper() or name in words or not name.isalpha()
                    if known and len(name) >= A_NAME:
                        self._kept[name].append(name.casefold() in entry.msgstr.casefold())
        for country in Locale.parse("fr").territories.values():
            self._kept.pop(country, None)

    def differences(self, message: str, translation: str) -> Iterator[Difference]:
        """Yield what a translation lost, doubled or exchanged."""
        before, after = markup_of(message), markup_of(translation)
        text, original = after.text, before.text
        yield from _pairs(text, original, self._language)
        yield from self._doubled(text, original)
        yield from _untranslated(text, original)
        yield from self._lost(text, original)
        yield from self._names(message, translation)
        yield from _emphasis(before, after)
        yield from _exchanged(before, after)
        begins = (text[:1], *(word[0] for word in SMALL.findall(text)))
        small = next(filter(str.islower, begins), "")
        if small and original[:1].isupper() and text[-1:] in ".!?…":
            yield Difference("letter", f"a sentence begins with “{small}”: write {small.upper()}")
        for other in self._beside.get(message, ()):
            alike = fuzz.ratio(translation, other.msgstr, score_cutoff=ALIKE)
            if alike and alike - fuzz.ratio(message, other.msgid) > UNLIKE:
                what = f"it is the translation of “{other.msgid[:40]}”: one of the two is wrong"
                yield Difference("other", what)
                break

    def _doubled(self, text: str, original: str) -> Iterator[Difference]:
        match = DOUBLED.search(text)
        if match and self._language.code[:2] in LANG and not DOUBLED.search(original):
            pronoun = match[1].casefold() in PRONOUNS or RELATIVE.search(text[: match.start()])
            if not (self._language.code == "de" and pronoun):
                yield Difference("doubled", f"“{match[0]}”: write “{match[1]}” once")
        counted, french = Counter(END.split(text)), Counter(END.split(original))
        for sentence, count in counted.items():
            if count > max(french.values()) and len(sentence) > A_WORD:
                yield Difference("doubled", f"“{sentence[:40]}” is there twice: remove one")

    def _lost(self, text: str, original: str) -> Iterator[Difference]:
        if QUESTION.search(original) and not QUESTION.search(text):
            yield Difference("question", "the message asks a question, the translation does not")
        share = len(text) / (self._longer * len(original) or 1)
        sentences, own = END.split(original), END.split(text)
        if len(own) < len(sentences) and share < SHORTER:
            what = f"{len(own)} sentences for {len(sentences)}, and much shorter: is one missing?"
            yield Difference("length", what)
        elif share < MUCH_SHORTER and len(original) >= A_TEXT and self._latin:
            yield Difference("length", "much shorter than the message: is something missing?")
        elif share > MUCH_LONGER and len(text) > len(original) + MUCH:
            words = writing.WORD.findall(original)
            long = {word for word in words if len(word) > len("les") or word.isupper()}
            if not long & set(writing.WORD.findall(text)):
                yield Difference("length", "much longer than the message: is it that of another?")
        if len(own) != len(sentences):
            sentences, own = [original], [text]
        for sentence, shown in zip(sentences, own, strict=True) if self._latin else ():
            yield from _lists(sentence, shown)

    def _names(self, message: str, translation: str) -> Iterator[Difference]:
        """Yield the name that a translation lacks, though the other messages keep it."""
        names = names_in(message) if self._latin else set()
        usual = {name: kept for name in names if len(kept := self._kept[name]) > SOME}
        lost = [
            name
            for name, kept in usual.items()
            if kept.count(False) == 1 and name.casefold() not in translation.casefold()
        ]
        if lost:
            what = f"{max(lost, key=len)} is missing: keep the name, as the other messages do"
            yield Difference("name", what)
        always = [name for name in usual if all(usual[name])]
        if any(translation.count(name) < message.count(name) for name in always):
            for other in sorted(names_in(translation) & self._kept.keys()):
                if other.isupper() and other not in message and sum(self._kept[other]) > SOME:
                    what = f"{other} is not in the message: write the name it has"
                    yield Difference("name", what)


@lru_cache(maxsize=8192)
def names_in(text: str) -> set[str]:
    """Return what may be names in a text: a word with a capital, and small words that follow it.

    "Autorité de contrôle prudentiel et de résolution" is one; a verb or a pronoun ends it.
    """
    names = set()
    for match in _NAME.finditer(values.QUOTED.sub("", re.sub(r"\]\([^)]*\)|<[^>]*>", "]", text))):
        name = ""
        for word in re.split(r"(?<=\w)(?=[ \u00a0’])", match[1]):
            if not name or len(word) > len(" les"):
                names.add(name + word)
            name += word
    return names


def _lists(original: str, text: str) -> Iterator[Difference]:
    """Yield the French lists that have more items than their translation can have."""
    short = [each[0] for each in LIST.finditer(original) if each[0].count(",") >= _parts(text)]
    original, text = BRACKETS.sub("", original), BRACKETS.sub("", text)
    items = text.partition(":")[2]
    if "," in items and original.count(":") == text.count(":") == 1:
        listed = AFTER_COLON.findall(original)
        short += [each for each in listed if each.count(",") > _parts(items)]
    for each in short:
        yield Difference("list", f"a list, “{each[:40]}…”, lacks an item")


def _parts(text: str) -> int:
    return len(PARTED.findall(text))


def _untranslated(text: str, original: str) -> Iterator[Difference]:
    """Yield the French that was left in a translation, but for names and quotations."""
    if text == original and len(text) > A_TEXT and END_MARK.search(values.ADDRESS.sub("", text)):
        yield Difference("language", "it is the French text itself: translate it")
        return
    apart = re.compile("|".join((values.ADDRESS.pattern, values.QUOTED.pattern, BRACKETS.pattern)))
    texts = (apart.sub(" | ", each) for each in (text, original))
    own, french = (_runs(each) for each in texts)
    run = next(filter(_FRENCH.search, sorted(own & french)), "")
    if run:
        yield Difference("language", f"“{run}” is French: translate it")


def _runs(text: str) -> set[str]:
    """Return the words of a text, each with those that follow it."""
    words = re.findall(r"[^\W\d_]+|[|]", text.casefold())
    runs = zip(*(words[start:] for start in range(A_QUOTATION)), strict=False)
    return {" ".join(run) for run in runs if "|" not in run}


def _emphasis(before: Markup, after: Markup) -> Iterator[Difference]:
    """Yield an emphasis that was lost, added, or moved to other words.

    Words of another language may be emphasised in one language and not in another.
    """
    for sign in ("*", "**"):
        old, new = (
            [text for mark, text in one.emphases if mark == sign] for one in (before, after)
        )
        marked, text = _words(" ".join(new)), _words(after.text)
        if old and not new and not any(_words(each) <= text for each in old):
            yield Difference("emphasis", f"{sign} is missing: write {sign}…{sign}")
        elif new and not old and any(len(each.split()) > A_TERM or sign == "**" for each in new):
            yield Difference("emphasis", f"{sign} is not in the message: remove it")
        for each in old if new else ():
            shared = _words(each) & text
            if 2 * len(shared) > len(_words(each)) and not shared & marked:
                yield Difference("emphasis", f"it has moved: write {sign}{each}{sign}")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _pairs(text: str, original: str, language: Language) -> Iterator[Difference]:
    """Yield the quotation marks and brackets that are not closed, or never opened."""
    opening, _, closing = language.quotes.partition("…")
    pairs = ["()", "[]", opening.strip() + closing.strip()]
    if language.code.startswith("es"):
        pairs += ["¿?", "¡!"]
        text = values.without_quotations(original, text)[1]
    text = re.sub(r"(?:^|[;:,]\s)\w\)", "", text)  # "a) this; b) that"
    for first, last in map(tuple, pairs):
        if first != last and text.count(first) != text.count(last):
            lacking = first if text.count(first) < text.count(last) else last
            yield Difference("pairs", f"a {lacking} is missing: {first}…{last} go in pairs")


def _exchanged(before: Markup, after: Markup) -> Iterator[Difference]:
    """Yield two targets of links that changed places: each shows the words of the other."""
    old, new = (
        {target: _words(shown) for target, shown in one.references} for one in (before, after)
    )
    kept = set().union(*old.values()) & set().union(*new.values())
    for first, other in combinations(sorted(old.keys() & new.keys()), 2):
        one, two = (old[first] - old[other]) & kept, (old[other] - old[first]) & kept
        if one and two and one <= new[other] - new[first] and two <= new[first] - new[other]:
            yield Difference("target", f"{first} and {other} changed places: put them back")
    for low, high in _LEVELS.findall(before.text):
        if (high, low) in _LEVELS.findall(after.text):
            yield Difference("letter", f"{high} comes before {low}: write {low} first")

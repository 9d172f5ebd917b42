"""Check how a translation is written: hidden characters, typography, terms, spelling."""

import re
import subprocess
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from itertools import chain

import polib
import snowballstemmer  # type: ignore[import-untyped]
from babel.core import Locale
from babel.localedata import locale_identifiers
from rapidfuzz.distance import OSA, Prefix

from back_office_guide.catalogs.values import ADDRESS, name_spaces, symbol_in
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of
from back_office_guide.core.pages import bare_term

# Letters, with the vowel marks of Arabic.
WORD = re.compile(r"(?<!\d)(?<!\d\w)[^\W\d_](?:[^\W\d_]|[\u064b-\u0652])*(?:’[^\W\d_]+)*")
QUOTATION_MARKS = "«»“”„‟‹›"
FORMS = re.compile(r"forms:(?P<forms>.*)")  # other forms of a term, in the comment of its entry
# Words from left to right in a text from right to left.
ISOLATE = re.compile("\u2066([^\u2066-\u2069]*)\u2069")
# Persian and the languages of India spell words with joiners.
JOINER = re.compile(
    "(?<=[\u0620-\u06ff\u0900-\u0dff])[\u200c\u200d](?=[\u0620-\u06ff\u0900-\u0dff])"
)
# The stops of other scripts (Arabic, Urdu, Devanagari, full-width ones) in those of Latin.
STOPS = str.maketrans("؟؛۔।॥。．！？：；", "?;.....!?:;")

MIN_STEM = 3  # letters that two forms of a word share at least
MIN_LANGUAGE_WORDS = 4  # of which most are unknown: the text is in another language
MIN_COMPOUND_PART = 5  # letters of the longer of two words that may form a compound
MAX_SIMPLE_WORD = 15  # letters: longer words are compounds

Stem = Callable[[str], str]


def hidden(message: str, translation: str, language: Language) -> Iterator[Difference]:
    """Yield the invisible characters that the message does not have.

    Those that change the direction of text can disguise it:
    https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
    A language from right to left may isolate Latin words: U+2066, the words, U+2069.
    """
    if language.direction == "rtl":
        translation = ISOLATE.sub(r"\1", translation)
    translation = JOINER.sub("", translation)
    for character in sorted(set(translation) - set(message) - {"\n"}):
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            name = unicodedata.name(character, "a control character")
            yield Difference("hidden", f"U+{ord(character):04X}, {name}: remove it")


def typography(message: str, translation: str, language: Language) -> Iterator[Difference]:
    """Yield what is not in the typography of the language."""
    text, original = markup_of(translation).text, markup_of(message).text
    opening, _, closing = (re.escape(mark.strip()) for mark in language.quotes.partition("…"))
    # A quotation within another one may have other marks.
    outer = re.sub(rf"(?<={opening})[^{opening}{closing}]*(?={closing})", "", text)
    foreign = sorted((set(outer) & set(QUOTATION_MARKS) | set(text) & {'"'}) - set(language.quotes))
    if foreign:
        yield Difference("quotes", f"{' '.join(foreign)}: write {name_spaces(language.quotes)}")
    if "'" in text:
        yield Difference("quotes", "': write ’")
    if re.search(r"\s", language.quotes):  # French, which spaces other marks too
        tight = re.search(r"[^\s\u202f\u00a0«(…!?][;!?]", text)
        if tight:
            yield Difference("spaces", f"no space in “{tight[0]}”: put a no-break one before it")
    elif loose := re.search(r"\w[\s\u00a0\u202f]+[;:!?](?=\s|$)", text):
        yield Difference("spaces", f"“{loose[0]}”: write no space before the mark")
    if "  " in translation:
        yield Difference("spaces", "two spaces: write one")
    if translation != translation.strip() and message == message.strip():
        yield Difference("spaces", "a space at its beginning or end: remove it")
    yield from _amounts(text, language)
    stop, expected = _final_stop(text), _final_stop(original)
    if stop != expected and not {stop, expected} <= set(".!…"):
        wanted = f"“{expected}”" if expected else "no mark"
        yield Difference("end", f"the message ends with {wanted}: end the translation so")


def _amounts(text: str, language: Language) -> Iterator[Difference]:
    """Yield the percentages and amounts that are not written as the language does."""
    for example in (language.percent, language.amount):
        right, symbol = re.escape(example).replace("5", r"\d"), re.escape(symbol_in(example))
        for match in re.finditer(rf"\d\s*{symbol}(?:\s*\d)?|{symbol}\s*\d", text):
            if not re.search(right, match[0]):
                what = f"“{name_spaces(match[0])}”: write it like {name_spaces(example)}"
                yield Difference("amounts", what)


def _final_stop(text: str) -> str:
    """Return the stop that ends a text, before closing marks; "" if a letter or digit does."""
    last = re.sub(rf"[\s)\]{QUOTATION_MARKS}’★*]+$", "", text)[-1:].translate(STOPS)
    return last if last and last in ".:;?!…" else ""


class Glossary:
    """The translations of the glossary's terms into a language."""

    def __init__(self, terms: Collection[str], catalogs: Iterable[polib.POFile], code: str) -> None:
        """Look up the French `terms` in `catalogs` of the language `code`."""
        self._stem = stemmer(code)
        self._forms: dict[str, tuple[str, ...]] = {}
        self.words: set[str] = set()  # which are right in any translation
        for entry in chain(*catalogs):
            if entry.msgid in terms and entry.translated():
                listed = FORMS.search(entry.tcomment)
                forms = [entry.msgstr, *(listed["forms"].split(";") if listed else ())]
                self._forms[entry.msgid] = tuple(bare_term(form).strip() for form in forms)
                self.words.update(*map(WORD.findall, forms))

    @property
    def translations(self) -> dict[str, str]:
        """The translation of each term, without what it has in brackets."""
        return {term: forms[0] for term, forms in self._forms.items()}

    def differences(self, message: str, translation: str, french: Stem) -> Iterator[Difference]:
        """Yield the links to the glossary whose words are not those of the translated term.

        If the words of the French link are not those of its term, neither need the others be.
        """
        french_words = dict(markup_of(message).references)
        for target, words in markup_of(translation).references:
            original = french_words.get(target, "")
            same = stems(bare_term(original), french) == stems(bare_term(target), french)
            if same and not self._has_form(words, target):
                what = f"“{words}” is not the glossary’s “{self._forms[target][0]}”: write that, "
                what += "or add the form to the comment of the term, # forms: …; …"
                yield Difference("term", what)

    def missing(self, terms: Iterable[str], translation: str) -> Iterator[Difference]:
        """Yield those of the French `terms` that a text does not translate as the glossary does."""
        text = markup_of(translation).text
        for term in dict.fromkeys(terms):
            french = term.casefold() in text.casefold()  # the word itself is the subject
            if not french and not self._has_form(text, term):
                what = f"“{term}” is “{self._forms[term][0]}” in the glossary: write that"
                yield Difference("term", what)

    def _has_form(self, text: str, term: str) -> bool:
        """Return whether a text has a form of a term, inflected or not, or the term has none."""
        folded = text.casefold()
        words = stems(text, self._stem)
        shortened = tuple(re.findall(r"\b(\w{3,})-(?!\w)", folded))  # "Front- und Backoffice"
        forms = self._forms.get(term, ())
        return not forms or any(
            _are_within(stems(form, self._stem), words)
            or form.casefold() in folded
            or form.casefold().startswith(shortened)
            for form in forms
        )


def _are_within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether stems follow each other within others, but for their endings."""

    def match(one: str, other: str) -> bool:
        enough = max(MIN_STEM, len(one) - 2, len(other) - 2)
        return one == other or Prefix.similarity(one, other) >= enough

    starts = range(len(whole) - len(part) + 1)
    return any(all(map(match, part, whole[start:])) for start in starts)


@cache
def stemmer(code: str) -> Stem:
    """Return Snowball's function that stems a word of a language, or `str` if it has none."""
    locale = Locale.negotiate([code], locale_identifiers())
    algorithm = str(locale.english_name if locale else "").lower().split(" ")[0]
    if algorithm not in snowballstemmer.algorithms():
        return str
    stem: Stem = snowballstemmer.stemmer(algorithm).stemWord
    if algorithm == "arabic":  # where "and" is a letter of the next word, and marks are optional
        return cache(lambda word: stem(re.sub("[\u064b-\u0652]|^و(?=...)", "", word)))
    return cache(stem)


def stems(text: str, stem: Stem) -> tuple[str, ...]:
    """Return the stems of the words of a text."""
    return tuple(stem(word) for word in WORD.findall(text.casefold()))


def message_words(message: str) -> set[str]:
    """Return the words of a message that its translation may take, those with an elision split."""
    words = WORD.findall(markup_of(message).text.casefold())
    return {part for word in words for part in (word, *word.split("’"))}


def words_to_spell(translation: str, known: set[str]) -> list[str]:
    """Return the words of a translation, without `known` ones, addresses and abbreviations."""
    text = ADDRESS.sub(" ", markup_of(translation).text)
    text = re.sub(r"%\(\w+\)s|\{\w+\}|&#\d+;|(?<!\S)\w{1,4}\.|\w+-(?!\w)", " ", text)
    words = (word.removesuffix("’s") for word in WORD.findall(text))
    checked = (word for word in words if len(word) > 1 and word[1:] == word[1:].casefold())
    return [word for word in checked if not known & {word, word.casefold()}]


def find_misspelt(words: set[str], french: set[str], dictionary: str) -> dict[str, str] | None:
    """Return the words that a hunspell dictionary lacks, each with its likely correction.

    That is "" for `french` words, and where no known word is nearly the same. Return None if the
    dictionary or hunspell is missing, and no word for a language without dictionary.
    """
    if not dictionary:
        return {}
    asked = {word.replace("’", "'"): word for word in sorted(words)}
    try:
        unknown = asked.keys() & _hunspell(dictionary, "-l", asked).split("\n")
    except (OSError, subprocess.CalledProcessError):
        return None
    slips = {word for word in unknown if asked[word].casefold() not in french}
    suggested = re.findall(r"^& (\S+) .*?: (.*)$", _hunspell(dictionary, "-a", slips), re.MULTILINE)
    corrections = {word: _correction(word, listed.split(", ")) for word, listed in suggested}
    return {asked[word]: corrections.get(word, "") for word in unknown}


def _hunspell(dictionary: str, option: str, words: Iterable[str]) -> str:
    command = ["hunspell", "-d", dictionary, "-i", "utf-8", option]
    text = "\n".join(words)
    return subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", check=True
    ).stdout


def _correction(word: str, suggestions: list[str]) -> str:
    """Return the suggestion that differs from a word by one edit, or "" if it may be right.

    Dictionaries lack many compounds, for which they suggest two words, and forms with other ends.
    """
    parts = (sorted(map(len, suggestion.split())) for suggestion in suggestions)
    compound = any(len(p) > 1 and p[0] > 1 and p[-1] >= MIN_COMPOUND_PART for p in parts)
    near = (each for each in suggestions if OSA.distance(word.casefold(), each.casefold()) == 1)
    nearest = next(near, "")
    inflected = nearest.startswith(word[:-1]) and len(nearest) <= len(word)
    return "" if compound or inflected or len(word) > MAX_SIMPLE_WORD else nearest


def spelling(words: list[str], unknown: dict[str, str], language: Language) -> Iterator[Difference]:
    """Yield those of `words` that are misspelt, or that they are in another language."""
    wrong = [word for word in words if word in unknown]
    if len(words) >= MIN_LANGUAGE_WORDS and 2 * len(wrong) > len(words):
        yield Difference("language", f"most words are not {language.name}: translate it")
        return
    for word in dict.fromkeys(wrong):
        if unknown[word]:
            where = f"docs/locale/{language.code}/words.txt"
            what = f"“{word}”: write “{unknown[word]}”; a right word goes into {where}, or is muted"
            yield Difference("spelling", what)

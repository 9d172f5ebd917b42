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

from back_office_guide.catalogs.values import ADDRESS, sign_in, visible
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of
from back_office_guide.core.pages import bare_term

# Letters, with the marks on them in Arabic.
WORD = re.compile(r"(?<!\d)(?<!\d\w)[^\W\d_](?:[^\W\d_]|[\u064b-\u0652])*(?:’[^\W\d_]+)*")
QUOTES = "«»“”„‟‹›"
FORMS = re.compile(r"forms:(?P<forms>.*)")

A_STEM = 3  # letters that two words have in common at least, which may be forms of one
A_SENTENCE = 4  # words, of which more than half are unknown: another language
A_PART = 5  # letters of the longer part of a compound that a dictionary writes in two
NO_COMPOUND = 15  # letters of the longest word that is no compound
# Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, Kana and Han.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# In a text from right to left: what begins and ends a run of words from left to right.
ISOLATED = re.compile("\u2066([^\u2066-\u2069]*)\u2069")
# Joiners within words, which Persian and the languages of India spell with them.
JOINED = re.compile(
    "(?<=[\u0620-\u06ff\u0900-\u0dff])[\u200c\u200d](?=[\u0620-\u06ff\u0900-\u0dff])"
)


Stem = Callable[[str], str]


def hidden(message: str, translation: str, language: Language) -> Iterator[Difference]:
    """Yield the characters that nobody sees, and that the message does not hold.

    Those that reverse the direction of text can make it say something else than it seems to:
    https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
    A language from right to left may isolate Latin words: U+2066, the words, U+2069.
    """
    if language.direction == "rtl":
        translation = ISOLATED.sub(r"\1", translation)
    translation = JOINED.sub("", translation)
    for character in sorted(set(translation) - set(message) - {"\n"}):
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            name = unicodedata.name(character, "a control character")
            yield Difference("hidden", f"U+{ord(character):04X}, {name}: remove it")


def typography(message: str, translation: str, language: Language) -> Iterator[Difference]:
    """Yield what is not in the typography of the language."""
    text, original = markup_of(translation).text, markup_of(message).text
    opening, _, closing = (sign.strip() for sign in language.quotes.partition("…"))
    # Within quotation marks, others may be used.
    outer = re.sub(rf"(?<={opening})[^{opening}{closing}]*(?={closing})", "", text)
    foreign = sorted((set(outer) & set(QUOTES) | set(text) & {'"'}) - set(language.quotes))
    if foreign:
        yield Difference("quotes", f"{' '.join(foreign)}: write {visible(language.quotes)}")
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
    yield from _signs(text, language)
    end, expected = _end(text), _end(original)
    shortened = not expected and re.search(r"(?<!\w)[^\W\d_]{1,4}\.\W*\Z", text)  # "etc."
    if end != expected and not shortened and not {end, expected} <= set(".!…"):
        wanted = f"“{expected}”" if expected else "no mark"
        yield Difference("end", f"the message ends with {wanted}: end the translation so")


def _signs(text: str, language: Language) -> Iterator[Difference]:
    """Yield the percentages and amounts that are not written as the language does."""
    for example in (language.percent, language.amount):
        right, sign = re.escape(example).replace("5", r"\d"), re.escape(sign_in(example))
        for match in re.finditer(rf"(?:\d\s*)?{sign}(?:\s*\d)?", text):
            if re.search(r"\d", match[0]) and not re.search(right, match[0]):
                what = f"“{visible(match[0])}”: write it like {visible(example)}"
                yield Difference("amounts", what)


# The stops of other scripts: Arabic, Urdu, those of Devanagari, and full-width ones.
STOPS = str.maketrans("؟؛۔।॥。．！？：；", "?;.....!?:;")


def _end(text: str) -> str:
    """Return the mark that ends a text, whatever closes after it; "" for a letter or digit."""
    bare = re.sub(rf"[\s)\]{QUOTES}’★*]+$", "", text)
    last = bare[-1:].translate(STOPS)
    return last if last and last in ".:;?!…" else ""


class Glossary:
    """The terms of the glossary, as a language translates them."""

    def __init__(self, terms: Collection[str], catalogs: Iterable[polib.POFile], code: str) -> None:
        """Look for the French `terms` in the catalogs of the language `code`.

        Their words, `words`, are well spelt.
        """
        self._stem = stemmer(code)
        self._forms: dict[str, tuple[str, ...]] = {}
        self.words: set[str] = set()
        for entry in chain(*catalogs):
            if entry.msgid in terms and entry.translated():
                listed = FORMS.search(entry.tcomment)
                forms = [entry.msgstr, *(listed["forms"].split(";") if listed else ())]
                self._forms[entry.msgid] = tuple(bare_term(form).strip() for form in forms)
                self.words.update(*map(WORD.findall, forms))

    @property
    def shown(self) -> dict[str, str]:
        """The translation of each term, without what it holds in brackets."""
        return {term: forms[0] for term, forms in self._forms.items()}

    def differences(self, message: str, translation: str, french: Stem) -> Iterator[Difference]:
        """Yield the links to the glossary that show another word than it holds.

        Where the French itself shows other words than the term, the translation may do so too.
        """
        shown_in_french = dict(markup_of(message).references)
        for target, shown in markup_of(translation).references:
            original = shown_in_french.get(target, "")
            same = stems(bare_term(original), french) == stems(bare_term(target), french)
            if same and not self._holds(shown, target):
                what = f"“{shown}” is not the glossary’s “{self._forms[target][0]}”: write that, "
                what += "or add the form to the comment of the term, # forms: …; …"
                yield Difference("term", what)

    def missing(self, terms: Iterable[str], translation: str) -> Iterator[Difference]:
        """Yield those of the French `terms` that a text does not translate as the glossary does."""
        text = markup_of(translation).text
        for term in dict.fromkeys(terms):
            french = term.casefold() in text.casefold()  # the word as such
            if not french and not self._holds(text, term):
                what = f"“{term}” is “{self._forms[term][0]}” in the glossary: write that"
                yield Difference("term", what)

    def _holds(self, text: str, term: str) -> bool:
        """Return whether a text holds a form of a term, but for its ending; if it has any."""
        folded = text.casefold()
        words = stems(text, self._stem)
        shortened = tuple(re.findall(r"\b(\w{3,})-(?!\w)", folded))  # "Front- und Backoffice"
        forms = self._forms.get(term, ())
        return not forms or any(
            _within(stems(form, self._stem), words)
            or (UNSPACED.search(form) and form.casefold() in folded)
            or form.casefold().startswith(shortened)
            for form in forms
        )


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether stems follow each other within others, but for their endings."""

    def alike(one: str, other: str) -> bool:
        enough = max(A_STEM, len(one) - 2, len(other) - 2)
        return one == other or Prefix.similarity(one, other) >= enough

    starts = range(len(whole) - len(part) + 1)
    return any(all(map(alike, part, whole[start:])) for start in starts)


@cache
def stemmer(code: str) -> Stem:
    """Return what takes the inflection off a word of a language, where Snowball knows it."""
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


def words_in(message: str) -> set[str]:
    """Return the words of a message as they may be in a translation, without what is elided."""
    words = WORD.findall(markup_of(message).text.casefold())
    return {part for word in words for part in (word, *word.split("’"))}


def words_of(translation: str, known: set[str]) -> list[str]:
    """Return the words of a translation whose spelling is to be checked.

    Not so are `known` ones, addresses, initials and abbreviations.
    """
    text = ADDRESS.sub(" ", markup_of(translation).text)
    text = re.sub(r"%\(\w+\)s|\{\w+\}|&#\d+;|(?<!\S)\w{1,4}\.|\w+-(?!\w)", " ", text)
    words = (word.removesuffix("’s") for word in WORD.findall(text))
    checked = (word for word in words if len(word) > 1 and word[1:] == word[1:].casefold())
    return [word for word in checked if not known & {word, word.casefold()}]


def misspelt(words: set[str], french: set[str], dictionary: str) -> dict[str, str] | None:
    """Return those of `words` that the hunspell dictionary lacks, with what was probably meant.

    That is "" where the dictionary has no word that is nearly the same, or knows the parts of a
    compound, and where the word is `french`. Return None without hunspell; a language without
    dictionary has no such words.
    """
    if not dictionary:
        return {}
    asked = {word.replace("’", "'"): word for word in sorted(words)}
    try:
        unknown = asked.keys() & _hunspell(dictionary, "-l", asked).split("\n")
    except (OSError, subprocess.CalledProcessError):
        return None
    slips = {word for word in unknown if asked[word].casefold() not in french}
    said = re.findall(r"^& (\S+) .*?: (.*)$", _hunspell(dictionary, "-a", slips), re.MULTILINE)
    meant = {word: _meant(word, suggestions.split(", ")) for word, suggestions in said}
    return {asked[word]: meant.get(word, "") for word in unknown}


def _hunspell(dictionary: str, option: str, words: Iterable[str]) -> str:
    """Return what hunspell says of words, one a line."""
    command = ["hunspell", "-d", dictionary, "-i", "utf-8", option]
    text = "\n".join(words)
    return subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", check=True
    ).stdout


def _meant(word: str, suggestions: list[str]) -> str:
    """Return the suggestion that differs from a word by a single slip, or "" for a compound."""
    parts = (sorted(map(len, suggestion.split())) for suggestion in suggestions)
    compound = any(len(each) > 1 and each[0] > 1 and each[-1] >= A_PART for each in parts)
    near = (each for each in suggestions if OSA.distance(word.casefold(), each.casefold()) == 1)
    meant = next(near, "")
    # What has another end is a form, and what is long a compound, that the dictionary lacks.
    another_end = meant.startswith(word[:-1]) and len(meant) <= len(word)
    return "" if compound or another_end or len(word) > NO_COMPOUND else meant


def spelling(words: list[str], unknown: dict[str, str], language: Language) -> Iterator[Difference]:
    """Yield the words that are misspelt, or that the language is another one."""
    wrong = [word for word in words if word in unknown]
    if len(words) >= A_SENTENCE and 2 * len(wrong) > len(words):
        yield Difference("language", f"most words are not {language.name}: translate it")
        return
    for word in dict.fromkeys(wrong):
        if unknown[word]:
            where = f"docs/locale/{language.code}/words.txt"
            what = f"“{word}”: write “{unknown[word]}”; a right word goes into {where}, or is muted"
            yield Difference("spelling", what)

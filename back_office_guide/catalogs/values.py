"""Compare the numbers, dates and addresses of a message and its translation.

Each language writes them its own way: languages.toml shows how; the Unicode CLDR, through Babel,
names months, units and currencies; text2num reads the numbers that are written as words.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import get_month_names
from babel.numbers import format_compact_decimal, get_currency_name
from babel.units import format_unit
from roman_numerals import InvalidRomanNumeralError, RomanNumeral
from text_to_num.lang import LANG
from text_to_num.transforms import alpha2digit

from back_office_guide.core.catalog import fold
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of

ADDRESS = re.compile(r"https?://[^\s<>)\]]+[^\s<>)\].,;:؛،]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

# What text2num reads: https://github.com/allo-media/text2num
SPOKEN = frozenset(LANG)
# And what it does not: words for about so many, and abbreviations.
WORDS = {
    "dizaine": "10", "douzaine": "12", "quinzaine": "15", "vingtaine": "20", "trentaine": "30",
    "quarantaine": "40", "cinquantaine": "50", "soixantaine": "60", "centaine": "100",
    "millier": "1000", "dozen": "12", "docena": "12", "decena": "10", "centenar": "100",
    "tercer": "3", "tercero": "3", "tercera": "3", "cuarto": "4", "cuarta": "4",
    "quinto": "5", "quinta": "5", "Dutzend": "12", "Mio": "1000000", "Mrd": "1000000000",
}  # fmt: skip
_WORDS = re.compile(rf"\b({'|'.join(WORDS)})s?\b(?! parte)")  # "una cuarta parte" is a quarter
MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43830, "year": 525960}
# Stands before a number that is written in digits.
_DIGITS = "¤"
_NUMBER = re.compile(rf"({_DIGITS}?)(\d+(?:\.\d+)?)(?: (10{{3,}})(?!\d))?")
_FROM_TO = re.compile(
    rf"({_DIGITS}?(\d+(?:\.\d+)?))"
    rf"((?:\s?[–-]\s?|\W{{0,2}} (?:à|et|to|and|a|y|bis|und|إلى) \W{{0,2}}){_DIGITS}?"
    r"(\d+(?:\.\d+)?))( 10{3,}(?!\d))?"
)
_BETWEEN = re.compile(r"\b(?:entre|between|zwischen)\b", re.IGNORECASE)
# An hour and a half is no "1 h 30".
_HALF = re.compile(r"\b(?:half|medi[ao]|mez[zo]+|meia)\b|halb|نصف")
_RANGE = re.compile(r"\b((?:1[89]|20)\d\d)[–/-](\d\d)\b")  # two years, the second short
_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_HALF_DAY = re.compile(r"(?<![\d:])(\d{1,2})(?=(?::\d\d)?\s?p\.?\s?m\b)")
_ROMAN = re.compile(r"\b([IVXL]{2,}|[VX](?=[eᵉ]))[eᵉ]?\b")


@dataclass
class Values:
    """The numbers of a text, as plain decimals: "21876.36"."""

    written: Counter[str] = field(default_factory=Counter)
    """Those in digits."""
    spoken: Counter[str] = field(default_factory=Counter)
    """Those in words, or as Roman numerals."""
    ranges: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    """Each two of them that begin and end a range."""
    half: bool = False
    """Whether there is a half, in words."""
    minutes: dict[str, int] = field(default_factory=dict)
    """How long a number of them is, where it counts days, or another unit of time."""

    @property
    def all(self) -> Counter[str]:
        """All numbers."""
        return self.written + self.spoken


QUOTED = re.compile(r"«([^»]+)»|“([^“”]+)”|„([^„“]+)“")
BRACKETS = re.compile(r"\(([^()]+)\)")


def without_quotations(before: str, after: str, *patterns: re.Pattern[str]) -> tuple[str, str]:
    """Return two texts without addresses, and without what both hold and a pattern matches."""
    texts = ADDRESS.sub(" ", before), ADDRESS.sub(" ", after)
    folded = [fold(text).casefold() for text in texts]
    own = []
    for text, other in zip(texts, reversed(folded), strict=True):
        both = text
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            quoted = match[match.lastindex or 0]
            if fold(quoted.strip()).casefold() in other:
                both = both.replace(quoted, " ")
        own.append(both)
    return own[0], own[1]


@cache
def number_pattern(language: Language) -> tuple[re.Pattern[str], str, str]:
    """Return what a number looks like in a language, and its marks of thousands and decimals.

    A point between digits is taken everywhere, as in "Python 3.11", unless it marks thousands.
    """
    match = re.fullmatch(r"1(\D?)234(\D)5", language.number)
    assert match is not None  # noqa: S101, languages.toml was checked for it
    thousands, decimal = match.groups()
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)" if thousands else r"(?!)"
    return re.compile(rf"(?:{grouped}|\d+)(?:[{re.escape(decimal)}.]\d+)?"), thousands, decimal


@lru_cache(maxsize=4096)
def values_of(text: str, language: Language) -> Values:
    """Return the numbers in a text of a language."""
    pattern, thousands, decimal = number_pattern(language)

    def plain(match: re.Match[str]) -> str:
        number = re.sub(rf"{re.escape(thousands)}(?=\d{{3}})", "", match[0])
        return f"{_DIGITS}{number.replace(decimal, '.')}"

    text = _DATE.sub(r"\1 \3", ADDRESS.sub("", text))
    text = _RANGE.sub(lambda match: f"{match[1]} {match[1][:2]}{match[2]}", text)
    text = re.sub(r"\b(\d{1,2})[.:](\d\d)(?=\s(?:Uhr|[ap]\.?\s?m)\b)", r"\1:\2", text)
    text = _HALF_DAY.sub(lambda match: str(int(match[1]) % 12 + 12), text)
    text = re.sub(r"(\d{1,2}):00\b", r"\1", text)  # "11:00" is "11 h"
    text = _ROMAN.sub(_roman, pattern.sub(plain, text))
    text = re.sub(r"\s", " ", _WORDS.sub(lambda match: WORDS[match[1]], text))
    code = language.code.partition("_")[0]
    text = text.replace("hundred and ", "hundred ")
    if code in SPOKEN:
        text = str(alpha2digit(text, code, ordinal_threshold=0))
    else:
        for name, power in magnitudes(code).items():
            text = re.sub(rf"({_DIGITS}\d+(?:\.\d+)?) ?{re.escape(name)}", rf"\1 {power}", text)
    ranges = [
        (Decimal(match[2]), Decimal(match[4]))
        for match in _FROM_TO.finditer(text)
        if _BETWEEN.search(text) or not re.search(r"et|and|y|und", match[3])
    ]
    # In "1,5 à 2 millions", both are.
    text = _FROM_TO.sub(lambda match: f"{match[1]}{match[5] or ''}{match[3]}{match[5] or ''}", text)
    found = Values(half=bool(_HALF.search(text)), ranges=ranges)
    for match in _NUMBER.finditer(text):
        number = _plain(Decimal(match[2]) * int(match[3] or 1))
        (found.written if match[1] else found.spoken)[number] += 1
    if code == "fr":
        text = re.sub(r"\b(?:1 )?demi-heure", "30 minutes", text)
        text = re.sub(r"(\d+) (an|mois|jour|heure)s? et demie?\b", r"\1.5 \2s", text)
    for unit, minutes in MINUTES.items():
        for match in re.finditer(rf"(\d+(?:\.\d+)?) (?:{_unit(unit, code)})\b", text):
            count = Decimal(match[1])
            if code == "fr" and unit == "day":  # where "quinze jours" are two weeks
                count = {8: Decimal(7), 15: Decimal(14)}.get(int(count), count)
            found.minutes[match[1].removesuffix(".5")] = int(count * minutes)
    return found


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _roman(match: re.Match[str]) -> str:
    with suppress(InvalidRomanNumeralError):
        return str(int(RomanNumeral.from_string(match[1])))
    return match[0]


@cache
def magnitudes(code: str) -> dict[str, int]:
    """Return the words for thousand, million and beyond in a language, the longest first."""
    found = {}
    with suppress(UnknownLocaleError, ValueError):
        for power in (3, 4, 6, 8, 9, 12):
            for number in (1, 2, 5, 11):
                shown = _compact(number * 10**power, code)
                match = re.fullmatch(r"(\d+)\s?(\D+)", shown)
                if match:
                    found[match[2]] = number * 10**power // int(match[1])
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _compact(number: int, code: str) -> str:
    try:
        return format_compact_decimal(number, format_type="long", locale=code)
    except KeyError:  # where CLDR has one form for both, as in Chinese, Babel 2.18 misses it
        return format_compact_decimal(number, locale=code)


@cache
def is_number(word: str, code: str) -> bool:
    """Return whether a word of the language `code` is a number: "XIX", "zweihundert"."""
    code = code.partition("_")[0]
    roman = re.fullmatch("[IVXLCM]+", word)
    return bool(roman) or (code in SPOKEN and alpha2digit(word, code, ordinal_threshold=0) != word)


@cache
def _unit(unit: str, code: str) -> str:
    """Return a pattern of the names of a unit of time in a language."""
    try:
        shown = {format_unit(number, f"duration-{unit}", locale=code) for number in (1, 2, 5, 11)}
    except (UnknownLocaleError, ValueError):
        return "(?!)"
    return "|".join(re.escape(re.sub(r"^\W*\d+\W*", "", each)) + "n?" for each in sorted(shown))


@cache
def month_pattern(code: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return what a month beside a number looks like in a language, and each name's month."""
    names: dict[str, int] = {}
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return re.compile(r"(?!)"), {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for month, name in get_month_names(width, context, locale).items():
                names.setdefault(name.rstrip(".").casefold(), month)
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    beside = (
        rf"\d(?:er|st|nd|rd|th|\.)?\s(?:de\s|ב)?({words})\b|\b({words})\.?,?\s(?:de\s|del\s)?\d"
    )
    return re.compile(beside, re.IGNORECASE), names


def months(text: str, code: str) -> Counter[str]:
    """Return the months, from 1, beside a number in a text of the language `code`."""
    pattern, names = month_pattern(code)
    found = Counter(
        str(names[(match[1] or match[2]).casefold()]) for match in pattern.finditer(text)
    )
    found.update(str(int(match[2])) for match in _DATE.finditer(text))
    return found


@cache
def _names(symbol: str, code: str) -> tuple[str, ...]:
    """Return a symbol and the words that may be written for it in a language."""
    found = {symbol}
    with suppress(UnknownLocaleError, ValueError):
        for number in (1, 2, 5, 11):
            if symbol in "%٪":
                shown = format_unit(number, "concentr-percent", locale=code)
                found |= {re.sub(r"^\d+\s*", "", shown), "per cent"}
            elif symbol == "€":
                found.add(get_currency_name("EUR", number, locale=code))
    return tuple(found)


def differences(
    message: str, translation: str, source: Language, language: Language
) -> Iterator[Difference]:
    """Yield the values that a translation lacks, or has beyond those of the message."""
    before, after = markup_of(message).text, markup_of(translation).text
    french, own = without_quotations(before, after, QUOTED)
    old, new = values_of(french, source), values_of(own, language)
    wanted, found = months(french, source.code), months(own, language.code)
    yield from _numbers(old, new, wanted, found, language)
    for example, ours in ((source.percent, language.percent), (source.amount, language.amount)):
        sign, own = (text.replace("5", "").strip() for text in (example, ours))
        names = _names(own, language.code)
        if before.count(sign) > sum(after.casefold().count(each.casefold()) for each in names):
            yield Difference("numbers", f"a {own} is missing: write it like {visible(ours)}")
    for month in wanted.keys() - found.keys() - (new.written - old.written).keys():
        name = get_month_names("wide", "format", Locale.parse(source.code))[int(month)]
        yield Difference("dates", f"the month of a date, “{name}”, is missing: write it")
    for address in Counter(ADDRESS.findall(before)) - Counter(ADDRESS.findall(after)):
        yield Difference("address", f"{address} is missing: keep the address")
    for address in Counter(ADDRESS.findall(after)) - Counter(ADDRESS.findall(before)):
        yield Difference("address", f"{address} is not in the message: remove it")


def _numbers(
    old: Values, new: Values, wanted: Counter[str], found: Counter[str], language: Language
) -> Iterator[Difference]:
    """Yield the numbers of a translation that are not those of its message; months may be."""
    lacking = old.written - new.all - (found - wanted)
    added = new.written - old.all - wanted
    other = old.spoken.keys() - new.all.keys() - {"1"}, new.spoken.keys() - old.all.keys() - {"1"}
    if all(other):  # numbers in words, which an article, "both" or "twice" may replace
        lacking.update(other[0])
        added.update(other[1])
    for mine, theirs, values in ((old, new, lacking), (new, old, added)):
        times = set(theirs.minutes.values())
        for value in list(values):
            same_time = mine.minutes.get(value) in times
            decade = re.fullmatch(r"(?:19|20)([1-9]0)", value)
            if same_time or (decade and decade[1] in theirs.all):
                del values[value]
    if new.half:
        lacking -= Counter({"1": 1, "30": 1, "0.5": 1})
    if lacking or added:
        words = [f"{value} is missing: write {_written(value, language)}" for value in lacking]
        words += [f"{_written(value, language)} is not in the message" for value in added]
        yield Difference("numbers", "; ".join(words))
    for low, high in old.ranges:
        if low < high and (high, low) in new.ranges:
            what = f"{high:f} comes before {low:f}: write {low:f} first"
            yield Difference("numbers", what)


def _written(value: str, language: Language) -> str:
    """Return a number as a language writes it."""
    _, thousands, decimal = number_pattern(language)
    whole, _, part = value.partition(".")
    grouped = f"{int(whole):,}".replace(",", thousands) if len(whole) > len("2024") else whole
    return grouped + (decimal + part if part else "")


def visible(text: str) -> str:
    """Return a text with its spaces that do not break named."""
    for space, name in (("\u00a0", "U+00A0, no-break space"), ("\u202f", "U+202F, narrow one")):
        text = text.replace(space, f"[{name}]")
    return text

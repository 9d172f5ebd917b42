"""Compare the numbers, dates and addresses of a message and its translation.

languages.toml shows how each language writes them; the Unicode CLDR, through Babel, names months,
units of time and currencies; text2num reads numbers in words.
A number may be read in several ways, so two match if one reading of each is the same.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from babel.dates import get_month_names
from babel.numbers import format_compact_decimal, get_currency_name
from babel.units import format_unit
from roman_numerals import InvalidRomanNumeralError, RomanNumeral
from text_to_num.lang import LANG
from text_to_num.transforms import alpha2digit

from back_office_guide.core.catalog import normalize
from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of

ADDRESS = re.compile(r"https?://[^\s<>)\]]+[^\s<>)\].,;:؛،]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

# Numbers in words that text2num does not read: https://github.com/allo-media/text2num
# Those with ª are ordinals and fractions.
_NUMBER_WORDS = {number: re.compile(rf"\b(?:{words})(?!\w)") for number, words in {
    "1.5": "anderthalb(?:e[nrs]?)?", "2ª": "segund[oa]", "3ª": "tiers|tercer[oa]?|tercios?|Drittel",
    "4ª": "quarts?|cuart[oa]|Viertel", "5ª": "quint[oa]|Fünftel", "6ª": "sext[oa]",
    "7ª": "séptim[oa]", "8ª": "octav[oa]", "9ª": "noven[oa]", "10ª": "décim[oa]|Zehntel",
    "10": "dizaines?|decenas?", "12": "midi|noon|mediodía|douzaines?|dozens?|docenas?|Dutzend",
    "15": "quinzaine|quincena", "20": "vingtaine|veintena", "21": "veintiún",
    "30": "trentaine|treintena", "40": "quarantaine", "50": "cinquantaine|moitié|mitad|Hälfte",
    "60": "soixantaine",
    "100": "centaines?|centenar(?:es)?", "1000": "milliers?|millar(?:es)?", "1000000": "Mio\\.?",
    "1000000000": "Mrd\\.?|bn",
}.items()}  # fmt: skip
# Words of fractions, which may match a number, but need not.
_FRACTION_WORDS = {
    re.compile(r"\b(?:demie?|half|medi[ao]|(?:andert)?halb\w*|نصف)\b"): ("0.5", 30, 50),
    re.compile(r"\bquarters?\b"): (4, 25),
}
_DIGITS = "¤"  # put before a number that is written in digits
_HALF_A_MAGNITUDE = re.compile(
    r"\b(?:(?:une?|una|eine?|1) )?(?:half(?: an?)?|medi[ao]|halbe\w*|demi)[\s-](?=10{3,}\b)"
)
# "€4.9bn"
_ABBREVIATED = re.compile(rf"(?<=[€£$]{_DIGITS})([\d.]+)(m|bn)\b")
# Between numbers that share what follows the last: "15 à 24 %", "two, three or four weeks".
_RANGE = r"[–-]|à|au|to|a|al|bis|إلى"
_AND = r"et|and|y|und"
_JOINED = re.compile(rf"[^\w–-]*(?:(?P<range>{_RANGE})|(?P<and>{_AND})|ou|or|o|u|oder|,|و|أو)?\W*")
_BETWEEN = re.compile(r"\b(?:entre|between|zwischen)\b", re.IGNORECASE)
# A share: "neuf sur dix".
_OUT_OF = re.compile(r"\s(?:\w+\s)?(?:sur|in|out of|de cada|von)\s")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800,
            "month": 2629800, "quarter": 7889400, "year": 31557600,
            "decade": 315576000}  # fmt: skip
# French says eight days for a week, and fifteen for two.
_DAYS_MEANT = {Decimal(8): Decimal(7), Decimal(15): Decimal(14)}
_LAST_DAY = 31
_PLURAL_SAMPLES = (11, 5, 2, 1)  # each plural form of a language is that of one of them
_HOUR, _DAY, _NOON = _SECONDS["hour"], _SECONDS["day"], 12
_PERCENT, _THOUSAND, *_POWERS = map(Decimal, (100, 10**3, 10**3, 10**6, 10**9))
_HALF = Decimal("0.5")

_YEARS = re.compile(r"\b((?:1[89]|20)\d\d)[–/-](\d\d)\b")  # "2023/24"
_DATE = re.compile(r"\b(\d{1,2})[./]\s?(\d{1,2})[./]\s?(\d{4})\b")
_CLOCK = re.compile(r"\b(\d{1,2})[.:](\d\d)(?=\s?(?:h|Uhr|[ap]\.?\s?m)\b)")
_ROMAN = re.compile(r"\b([IVXL]{2,}|[VX](?=[eᵉ]))[eᵉ]?\b")

QUOTATION = re.compile(r"«[^»]+»|“[^“”]+”|„[^„“]+“")


@dataclass
class Quantity:
    """A number in a text, and whether it is `written` in digits.

    `values` are what it may be read as; of a share, in percent too. `seconds` are how long it is,
    if a unit of time follows it (`timed`) or the number beside it. `month` is that of a date, from
    1. `unit` is "percent" or "currency" if that follows it; `units` has that of the number beside
    it, too.
    """

    number: Decimal
    written: bool
    values: set[Decimal]
    seconds: set[Decimal] = field(default_factory=set)
    timed: bool = False
    month: int = 0
    unit: str = ""
    units: set[str] = field(default_factory=set)

    def may_equal(self, other: "Quantity") -> bool:
        """Return whether another text may mean this number by one of its own."""
        days = [each.month and each.number <= _LAST_DAY for each in (self, other)]
        if any(days) and not all(days) and not (self.written and other.written):
            return False
        same_time = bool(self.seconds & other.seconds)
        return same_time or (not (self.timed and other.timed) and bool(self.values & other.values))


Range = tuple[Decimal, Decimal]
Numbers = tuple[list[Quantity], list[Range]]


def without_shared_quotations(text: str, other: str) -> str:
    """Return a text without addresses, and without the quotations that another text has, too."""
    other = normalize(ADDRESS.sub(" ", other)).casefold()

    def replace(match: re.Match[str]) -> str:
        return " " if normalize(match[0][1:-1].strip()).casefold() in other else match[0]

    return QUOTATION.sub(replace, ADDRESS.sub(" ", text))


@cache
def _number_pattern(language: Language) -> tuple[re.Pattern[str], str, str]:
    """Return a pattern of numbers in digits, and a language's separators of thousands and decimals.

    A point is a decimal one in any language, as in "Python 3.11", unless it separates thousands.
    """
    thousands, decimal = language.number[1:-5], language.number[-2]  # "1 234,5"
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)" if thousands else r"(?!)"
    return re.compile(rf"(?:{grouped}|\d+)(?:[{re.escape(decimal)}.]\d+)?"), thousands, decimal


def _normalize_numbers(text: str, language: Language) -> str:
    """Return a text with its numbers, in digits or in words, as plain decimals."""
    pattern, thousands, decimal = _number_pattern(language)

    def plain(match: re.Match[str]) -> str:
        number = re.sub(rf"{re.escape(thousands)}(?=\d{{3}})", "", match[0])
        return f"{_DIGITS}{number.replace(decimal, '.')}"

    text = _DATE.sub(r"\1 \3", ADDRESS.sub("", text))
    text = _YEARS.sub(lambda match: f"{match[1]}–{match[1][:2]}{match[2]}", text)
    text = re.sub(r":00\b", "", _CLOCK.sub(r"\1:\2", text))  # "11:00" is "11 h"
    text = _ROMAN.sub(_read_roman, pattern.sub(plain, text))
    text = _ABBREVIATED.sub(lambda match: f"{match[1]} {10**6 if match[2] == 'm' else 10**9}", text)
    for number, words in _NUMBER_WORDS.items():
        text = words.sub(number, text)
    text = re.sub(rf"(?i)(?<=\w)-(?=(?:{_unit_pattern(language, 'time')})\b)", " ", text)
    text = re.sub(r"\s", " ", text).replace("hundred and ", "hundred ")
    text = re.sub(rf"\b(?:une?|una|el|der|die|den|the) (?={_DIGITS})", "", text)
    code = language.code.partition("_")[0]
    if code in LANG:
        has_number = any(_is_number(word, code) for word in re.findall(r"[^\W\d_]+", text))
        text = str(alpha2digit(text, code, ordinal_threshold=0)) if has_number else text
        return _HALF_A_MAGNITUDE.sub("0.5 ", text)
    for name, power in _magnitudes(language).items():
        text = re.sub(rf"({_DIGITS}\d+(?:\.\d+)?) ?{re.escape(name)}", rf"\1 {power}", text)
    return text


@cache
def _is_number(word: str, code: str) -> bool:
    """Return whether text2num, which is slow, reads a word as a number."""
    return bool(alpha2digit(word, code, ordinal_threshold=0) != word)


@cache
def _unit_words(language: Language) -> dict[str, tuple[str, int, int]]:
    """Return the words for units and months: what each is, its size, and its number.

    The size of a unit of time is in seconds, that of a month is its number in the year. A word is
    one of its unit, except for duals, as in Arabic.
    """
    found = {"h": ("time", _HOUR, 1), "uhr": ("time", _HOUR, 1)}
    for unit, seconds in _SECONDS.items():
        for number in _PLURAL_SAMPLES:
            written = format_unit(number, f"duration-{unit}", locale=language.locale).casefold()
            name = re.sub(r"^\W*\d+\W*", "", written)
            found[name] = "time", seconds, 1 if name != written else number
    percent = {symbol_in(language.percent), "%", "٪", "per cent", "por 100"}
    currency = {symbol_in(language.amount)}
    for number in _PLURAL_SAMPLES:
        written = format_unit(number, "concentr-percent", locale=language.locale)
        percent.add(re.sub(r"[\d\s]", "", written))
        if "€" in language.amount:
            currency |= {"EUR", get_currency_name("EUR", number, locale=language.locale)}
    found |= {name.casefold(): ("percent", 0, 1) for name in percent}
    found |= {name.casefold(): ("currency", 0, 1) for name in currency}
    for form in (("wide", "format"), ("wide", "stand-alone"), ("abbreviated", "format"),
                 ("abbreviated", "stand-alone")):  # fmt: skip
        for month, name in get_month_names(*form, language.locale).items():
            found[name.rstrip(".").casefold()] = "month", month, 1
    return found


@cache
def _unit_pattern(language: Language, *kinds: str) -> str:
    """Return a pattern of the words for some kinds of units, the longest first."""
    names = {name: kind for name, (kind, *_) in _unit_words(language).items() if kind in kinds}
    ends = {"time": r"(?=(?:e?[ns])?(?!\w))", "month": r"(?!\w)"}
    return "|".join(
        re.escape(name) + ends.get(names[name], r"(?!\w)" * (name[-1].isascii() and name.isalpha()))
        for name in sorted(names, key=len, reverse=True)
    )


@cache
def _quantity_pattern(language: Language) -> re.Pattern[str]:
    """Return a pattern of a plain number with its unit, or of a unit of time alone."""
    units, time = ("percent", "currency", "month"), _unit_pattern(language, "time")
    after = _unit_pattern(language, "time", *units)
    return re.compile(
        rf"(?:(?<!\w)(?P<before>{_unit_pattern(language, *units)})\.?\s?)?"
        rf"(?P<digits>{_DIGITS})?(?P<number>\d+(?:\.\d+)?)"
        rf"(?:\s?(?P<power>10{{3,}})(?!\d))?"
        rf"(?P<ordinal>ª|º|\.º|\.ª|st|nds?|rds?|ths?|ers?|ère|ème|e(?!\w)|\.(?=\s\w))?"
        rf"(?:[\s-]?(?:d[’']|de |of )?(?P<after>{after})(?:e?[ns]\b)?"
        rf"(?P<half> et demie?| and a half| y medi[ao])?)?"
        rf"|\b(?P<bare>{time})",
        re.IGNORECASE,
    )


@lru_cache(maxsize=4096)
def quantities(text: str, language: Language) -> Numbers:
    """Return the numbers in a text of a language, and its ranges."""
    original, text = text, _normalize_numbers(text, language)
    found = [
        (_read_quantity(match, language), match)
        for match in _quantity_pattern(language).finditer(text)
    ]
    ranges = []
    for (first, one), (second, two) in pairwise(found):
        between = text[one.end() : two.start()]
        if joined := _JOINED.fullmatch(between):
            _share_units(first, second)
            if joined["range"] or (joined["and"] and _BETWEEN.search(text)):
                ranges.append((first.number, second.number))
        if second.number and (_OUT_OF.fullmatch(between) or (between == " " and two["ordinal"])):
            share = Decimal(round(_PERCENT * first.number / second.number))
            for quantity in (first, second):
                quantity.values.add(share)
                quantity.units.add("percent")
    hints = [
        Quantity(Decimal(1), False, set(map(Decimal, values)), units={"percent"})
        for words, values in _FRACTION_WORDS.items()
        if words.search(original)
    ]
    return [*(quantity for quantity, _ in found), *hints], ranges


def _read_quantity(match: re.Match[str], language: Language) -> Quantity:
    number = Decimal(match["number"] or 1) * int(match["power"] or 1)
    found = Quantity(number, bool(match["digits"]), {number})
    for word in filter(None, (match["before"], match["after"], match["bare"])):
        kind, size, count = _unit_words(language)[word.casefold()]
        if kind == "time":
            number = Decimal(count) if match["bare"] else number + _HALF * bool(match["half"])
            others = {_DAY: _DAYS_MEANT.get(number, number), _HOUR: number - _NOON}
            other = others.get(size, number)
            found.seconds = {Decimal(round(each * size)) for each in (number, other)}
            found.values |= {other} if size == _HOUR else set()
            found.timed = True
        elif kind != "month":
            found.unit = kind
            found.units.add(kind)
        elif match["digits"]:
            found.month = size
    if match["ordinal"] and number > 1:
        found.values.add(Decimal(round(_PERCENT / number)))
        found.units.add("percent")
    if re.fullmatch("(?:19|20)[1-9]0", str(number)):
        found.values.add(number % 100)  # "the nineties"
    return found


def _share_units(first: Quantity, second: Quantity) -> None:
    """Give two numbers that are joined the unit that follows one of them: "15 à 24 %"."""
    if first.number < _THOUSAND:
        first.values |= {first.number * power for power in _POWERS if second.number % power == 0}
    if second.timed and not first.timed and second.number:
        first.seconds |= {first.number * each / second.number for each in second.seconds}
    first.units |= second.units
    second.units |= first.units


def _read_roman(match: re.Match[str]) -> str:
    with suppress(InvalidRomanNumeralError):
        return str(int(RomanNumeral.from_string(match[1])))
    return match[0]


@cache
def _magnitudes(language: Language) -> dict[str, int]:
    """Return a language's words for thousand, million and more, the longest first."""
    found = {}
    for number in (count * 10**power for power in (3, 4, 6, 8, 9, 12) for count in (1, 2, 5, 11)):
        try:
            written = format_compact_decimal(number, format_type="long", locale=language.locale)
        except KeyError:  # where CLDR has one form for both, as in Chinese, Babel 2.18 misses it
            written = format_compact_decimal(number, locale=language.locale)
        if match := re.fullmatch(r"(\d+)\s?(\D+)", written):
            found[match[2]] = number // int(match[1])
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _months_in(text: str, language: Language) -> set[int]:
    """Return the months, from 1, that a text names or writes in digits."""
    text = text.casefold()
    found = {int(match[2]) for match in _DATE.finditer(text)}
    for name, (kind, month, _) in _unit_words(language).items():
        apart = r"(?<!\d)" if name[0].isdigit() else r"\b" * (len(name) <= len("mai"))
        if kind == "month" and re.search(f"{apart}{re.escape(name)}", text):
            found.add(month)
    return found


def differences(
    message: str, translation: str, source: Language, language: Language
) -> Iterator[Difference]:
    """Yield the numbers, months and addresses that a translation lacks or adds."""
    before, after = markup_of(message).text, markup_of(translation).text
    other = without_shared_quotations(after, before)
    old = quantities(without_shared_quotations(before, after), source)
    yield from _number_differences(old, quantities(other, language), language)
    months = {each.month for each in old[0]} - {0}
    for month in sorted(months - _months_in(other, language) if months else months):
        name = get_month_names("wide", "format", source.locale)[month]
        yield Difference("dates", f"the month of a date, “{name}”, is missing: write it")
    addresses, others = (Counter(ADDRESS.findall(text)) for text in (before, after))
    for address in addresses - others:
        yield Difference("address", f"{address} is missing: keep the address")
    for address in others - addresses:
        yield Difference("address", f"{address} is not in the message: remove it")


def _number_differences(
    before: Numbers, after: Numbers, language: Language
) -> Iterator[Difference]:
    """Yield the faults in the numbers of a translation: order, values, units."""
    (old, ranges), (new, new_ranges) = before, after
    for low, high in ranges:
        if low < high and (high, low) in new_ranges:
            yield Difference("numbers", f"{high:f} comes before {low:f}: write {low:f} first")
    lost, added = _unmatched(old, new), _unmatched(new, old)
    if not (lost and added):  # numbers in words, which other words may replace
        lost, added = ([each for each in one if each.written] for one in (lost, added))
    lost_words, added_words = _format(lost, language), _format(added, language)
    both = set(lost_words) & set(added_words)
    changes = [f"{each} counts something else than in the message" for each in sorted(both)]
    changes += [f"{each} is missing: write {each}" for each in lost_words if each not in both]
    changes += [f"{each} is not in the message" for each in added_words if each not in both]
    if changes:
        yield Difference("numbers", "; ".join(changes))
    for unit, example in (("percent", language.percent), ("currency", language.amount)):
        for number in old:
            same = [each.units for each in new if number.may_equal(each)]
            if number.unit == unit and same and not any(unit in units for units in same):
                what = f"a {symbol_in(example)} is missing: write it like {name_spaces(example)}"
                yield Difference("numbers", what)
                break


def _unmatched(numbers: list[Quantity], others: list[Quantity]) -> list[Quantity]:
    """Return the numbers of a text, but 1, that none of another one may equal."""
    return [
        number
        for number in numbers
        if number.number != 1 and not any(map(number.may_equal, others))
    ]


def _format(numbers: list[Quantity], language: Language) -> list[str]:
    """Return different numbers as a language writes them."""
    _, thousands, decimal = _number_pattern(language)
    formatted = []
    for number in dict.fromkeys(each.number for each in numbers):
        whole, _, part = f"{number.normalize():f}".partition(".")
        if len(whole) > len("2024"):
            whole = f"{int(whole):,}".replace(",", thousands)
        formatted.append(whole + (decimal + part if part else ""))
    return formatted


def symbol_in(example: str) -> str:
    """Return the symbol, "€", of an example in languages.toml, "5 €"."""
    return example.replace("5", "").strip()


def name_spaces(text: str) -> str:
    """Return a text with the names of its no-break spaces in their place."""
    for space, name in (("\u00a0", "U+00A0, no-break space"), ("\u202f", "U+202F, narrow one")):
        text = text.replace(space, f"[{name}]")
    return text

"""Compare the numbers, dates and addresses of a message and its translation.

Each language writes them its own way: languages.toml shows how, and the Unicode CLDR, through
Babel, names the months.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import get_month_names

from back_office_guide.core.languages import Language
from back_office_guide.core.markup import Difference, markup_of

ADDRESS = re.compile(r"https?://[^\s<>)\]]+[^\s<>)\].,;:؛،]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@cache
def number_pattern(language: Language) -> tuple[re.Pattern[str], str, str]:
    """Return what a number looks like in a language, its sign of thousands and its decimal sign.

    A point between digits is taken everywhere, as in "Python 3.11", unless it marks thousands.
    """
    match = re.fullmatch(r"1(\D?)234(\D)5", language.number)
    assert match is not None  # noqa: S101, languages.toml was checked for it
    thousands, decimal = match.groups()
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?!\d)" if thousands else r"(?!)"
    return re.compile(rf"(?:{grouped}|\d+)(?:[{re.escape(decimal)}.]\d+)?"), thousands, decimal


def numbers(text: str, language: Language) -> Counter[str]:
    """Return the numbers in a text of a language, as plain decimals: "21876.36"."""
    pattern, thousands, decimal = number_pattern(language)
    found: Counter[str] = Counter()
    text = re.sub(r"(\d{1,2}):00\b", r"\1", ADDRESS.sub("", text))  # "11:00" is "11 h"
    for match in pattern.finditer(text):
        plain = re.sub(rf"{re.escape(thousands)}(?=\d{{3}})", "", match[0])
        found[f"{Decimal(plain.replace(decimal, '.')).normalize():f}"] += 1
    return found


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
    beside = rf"\d(?:er|st|nd|rd|th|\.)?\s(?:de\s)?({words})\b|\b({words})\.?,?\s(?:de\s|del\s)?\d"
    return re.compile(beside, re.IGNORECASE), names


def months(text: str, code: str) -> Counter[int]:
    """Return the months, from 1, that stand beside a number in a text of the language `code`."""
    pattern, names = month_pattern(code)
    return Counter(
        names[(match[1] or match[2]).casefold()] for match in pattern.finditer(text)
    )  # fmt: skip


def differences(
    message: str, translation: str, source: Language, language: Language
) -> Iterator[Difference]:
    """Yield the values that a translation lacks, or has beyond those of the message."""
    before, after = markup_of(message).text, markup_of(translation).text
    old, new = numbers(before, source), numbers(after, language)
    if old != new:
        words = [f"{value} is missing" for value in old - new]
        words += [f"{value} is not in the message" for value in new - old]
        yield Difference("numbers", f"{', '.join(words)}: write it like {language.number}")
    for example, ours in (
        (source.percent, language.percent),
        (source.amount, language.amount),
    ):
        sign, own = (text.replace("5", "").strip() for text in (example, ours))
        if before.count(sign) > after.count(own):
            yield Difference("numbers", f"a {own} is missing: write it like {ours}")
    for month in months(before, source.code) - months(after, language.code):
        yield Difference("dates", f"month {month} of a date is missing: write its name")
    for address in Counter(ADDRESS.findall(before)) - Counter(ADDRESS.findall(after)):
        yield Difference("address", f"{address} is missing: keep the address")
    for address in Counter(ADDRESS.findall(after)) - Counter(ADDRESS.findall(before)):
        yield Difference("address", f"{address} is not in the message: remove it")

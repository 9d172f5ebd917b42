"""Read languages.toml, the one list of the guide's languages."""

import json
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers

from back_office_guide.core.faults import GuideError
from back_office_guide.core.paths import LANGUAGES

# The form that Sphinx and gettext share: https://www.sphinx-doc.org/en/master/usage/configuration.html#confval-language
CODE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|\d{3}))?")
# The fields of a language: the form of each in JSON, and what to write.
FIELDS = {
    "name": (r'".*\S.*"', '"Italiano"'),
    "direction": (r'"(ltr|rtl)"', '"ltr" or "rtl"'),
    "published": (r"true|false", "true or false"),
    "dictionary": (
        r'"([a-z]{2,3}(_[\w-]+)?)?"',
        '"it_IT", the name of a dictionary of hunspell, or "" where there is none',
    ),
    "number": (r'"1(\D?)234(\D)5"', '"1.234,5"'),
    "percent": (r'"(5\s?[%٪]|[%٪]\s?5)"', '"5%"'),
    "amount": (r'"(5\s?[^\s\d]+|[^\s\d]+\s?5)"', '"5 €"'),
    "quotes": (r'"\S+\s?…\s?\S+"', '"«…»"'),
}


class LanguagesError(GuideError):
    """The list cannot be used; the message names the file, the fault and what to write."""


@dataclass(frozen=True)
class Language:
    """One language: its code, and the fields that languages.toml explains."""

    code: str
    name: str
    direction: str
    published: bool
    dictionary: str
    number: str
    percent: str
    amount: str
    quotes: str

    @property
    def tag(self) -> str:
        """What HTML calls the language: https://www.rfc-editor.org/info/bcp47."""
        return self.code.replace("_", "-")

    @property
    def locale(self) -> str:
        """What Babel calls the language, in the country of its dictionary where that names one."""
        preferred = [name for name in (self.dictionary, self.code) if name]
        return str(Locale.negotiate(preferred, locale_identifiers()) or "en")


@dataclass(frozen=True)
class Languages:
    """Every language of the guide in the order of the file, and which one it is written in."""

    source: Language
    all: tuple[Language, ...]
    threshold: int

    def get(self, code: str) -> Language:
        """Return the language of a code, with what is usual if the list does not hold it."""
        return next((each for each in self.all if each.code == code), None) or unlisted(code)

    def requested(self, default: tuple[Language, ...]) -> tuple[Language, ...]:
        """Return the languages of the variable LANGS ("fr en"), or `default` where it names none.

        Raises LanguagesError for a code that the list does not hold.
        """
        known = {language.code: language for language in self.all}
        codes = dict.fromkeys(os.environ.get("LANGS", "").replace(",", " ").split())
        for code in (code for code in codes if code not in known):
            raise LanguagesError(
                f'LANGS: no language "{code}" in {LANGUAGES.name}, which lists: '
                f"{' '.join(known)}. Name one of these, or add a table for it."
            )
        return tuple(known[code] for code in codes) or default


def unlisted(code: str) -> Language:
    """Return a language that no list holds, as Unicode's CLDR knows it."""
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    name, direction = locale.get_display_name(code) or code, locale.text_direction
    return Language(code, name, direction, False, str(locale), "1,234.5", "5%", "€5", "“…”")


def load(path: Path = LANGUAGES) -> Languages:
    """Return the languages listed in the TOML file at `path`.

    Raises LanguagesError when the file is missing, is not TOML, or lacks something.
    """
    file = path.name
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = f"{file}: cannot be read: {error}. Fix this place, or restore the file."
        raise LanguagesError(what) from error
    tables = data.get("languages")
    if not isinstance(tables, dict) or not tables:
        raise LanguagesError(f"{file}: no language. Add a table [languages.fr].")
    languages = {code: _language(file, code, table) for code, table in tables.items()}
    source, threshold = data.get("source"), data.get("threshold")
    if source not in list(languages):
        raise LanguagesError(
            f"{file}: source must be the language of the pages, one of those listed: "
            f'{" ".join(languages)}. Write source = "{next(iter(languages))}".'
        )
    if not any(language.published for language in languages.values()):
        raise LanguagesError(f"{file}: no language is published. Write published = true for one.")
    if not isinstance(threshold, int) or threshold not in range(101):
        what = f"{file}: threshold must be a number from 0 to 100. Write threshold = 90."
        raise LanguagesError(what)
    return Languages(languages[source], tuple(languages.values()), threshold)


def _language(file: str, code: str, table: object) -> Language:
    where = f"{file}: [languages.{code}]"
    if not CODE.fullmatch(code):
        raise LanguagesError(f'{where}: not a language code. Write "de", "pt_BR" or "es_419".')
    fields = table if isinstance(table, dict) else {}
    for unknown in (field for field in fields if field not in FIELDS):
        right = ", ".join(FIELDS)
        raise LanguagesError(f"{where}: {unknown} is no field. Remove it; these are: {right}.")
    for field, (form, right) in FIELDS.items():
        if field not in fields:
            raise LanguagesError(f"{where}: {field} is missing. Write {field} = {right}.")
        if isinstance(fields[field], str):  # digits of any script show the same
            fields[field] = "".join(str(unicodedata.decimal(c, c)) for c in fields[field])
        written = json.dumps(fields[field], ensure_ascii=False, default=str)
        if not re.fullmatch(form, written):
            message = f"{where}: {field} = {written} cannot be used. Write {field} = {right}."
            raise LanguagesError(message)
    return Language(code, **fields)

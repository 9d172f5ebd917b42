"""Let readers search without accents: Sphinx's index, with every word also in its plainest form.

The index holds the folded stem of a word, and the stem of the folded word; search.js of the theme
asks for both. So "controlee" and "contrôlée" find "contrôle", "oeuvre" finds "œuvre", and
"pruefung" finds "Prüfung", for Snowball's German stemmer knows that spelling.
"""

import json
import re
import unicodedata
from functools import cache
from typing import Any

import snowballstemmer  # type: ignore[import-untyped]
from sphinx import search
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search import _MINIFIED_JS_PATH, SearchLanguage, languages
from sphinx.util.typing import ExtensionMetadata

# What Unicode does not take for a letter with a mark. The same table is in guide.js.
LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ـ": "", "ى": "ي", "ة": "ه"}
WORD = re.compile(r"[^\W_]+")
# What Snowball's Arabic stemmer leaves: "and" before the article; a heh typed for teh marbuta.
AND_THE = re.compile("^[وف](?=ال)")
LAST_HEH = re.compile("ه$")


class SearchArabic(SearchLanguage):
    """Arabic, of which Sphinx ships Snowball's stemmer for the browser alone (Sphinx 9)."""

    lang = "ar"
    language_name = "Arabic"
    js_stemmer_rawcode = "arabic-stemmer.js"

    def __init__(self, options: dict[str, str]) -> None:
        """Take the same stemmer for the index."""
        super().__init__(options)
        self.stemmer = snowballstemmer.stemmer("arabic")

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        return str(self.stemmer.stemWord(word))


class Index(search.IndexBuilder):
    """Sphinx's index, with its entries as they are spelled, and made anew at every build.

    Sphinx 9 writes the entries in small letters. Of the pages that it writes again it keeps the
    old words, with no page.
    """

    def load(self, stream: object, format: object) -> None:  # noqa: A002, so named by Sphinx
        """Take up nothing of the last build, since every page is written again."""
        raise ValueError

    def dump(self, stream: Any, format: object) -> None:  # noqa: A002, ANN401, as Sphinx has it
        """Write the index into `stream`, with letters as they are, which Sphinx 9 writes in codes.

        In Arabic, a code takes six bytes and a letter two.
        """
        index = json.dumps(self.freeze(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        stream.write(f"Search.setIndex({index})")

    def freeze(self) -> dict[str, Any]:
        """Return what is written into searchindex.js."""
        self._index_entries = dict(sorted(self._index_entries.items()))
        frozen = super().freeze()
        found = (entry for entries in self._index_entries.values() for entry, _, _ in entries)
        spelled = {entry.lower(): entry for entry in found}
        entries = frozen["indexentries"].items()
        frozen["indexentries"] = {spelled[entry]: places for entry, places in entries}
        return frozen


class Signs(dict[int, int | str | None]):
    """What str.translate makes of each sign: of a mark of Unicode nothing; found out once."""

    def __missing__(self, sign: int) -> int | None:
        """Return what a sign that is met for the first time becomes, and keep it."""
        becomes = None if unicodedata.category(chr(sign)).startswith("M") else sign
        self[sign] = becomes
        return becomes


WITHOUT_MARKS = Signs()
FOLDED = Signs({ord(letter): plain for letter, plain in LETTERS.items()})


@cache
def fold(text: str) -> str:
    """Return a text in small letters, without accents, ligatures and Arabic marks."""
    return unicodedata.normalize("NFD", text.lower()).translate(FOLDED)


def folded(base: type[SearchLanguage]) -> type[SearchLanguage]:
    """Return a language of Sphinx's search that folds what `base` stems."""
    raw = base.js_stemmer_rawcode
    stemmer = f"{base.language_name}Stemmer" if raw else "Stemmer"
    scripts = ["base-stemmer.js", raw] if raw else []
    code = "\n".join((_MINIFIED_JS_PATH / name).read_text("utf-8") for name in scripts)

    class Folded(base):  # type: ignore[misc, valid-type]
        js_stemmer_rawcode = ""
        js_stemmer_code = f"{code or base.js_stemmer_code}\nwindow.Stemmer = {stemmer};\n"
        stopwords = frozenset(base.stopwords) | {fold(word) for word in base.stopwords}

        def split(self, text: str) -> list[str]:
            """Return the words of a text, each followed by its folded form where it has one."""
            text = unicodedata.normalize("NFC", text.lower()).translate(WITHOUT_MARKS)
            words = WORD.findall(text)
            return [form for word in words for form in dict.fromkeys((word, fold(word)))]

        @cache  # noqa: B019, there is one of these a build
        def stem(self, word: str) -> str:
            """Return the folded stem of a word."""
            word = LAST_HEH.sub("ة", AND_THE.sub("", word.lower()))
            return fold(super().stem(word))

    return Folded


def language_of(code: str) -> type[SearchLanguage]:
    """Return the folded search of the language of a code, or one without stems if none is known."""
    known = languages | {SearchArabic.lang: SearchArabic}
    base = known.get(code.partition("_")[0], SearchLanguage)
    if isinstance(base, str):
        module, _, name = base.rpartition(".")
        base = getattr(__import__(module, fromlist=[name]), name)
    language = folded(base)
    language.lang = code
    return language


def choose(app: Sphinx, config: Config) -> None:
    """Fold the search of the language of the build."""
    app.add_search_language(language_of(config.language))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Wait for the language; take the place of Sphinx's index where the builder looks for it."""
    search.IndexBuilder = Index  # type: ignore[misc]
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Let readers search without accents: Sphinx's index, with every word also in its plainest form.

The index holds the folded stem of a word, and the stem of the folded word; search.js of the theme
asks for both. So "controlee" and "contrôlée" find "contrôle", and "oeuvre" finds "œuvre".
"""

import re
import unicodedata

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search import _MINIFIED_JS_PATH, SearchLanguage, languages
from sphinx.util.typing import ExtensionMetadata

# What Unicode does not take for a letter with a mark. The same table is in search.js.
LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ـ": "", "ى": "ي", "ة": "ه"}
WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return a text in small letters, without accents, ligatures and Arabic marks."""
    text = unicodedata.normalize("NFD", text.lower())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return "".join(LETTERS.get(sign, sign) for sign in text)


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
            words = WORD.findall(text.lower())
            return [form for word in words for form in dict.fromkeys((word, fold(word)))]

        def stem(self, word: str) -> str:
            """Return the folded stem of a word."""
            return fold(super().stem(word.lower()))

    return Folded


def choose(app: Sphinx, config: Config) -> None:
    """Fold the search of the language of the build."""
    base = languages.get(config.language.partition("_")[0], SearchLanguage)
    if isinstance(base, str):
        module, _, name = base.rpartition(".")
        base = getattr(__import__(module, fromlist=[name]), name)
    language = folded(base)
    language.lang = config.language
    app.add_search_language(language)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Wait for the language."""
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

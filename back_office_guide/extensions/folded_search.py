"""Search without accents, for numbers and in every script: Sphinx's index, with folded words.

Words are folded alike when they are indexed, here, and when they are searched for, in
folded_search.js, which becomes a part of Sphinx's language_data.js. So "controlee" finds
"contrôle", "oeuvre" finds "œuvre", "pruefung" finds "Prüfung", "20 000" finds "20,000", and "制"
finds "控制".

The index is Sphinx's own for any theme, with more for the theme of this guide: how pages begin,
what terms of a glossary mean, which words mean the same.

`search_last` is a list of patterns of the pages that come after the others; `search_synonyms` one
of files, from the sources on, of which the first that exists is read. "{language}" in it is the
language of the build.
"""

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from os import PathLike
from os.path import commonprefix
from pathlib import Path
from textwrap import shorten
from typing import Any

import snowballstemmer  # type: ignore[import-untyped]
from docutils import nodes
from sphinx import search
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search import _MINIFIED_JS_PATH, SearchLanguage, languages
from sphinx.util.matching import patmatch
from sphinx.util.typing import ExtensionMetadata

# What Unicode does not take for a letter with a mark. The same tables are in folded_search.js.
LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه"}
# Arabic-Indic digits, those of the west and of the east.
DIGITS = {start + digit: str(digit) for start in (0x660, 0x6F0) for digit in range(10)}
DIGITS[ord("ـ")] = ""  # the Arabic letter that only stretches
# Scripts that put no spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
WORD = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
# Arabic writes "and" in one with a number.
PREFIXED = re.compile("([\u0621-\u064a])(?=[0-9])")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,'’٬]\d{3})+(?!\d)")
# The vowels that stems keep where an accent is not typed: "controle" of "controlee".
ENDING = re.compile("(?<=[a-z]{4})[aeiouy]+$")
# What Snowball's Arabic stemmer leaves: "and" before the article; a heh typed for teh marbuta.
AND_THE = re.compile("^[وف](?=ال)")
LAST_HEH = re.compile("ه$")
# How many letters of the beginning of a page, and of a definition, are shown with a result.
SHOWN = 90


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
    """Sphinx's index, with what results show; made anew each time.

    Sphinx 9 writes index entries in small letters, and, of the pages that it writes again, keeps
    the old words, with no page.
    """

    def __init__(self, env: Any, *options: Any) -> None:  # noqa: ANN401, as Sphinx has it
        """Begin an index of the pages of `env`."""
        super().__init__(env, *options)
        self.config = env.config
        self.srcdir = env.srcdir
        self.words: dict[str, frozenset[str]] = {}
        self.leads: dict[str, str] = {}
        self.definitions: dict[str, tuple[str, str]] = {}

    def load(self, stream: object, format: object) -> None:  # noqa: A002, so named by Sphinx
        """Take up nothing of the last build, since every page is written again."""
        raise ValueError

    def feed(
        self, docname: str, filename: str | PathLike[str], title: str, doctree: nodes.document
    ) -> None:
        """Add a page."""
        self.words[docname] = frozenset(map(self.lang.stem, super()._word_collector(doctree).words))
        super().feed(docname, filename, title, doctree)
        sections = [(each.astext(), each.parent["ids"][0]) for each in doctree.findall(is_heading)]
        self._titles[docname] = sections[0][0] if sections else title  # which Sphinx gives as HTML
        self._all_titles[docname] = sections[1:]
        self.leads[docname] = beginning(doctree)
        for item in doctree.findall(nodes.definition_list_item):
            meaning = item[-1].astext()
            for term in item.findall(nodes.term):
                for name in term["ids"]:
                    self.definitions[name] = docname, meaning

    def _word_collector(self, doctree: nodes.document) -> search.WordStore:
        """Return nothing: the words and headings of a page are collected in `feed`."""
        return search.WordStore()

    def freeze(self) -> dict[str, Any]:
        """Return what is written into searchindex.js, its words as two texts: see `packed`."""
        self._index_entries = dict(sorted(self._index_entries.items()))
        frozen = super().freeze()
        found = [entry for entries in self._index_entries.values() for entry in entries]
        spelled = {entry.lower(): entry for entry, _, _ in found}
        entries = frozen["indexentries"].items()
        frozen["indexentries"] = {spelled[entry]: places for entry, places in entries}
        defined = {name: self.definitions[name] for _, name, _ in found if name in self.definitions}
        lists = {self.config.root_doc, *(docname for docname, _ in defined.values())}
        pages = frozen["docnames"]
        last = [name for name in pages if any(patmatch(name, p) for p in self.config.search_last)]
        return frozen | {
            "envversion": {},  # which only `load` reads
            "filenames": pages,  # of which no script reads the ends
            "terms": self.packed(pages),
            "leads": [self.leads.get(name, "") for name in pages],
            "definitions": {name: shown(text) for name, (_, text) in defined.items()},
            "acronyms": acronyms({name: text for name, (_, text) in defined.items()}),
            "lists": [pages.index(name) for name in pages if name in lists],
            "last": [pages.index(name) for name in last],
            "synonyms": self.synonyms(),
        }

    def synonyms(self) -> list[str]:
        """Return the lines of the first file of `search_synonyms` that there is, less comments."""
        for pattern in self.config.search_synonyms:
            path = Path(self.srcdir, pattern.format(language=self.config.language))
            if path.is_file():
                lines = path.read_text("utf-8").splitlines()
                return [line for line in lines if line.strip() and not line.startswith("#")]
        return []

    def packed(self, pages: tuple[str, ...]) -> tuple[str, str]:
        """Return the words of the index, and their pages, as texts that take half the room of JSON.

        A word is written as how many of its first letters are those of the word before, and the
        rest; a page as a letter.
        """
        found: dict[str, str] = {}
        for number, page in enumerate(pages):
            for word in self.words.get(page, ()):
                found[word] = found.get(word, "") + chr(33 + number)
        words = sorted(found)
        same = [len(commonprefix(pair)) for pair in pairwise(["", *words])]  # noqa: RUF071, of letters
        rests = [chr(48 + length) + word[length:] for word, length in zip(words, same, strict=True)]
        return " ".join(rests), " ".join(found[word] for word in words)

    def dump(self, stream: Any, format: object) -> None:  # noqa: A002, ANN401, as Sphinx has it
        """Write the index into `stream`, with letters as they are, which Sphinx 9 writes in codes.

        In Arabic, a code takes six bytes and a letter two.
        """
        index = json.dumps(self.freeze(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        stream.write(f"Search.setIndex(unpackIndex({index}))")


def is_heading(node: nodes.Node) -> bool:
    """Say whether a node is the title of a page or of a section, and not of a table."""
    return isinstance(node, nodes.title) and isinstance(node.parent, nodes.section)


def shown(text: str) -> str:
    """Return how a text begins, as a result shows it."""
    return shorten(" ".join(text.split()), SHOWN, placeholder=" …")


def beginning(doctree: nodes.document) -> str:
    """Return how a page begins; "" for a page without text."""
    return next((shown(each.astext()) for each in doctree.findall(nodes.paragraph)), "")


def acronyms(definitions: dict[str, str]) -> dict[str, str]:
    """Return the acronyms that only one of the definitions mentions, with the name of that one."""
    found = [
        (each, name)
        for name, text in definitions.items()
        for each in {*re.findall(r"\b[A-Z]{2,6}\b", text)}
    ]
    times = Counter(each for each, _ in found)
    return {each: name for each, name in sorted(found) if times[each] == 1}


class Signs(dict[int, int | str | None]):
    """What str.translate makes of each character: of a mark of Unicode nothing; found out once."""

    def __missing__(self, character: int) -> int | None:
        """Return what a character that is met for the first time becomes, and keep it."""
        becomes = (
            None if unicodedata.category(chr(character)) in {"Mn", "Mc", "Me", "Cf"} else character
        )
        self[character] = becomes
        return becomes


WITHOUT_MARKS = Signs(DIGITS)
FOLDED = Signs(DIGITS | {ord(letter): plain for letter, plain in LETTERS.items()})


@cache
def fold(text: str) -> str:
    """Return a text in small letters, without accents, ligatures and Arabic marks."""
    return unicodedata.normalize("NFKD", text.lower()).translate(FOLDED)


def words_of(text: str) -> list[str]:
    """Return the words of a text, numbers in one: "20000" for "20 000"."""
    text = unicodedata.normalize("NFKC", text).translate(WITHOUT_MARKS)
    text = PREFIXED.sub(r"\1 ", text)
    text = THOUSANDS.sub(lambda number: re.sub(r"\D", "", number[0]), text)
    return WORD.findall(text)


def folded(base: type[SearchLanguage]) -> type[SearchLanguage]:
    """Return a language of Sphinx's search that folds what `base` stems."""
    raw = base.js_stemmer_rawcode
    # Not base.language_name: https://github.com/sphinx-doc/sphinx/issues/14229
    stemmer = f"{raw.partition('-')[0].title()}Stemmer" if raw else "Stemmer"
    scripts = [_MINIFIED_JS_PATH / name for name in ("base-stemmer.js", raw) if raw]
    code = "\n".join(path.read_text("utf-8") for path in scripts) or base.js_stemmer_code
    folding = Path(__file__).with_suffix(".js").read_text("utf-8")

    class Folded(base):  # type: ignore[misc, valid-type]
        js_stemmer_rawcode = ""
        js_stemmer_code = f"{code}\nconst SnowballStemmer = {stemmer};\n{folding}"
        js_splitter_code = ""
        passed_over = base.stopwords | {fold(word) for word in base.stopwords}

        def split(self, text: str) -> list[str]:
            """Return the words of a text, each followed by its folded form where it has one.

            Where words have no spaces between them: each letter, and each two of them, as Sphinx
            splits Japanese and Chinese in the index alone:
            https://github.com/sphinx-doc/sphinx/issues/13395
            """
            forms: list[str] = []
            for word in words_of(text):
                low = word.lower()
                if re.match(rf"[{UNSPACED}]", word):
                    forms += [*word, *map("".join, pairwise(word))]
                else:
                    forms += dict.fromkeys((low, fold(low)))
                    if word.isupper() and len(word) > 1 and low in self.passed_over:
                        forms.append(f"{low}_")  # "IT", which is not "it"
            return forms

        def word_filter(self, word: str) -> bool:
            """Say that every word is indexed: https://github.com/sphinx-doc/sphinx/issues/776."""
            return True

        @cache  # noqa: B019, there is one of these a build
        def stem(self, word: str) -> str:
            """Return the folded stem of a word."""
            if word.endswith("_"):
                return word
            word = LAST_HEH.sub("ة", AND_THE.sub("", word.lower()))
            return ENDING.sub("", fold(super().stem(word)))

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
    app.add_config_value("search_last", [], "html")
    app.add_config_value("search_synonyms", [], "html")
    search.IndexBuilder = Index  # type: ignore[misc, assignment]
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

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
from pkgutil import resolve_name
from typing import Any

from docutils import nodes
from sphinx import search
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.search import _MINIFIED_JS_PATH, SearchLanguage, languages, parse_stop_word
from sphinx.util.matching import patmatch
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.extensions.accessible import definitions
from back_office_guide.extensions.website import description, shortened

# What Unicode does not take for a letter with a mark. The same tables are in folded_search.js.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه"})
# Arabic-Indic digits, those of the west and of the east.
DIGITS = {start + digit: str(digit) for start in (0x660, 0x6F0) for digit in range(10)}
DIGITS[ord("ـ")] = ""  # the Arabic letter that only stretches
# Marks, and characters that only format: https://www.unicode.org/reports/tr44/#General_Category_Values
MARKS = {"Mn", "Mc", "Me", "Cf"}
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
# What Arabic writes in one with a word: before it the article, with "and", "in" or "for"; after it
# endings of number, gender and possession.
BEFORE = "^(?:[وف]?(?:[بك]?ال|لل))+(?=..)"
AFTER = "^(..(?=(?:ه|ات)$)|.{3,}?(?=(?:ات|ان|ون|ين|ه|ت|ا)?(?:ها|هم|كم|نا|ه|ي)?$)).*"
# How many letters of the beginning of a page, and of a definition, are shown with a result.
SHOWN = 90

HERE = Path(__file__).parent


class SearchArabic(SearchLanguage):
    """Arabic, without the article and the commonest endings, after Larkey, Ballesteros and Connell.

    "Light stemming for Arabic information retrieval", 2007. Broken plurals are left to the list of
    synonyms.
    """

    lang = "ar"
    language_name = "Arabic"
    # "And", "for", "in", in one with a word: left out where the rest is a word of the guide, too.
    prefix = "^(?:[ولب](?=...)|ف(?=....))"
    stopwords = parse_stop_word(HERE.joinpath("stopwords-ar.txt").read_text("utf-8"))
    js_stemmer_code = f"""
function Stemmer() {{
  this.stemWord = (word) => {{
    const plain = fold(word).replace(/{BEFORE}/, "");
    const stem = plain.replace(/{AFTER}/, "$1");
    return stem === plain ? stem : this.stemWord(stem);
  }};
}}"""

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        plain = re.sub(BEFORE, "", fold(word))
        stem = re.sub(AFTER, r"\1", plain)
        return stem if stem == plain else self.stem(stem)


class Index(search.IndexBuilder):
    """Sphinx's index, with what results show; made anew each time, for Sphinx cannot load it.

    Sphinx 9 writes index entries in small letters.
    """

    def __init__(self, env: BuildEnvironment, *options: Any) -> None:  # noqa: ANN401, as Sphinx has it
        """Begin an index of the pages of `env`."""
        super().__init__(env, *options)
        self.env = env
        self.leads: dict[str, str] = {}

    def feed(
        self, docname: str, filename: str | PathLike[str], title: str, doctree: nodes.document
    ) -> None:
        """Add a page."""
        super().feed(docname, filename, title, doctree)
        self._titles[docname] = self.env.titles[docname].astext()  # which Sphinx gives as HTML
        sections = [each.parent for each in doctree.findall(nodes.title)]
        self._all_titles[docname] = [
            (each[0].astext(), each["ids"][0])
            for each in sections
            if isinstance(each, nodes.section) and isinstance(each.parent, nodes.section)
        ]
        self.leads[docname] = description(doctree, SHOWN)

    def freeze(self) -> dict[str, Any]:
        """Return what is written into searchindex.js, its words as two texts: see `packed`."""
        frozen = super().freeze()
        config, pages = self.env.config, frozen["docnames"]
        numbers = {page: number for number, page in enumerate(pages)}
        entries: dict[str, list[tuple[int, str]]] = {}
        for page in pages:
            for entry, name, _ in self._index_entries[page]:
                entries.setdefault(entry, []).append((numbers[page], name))
        known = definitions(self.env)
        terms = sorted(
            place for places in entries.values() for place in places if place[1] in known
        )
        defined = {name: known[name] for _, name in terms}
        last = {page for page in pages for p in config.search_last if patmatch(page, p)}
        return frozen | {
            "envversion": {},  # which only `load` reads
            "terms": self.packed(numbers),
            "titleterms": {},  # which are among them
            "indexentries": entries,
            "leads": [self.leads.get(page, "") for page in pages],
            "definitions": {name: shortened(text, SHOWN) for name, text in defined.items()},
            "acronyms": acronyms(defined),
            "lists": sorted({numbers[config.root_doc], *(number for number, _ in terms)}),
            "last": sorted(map(numbers.__getitem__, last)),
            "synonyms": self.synonyms(),
        }

    def synonyms(self) -> list[str]:
        """Return the lines of the first file of `search_synonyms` that there is, less comments."""
        for pattern in self.env.config.search_synonyms:
            path = Path(self.env.srcdir, pattern.format(language=self.env.config.language))
            if path.is_file():
                lines = path.read_text("utf-8").splitlines()
                return [line for line in lines if line.strip() and not line.startswith("#")]
        return []

    def packed(self, numbers: dict[str, int]) -> tuple[str, str]:
        """Return the words of the index, and their pages, as texts that take half the room of JSON.

        A word is written as how many of its first letters are those of the word before, in a
        capital letter, and the rest; a page as a character, of which the last of a word is odd.
        """
        found: dict[str, set[int]] = {}
        for word, holders in (*self._mapping.items(), *self._title_mapping.items()):
            if holders:  # else it was on a page that has changed
                found.setdefault(word, set()).update(map(numbers.__getitem__, holders))
        for word in sorted(found, key=len, reverse=True):
            rest = re.sub(self.lang.prefix, "", word)  # type: ignore[attr-defined]
            if rest != word and rest in found:
                found[rest] |= found.pop(word)
        words = sorted(found)
        same = [min(25, len(commonprefix(pair))) for pair in pairwise(["", *words])]  # noqa: RUF071, of letters
        rests = [chr(65 + length) + word[length:] for word, length in zip(words, same, strict=True)]
        held = [
            chr(36 + 2 * number + (number == max(found[word])))
            for word in words
            for number in sorted(found[word])
        ]
        return "".join(rests), "".join(held)

    def dump(self, stream: Any, format: object) -> None:  # noqa: A002, ANN401, as Sphinx has it
        """Write the index into `stream`, with letters as they are, which Sphinx 9 writes in codes.

        In Arabic, a code takes six bytes and a letter two.
        """
        index = json.dumps(self.freeze(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        stream.write(f"Search.setIndex(unpackIndex({index}))")


def acronyms(definitions: dict[str, str]) -> dict[str, str]:
    """Return the acronyms that only one of the definitions mentions, with the name of that one."""
    found = [
        (each, name)
        for name, text in definitions.items()
        for each in {*re.findall(r"\b[A-Z]{2,6}\b", text)}
    ]
    times = Counter(each for each, _ in found)
    return {each: name for each, name in sorted(found) if times[each] == 1}


def without_marks(text: str) -> str:
    """Return a text without accents and other marks, and with the digits of the west."""
    marked = text.translate(DIGITS)
    return "".join(each for each in marked if unicodedata.category(each) not in MARKS)


@cache
def fold(text: str) -> str:
    """Return a text in small letters, without accents, ligatures and Arabic marks."""
    return without_marks(unicodedata.normalize("NFKD", text.lower())).translate(LETTERS)


def words_of(text: str) -> list[str]:
    """Return the words of a text, numbers in one: "20000" for "20 000"."""
    text = without_marks(unicodedata.normalize("NFKC", text))
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
    commented = HERE.joinpath("folded_search.js").read_text("utf-8")
    folding = re.sub(r"^\s*//.*\n", "", commented, flags=re.MULTILINE)

    class Folded(base):  # type: ignore[misc, valid-type]
        js_stemmer_rawcode = ""
        prefix = getattr(base, "prefix", "(?!)")
        js_stemmer_code = (
            f"{code}\nconst SnowballStemmer = {stemmer};\nconst PREFIX = /{prefix}/;\n{folding}"
        )
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
            return ENDING.sub("", fold(super().stem(word.lower())))

    return Folded


def language_of(code: str) -> type[SearchLanguage]:
    """Return the folded search of the language of a code, or one without stems if none is known."""
    known = languages | {SearchArabic.lang: SearchArabic}
    base = known.get(code.partition("_")[0], SearchLanguage)
    language = folded(resolve_name(base) if isinstance(base, str) else base)
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
    app.connect("env-updated", lambda _, env: env.found_docs)  # to be written: see Index
    return {"parallel_read_safe": True, "parallel_write_safe": True}

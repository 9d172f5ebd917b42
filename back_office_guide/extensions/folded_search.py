"""Search without accents, for numbers and in every script.

Words are folded in the same way when they are indexed, here, and when they are searched for, in
folded_search.js, which becomes a part of Sphinx's language_data.js. So "controlee" finds
"contrôle", "oeuvre" finds "œuvre", "pruefung" finds "Prüfung", "20 000" finds "20,000", and "制"
finds "控制".

The index is Sphinx's own, which works with any theme, and more for the theme of this guide: the
beginnings of pages, the definitions of the glossary, synonyms.

Two settings: `search_last` lists patterns of pages that results show after the others;
`search_synonyms` lists files, relative to the sources, of which the first that exists is read,
"{language}" being the language of the build.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Set
from functools import cache
from itertools import chain, pairwise
from os.path import commonprefix
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TextIO

from docutils import nodes
from sphinx import package_dir
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import SearchLanguage, js_index, languages, parse_stop_word
from sphinx.util.index_entries import split_index_msg
from sphinx.util.matching import Matcher
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.extensions.accessible import definitions
from back_office_guide.extensions.website import description, shortened

# Letters that Unicode does not decompose. The same tables are in folded_search.js.
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه"})
# Arabic-Indic digits, western and eastern.
DIGITS = {start + digit: str(digit) for start in (0x660, 0x6F0) for digit in range(10)}
DIGITS[ord("ـ")] = ""  # tatweel, which only stretches a word
# Marks and format characters: https://www.unicode.org/reports/tr44/#General_Category_Values
MARKS = {"Mn", "Mc", "Me", "Cf"}
# Scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
WORD = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
# Arabic joins "and" to the number that follows.
ARABIC_LETTER_BEFORE_DIGIT = re.compile("([\u0621-\u064a])(?=[0-9])")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,'’٬]\d{3})+(?!\d)")
# Stemmers keep these vowels where an accent is not typed: "controle" of "controlee".
FINAL_VOWELS = re.compile("(?<=[a-z]{4})[aeiouy]+$")
# What Arabic joins to a word: the article, with "and", "in" or "for"; endings of number, gender and
# possession.
ARABIC_ARTICLE = "^(?:[وف]?(?:[بك]?ال|لل))+(?=..)"
ARABIC_ENDING = "^(..(?=(?:ه|ات)$)|.{3,}?(?=(?:ات|ان|ون|ين|ه|ت|ا)?(?:ها|هم|كم|نا|ه|ي)?$)).*"
# The length of the text that is shown with a result, in characters.
SNIPPET = 90

HERE = Path(__file__).parent
STEMMERS = package_dir / "search/minified-js"


class SearchArabic(SearchLanguage):
    """Arabic, without the article and the commonest endings, after Larkey, Ballesteros and Connell.

    "Light stemming for Arabic information retrieval", 2007. Broken plurals are left to the list of
    synonyms.
    """

    lang = "ar"
    language_name = "Arabic"
    # "And", "for", "in", joined to a word: removed where the rest is a word of the index, too.
    prefix = "^(?:[ولب](?=...)|ف(?=....))"
    stopwords = parse_stop_word(HERE.joinpath("stopwords-ar.txt").read_text("utf-8"))
    js_stemmer_code = f"""
function Stemmer() {{
  this.stemWord = (word) => {{
    const plain = fold(word).replace(/{ARABIC_ARTICLE}/, "");
    const stem = plain.replace(/{ARABIC_ENDING}/, "$1");
    return stem === plain ? stem : this.stemWord(stem);
  }};
}}"""

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        plain = re.sub(ARABIC_ARTICLE, "", fold(word))
        stem = re.sub(ARABIC_ENDING, r"\1", plain)
        return stem if stem == plain else self.stem(stem)


class FoldedSearch(SearchLanguage):
    """A mixin that folds the words of the SearchLanguage after it in the order of base classes."""

    prefix = "(?!)"
    js_stemmer_rawcode = ""
    js_splitter_code = ""
    folded_stopwords: Set[str] = frozenset()

    def split(self, text: str) -> list[str]:
        """Return the words of a text, each followed by its folded form if that differs.

        In scripts without spaces: each character, and each two of them, as Sphinx splits Japanese
        and Chinese in the index alone: https://github.com/sphinx-doc/sphinx/issues/13395
        """
        forms: list[str] = []
        for word in split_words(text):
            low = word.lower()
            if re.match(rf"[{UNSPACED}]", word):
                forms += [*word, *map("".join, pairwise(word))]
            else:
                forms += dict.fromkeys((low, fold(low)))
                stopword = low in self.stopwords or low in self.folded_stopwords
                if word.isupper() and len(word) > 1 and stopword:
                    forms.append(f"{low}_")  # "IT", which is not "it"
        return forms

    def word_filter(self, word: str) -> bool:
        """Index every word: https://github.com/sphinx-doc/sphinx/issues/776."""
        return True

    @cache  # noqa: B019, there is one of these a build
    def stem(self, word: str) -> str:
        """Return the folded stem of a word."""
        if word.endswith("_"):
            return word
        return FINAL_VOWELS.sub("", fold(super().stem(word.lower())))


def folded_language(code: str) -> type[FoldedSearch]:
    """Return the search of a language with folded words; without stems if none are known."""
    known = languages | {SearchArabic.lang: SearchArabic}
    found = known.get(code.partition("_")[0], SearchLanguage)
    base = resolve_name(found) if isinstance(found, str) else found
    if issubclass(base, FoldedSearch):  # an earlier build of this process has registered it
        base = base.__bases__[1]
    raw = base.js_stemmer_rawcode
    # Not base.language_name: https://github.com/sphinx-doc/sphinx/issues/14229
    stemmer = f"{raw.partition('-')[0].title()}Stemmer" if raw else "Stemmer"
    scripts = [STEMMERS / name for name in ("base-stemmer.js", raw) if raw]
    stemming = "\n".join(path.read_text("utf-8") for path in scripts) or base.js_stemmer_code
    commented = HERE.joinpath("folded_search.js").read_text("utf-8")
    folding = re.sub(r"^\s*//.*\n", "", commented, flags=re.MULTILINE)

    class FoldedLanguage(FoldedSearch, base):  # type: ignore[misc, valid-type]
        lang = code
        prefix = getattr(base, "prefix", FoldedSearch.prefix)
        folded_stopwords = frozenset(map(fold, base.stopwords))
        js_stemmer_code = (
            f"{stemming}\nconst SnowballStemmer = {stemmer};\nconst PREFIX = /{prefix}/;\n{folding}"
        )

    return FoldedLanguage


class IndexFormat:
    """The format of searchindex.js: Sphinx's index, with what results show.

    Sphinx writes entries of the index in small letters, and titles as HTML.
    """

    def __init__(self, app: Sphinx, prefix: str) -> None:
        """Keep the pattern of what the language of the build joins to the beginning of a word."""
        self.config, self.env, self.prefix = app.config, app.env, prefix
        self.leads: dict[str, str] = {}

    def add_lead(self, _: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Keep the beginning of a page."""
        self.leads[docname] = description(doctree, SNIPPET)

    def load(self, _: TextIO) -> None:
        """Return nothing: the index is made anew in each build."""

    def dump(self, frozen: dict[str, Any], stream: TextIO) -> None:
        """Write the index that Sphinx has made, and our additions."""
        is_last = Matcher(self.config.search_last)
        pages, definition_of = frozen["docnames"], definitions(self.env)
        titles, entries = defaultdict(list), defaultdict(set)
        for number, page in enumerate(pages):
            for link in self.env.tocs[page].findall(nodes.reference):
                if anchor := link["anchorname"]:  # the title of the page has none
                    titles[link.astext()].append((number, anchor[1:]))
            for kind, value, identifier, *_ in self.env.domains.index_domain.entries[page]:
                for name in split_index_msg(kind, value):
                    entries[name].add((number, identifier))
        with_terms = {
            n for places in entries.values() for n, name in places if name in definition_of
        }
        frozen |= {
            "envversion": {},
            "titles": [self.env.titles[page].astext() for page in pages],
            "alltitles": titles,
            "indexentries": {name: sorted(places) for name, places in entries.items()},
            "terms": pack_terms(frozen["terms"], frozen["titleterms"], self.prefix),
            "titleterms": {},
            "leads": [self.leads.get(page, "") for page in pages],
            "definitions": {name: shortened(text, SNIPPET) for name, text in definition_of.items()},
            "acronyms": unique_acronyms(definition_of),
            "lists": sorted(with_terms | {pages.index(self.config.root_doc)}),
            "last": [n for n, page in enumerate(pages) if is_last(page)],
            "synonyms": self.synonyms(),
        }
        # With letters as they are: codes would make Arabic three times as long.
        text = json.dumps(frozen, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        stream.write(f"Search.setIndex(unpackIndex({text}))")

    def synonyms(self) -> list[str]:
        """Return the lines of the first file of `search_synonyms` that exists, less comments."""
        for pattern in self.config.search_synonyms:
            path = Path(self.env.srcdir, pattern.format(language=self.config.language))
            if path.is_file():
                lines = path.read_text("utf-8").splitlines()
                return [line for line in lines if line.strip() and not line.startswith("#")]
        return []


Postings = dict[str, int | list[int]]
"""The number of the page, or those of the pages, that hold each word."""


def pack_terms(words: Postings, title_words: Postings, prefix: str) -> tuple[str, str]:
    """Return words and their pages as two texts, half as long as JSON: see unpackIndex.

    Of a word, what it shares with the word before it is a capital letter for the number of letters.
    A page is a character, whose code is odd for the last page of a word.
    """
    pages_of: dict[str, set[int]] = defaultdict(set)
    for word, held in chain(words.items(), title_words.items()):
        pages_of[word].update([held] if isinstance(held, int) else held)
    for word in sorted(pages_of, key=len, reverse=True):
        rest = re.sub(prefix, "", word)
        if rest != word and rest in pages_of:
            pages_of[rest] |= pages_of.pop(word)
    packed_words, packed_pages, previous = "", "", ""
    for word, pages in sorted(pages_of.items()):
        shared = min(25, len(commonprefix([previous, word])))  # noqa: RUF071, of letters
        packed_words += chr(65 + shared) + word[shared:]
        packed_pages += "".join(chr(36 + 2 * n + (n == max(pages))) for n in sorted(pages))
        previous = word
    return packed_words, packed_pages


def unique_acronyms(definitions: dict[str, str]) -> dict[str, str]:
    """Return the acronyms that only one of the definitions mentions, each with its name."""
    found = [
        (acronym, name)
        for name, text in definitions.items()
        for acronym in {*re.findall(r"\b[A-Z]{2,6}\b", text)}
    ]
    times = Counter(acronym for acronym, _ in found)
    return {acronym: name for acronym, name in sorted(found) if times[acronym] == 1}


def strip_marks(text: str) -> str:
    """Return a text without accents and other marks, and with western digits."""
    return "".join(c for c in text.translate(DIGITS) if unicodedata.category(c) not in MARKS)


@cache
def fold(text: str) -> str:
    """Return a text in small letters, without accents, ligatures and Arabic marks."""
    return strip_marks(unicodedata.normalize("NFKD", text.lower())).translate(LETTERS)


def split_words(text: str) -> list[str]:
    """Return the words of a text, and its numbers without separators: "20000" for "20 000"."""
    text = strip_marks(unicodedata.normalize("NFKC", text))
    text = ARABIC_LETTER_BEFORE_DIGIT.sub(r"\1 ", text)
    text = THOUSANDS.sub(lambda number: re.sub(r"\D", "", number[0]), text)
    return WORD.findall(text)


def fold_search(app: Sphinx) -> None:
    """Give a builder of sites the folded language and the format of its index."""
    builder = app.builder
    if isinstance(builder, StandaloneHTMLBuilder) and builder.indexer_format is js_index:
        language = folded_language(app.config.html_search_language or app.config.language)
        app.add_search_language(language)
        builder.indexer_format = index = IndexFormat(app, language.prefix)
        app.connect("doctree-resolved", index.add_lead, priority=900)  # when others have changed it
        app.connect("env-updated", lambda _, env: env.found_docs)  # are written, and indexed anew


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the settings; the rest depends on the builder."""
    app.add_config_value("search_last", [], "html")
    app.add_config_value("search_synonyms", [], "html")
    app.connect("builder-inited", fold_search)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Write HTML that assistive technology understands: header cells, languages, definitions."""

import re
from functools import cache, partial
from typing import Any

from docutils import nodes
from docutils.nodes import Element, Node
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.search.fr import SearchFrench
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from back_office_guide.extensions.languages import catalog_path, language_of, languages_of
from back_office_guide.extensions.translations import UNTRANSLATED, read_translations
from back_office_guide.extensions.website import shortened

# The builders of sites.
SITES = ("html", "dirhtml")
TERM = "term-"

# How many letters of a definition are shown beside a link to the term.
PREVIEW = 200

# What a text sets apart, in quotation marks or brackets; and what is in Latin letters.
SET_APART = re.compile(r"(?<=[«“„])[^«»“”„]+(?=[»”“])|(?<=\()[^«»“”„()]+(?=\))")
LATIN = re.compile(r"[A-Za-zÀ-ɏ](?:[\wÀ-ɏ’'.,:;&/?!\s-]*[A-Za-zÀ-ɏ\d?!])?", re.ASCII)
# The words that tell one language from the other, and the letters of French that English has not.
TELLING = {
    "en": SearchEnglish.stopwords - SearchFrench.stopwords,
    "fr": SearchFrench.stopwords - SearchEnglish.stopwords,
}
FRENCH_LETTER = re.compile("[àâçèéêëîïôùûœ]", re.IGNORECASE)
# The spaces that French alone writes before its punctuation.
BEFORE_MARK = re.compile(r"\s+(?=[:;!?])")
# A cell that holds a number, and perhaps its unit: "6 minutes".
AMOUNT = re.compile(r"[≈<>+−-]?\s?[€$]?\d[\d\s.,]*(?:[€%$]|[^\W\d_]+)?")
# How many letters a cell may have in a column of amounts: "flat allowance".
SHORT = 20


class AccessibleTranslator(HTML5Translator):
    """Sphinx's HTML, with the scope of header cells, and without style attributes.

    Style attributes would ask for 'unsafe-inline' in the policy of the site:
    https://www.w3.org/TR/CSP3/#directive-style-src
    """

    def depart_colspec(self, node: nodes.colspec) -> None:
        """Leave out the widths of columns, which only style attributes could give."""

    def starttag(
        self, node: Element, tagname: str, suffix: str = "\n", empty: bool = False, **names: str
    ) -> str:
        """Open an element, with what assistive technology asks for.

        Code and foreign words run from left to right, which no e-book may say in its styles.
        """
        left_to_right = isinstance(node, (nodes.literal, nodes.literal_block)) or "lang" in node
        if left_to_right and language_of(self.config).direction == "rtl":
            names["dir"] = "ltr"
        if "lang" in node:
            names["lang"] = node["lang"]
        if node.get(UNTRANSLATED):
            source = languages_of(self.config).source
            names |= {"lang": source.code, "dir": source.direction}
        if "table-wrapper" in node.get("classes", ()):
            node["ids"] = []  # those of the table, which Furo repeats around it (Furo 2025.12.19)
        if tagname == "th":
            names["scope"] = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
        if "definition" in node:
            names["data-definition"] = node["definition"]
        return super().starttag(node, tagname, suffix, empty, **names)


def name_foreign_words(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Name the language of foreign words and passages (WCAG 3.1.2, RGAA 8.7).

    These are the words of config.foreign_words, and what is set apart in a text, such as a title,
    if it holds words that tell its language and a translation leaves it as the French has it.
    """
    original = _spaced(" ".join(read_translations(catalog_path(app.config, docname)).messages))
    for text in filter(_is_prose, list(doctree.findall(nodes.Text))):
        whole = isinstance(text.parent, nodes.emphasis)
        parts = foreign_parts(app.config, text, original, whole=whole)
        if any(language for _, language in parts):
            inlines: list[Node] = [
                nodes.inline("", part, lang=language) if language else nodes.Text(part)
                for part, language in parts
            ]
            text.parent.replace(text, inlines)


def foreign_parts(
    config: Config, text: str, original: str = "", *, whole: bool = False
) -> list[tuple[str, str]]:
    """Return the parts of a text, each with its language, "" for that of the build.

    Only what is in `original`, if there is any, is left as the French has it. `whole` says that all
    of the text is set apart.
    """
    here = config.language.partition("_")[0]
    words, languages = _foreign_words(config)
    spans = [match.span() for match in (LATIN if here == "ar" else SET_APART).finditer(text)]
    if whole:
        spans.append((0, len(text)))
    passages = []
    for start, end in spans:
        language = language_in(text[start:end])
        if language not in ("", here) and (not original or _spaced(text[start:end]) in original):
            passages.append((start, end, language))
    passages += [(*match.span(), languages[match[1].casefold()]) for match in words.finditer(text)]
    parts = []
    place = 0
    for start, end, language in sorted(passages):
        if start >= place:  # else it is within the last one
            passage = text[start:end] if language == "fr" else BEFORE_MARK.sub("", text[start:end])
            parts += [(text[place:start], ""), (passage, language)]
            place = end
    return [*parts, (text[place:], "")]


@cache
def _foreign_words(config: Config) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the words that are of other languages, and the language of each."""
    here = config.language.partition("_")[0]
    languages = {
        word.casefold(): language
        for language, words in config.foreign_words.items()
        if language != here
        for word in words
    }
    longest_first = "|".join(map(re.escape, sorted(languages, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)({longest_first or '(?!)'})s?(?!\w)", re.IGNORECASE), languages


def language_in(passage: str) -> str:
    """Return "fr" or "en", whichever has more words of a passage, or "" if neither has any."""
    words = [word.lower() for word in re.findall(r"\w\w+", passage) if not word.isupper()]
    found = {name: sum(word in telling for word in words) for name, telling in TELLING.items()}
    found["fr"] += bool(FRENCH_LETTER.search(passage))
    return max(found, key=lambda name: found[name]) if any(found.values()) else ""


def _spaced(text: str) -> str:
    """Return a text without the spaces that French writes before its punctuation."""
    return BEFORE_MARK.sub("", " ".join(text.split()))


def _is_prose(text: nodes.Text) -> bool:
    verbatim = isinstance(text.parent, (nodes.literal, nodes.FixedTextElement))
    return not verbatim and bool(text.parent.get("refuri") != text)  # which is an address


def describe_links(env: BuildEnvironment, doctree: nodes.document) -> None:
    """Give each link to a term of the glossary its definition, for the preview on the site.

    One that shows its address is neither printed with it again, nor found by its parts.
    """
    for reference in doctree.findall(nodes.reference):
        address = str(reference.get("refuri", ""))
        if reference.astext() == address:
            reference["classes"] += ["address", "no-search"]
        term = address.partition("#")[2]
        if term.startswith(TERM) and (definition := definitions(env).get(term)):
            reference["definition"] = shortened(definition, PREVIEW)


@cache
def definitions(env: BuildEnvironment) -> dict[str, str]:
    """Return the definition of each term, by its identifier."""
    objects = env.domains.standard_domain.get_objects()
    return {
        name: item[-1].astext()
        for docname in {item[3] for item in objects if item[2] == "term"}
        for item in env.get_doctree(docname).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for name in term["ids"]
        if name.startswith(TERM)
    }


def mark_amounts(doctree: nodes.document) -> None:
    """Say of the cells of a table which are in a column of amounts, as most of it are."""
    for group in doctree.findall(nodes.tgroup):
        rows = [list(row.children) for row in group.findall(nodes.row)]
        for column in zip(*rows, strict=False):
            cells = [cell for cell in column if not isinstance(cell.parent.parent, nodes.thead)]
            texts = [cell.astext() for cell in cells]
            amounts = list(filter(AMOUNT.fullmatch, texts))
            if 2 * len(amounts) > len(texts) and max(map(len, texts)) <= SHORT:
                for cell in column:
                    cell["classes"].append("amount")


def annotate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add to a page or a book, once its links are resolved, what its writer is to say."""
    if app.builder.format in ("html", "latex"):
        name_foreign_words(app, doctree, docname)
    if app.builder.name in (*SITES, "latex"):
        mark_amounts(doctree)
    if app.builder.name in SITES:
        describe_links(app.env, doctree)


def name_languages(
    app: Sphinx, _: str, __: str, context: dict[str, Any], ___: nodes.document | None
) -> None:
    """Let the templates tell the foreign parts of a text, as the index of terms does."""
    context["foreign_parts"] = partial(foreign_parts, app.config)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of Sphinx's writer of the HTML of sites."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("foreign_words", {}, "html", dict)
    for builder in SITES:
        app.set_translator(builder, AccessibleTranslator)
    app.connect("doctree-resolved", annotate)
    app.connect("html-page-context", name_languages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

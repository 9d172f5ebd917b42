"""Write HTML that assistive technology understands: header cells, languages, definitions."""

import re
import unicodedata
from functools import cache, partial

from docutils import nodes
from docutils.nodes import Element, Node
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.search.fr import SearchFrench
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from back_office_guide.extensions.languages import catalog_path, language_of, languages_of
from back_office_guide.extensions.translations import UNTRANSLATED, read_translations
from back_office_guide.extensions.website import shortened

SITES = ("html", "dirhtml")  # the builders of sites

# How many characters of a definition are shown beside a link to the term.
PREVIEW = 200

# Passages that may be of another language: in quotation marks or brackets; in Latin letters, where
# the language of the build has others.
QUOTED = re.compile(r"(?<=[«“„])[^«»“”„]+(?=[»”“])|(?<=\()[^«»“”„()]+(?=\))")
LATIN = re.compile(r"[A-Za-zÀ-ɏ](?:[\wÀ-ɏ’'.,:;&/?!\s-]*[A-Za-zÀ-ɏ\d?!])?", re.ASCII)
# The words that only one of two languages has, and the letters that French has and English has not.
DISTINCTIVE = {
    "en": SearchEnglish.stopwords - SearchFrench.stopwords,
    "fr": SearchFrench.stopwords - SearchEnglish.stopwords,
}
FRENCH_LETTER = re.compile("[àâçèéêëîïôùûœ]", re.IGNORECASE)
# The spaces that only French writes, before punctuation.
FRENCH_SPACE = re.compile(r"\s+(?=[:;!?])")
# A French ordinal, whose ending is raised.
ORDINAL = re.compile(r"\b1(ers?|re)\b")
# A cell that holds a number, perhaps with its unit: "6 minutes".
AMOUNT = re.compile(r"[≈<>+−-]?\s?[€$]?\d[\d\s.,]*(?:[€%$]|[^\W\d_]+)?")
# The length of the longest cell in a column of amounts, in characters: "flat allowance".
LONGEST_AMOUNT = 20


class AccessibleTranslator(HTML5Translator):
    """Sphinx's HTML, with the scope of header cells, and without style attributes.

    Style attributes would ask for 'unsafe-inline' in the policy of the site:
    https://www.w3.org/TR/CSP3/#directive-style-src
    """

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802, named by docutils
        """Write a text, with the endings of French ordinals raised."""
        super().visit_Text(node)
        if self.config.language == "fr":
            self.body[-1] = ORDINAL.sub(r"1<sup>\1</sup>", self.body[-1])

    def depart_colspec(self, node: nodes.colspec) -> None:
        """Write no widths of columns, which would be style attributes."""

    def starttag(
        self, node: Element, tagname: str, suffix: str = "\n", empty: bool = False, **names: str
    ) -> str:
        """Open an element, with the attributes that assistive technology needs.

        Code and foreign words run from left to right, which style sheets of e-books cannot say.
        """
        left_to_right = isinstance(node, (nodes.literal, nodes.literal_block)) or "lang" in node
        if left_to_right and language_of(self.config).direction == "rtl":
            names["dir"] = "ltr"
        if "lang" in node:
            names["lang"] = node["lang"]
        if node.get(UNTRANSLATED):
            source = languages_of(self.config).source
            names |= {"lang": source.tag, "dir": source.direction}
        if "table-wrapper" in node.get("classes", ()):
            node["ids"] = []  # those of the table, which Furo repeats around it (Furo 2025.12.19)
        if tagname == "th":
            names["scope"] = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
        if "definition" in node:
            names["data-definition"] = node["definition"]
        return super().starttag(node, tagname, suffix, empty, **names)


def mark_foreign_words(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark foreign words and passages with their language (WCAG 3.1.2, RGAA 8.7).

    These are the words of config.foreign_words, and passages that are emphasised, in quotation
    marks or in brackets, such as titles, if their words are of another language and a translation
    leaves them as they are in the source.
    """
    source = _normalized(" ".join(read_translations(catalog_path(app.config, docname)).messages))
    for text in filter(_is_prose, list(doctree.findall(nodes.Text))):
        emphasised = isinstance(text.parent, nodes.emphasis)
        runs = split_by_language(app.config, text, source, whole=emphasised)
        if any(language for _, language in runs):
            inlines: list[Node] = [
                nodes.inline("", run, lang=language) if language else nodes.Text(run)
                for run, language in runs
            ]
            text.parent.replace(text, inlines)


def split_by_language(
    config: Config, text: str, source: str = "", *, whole: bool = False
) -> list[tuple[str, str]]:
    """Split a text into runs of one language, each with its code, "" for that of the build.

    A passage is foreign only if the text `source` holds it, where one is given. `whole` says that
    all of the text may be such a passage.
    """
    here = config.language.partition("_")[0]
    latin = unicodedata.name(language_of(config).name[0]).startswith("LATIN")
    spans = [match.span() for match in (QUOTED if latin else LATIN).finditer(text)]
    spans += [(0, len(text))] if whole else []
    passages = [
        (start, end, guess_language(text[start:end]))
        for start, end in spans
        if not source or _normalized(text[start:end]) in source
    ]
    pattern, languages = _foreign_words(config)
    passages += [
        (*match.span(), languages[match[1].casefold()]) for match in pattern.finditer(text)
    ]
    runs = []
    place = 0
    for start, end, language in sorted(passages):
        if language not in ("", here) and start >= place:  # else it is within the last one
            passage = text[start:end] if language == "fr" else FRENCH_SPACE.sub("", text[start:end])
            runs += [(text[place:start], ""), (passage, language)]
            place = end
    return [*runs, (text[place:], "")]


@cache
def _foreign_words(config: Config) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of the words of config.foreign_words, and the language of each."""
    here = config.language.partition("_")[0]
    languages = {
        word.casefold(): language
        for language, words in config.foreign_words.items()
        if language != here
        for word in words
    }
    longest_first = "|".join(map(re.escape, sorted(languages, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)({longest_first or '(?!)'})s?(?!\w)", re.IGNORECASE), languages


def guess_language(passage: str) -> str:
    """Return "fr" or "en", whichever has more words of a passage, or "" if neither has any."""
    words = [word.lower() for word in re.findall(r"\w\w+", passage) if not word.isupper()]
    counts = {code: sum(word in known for word in words) for code, known in DISTINCTIVE.items()}
    counts["fr"] += bool(FRENCH_LETTER.search(passage))
    return max(counts, key=lambda code: counts[code]) if any(counts.values()) else ""


def _normalized(text: str) -> str:
    """Return a text without line breaks and the spaces of French."""
    return FRENCH_SPACE.sub("", " ".join(text.split()))


def _is_prose(text: nodes.Text) -> bool:
    """Say whether a text is neither code nor an address."""
    code = isinstance(text.parent, (nodes.literal, nodes.FixedTextElement))
    return not code and bool(text.parent.get("refuri") != text)


def annotate_links(env: BuildEnvironment, doctree: nodes.document) -> None:
    """Add to each link to a term of the glossary its definition, for the preview on the site.

    A link that shows its address is not printed with it again, and not found by its parts.
    """
    for reference in doctree.findall(nodes.reference):
        address = str(reference.get("refuri", ""))
        if reference.astext() == address:
            reference["classes"] += ["address", "no-search"]
        if definition := definitions(env).get(address.partition("#")[2]):
            reference["definition"] = shortened(definition, PREVIEW)


@cache
def definitions(env: BuildEnvironment) -> dict[str, str]:
    """Return the definition of each term of the glossaries, by the identifier of the term."""
    objects = env.domains.standard_domain.get_objects()
    return {
        identifier: item[-1].astext()
        for docname in {each[3] for each in objects if each[2] == "term"}
        for item in env.get_doctree(docname).findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for identifier in term["ids"]
    }


def mark_amounts(doctree: nodes.document) -> None:
    """Mark the cells of the columns of a table that mostly hold amounts."""
    for group in doctree.findall(nodes.tgroup):
        rows = [list(row.children) for row in group.findall(nodes.row)]
        for column in zip(*rows, strict=False):
            cells = [cell for cell in column if not isinstance(cell.parent.parent, nodes.thead)]
            texts = [cell.astext() for cell in cells]
            amounts = list(filter(AMOUNT.fullmatch, texts))
            if 2 * len(amounts) > len(texts) and max(map(len, texts)) <= LONGEST_AMOUNT:
                for cell in column:
                    cell["classes"].append("amount")


def annotate(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Annotate a page or a book, once its links are resolved, for its writer."""
    if app.builder.format in ("html", "latex"):
        mark_foreign_words(app, doctree, docname)
    if app.builder.name in (*SITES, "latex"):
        mark_amounts(doctree)
    if app.builder.name in SITES:
        annotate_links(app.env, doctree)


def add_template_function(app: Sphinx) -> None:
    """Let the templates split a text by language, such as an entry of the index."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        functions = app.builder.templates.environment.globals
        functions["split_by_language"] = partial(split_by_language, app.config)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace Sphinx's writer of the HTML of sites."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("foreign_words", {}, "html", dict)
    for builder in SITES:
        app.set_translator(builder, AccessibleTranslator)
    app.connect("doctree-resolved", annotate)
    app.connect("builder-inited", add_template_function)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

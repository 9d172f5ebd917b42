"""Write HTML that readers' tools understand: header cells, foreign words, definitions of terms."""

import re
from functools import cache, cached_property

from docutils import nodes
from docutils.nodes import Element, Node
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from back_office_guide.extensions.languages import language_of

TERM = "#term-"


class AccessibleTranslator(HTML5Translator):
    """Sphinx's HTML, with the scope of header cells, and without style attributes.

    Style attributes would ask for 'unsafe-inline' in the policy of the site:
    https://www.w3.org/TR/CSP3/#directive-style-src
    """

    def __init__(self, document: nodes.document, builder: Builder) -> None:
        """Begin a page, without the style sheets that docutils would look for."""
        document.settings.stylesheet_path = None
        super().__init__(document, builder)

    def depart_colspec(self, node: nodes.colspec) -> None:
        """Leave out the widths of columns, which only style attributes could give."""

    def visit_entry(self, node: nodes.entry) -> None:
        """Say which cells a header cell is the header of."""
        super().visit_entry(node)
        scope = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
        self.body[-1] = self.body[-1].replace("<th ", f'<th scope="{scope}" ')

    def starttag(
        self, node: Element, tagname: str, suffix: str = "\n", empty: bool = False, **names: str
    ) -> str:
        """Open an element; code runs from left to right, which no e-book may say in its styles."""
        if isinstance(node, (nodes.literal, nodes.literal_block)) and self._right_to_left:
            names["dir"] = "ltr"
        return super().starttag(node, tagname, suffix, empty, **names)

    @cached_property
    def _right_to_left(self) -> bool:
        return language_of(self.config).direction == "rtl"

    def visit_inline(self, node: nodes.inline) -> None:
        """Name the language of foreign words, and their direction where it is not the page's."""
        if "lang" in node:
            direction = ' dir="ltr"' if self._right_to_left else ""
            self.body.append(f'<span lang="{node["lang"]}"{direction}>')
        else:
            super().visit_inline(node)

    def depart_inline(self, node: nodes.inline) -> None:
        """Close what visit_inline opened."""
        if "lang" in node:
            self.body.append("</span>")
        else:
            super().depart_inline(node)

    def visit_reference(self, node: Element) -> None:
        """Carry the definition of a term along with the link to it."""
        super().visit_reference(node)
        if "definition" in node:
            attribute = f' data-definition="{self.attval(node["definition"])}">'
            self.body[-1] = self.body[-1].rpartition(">")[0] + attribute


class ForeignWords(SphinxPostTransform):
    """Name the language of the words of config.foreign_words (WCAG 3.1.2, RGAA 8.7)."""

    formats = ("html", "latex")
    default_priority = 700

    def run(self, **_: object) -> None:
        """Wrap the foreign words of one page."""
        here = self.config.language.partition("_")[0]
        languages = {
            word.casefold(): language
            for language, words in self.config.foreign_words.items()
            if language != here
            for word in words
        }
        if not languages:
            return
        longest_first = sorted(languages, key=len, reverse=True)
        words = re.compile(
            rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})s?(?!\w)", re.IGNORECASE
        )
        for text in list(self.document.findall(nodes.Text)):
            if not _is_prose(text):
                continue
            parts: list[Node] = []
            place = 0
            for match in words.finditer(text):
                parts.append(nodes.Text(text[place : match.start()]))
                language = languages[match[1].casefold()]
                parts.append(nodes.inline("", match[0], lang=language))
                place = match.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(text[place:])])


def _is_prose(text: nodes.Text) -> bool:
    node = text.parent
    while node is not None:
        if isinstance(
            node, (nodes.literal, nodes.literal_block, nodes.raw, nodes.FixedTextElement)
        ):
            return False
        node = node.parent
    return True


class Definitions(SphinxPostTransform):
    """Give each link to a term of the glossary its definition, for the preview on the site."""

    builders = ("html",)
    default_priority = 600

    def run(self, **_: object) -> None:
        """Look for the terms of one page."""
        for reference in self.document.findall(nodes.reference):
            address = str(reference.get("refuri", ""))
            if TERM not in address:
                continue
            definition = definitions(self.env).get(address.partition("#")[2])
            if definition:
                reference["definition"] = definition


@cache
def definitions(env: BuildEnvironment) -> dict[str, str]:
    """Return the definition of each term, by its identifier."""
    known: dict[str, str] = {}
    objects = env.domains.standard_domain.get_objects()
    for docname in {item[3] for item in objects if item[2] == "term"}:
        for item in env.get_doctree(docname).findall(nodes.definition_list_item):
            known |= _definition(item)
    return known


class OneIdentifier(SphinxPostTransform):
    """Leave a table its identifier, which Furo's wrapper around it repeats (Furo 2025.12.19)."""

    formats = ("html",)
    default_priority = 510  # after the wrapping (500)

    def run(self, **_: object) -> None:
        """Take the identifiers from the wrappers of one page."""
        for wrapper in self.document.findall(nodes.container):
            if "table-wrapper" in wrapper["classes"]:
                wrapper["ids"] = []


def _definition(item: nodes.definition_list_item) -> dict[str, str]:
    ids = [name for term in item.findall(nodes.term) for name in term["ids"]]
    texts = [" ".join(each.astext().split()) for each in item.findall(nodes.definition)]
    return {name: " ".join(texts) for name in ids if name.startswith("term-")}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of Sphinx's writer of HTML."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("foreign_words", {}, "html", dict)
    app.set_translator("html", AccessibleTranslator)
    app.add_post_transform(ForeignWords)
    app.add_post_transform(Definitions)
    app.add_post_transform(OneIdentifier)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Make the e-book: the pages of the book, their contents and a cover in one EPUB file.

Sphinx renders the pages. What it writes around them knows one direction of reading, one level of
contents, no drawing inside a page (Sphinx 9); here it comes from the templates of the theme,
docs/_theme/ebook. The terms are those of https://www.w3.org/TR/epub-33/.
"""

from collections.abc import Set
from pathlib import Path
from uuid import UUID, uuid5
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docutils import nodes
from docutils.nodes import Element
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.extensions.accessible import AccessibleTranslator
from back_office_guide.extensions.book import book_parts, edition_day
from back_office_guide.extensions.figures import convert
from back_office_guide.extensions.languages import language_of

logger = logging.getLogger(__name__)

THEME = "ebook"
COVER = "cover.png"
STYLE_SHEETS = ["_static/ebook.css", "_static/figures.css"]
# What the theme has a template for, in the order of the file; pages follow.
AROUND = ["content.opf", "toc.ncx", "cover.xhtml", "title.xhtml", "nav.xhtml"]

# From how many characters on a cell holds a phrase rather than a word or a number.
PHRASE = 24


class EbookTranslator(AccessibleTranslator):
    """The HTML of the site, whose tables of phrases can be shown as lists on a narrow page."""

    def visit_compound(self, node: nodes.compound) -> None:
        """Leave out tables of contents, of which the e-book has its own."""
        if "toctree-wrapper" in node["classes"]:
            raise nodes.SkipNode
        super().visit_compound(node)

    def visit_table(self, node: nodes.table) -> None:
        """Say whether a table has phrases under the titles of its columns."""
        long = any(len(entry.astext()) > PHRASE for entry in node.findall(nodes.entry))
        if long and node.next_node(nodes.thead):
            node["classes"].append("phrases")
        super().visit_table(node)

    def visit_entry(self, node: nodes.entry) -> None:
        """Tell the cells of such a table, but for the first of each row, the title above them."""
        super().visit_entry(node)
        row, group = node.parent, node.parent.parent.parent
        column = row.index(node)
        if "phrases" in group.parent["classes"] and column:
            titles = list(next(group.findall(nodes.thead)).findall(nodes.entry))
            cell = f'<td data-title="{self.attval(titles[column].astext())}"'
            self.body[-1] = self.body[-1].replace("<td", cell, 1)

    def starttag(
        self, node: Element, tagname: str, suffix: str = "\n", empty: bool = False, **names: str
    ) -> str:
        """Open an element, and say what it is in a book."""
        return super().starttag(node, tagname, suffix, empty, **names, **kind_of(node))


def kind_of(node: Element) -> dict[str, str]:
    """Return what says what a node is in a book, in the terms of EPUB and, as a role, of ARIA.

    https://www.w3.org/TR/epub-ssv-11/, https://www.w3.org/TR/dpub-aria-1.1/
    """
    if isinstance(node, nodes.section) and any(isinstance(x, addnodes.glossary) for x in node):
        return {"epub:type": "glossary", "role": "doc-glossary"}
    kinds = {nodes.footnote: "footnote", nodes.footnote_reference: "noteref"}
    item = node.parent
    if isinstance(item, nodes.definition_list_item) and "glossary" in item.parent["classes"]:
        kinds = {nodes.term: "glossterm", nodes.definition: "glossdef"}
    return {"epub:type": kinds[type(node)]} if type(node) in kinds else {}


def is_drawing(node: nodes.Node) -> bool:
    """Say whether a node is an SVG image, which a page of the e-book holds as it is."""
    return isinstance(node, nodes.image) and node["uri"].endswith(".svg")


class EbookBuilder(Epub3Builder):
    """Sphinx's EPUB builder, with our own package around the pages that it renders."""

    default_translator_class = EbookTranslator

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Tell the templates what they say on every page."""
        super().prepare_writing(docnames)
        self.relations = {}  # what comes next, which also leads out of the e-book
        language = language_of(self.config)
        inside = book_parts(self.env)
        self.pages: dict[str, nodes.section] = {}
        self._add([self.config.root_doc], {})
        for part in inside:
            self._add(part["includefiles"], self.env.toctree_includes)
        self.globalcontext |= {
            "author": self.config.author,
            "below": self.env.toctree_includes,
            "cover": COVER,
            "day": edition_day(self.config),
            "direction": language.direction,
            "drawn": {name for name, page in self.pages.items() if list(page.findall(is_drawing))},
            "identifier": uuid5(UUID(self.config.epub_identifier), language.code).urn,
            "modified": self.content_metadata()["date"],
            "pages": self.pages,
            "parts": inside,
            "style_sheets": STYLE_SHEETS,
            "target_uri": self.get_target_uri,
            "titles": self.env.titles,
        }

    def _add(self, docnames: list[str], below: dict[str, list[str]]) -> None:
        """Add pages to those of the e-book, each before those `below` it."""
        for docname in docnames:
            self.pages[docname] = next(self.env.get_doctree(docname).findall(nodes.section))
            self._add(below.get(docname, []), below)

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:
        """Return the address of a page for another, which the e-book may leave out."""
        if from_ in self.pages and to not in self.pages:
            message = "%s is not in the e-book: lead to another page, or write its title"
            logger.warning(message, to, location=from_)
        return super().get_relative_uri(from_, to, typ)

    def handle_finish(self) -> None:
        """Write what is around the pages, and put all of it into the EPUB file."""
        self.copy_image_files()
        images = [f"{self.imagedir}/{name}" for name in sorted(self.images.values())]
        types = {name: self.media_types[Path(name).suffix] for name in images}
        for name in AROUND:
            text = self.templates.render(name, self.globalcontext | {"images": types})
            Path(self.outdir, name).write_text(text, encoding="utf-8")
        cover = self.templates.render("cover.svg", self.globalcontext)
        try:
            convert(cover, Path(self.outdir, COVER))
        except SphinxError as error:  # of which Sphinx would print a traceback
            logger.error("No e-book: %s", error)
            self.app.statuscode = 1
            return
        self.build_mimetype()
        self.build_container()
        self.files = ["META-INF/container.xml", *AROUND, COVER, *STYLE_SHEETS, *images]
        self.files += map(self.get_target_uri, self.pages)
        self.build_epub()

    def build_epub(self) -> None:
        """Pack the files, whose bytes alone decide those of the EPUB file.

        https://www.w3.org/TR/epub-33/#sec-zip-container-mime
        """
        packed = Path(self.outdir, f"{self.config.epub_basename}.epub")
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name in ["mimetype", *self.files]:
                entry = ZipInfo(name)  # of 1980, the first time that an archive can tell
                entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                archive.writestr(entry, Path(self.outdir, name).read_bytes())


def replace_builder(app: Sphinx, config: Config) -> None:
    """Put the builder in the place of Sphinx's, where the theme has what it renders."""
    if config.epub_theme == THEME:
        app.add_builder(EbookBuilder, override=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Wait for the configuration."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.connect("config-inited", replace_builder)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Make the e-book: the pages of the book, their contents and a cover in one EPUB file.

Sphinx renders the pages. The package document, the navigation document and the cover come from the
templates of docs/_theme/ebook: those of Sphinx 9 have one direction of reading, one level of
contents, and no SVG inside a page. Terms are those of https://www.w3.org/TR/epub-33/.
"""

from collections.abc import Iterator, Set
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
# The files that the theme has a template for, in the order of the archive; pages follow.
PACKAGE_FILES = ["content.opf", "toc.ncx", "cover.xhtml", "title.xhtml", "nav.xhtml"]
# The longest cell that is a word or a number, not a phrase, in characters.
LONGEST_WORD = 24


class EbookTranslator(AccessibleTranslator):
    """The HTML of the site, whose tables of phrases can be shown as lists on a narrow page."""

    def visit_compound(self, node: nodes.compound) -> None:
        """Skip tables of contents: the e-book has its own."""
        if "toctree-wrapper" in node["classes"]:
            raise nodes.SkipNode
        super().visit_compound(node)

    def visit_table(self, node: nodes.table) -> None:
        """Add a class to a table with phrases and a header."""
        long = any(len(entry.astext()) > LONGEST_WORD for entry in node.findall(nodes.entry))
        if long and node.next_node(nodes.thead):
            node["classes"].append("phrases")
        super().visit_table(node)

    def visit_entry(self, node: nodes.entry) -> None:
        """Add to the cells of such a table, except in the first column, the header above them."""
        row, group = node.parent, node.parent.parent.parent
        column = row.index(node)
        if "phrases" in group.parent["classes"] and column:
            headers = list(next(group.findall(nodes.thead)).findall(nodes.entry))
            node["header"] = headers[column].astext()
        super().visit_entry(node)

    def starttag(
        self, node: Element, tagname: str, suffix: str = "\n", empty: bool = False, **names: str
    ) -> str:
        """Open an element, with its structural semantics and the header above a cell."""
        if tagname == "td" and "header" in node:
            names["data-title"] = node["header"]
        return super().starttag(node, tagname, suffix, empty, **names, **semantics(node))


def semantics(node: Element) -> dict[str, str]:
    """Return the attributes that tell what a node is in a book: its EPUB type and ARIA role.

    https://www.w3.org/TR/epub-ssv-11/, https://www.w3.org/TR/dpub-aria-1.1/
    """
    if isinstance(node, nodes.section) and any(isinstance(x, addnodes.glossary) for x in node):
        return {"epub:type": "glossary", "role": "doc-glossary"}
    types = {nodes.footnote: "footnote", nodes.footnote_reference: "noteref"}
    item = node.parent
    if isinstance(item, nodes.definition_list_item) and "glossary" in item.parent["classes"]:
        types = {nodes.term: "glossterm", nodes.definition: "glossdef"}
    return {"epub:type": types[type(node)]} if type(node) in types else {}


def is_svg(node: nodes.Node) -> bool:
    """Say whether a node is an SVG image, which becomes a part of its page."""
    return isinstance(node, nodes.image) and node["uri"].endswith(".svg")


class EbookBuilder(Epub3Builder):
    """Sphinx's EPUB builder, with our own package around the pages that it renders."""

    default_translator_class = EbookTranslator

    def prepare_writing(self, docnames: Set[str]) -> None:
        """Collect the pages of the e-book, and add to the context of the templates."""
        super().prepare_writing(docnames)
        self.relations = {}  # links to the next page, which may be outside the e-book
        self.use_index = False  # the glossary is the index
        language = language_of(self.config)
        parts = book_parts(self.env)
        names = [
            self.config.root_doc,
            *(name for part in parts for name in self._pages_of(part["includefiles"])),
        ]
        self.pages = {
            name: next(self.env.get_doctree(name).findall(nodes.section)) for name in names
        }
        self.globalcontext |= {
            "author": self.config.author,
            "below": self.env.toctree_includes,
            "cover": COVER,
            "direction": language.direction,
            "edition_day": edition_day(self.config),
            "identifier": uuid5(UUID(self.config.epub_identifier), language.code).urn,
            "modified": self.content_metadata()["date"],
            "pages": self.pages,
            "parts": parts,
            "style_sheets": STYLE_SHEETS,
            "target_uri": self.get_target_uri,
            "titles": self.env.titles,
            "with_svg": {name for name, page in self.pages.items() if any(page.findall(is_svg))},
        }

    def _pages_of(self, docnames: list[str]) -> Iterator[str]:
        """Yield the names of pages in the order of reading, each before the pages below it."""
        for docname in docnames:
            yield docname
            yield from self._pages_of(self.env.toctree_includes.get(docname, []))

    def get_relative_uri(self, from_: str, to: str, typ: str | None = None) -> str:
        """Return the address of a page from another, and warn if it is not in the e-book."""
        if from_ in self.pages and to not in self.pages:
            message = "%s is not in the e-book: lead to another page, or write its title"
            logger.warning(message, to, location=from_)
        return super().get_relative_uri(from_, to, typ)

    def handle_finish(self) -> None:
        """Write the files of the templates, and pack all files."""
        self.copy_image_files()
        images = [f"{self.imagedir}/{name}" for name in sorted(self.images.values())]
        types = {name: self.media_types[Path(name).suffix] for name in images}
        for name in PACKAGE_FILES:
            text = self.templates.render(name, self.globalcontext | {"images": types})
            Path(self.outdir, name).write_text(text, encoding="utf-8")
        cover = self.templates.render("cover.svg", self.globalcontext)
        try:
            convert(cover, Path(self.outdir, COVER))
        except SphinxError as error:  # Sphinx would print a traceback
            logger.error("No e-book: %s", error)
            self.app.statuscode = 1
            return
        self.build_mimetype()
        self.build_container()
        self.files = ["META-INF/container.xml", *PACKAGE_FILES, COVER, *STYLE_SHEETS, *images]
        self.files += map(self.get_target_uri, self.pages)
        self.build_epub()

    def build_epub(self) -> None:
        """Pack the files reproducibly: without their times and permissions.

        https://www.w3.org/TR/epub-33/#sec-zip-container-mime
        """
        packed = Path(self.outdir, f"{self.config.epub_basename}.epub")
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name in ["mimetype", *self.files]:
                entry = ZipInfo(name)
                entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                archive.writestr(entry, Path(self.outdir, name).read_bytes())


def replace_builder(app: Sphinx, config: Config) -> None:
    """Replace Sphinx's builder, if the theme has the templates that it needs."""
    if config.epub_theme == THEME:
        app.add_builder(EbookBuilder, override=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Wait for the configuration."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.connect("config-inited", replace_builder)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Make the book: the pages of the site as chapters, tagged for assistive technology.

The commands of docs/_latex/guide-tags.sty mark where an element of the structure begins and ends;
TeX itself finds titles, paragraphs, links, captions and footnotes.
"""

import os
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from babel.dates import format_date
from docutils import nodes
from docutils.nodes import Element, Node
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.latex import LaTeXBuilder
from sphinx.builders.latex.theming import Theme
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.texescape import escape
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.latex import LaTeXTranslator

from back_office_guide.core.typesetting import BOOKS, Typesetting
from back_office_guide.extensions.accessible import ORDINAL
from back_office_guide.extensions.languages import language_of
from back_office_guide.extensions.website import description, toctrees

# The caption, in the source language, of the part that is on the site alone.
SITE_PART = "Contribuer"


class Tag(NamedTuple):
    """A structure type (PDF 1.7, 14.8.4), its properties, and the command that opens an element."""

    type: str
    properties: str = ""
    command: str = r"\par\guideopen"


TAGS = {
    nodes.block_quote: Tag("BlockQuote"),
    nodes.bullet_list: Tag("L", "/A <</O /List /ListNumbering /Disc>>"),
    nodes.definition_list: Tag("L"),
    nodes.definition_list_item: Tag("LI", command=r"\guideopen"),
    nodes.enumerated_list: Tag("L", "/A <</O /List /ListNumbering /Decimal>>"),
    nodes.figure: Tag("Div"),
    nodes.list_item: Tag("LI", command=r"\guideopen"),
    nodes.literal: Tag("Code", command=r"\guideinline"),
    nodes.literal_block: Tag("Code"),
    nodes.table: Tag("Table"),
}

# What the labels of the entries of the sources begin with.
SOURCE = "src-"
# The class of a container that is printed on a page of its own.
SHEET = "sheet"
# How many characters a line of a table holds, and how many the space between two columns takes.
LINE_LENGTH, COLUMN_GAP = 75, 2.6


def edition_day(config: Config) -> str:
    """Return the day of an edition in its language: that of the sources, or today.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return format_date(datetime.fromtimestamp(seconds, UTC), "long", language_of(config).locale)


def book_parts(env: BuildEnvironment) -> list[addnodes.toctree]:
    """Return the parts of the book: the tables of contents of the home page, but for SITE_PART."""
    return [part for part in toctrees(env) if part.get("rawcaption") != SITE_PART]


class BookTranslator(LaTeXTranslator):
    """Sphinx's LaTeX writer, with structure elements, page numbers and numbers of sources.

    TeX's log names the page of the guide that each message is about.
    """

    def dispatch_visit(self, node: Node) -> None:
        """Open the structure element of a node, then write the beginning of the node."""
        tag = self._tag(node)
        if tag:
            self.body.append(rf"{tag.command}{{{tag.type}}}{{{tag.properties}}}")
        try:
            super().dispatch_visit(node)
        except nodes.SkipNode:  # after which there is no departure
            self._close(tag)
            raise

    def dispatch_departure(self, node: Node) -> None:
        """Write the end of a node, then close its structure element."""
        super().dispatch_departure(node)
        self._close(self._tag(node))

    def _close(self, tag: Tag | None) -> None:
        if tag:
            end = "" if tag.command == r"\guideinline" else r"\par"
            self.body.append(rf"{end}\guideclose{{{tag.type}}}")

    def _tag(self, node: Node) -> Tag | None:
        if isinstance(node, nodes.image):  # Sphinx 9.0 drops the alternative text
            text = f"\ufeff{node.get('alt', '')}".encode("utf-16-be").hex()
            return Tag("Figure", f"/Alt <{text}>", r"\guideopen")
        if isinstance(node, nodes.inline) and "lang" in node:
            return Tag("Span", f"/Lang ({node['lang']})", r"\guideinline")
        return TAGS.get(type(node))

    def visit_start_of_file(self, node: Element) -> None:
        """Name the page of the guide in TeX's log."""
        self.body.append(f"\n\\guidesource{{docs/{node['docname']}.md}}\n")
        super().visit_start_of_file(node)

    def visit_section(self, node: Element) -> None:
        """Begin a section, on a new page if it holds a sheet."""
        if any(SHEET in child["classes"] for child in node.children if isinstance(child, Element)):
            self.body.append(r"\clearpage")
        super().visit_section(node)

    def encode(self, text: str) -> str:
        """Escape a text."""
        return group_isolates(super().encode(text))

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802, named by docutils
        """Write a text, with the endings of French ordinals raised."""
        super().visit_Text(node)
        if self.config.language == "fr":
            self.body[-1] = ORDINAL.sub(r"1\\textsuperscript{\1}", self.body[-1])

    def visit_list_item(self, node: Element) -> None:
        """Begin an item, which has a number if it is a source."""
        super().visit_list_item(node)
        if any(name.startswith(SOURCE) for each in node.findall(Element) for name in each["ids"]):
            self.body[-1] = r"\guidesourceitem "
        self.body.append(r"\guideopen{LBody}{}")

    def visit_table(self, node: Element) -> None:
        """Begin a table, whose header is repeated on the next page if it is longer than one."""
        if not self.no_latex_floats:
            node["classes"].append("longtable")
        super().visit_table(node)

    def depart_table(self, node: Element) -> None:
        """Write a table, with columns as wide as their words need."""
        assert self.table is not None  # noqa: S101
        self.table.colwidths = fit_widths(self.table.colwidths, column_texts(node))
        super().depart_table(node)

    def visit_entry(self, node: Element) -> None:
        """Begin a cell, and a row before its first cell."""
        super().visit_entry(node)
        row = node.parent
        tag = Tag("TD")
        if isinstance(row.parent, nodes.thead):
            tag = Tag("TH", "/A <</O /Table /Scope /Column>>")
        elif self.table and row.index(node) in self.table.stubs:
            tag = Tag("TH", "/A <</O /Table /Scope /Row>>")
        if node is row[0]:
            self.body.append(r"\guideopen{TR}{}")
        self.body.append(rf"\guideopen{{{tag.type}}}{{{tag.properties}}}")
        if "amount" in node["classes"]:
            self.body.append(r"\guidefigures ")
        self.context.append(tag.type)

    def depart_entry(self, node: Element) -> None:
        """End a cell, and a row after its last cell."""
        self.body.append(rf"\par\guideclose{{{self.context.pop()}}}")
        if node is node.parent[-1]:
            self.body.append(r"\guideclose{TR}")
        super().depart_entry(node)

    def visit_glossary(self, node: Element) -> None:
        """Begin a glossary."""
        self.body.append("\n\\begin{guideglossary}")

    def depart_glossary(self, node: Element) -> None:
        """End a glossary."""
        self.body.append("\\end{guideglossary}\n")

    def visit_reference(self, node: Element) -> None:
        """Begin a link, which shows the number of its source in place of the page."""
        super().visit_reference(node)
        page, _, name = node.get("refuri", "").partition("#")
        if name.startswith(SOURCE):
            self.context[-1] = rf"\guidecitation{{\detokenize{{{page[1:]}:{name}}}}}}}}}}}"

    def depart_reference(self, node: Element) -> None:
        """End a link; one to a term, in the text of another page, puts its page into the index."""
        super().depart_reference(node)
        page, _, name = node.get("refuri", "").partition("#")
        same_page = page == f"%{self.curfilestack[-1]}"
        if name in self._entries and not (self.in_title or self.in_caption or same_page):
            with suppress(nodes.SkipNode):
                self.visit_index(addnodes.index(entries=[self._entries[name]]))

    @cached_property
    def _entries(self) -> dict[str, tuple[str, str, str, str, None]]:
        """The entries of the terms in the index, by their identifiers."""
        return {
            name: ("single", text, "", "", None)
            for node in self.document.findall(addnodes.index)
            for kind, text, name, _, _ in node["entries"]
            if kind == "single"
        }


class BookBuilder(LaTeXBuilder):
    """Sphinx's LaTeX builder, with the home page as first chapter and the captions as parts.

    Sphinx's puts all other pages below the last section of the home page, and of the captions only
    the first into the book, as the title of its table of contents.
    """

    default_translator_class = BookTranslator

    def init(self) -> None:
        """Set what depends on the language: earlier, Sphinx would read all pages again for it."""
        self.config.today = edition_day(self.config)
        babel = BOOKS.get(self.config.language, Typesetting()).babel
        self.config.latex_elements = self.config.latex_elements | {"babel": babel}
        super().init()

    def get_contentsname(self, indexfile: str) -> str:
        """Return "", so that babel names the table of contents."""
        return ""

    def copy_latex_additional_files(self) -> None:
        """Make xindy sort by our rules, too, for which Sphinx 9 has no setting."""
        super().copy_latex_additional_files()
        names = ("sphinx.xdy", "index.xdy", f"index-{self.config.language}.xdy")
        modules = " ".join(f"-M {name}" for name in names if Path(self.outdir, name).is_file())
        makefile = Path(self.outdir, "Makefile")
        text = makefile.read_text(encoding="utf-8").replace("-M sphinx.xdy", modules)
        # Sphinx takes the order of lists of names in DIN 5007, where ä is ae.
        makefile.write_text(text.replace("german-din5007", "german-duden"), encoding="utf-8")

    def update_doc_context(self, title: str, author: str, theme: Theme) -> None:
        """Give a book without title or author those of the project."""
        title = title or self._escaped(self.config.project)
        super().update_doc_context(title, author or self._escaped(self.config.author), theme)

    def assemble_doctree(
        self, indexfile: str, toctree_only: bool, appendices: list[str]
    ) -> nodes.document:
        """Return the book's document: the home page, then part after part of `indexfile`."""
        document = super().assemble_doctree(indexfile, toctree_only, appendices)
        self.context["preamble"] += self._front_matter(document)
        home = next(document.findall(nodes.section))
        chapters = {name for each in toctrees(self.env) for name in each["includefiles"]}
        pages = {}
        for page in list(document.findall(addnodes.start_of_file)):
            if page["docname"] in chapters:
                pages[page["docname"]] = page
                page.parent.remove(page)
        # The writer takes the first section for the book and its title for the book's title.
        home.insert(0, nodes.raw("", f"\\guidesource{{docs/{indexfile}.md}}", format="latex"))
        book = nodes.section("", nodes.title("", self.config.project), home)
        for part in book_parts(self.env):
            if part["caption"]:
                title = rf"\guidepart{{{self._escaped(part['caption'])}}}"
                book += nodes.raw("", title, format="latex")
            book += [pages[docname] for docname in part["includefiles"]]
        document[:] = [book]
        return document

    def _escaped(self, text: str) -> str:
        return group_isolates(escape(text, self.config.latex_engine))

    def _front_matter(self, document: nodes.document) -> str:
        """Return the texts of the title page and of the properties of the PDF, as LaTeX."""
        glossaries = document.findall(addnodes.glossary)
        terms = [term.astext() for each in glossaries for term in each.findall(nodes.term)]
        texts = {
            "guidelicence": self.config.copyright,
            "guidesubject": description(document),
            "guidekeywords": ", ".join(terms),
        }
        return "".join(
            f"\n\\newcommand{{\\{name}}}{{{self._escaped(text)}}}" for name, text in texts.items()
        )


def column_texts(table: Element) -> list[tuple[str, ...]]:
    """Return the texts of the cells of each column of a table."""
    rows = (row for row in table.findall(nodes.row) if row.parent.parent.parent is table)
    return list(zip(*([entry.astext() for entry in row] for row in rows), strict=False))


def fit_widths(widths: list[int], columns: list[tuple[str, ...]]) -> list[int]:
    """Return the widths of columns in percent, each wide enough for its longest word if all can be.

    What narrow columns need more is taken from the others, in proportion to their room.
    """
    if len(widths) != len(columns):  # some cells span columns
        return widths
    longest = [max(map(len, re.split(r"[ \n/]+", " ".join(cells)))) for cells in columns]
    needed = [(letters + COLUMN_GAP) * 100 / LINE_LENGTH for letters in longest]
    given = [width * 100 / sum(widths) for width in widths]
    pairs = list(zip(given, needed, strict=True))
    lack = sum(max(need - width, 0) for width, need in pairs)
    room = sum(max(width - need, 0) for width, need in pairs)
    if lack > room:
        return widths
    taken = lack / (room or 1)
    return [round(max(need, width - max(width - need, 0) * taken)) for width, need in pairs]


def group_isolates(text: str) -> str:
    """Return LaTeX with a group for each isolate from left to right.

    babel ignores the characters LRI and PDI: https://www.unicode.org/reports/tr9/
    """
    return text.replace("\u2066", r"\guideltr{").replace("\u2069", "}")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace Sphinx's builder of the book."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_builder(BookBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

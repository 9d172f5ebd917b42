"""Write the LaTeX of the book: what a printed page needs, and the structure behind it.

Where an element of the structure begins and ends is said with the commands of
docs/_latex/guide-tags.sty; TeX itself finds titles, paragraphs, links, captions and footnotes.
"""

import re
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from docutils import nodes
from docutils.nodes import Element, Node
from sphinx import addnodes
from sphinx.writers.latex import LaTeXTranslator


class Tag(NamedTuple):
    """A type of structure element (PDF 1.7, 14.8.4), its properties, and what TeX opens it with."""

    kind: str
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

# The entries of the sources begin with a label; a container of this class is a page of its own.
SOURCE = "src-"
SHEET = "sheet"
# How many letters of the size of tables a line holds, and how many the space between columns takes.
LINE, GAP = 75, 2.6
# The ordinal of French, which is raised.
FIRST = re.compile(r"\b1(ers?|re)\b")


class BookTranslator(LaTeXTranslator):
    """Sphinx's LaTeX writer, with what a printed page, its structure and its log need.

    Cross-references carry page numbers, citations those of the sources; pictures their alternative
    text; and the log says where each page of the guide begins.
    """

    def dispatch_visit(self, node: Node) -> None:
        """Write the beginning of a node, after that of the structure element that it is."""
        tag = self._tag(node)
        if tag:
            self.body.append(rf"{tag.command}{{{tag.kind}}}{{{tag.properties}}}")
        try:
            super().dispatch_visit(node)
        except nodes.SkipNode:  # it is written, and not departed from
            self._close(tag)
            raise

    def dispatch_departure(self, node: Node) -> None:
        """Write the end of a node, before that of the structure element that it is."""
        super().dispatch_departure(node)
        self._close(self._tag(node))

    def _close(self, tag: Tag | None) -> None:
        if tag:
            end = "" if tag.command == r"\guideinline" else r"\par"
            self.body.append(rf"{end}\guideclose{{{tag.kind}}}")

    def _tag(self, node: Node) -> Tag | None:
        if isinstance(node, nodes.image):  # whose alternative text Sphinx 9.0 drops
            text = f"\ufeff{node.get('alt', '')}".encode("utf-16-be").hex()
            return Tag("Figure", f"/Alt <{text}>", r"\guideopen")
        if isinstance(node, nodes.inline) and "lang" in node:
            return Tag("Span", f"/Lang ({node['lang']})", r"\guideinline")
        return TAGS.get(type(node))

    def visit_start_of_file(self, node: Element) -> None:
        """Name the page of the guide that begins."""
        self.body.append(f"\n\\guidesource{{docs/{node['docname']}.md}}\n")
        super().visit_start_of_file(node)

    def visit_section(self, node: Element) -> None:
        """Begin a section: one that holds a sheet, on a page of its own."""
        if any(SHEET in child["classes"] for child in node.children if isinstance(child, Element)):
            self.body.append(r"\clearpage")
        super().visit_section(node)

    def encode(self, text: str) -> str:
        """Escape a text; a part that it isolates, from left to right, becomes a group of TeX's."""
        return grouped(super().encode(text))

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802, named by docutils
        """Write a text; French raises the end of its ordinal."""
        super().visit_Text(node)
        if self.config.language == "fr":
            self.body[-1] = FIRST.sub(r"1\\textsuperscript{\1}", self.body[-1])

    def visit_list_item(self, node: Element) -> None:
        """Begin an item, whose label is set by TeX; a source has a number."""
        super().visit_list_item(node)
        if any(name.startswith(SOURCE) for each in node.findall(Element) for name in each["ids"]):
            self.body[-1] = r"\guidesourceitem "
        self.body.append(r"\guideopen{LBody}{}")

    def visit_table(self, node: Element) -> None:
        """Begin a table: one that is longer than a page goes on, under its header, on the next."""
        if not self.no_latex_floats:
            node["classes"].append("longtable")
        super().visit_table(node)

    def depart_table(self, node: Element) -> None:
        """Write a table."""
        assert self.table is not None  # noqa: S101
        self.table.colwidths = shares(self.table.colwidths, columns(node))
        super().depart_table(node)

    def visit_entry(self, node: Element) -> None:
        """Begin a cell, and with the first one of a row the row."""
        super().visit_entry(node)
        row = node.parent
        kind, properties = "TD", ""
        if isinstance(row.parent, nodes.thead):
            kind, properties = "TH", "/A <</O /Table /Scope /Column>>"
        elif self.table and row.index(node) in self.table.stubs:
            kind, properties = "TH", "/A <</O /Table /Scope /Row>>"
        if node is row[0]:
            self.body.append(r"\guideopen{TR}{}")
        self.body.append(rf"\guideopen{{{kind}}}{{{properties}}}")
        if "amount" in node["classes"]:
            self.body.append(r"\guidefigures ")
        self.context.append(kind)

    def depart_entry(self, node: Element) -> None:
        """End it."""
        self.body.append(rf"\par\guideclose{{{self.context.pop()}}}")
        if node is node.parent[-1]:
            self.body.append(r"\guideclose{TR}")
        super().depart_entry(node)

    def visit_glossary(self, node: Element) -> None:
        """Set what follows as a glossary."""
        self.body.append("\n\\begin{guideglossary}")

    def depart_glossary(self, node: Element) -> None:
        """End it."""
        self.body.append("\\end{guideglossary}\n")

    def visit_reference(self, node: Element) -> None:
        """Open a link; a citation ends on the number of its source, not on that of its page."""
        super().visit_reference(node)
        page, _, name = node.get("refuri", "").partition("#")
        if name.startswith(SOURCE):
            self.context[-1] = rf"\guidecitation{{\detokenize{{{page[1:]}:{name}}}}}}}}}}}"

    def depart_reference(self, node: Element) -> None:
        """End a link; that to a term has the page in the index, unless it leaves the text."""
        super().depart_reference(node)
        page, _, name = node.get("refuri", "").partition("#")
        apart = self.in_title or self.in_caption or page == f"%{self.curfilestack[-1]}"
        if name in self._entries and not apart:
            with suppress(nodes.SkipNode):
                self.visit_index(addnodes.index(entries=[self._entries[name]]))

    @cached_property
    def _entries(self) -> dict[str, tuple[str, str, str, str, None]]:
        """The entries of the index, by the identifiers of the terms."""
        return {
            name: ("single", text, "", "", None)
            for node in self.document.findall(addnodes.index)
            for kind, text, name, _, _ in node["entries"]
            if kind == "single"
        }


def columns(table: Element) -> list[tuple[str, ...]]:
    """Return what the cells of each column of a table say."""
    rows = (row for row in table.findall(nodes.row) if row.parent.parent.parent is table)
    return list(zip(*([entry.astext() for entry in row] for row in rows), strict=False))


def shares(widths: list[int], columns: list[tuple[str, ...]]) -> list[int]:
    """Return the widths of columns, in percent, changed so that each holds its longest word."""
    if len(widths) != len(columns):  # some cells span columns
        return widths
    longest = [max(map(len, re.split(r"[ \n/]+", " ".join(cells)))) for cells in columns]
    needed = [(letters + GAP) * 100 / LINE for letters in longest]
    asked = [width * 100 / sum(widths) for width in widths]
    lack = [max(need - width, 0) for need, width in zip(needed, asked, strict=True)]
    slack = [max(width - need, 0) for need, width in zip(needed, asked, strict=True)]
    if sum(lack) > sum(slack):
        return widths
    given = sum(lack) / (sum(slack) or 1)
    return [
        round(width + more - less * given)
        for width, more, less in zip(asked, lack, slack, strict=True)
    ]


def grouped(text: str) -> str:
    """Return LaTeX where what is isolated, from left to right, is a group.

    babel leaves out these characters, LRI and PDI: https://www.unicode.org/reports/tr9/
    """
    return text.replace("\u2066", r"\guideltr{").replace("\u2069", "}")

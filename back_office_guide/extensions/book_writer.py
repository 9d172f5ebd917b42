"""Write the LaTeX of the book: what a printed page needs, and the structure behind it.

Where an element of the structure begins and ends is said with the commands of
docs/_latex/guide-tags.sty; paragraphs, links, captions and footnotes are found by TeX itself.
"""

import re
from contextlib import suppress
from functools import cached_property

from docutils import nodes
from docutils.nodes import Element
from sphinx import addnodes
from sphinx.writers.latex import LaTeXTranslator

# How many letters of the size of tables a line holds, and how many the space between columns takes.
LINE, GAP = 75, 2.6
# A cell that holds but a number or an amount.
NUMBER = re.compile(r"[+−~≈]?\s?€?\d[\d\s.,]*(\s?[€%])?(\s\w{1,4})?")
# The ordinal of French, which is raised.
FIRST = re.compile(r"\b1(ers?|re)\b")


class BookTranslator(LaTeXTranslator):
    """Sphinx's LaTeX writer, with what a printed page, its structure and its log need.

    Cross-references carry page numbers, but not citations; pictures their alternative text; and
    the log says where each page of the guide begins.
    """

    def open(self, kind: str, properties: str = "") -> None:
        """Begin an element of the structure, with entries of its dictionary."""
        self.body.append(rf"\guideopen{{{kind}}}{{{properties}}}")

    def close(self, kind: str) -> None:
        """End the last element of a kind, and what is open within it."""
        self.body.append(rf"\guideclose{{{kind}}}")

    def visit_start_of_file(self, node: Element) -> None:
        """Name the page of the guide that begins."""
        self.body.append(f"\n\\guidesource{{docs/{node['docname']}.md}}\n")
        super().visit_start_of_file(node)

    def encode(self, text: str) -> str:
        """Escape a text; a part that it isolates, from left to right, becomes a group of TeX's."""
        return grouped(super().encode(text))

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802, named by docutils
        """Write a text; French raises the end of its ordinal."""
        super().visit_Text(node)
        if self.config.language == "fr":
            self.body[-1] = FIRST.sub(r"1\\textsuperscript{\1}", self.body[-1])

    def visit_title(self, node: Element) -> None:
        """Begin a title: that of a chapter is a heading of the first level."""
        if isinstance(node.parent, nodes.section) and not self.this_is_the_title:
            self.open(f"H{min(self.sectionlevel, 6)}")
        super().visit_title(node)

    def depart_title(self, node: Element) -> None:
        """End it."""
        super().depart_title(node)
        if isinstance(node.parent, nodes.section):
            self.close(f"H{min(self.sectionlevel, 6)}")

    def visit_bullet_list(self, node: Element) -> None:
        """Begin a list; the entries of the sources hang out of it."""
        self.body.append(r"\par")
        if is_sources(node):
            self.open("L")
            self.body.append("\\begin{guidesources}\n")
        else:
            self.open("L", "/A <</O /List /ListNumbering /Disc>>")
            super().visit_bullet_list(node)

    def depart_bullet_list(self, node: Element) -> None:
        """End it."""
        if is_sources(node):
            self.body.append("\\end{guidesources}\n")
        else:
            super().depart_bullet_list(node)
        self.close("L")

    def visit_enumerated_list(self, node: Element) -> None:
        """Begin a numbered list."""
        self.body.append(r"\par")
        self.open("L", "/A <</O /List /ListNumbering /Decimal>>")
        super().visit_enumerated_list(node)

    def depart_enumerated_list(self, node: Element) -> None:
        """End it."""
        super().depart_enumerated_list(node)
        self.close("L")

    def visit_list_item(self, node: Element) -> None:
        """Begin an item: its label is set by TeX."""
        self.open("LI")
        super().visit_list_item(node)
        self.open("LBody")

    def depart_list_item(self, node: Element) -> None:
        """End it."""
        super().depart_list_item(node)
        self.body.append(r"\par")
        self.close("LI")

    def visit_definition_list(self, node: Element) -> None:
        """Begin a list of definitions."""
        self.body.append(r"\par")
        self.open("L")
        super().visit_definition_list(node)

    def depart_definition_list(self, node: Element) -> None:
        """End it."""
        super().depart_definition_list(node)
        self.close("L")

    def visit_definition_list_item(self, node: Element) -> None:
        """Begin a term and its definition."""
        self.open("LI")

    def depart_definition_list_item(self, node: Element) -> None:
        """End them."""
        self.body.append(r"\par")
        self.close("LI")

    def depart_table(self, node: Element) -> None:
        """Write a table."""
        assert self.table is not None  # noqa: S101
        self.table.colwidths = shares(self.table.colwidths, columns(node))
        self.body.append(r"\par")
        self.open("Table")
        super().depart_table(node)
        self.close("Table")

    def visit_row(self, node: Element) -> None:
        """Begin a row."""
        self.open("TR")
        super().visit_row(node)

    def depart_row(self, node: Element) -> None:
        """End it."""
        self.close("TR")
        super().depart_row(node)

    def depart_entry(self, node: Element) -> None:
        """Write a cell."""
        kind, properties = "TD", ""
        if isinstance(node.parent.parent, nodes.thead):
            kind, properties = "TH", "/A <</O /Table /Scope /Column>>"
        elif self.table and node.parent.index(node) in self.table.stubs:
            kind, properties = "TH", "/A <</O /Table /Scope /Row>>"
        self.body.insert(0, rf"\guideopen{{{kind}}}{{{properties}}}")
        cells = columns(node.parent.parent.parent.parent)[node.parent.index(node)]
        if all(map(NUMBER.fullmatch, cells[1:])):
            row = self.bodystack[-1]
            place = max(i for i, text in enumerate(row) if r"\begin{varwidth}" in text)
            row.insert(place, r"\guidefigures")
        self.close(kind)
        super().depart_entry(node)

    def visit_image(self, node: Element) -> None:
        """Draw a picture, described for those who do not see it.

        Sphinx 9.0 drops the alternative text.
        """
        alternative = f"\ufeff{node.get('alt', '')}".encode("utf-16-be").hex()
        self.open("Figure", f"/Alt <{alternative}>")
        super().visit_image(node)
        self.close("Figure")

    def visit_figure(self, node: Element) -> None:
        """Begin a picture and its caption."""
        self.body.append("\n\n")
        self.open("Div")
        super().visit_figure(node)

    def depart_figure(self, node: Element) -> None:
        """End them."""
        super().depart_figure(node)
        self.close("Div")

    def visit_literal(self, node: Element) -> None:
        """Begin code in a line."""
        self.body.append(r"\guideinline{Code}{}")
        super().visit_literal(node)

    def depart_literal(self, node: Element) -> None:
        """End it."""
        super().depart_literal(node)
        self.close("Code")

    def visit_literal_block(self, node: Element) -> None:
        """Begin code in lines of its own."""
        self.body.append(r"\par")
        self.open("Code")
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            self.close("Code")
            raise

    def depart_literal_block(self, node: Element) -> None:
        """End it."""
        super().depart_literal_block(node)
        self.close("Code")

    def visit_block_quote(self, node: Element) -> None:
        """Begin a quotation."""
        self.body.append(r"\par")
        self.open("BlockQuote")
        super().visit_block_quote(node)

    def depart_block_quote(self, node: Element) -> None:
        """End it."""
        super().depart_block_quote(node)
        self.close("BlockQuote")

    def visit_inline(self, node: Element) -> None:
        """Name the language of foreign words."""
        if "lang" in node:
            self.body.append(rf"\guideinline{{Span}}{{/Lang ({node['lang']})}}")
        super().visit_inline(node)

    def depart_inline(self, node: Element) -> None:
        """End them."""
        super().depart_inline(node)
        if "lang" in node:
            self.close("Span")

    def visit_glossary(self, node: Element) -> None:
        """Set what follows as a glossary."""
        self.body.append("\n\\begin{guideglossary}")

    def depart_glossary(self, node: Element) -> None:
        """End it."""
        self.body.append("\\end{guideglossary}\n")

    def visit_reference(self, node: Element) -> None:
        """Open a link; a citation, whose target is an entry of the sources, ends without page."""
        super().visit_reference(node)
        if "#src-" in node.get("refuri", ""):
            self.context[-1] = "}}}"

    def depart_reference(self, node: Element) -> None:
        """End a link; that to a term has the page in the index, unless it leaves the text."""
        super().depart_reference(node)
        docname, _, name = node.get("refuri", "").partition("#")
        apart = self.in_title or self.in_caption or docname == f"%{self.curfilestack[-1]}"
        if name in self._entries and not apart:
            entry = addnodes.index(entries=[("single", self._entries[name], "", "", None)])
            with suppress(nodes.SkipNode):
                self.visit_index(entry)

    def visit_index(self, node: Element) -> None:
        """Write entries with plain hyphens, for one term to be one entry.

        TeX writes Sphinx's macro with a space after it from some places, and without from others.
        """
        start = len(self.body)
        try:
            super().visit_index(node)
        finally:
            self.body[start:] = [
                text.replace(r"\sphinxhyphen{}", "-") for text in self.body[start:]
            ]

    @cached_property
    def _entries(self) -> dict[str, str]:
        """The entries of the index, by the identifiers of the terms."""
        entries = (
            entry for node in self.document.findall(addnodes.index) for entry in node["entries"]
        )
        return {name: text for kind, text, name, _, _ in entries if kind == "single"}


def is_sources(node: Element) -> bool:
    """Say whether a list is one of sources."""
    return any(name.startswith("src-") for each in node.findall() for name in ids(each))


def ids(node: nodes.Node) -> list[str]:
    """Return the identifiers of a node."""
    return node["ids"] if isinstance(node, Element) else []


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
    lack = sum(max(need - width, 0) for need, width in zip(needed, asked, strict=True))
    slack = sum(max(width - need, 0) for need, width in zip(needed, asked, strict=True))
    if lack > slack:
        return widths
    return [
        round(max(need, width - (width - need) * lack / slack))
        for need, width in zip(needed, asked, strict=True)
    ]


def grouped(text: str) -> str:
    """Return LaTeX where what is isolated, from left to right, is a group.

    babel leaves out these characters, LRI and PDI: https://www.unicode.org/reports/tr9/
    """
    return text.replace("\u2066", r"\guideltr{").replace("\u2069", "}")

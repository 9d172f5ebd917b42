"""Write the LaTeX of the book: what a printed page needs, and the structure behind it.

Where an element of the structure begins and ends is said with the commands of
docs/_latex/guide-tags.sty; paragraphs, links, captions and footnotes are found by TeX itself.
"""

from docutils import nodes
from docutils.nodes import Element
from sphinx.writers.latex import LaTeXTranslator


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
        """Begin a list."""
        self.body.append(r"\par")
        self.open("L", "/A <</O /List /ListNumbering /Disc>>")
        super().visit_bullet_list(node)

    def depart_bullet_list(self, node: Element) -> None:
        """End it."""
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


def grouped(text: str) -> str:
    """Return LaTeX where what is isolated, from left to right, is a group.

    babel leaves out these characters, LRI and PDI: https://www.unicode.org/reports/tr9/
    """
    return text.replace("\u2066", r"\guideltr{").replace("\u2069", "}")

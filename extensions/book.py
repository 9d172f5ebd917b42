"""Arrange the pages of the site into the chapters of a book."""

from collections.abc import Iterator

from docutils import nodes
from docutils.nodes import Element
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.latex import LaTeXBuilder
from sphinx.environment import BuildEnvironment
from sphinx.util.texescape import escape
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.latex import LaTeXTranslator

# The part that concerns the site alone, as the source names it: translations name it otherwise.
LEFT_OUT = "Contribuer"


def parts(environment: BuildEnvironment) -> Iterator[addnodes.toctree]:
    """Yield the parts of the book: the tables of contents of the home page, but for LEFT_OUT."""
    home = environment.get_doctree(environment.config.root_doc)
    for toctree in home.findall(addnodes.toctree):
        if toctree["rawcaption"] != LEFT_OUT:
            yield toctree


class BookTranslator(LaTeXTranslator):
    """Sphinx's LaTeX writer, with page numbers for cross-references but not for citations."""

    def visit_reference(self, node: Element) -> None:
        """Open a link; a citation, whose target is an entry of the sources, ends without page."""
        super().visit_reference(node)
        if "#src-" in node.get("refuri", ""):
            self.context[-1] = "}}}"


class BookBuilder(LaTeXBuilder):
    """Sphinx's LaTeX builder, with the home page as first chapter and the captions as parts.

    The stock builder takes the content of the home page for an untitled beginning, puts every
    other page below its last section, and forgets the captions of the tables of contents but
    for the first, which becomes the title of the book's own.
    """

    default_translator_class = BookTranslator

    def get_contentsname(self, indexfile: str) -> str:
        """Return "", so that babel names the table of contents."""
        return ""

    def assemble_doctree(
        self, indexfile: str, toctree_only: bool, appendices: list[str]
    ) -> nodes.document:
        """Return the book's document: the home page, then part after part of `indexfile`."""
        document = super().assemble_doctree(indexfile, toctree_only, appendices)
        home = next(document.findall(nodes.section))
        pages = {}
        for page in list(document.findall(addnodes.start_of_file)):
            pages[page["docname"]] = page
            page.parent.remove(page)
        # The writer takes the first section for the book and its title for the book's title.
        book = nodes.section("", nodes.title("", self.config.project), home)
        for toctree in parts(self.env):
            part = rf"\part{{{escape(toctree['caption'], self.config.latex_engine)}}}"
            book += nodes.raw("", part, format="latex")
            book += [pages[docname] for docname in toctree["includefiles"]]
        document.children = []
        document += book
        return document


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the book builder in the place of Sphinx's."""
    app.add_builder(BookBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

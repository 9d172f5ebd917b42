"""Arrange the pages of the site into the chapters of a book."""

import os
from datetime import UTC, datetime
from pathlib import Path

from babel.dates import format_date
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.latex import LaTeXBuilder
from sphinx.builders.latex.theming import Theme
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.texescape import escape
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.typesetting import BOOKS, Typesetting
from back_office_guide.extensions.book_writer import BookTranslator, grouped
from back_office_guide.extensions.languages import language_of
from back_office_guide.extensions.website import description, toctrees

# The part that concerns the site alone, as the source names it: translations name it otherwise.
LEFT_OUT = "Contribuer"


def edition_day(config: Config) -> str:
    """Return the day of an edition in its language: that of the sources, or the present one.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    time = os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(UTC).timestamp()
    day = datetime.fromtimestamp(float(time), UTC)
    return format_date(day, "long", language_of(config).locale)


def parts(environment: BuildEnvironment) -> list[addnodes.toctree]:
    """Return the parts of the book: the tables of contents of the home page, but for LEFT_OUT."""
    return [each for each in toctrees(environment) if each.get("rawcaption") != LEFT_OUT]


class BookBuilder(LaTeXBuilder):
    """Sphinx's LaTeX builder, with the home page as first chapter and the captions as parts.

    The stock builder takes the content of the home page for an untitled beginning, puts every
    other page below its last section, and forgets the captions of the tables of contents but
    for the first, which becomes the title of the book's own.
    """

    default_translator_class = BookTranslator

    def init(self) -> None:
        """Set what depends on the language; here, for a setting that changes has all read again."""
        self.config.today = edition_day(self.config)
        babel = BOOKS.get(self.config.language, Typesetting()).babel
        self.config.latex_elements = self.config.latex_elements | {"babel": babel}
        super().init()

    def get_contentsname(self, indexfile: str) -> str:
        """Return "", so that babel names the table of contents."""
        return ""

    def copy_latex_additional_files(self) -> None:
        """Have xindy sort by our rules too, for which Sphinx has no setting."""
        super().copy_latex_additional_files()
        names = ("sphinx.xdy", "index.xdy", f"index-{self.config.language}.xdy")
        modules = " ".join(f"-M {name}" for name in names if Path(self.outdir, name).is_file())
        makefile = Path(self.outdir, "Makefile")
        text = makefile.read_text(encoding="utf-8").replace("-M sphinx.xdy", modules)
        # Of the two orders of DIN 5007, Sphinx takes that of lists of names, where ä is ae.
        makefile.write_text(text.replace("german-din5007", "german-duden"), encoding="utf-8")

    def update_doc_context(self, title: str, author: str, theme: Theme) -> None:
        """Name a book that has no title or author of its own by those of the project."""
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
        for part in parts(self.env):
            if part["caption"]:
                title = rf"\guidepart{{{self._escaped(part['caption'])}}}"
                book += nodes.raw("", title, format="latex")
            book += [pages[docname] for docname in part["includefiles"]]
        document.children = []
        document += book
        return document

    def _escaped(self, text: str) -> str:
        return grouped(escape(text, self.config.latex_engine))

    def _front_matter(self, document: nodes.document) -> str:
        """Return what the title page and the properties of the PDF say, as LaTeX."""
        glossaries = document.findall(addnodes.glossary)
        terms = [term.astext() for each in glossaries for term in each.findall(nodes.term)]
        said = {
            "guidelicence": self.config.copyright,
            "guidesubject": description(document),
            "guidekeywords": ", ".join(terms),
        }
        return "".join(
            f"\n\\newcommand{{\\{name}}}{{{self._escaped(text)}}}" for name, text in said.items()
        )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the book builder in the place of Sphinx's, and have it speak the build's language."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_builder(BookBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

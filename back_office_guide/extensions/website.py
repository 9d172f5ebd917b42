"""Give the templates of the theme what they show around a page: languages, menu, dates, files.

The theme is docs/_theme/guide, a child of Furo. With another one, this extension sorts glossaries,
and does no more.
"""

import re
import unicodedata
from collections.abc import Iterator, Set
from datetime import date
from functools import cache, partial
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from babel.dates import format_date
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.typing import ExtensionMetadata
from sphinxcontrib.serializinghtml import SerializingHTMLBuilder

from back_office_guide.core.git import committed_days, last_change
from back_office_guide.core.progress import published
from back_office_guide.extensions.languages import catalog_path, language_of, languages_of
from back_office_guide.extensions.translations import UNTRANSLATED

# How many words an adult reads silently in a minute, in non-fiction: Brysbaert, 2019.
WORDS_A_MINUTE = 238

# How many characters of a description search engines show.
DESCRIPTION = 160

NOT_FOUND = "404"
THEME = "guide"

Context = dict[str, Any]


class Website:
    """The context of the templates: what the pages of a build show around their text."""

    def __init__(self, app: Sphinx) -> None:
        """Look up what is the same for all pages."""
        self._app = app
        self._languages = languages_of(app.config)
        self._here = language_of(app.config)
        listed = [
            self._languages.get(code) for code in app.config.published_languages
        ] or published(self._languages, Path(app.config.catalogs_dir))
        self._listed = dict.fromkeys((*listed, self._here))
        self._days = committed_days(Path(app.srcdir))
        static = Path(app.outdir, "_static")
        self._digest = cache(lambda name: f"{crc32((static / name).read_bytes()):08x}")

    def add_pages(self, app: Sphinx) -> Iterator[tuple[str, Context, str]]:
        """Yield the page for unknown addresses, and the list of changes.

        sphinx-notfound-page takes one language a site, and writes addresses from its root on.
        """
        yield NOT_FOUND, {}, "404.html"
        pages = [(self._last_change(page), page) for page in sorted(app.env.found_docs)]
        yield "changes", {"changes": [(day, page) for day, page in pages if day]}, "changes.html"

    def add_context(
        self,
        app: Sphinx,
        pagename: str,
        _: str,
        context: Context,
        doctree: nodes.document | None,
    ) -> None:
        """Add what the templates of a page need to its context."""
        here, base = self._here, app.config.html_baseurl.rstrip("/")
        context.pop("toctree", None)  # else Furo renders a menu that no template shows
        uri = app.builder.get_target_uri(pagename)
        trail = self._trail(pagename)
        parts = toctrees(app.env)
        around = (part for part in parts if {*trail} & {*part["includefiles"]} and part["caption"])
        up, root = "../" * (uri.count("/") + 1), ""
        if pagename == NOT_FOUND and base:  # which a server shows at addresses of any depth
            up = f"{urlsplit(base).path}/"
            root = f"{up}{here.code}/"
            relative = context["pathto"]
            context["pathto"] = lambda *words, **options: root + relative(*words, **options)
        context |= {
            "author": app.config.author,
            "here": here,
            "source": self._languages.source,
            "languages": self._listed,
            "base": base,
            "up": up,
            "root": root,
            "target_uri": app.builder.get_target_uri,
            "page_url": f"{base}/{here.code}/{uri}" if base and pagename != NOT_FOUND else "",
            "asset": lambda name: (
                f"{context['pathto'](f'_static/{name}', resource=True)}?v={self._digest(name)}"
            ),
            "parts": parts,
            "part": next(around, None),
            "trail": trail,
            "titles": app.env.titles,
            "below": app.env.toctree_includes,
            "long_date": partial(format_date, format="long", locale=here.locale),
            "books": app.config.with_books,
            "description": description(doctree) or app.config.project,
        }
        if pagename == "genindex":
            entries = [each for _, group in context["genindexentries"] for each in group]
            entries.sort(key=lambda entry: collation_key(entry[0]))
            letters = groupby(entries, lambda entry: initial(entry[0]))
            context["genindexentries"] = [(letter, list(group)) for letter, group in letters]
        if doctree:
            context |= {
                "last_change": self._last_change(pagename),
                "minutes": ceil(len(doctree.astext().split()) / WORDS_A_MINUTE),
                "edit_url": self._edit_url(pagename),
                "terms": [each for each in doctree.findall(nodes.term) if each["ids"]],
            }
            if here != self._languages.source:
                context["untranslated_share"] = app.env.metadata[pagename].get(UNTRANSLATED)

    def _trail(self, pagename: str | None) -> list[str]:
        """Return the names of a page and of those that lead to it, from below the first page on."""
        if pagename in (None, self._app.config.root_doc):
            return []
        parent, *_ = self._app.builder.relations.get(pagename, (None,))  # type: ignore[attr-defined]
        return [*self._trail(parent), pagename]

    def _edit_url(self, pagename: str) -> str:
        """Return the address where a page or its translation can be edited, or ""."""
        catalog = catalog_path(self._app.config, pagename)
        path = catalog if catalog.is_file() else Path(self._app.env.doc2path(pagename))
        repository = self._app.config.repository_edit.rstrip("/")
        if not repository or not path.is_relative_to(self._app.confdir):
            return ""
        return f"{repository}/{path.relative_to(self._app.confdir).as_posix()}"

    def _last_change(self, pagename: str) -> date | None:
        """Return the day of the last commit that touched a page, if it is known."""
        source = Path(self._app.env.doc2path(pagename))
        return last_change(self._days, source, catalog_path(self._app.config, pagename))


def description(doctree: nodes.document | None, most: int = DESCRIPTION) -> str:
    """Return the beginning of a page as plain text; "" for a page without text."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else iter(())
    return next((shortened(each.astext(), most) for each in paragraphs), "")


def shortened(text: str, most: int) -> str:
    """Return a text on one line, of at most `most` characters, ended by "…" if it was longer."""
    text = re.sub("[ \n]+", " ", text).strip()
    if len(text) <= most:
        return text
    return re.sub(r"[\W_]+$", "", text[:most].rpartition(" ")[0]) + "…"


def collation_key(text: str) -> str:
    """Return what a term is sorted by: its letters without accents or the Arabic article."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return re.sub("^ال(?=..)", "", "".join(c for c in letters if c.isalnum() or c.isspace()))


def initial(text: str) -> str:
    """Return the letter that a term is listed under."""
    return collation_key(text)[:1].upper()


class SortGlossaries(SphinxTransform):
    """Sort glossaries as dictionaries do; Sphinx has the order of Unicode, "être" after "exact"."""

    default_priority = 510  # after Sphinx (500), which does it once they are translated, too

    def apply(self, **_: object) -> None:
        """Sort the glossaries of one page that are to be sorted."""
        for glossary in self.document.findall(addnodes.glossary):
            if glossary["sorted"]:
                for terms in glossary.findall(nodes.definition_list):
                    terms[:] = sorted(terms, key=lambda item: collation_key(item[0].astext()))  # type: ignore[index]


@cache
def toctrees(env: BuildEnvironment) -> list[addnodes.toctree]:
    """Return the parts of the guide: the tables of contents of its first page that hold pages."""
    found = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    return [each for each in found if each["includefiles"]]


def add_letters(_: Sphinx, doctree: nodes.document, __: str) -> None:
    """Put links to the first term of each letter before each glossary of a page."""
    for glossary in list(doctree.findall(addnodes.glossary)):
        firsts: dict[str, nodes.reference] = {}
        for term in glossary.findall(nodes.term):
            letter = initial(term.astext())
            link = nodes.reference("", letter, internal=True, refid=term["ids"][0])
            firsts.setdefault(letter, link)
        links = [node for link in firsts.values() for node in (link, nodes.Text(" "))]
        letters = nodes.paragraph("", "", *links, classes=["index-letters"])
        glossary.parent.insert(glossary.parent.index(glossary), letters)


def delete_removed(app: Sphinx, _: BuildEnvironment, *docnames: Set[str]) -> list[str]:
    """Delete the pages whose sources, the last of `docnames`, are removed."""
    for docname in docnames[-1]:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    return []


def connect_theme(app: Sphinx) -> None:
    """Serve the templates of the theme, before Furo does, and have all pages written.

    Each shows titles, terms and definitions of the others; Sphinx 9 writes only those that it has
    read.
    """
    theme = getattr(app.builder, "theme", None)
    if theme and theme.name == THEME and not isinstance(app.builder, SerializingHTMLBuilder):
        website = Website(app)
        app.builder.templates.environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        app.connect("env-get-outdated", delete_removed)
        app.connect("env-updated", lambda _, env: env.found_docs)
        app.connect("html-page-context", website.add_context, priority=400)
        app.connect("doctree-resolved", add_letters)
        app.connect("html-collect-pages", website.add_pages)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the settings; the rest depends on the theme."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("repository_edit", "", "html", str)
    app.add_config_value("with_books", "", "html", str)
    app.add_config_value("published_languages", [], "", list)
    app.add_transform(SortGlossaries)
    app.connect("builder-inited", connect_theme)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

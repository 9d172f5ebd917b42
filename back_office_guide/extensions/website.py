"""Give the templates what they show around a page: languages, menu, dates, files.

The templates are those of the theme, docs/_theme/guide, which is a child of Furo: with another
theme, this extension does nothing.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Set
from datetime import date
from functools import cache, cached_property
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

from back_office_guide.core.git import committed_days, last_change
from back_office_guide.core.progress import published
from back_office_guide.extensions.languages import catalog_path, language_of, languages_of
from back_office_guide.extensions.translations import UNTRANSLATED

# How many words a grown-up reads silently in a minute, in non-fiction: Brysbaert, 2019.
WORDS_A_MINUTE = 238

# How many letters of a description search engines show.
DESCRIPTION = 160

NOT_FOUND = "404"
CHANGES = "changes"
THEME = "guide"

Context = dict[str, Any]


class Website:
    """What the pages of a build show around their text."""

    def __init__(self, app: Sphinx) -> None:
        """Look up what is the same for all pages."""
        self._app = app
        self._languages = languages_of(app.config)
        self._here = language_of(app.config)
        ready = [self._languages.get(code) for code in app.config.published_languages] or published(
            self._languages, Path(app.config.catalogs_dir)
        )
        self._shown = dict.fromkeys((*ready, self._here))
        self._days = committed_days(Path(app.srcdir))
        static = Path(app.outdir, "_static")
        self._digest = cache(lambda name: f"{crc32((static / name).read_bytes()):08x}")

    @cached_property
    def _parts(self) -> list[addnodes.toctree]:
        return toctrees(self._app.env)

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {name: title.astext() for name, title in self._app.env.titles.items()}

    def add_pages(self, _: Sphinx) -> Iterator[tuple[str, Context, str]]:
        """Yield the list of changes, and the page for an address that leads nowhere.

        sphinx-notfound-page takes one language a site, and writes addresses from its root on.
        """
        yield NOT_FOUND, {}, "404.html"
        pages = [(self._changed(page), page) for page in sorted(self._app.env.found_docs)]
        yield CHANGES, {"changes": [(day, page) for day, page in pages if day]}, "changes.html"

    def prepare(
        self, app: Sphinx, pagename: str, _: str, context: Context, doctree: nodes.document | None
    ) -> None:
        """Fill the context of one page's templates."""
        here, base = self._here, app.config.html_baseurl.rstrip("/")
        context.pop("toctree", None)  # else Furo renders a menu that no template shows
        uri = app.builder.get_target_uri(pagename)
        trail = self._trail(pagename)
        titled = (part for part in self._parts if part["caption"])
        around = (part for part in titled if not {*trail}.isdisjoint(part["includefiles"]))
        up, root = "../" * (uri.count("/") + 1), ""
        if pagename == NOT_FOUND and base:  # which is shown at addresses of any depth
            up = f"{urlsplit(base).path}/"
            root = f"{up}{here.code}/"
            relative = context["pathto"]
            context["pathto"] = lambda *words, **options: root + relative(*words, **options)
        context |= {
            "author": app.config.author,
            "here": here,
            "source": self._languages.source,
            "languages": self._shown,
            "base": base,
            "up": up,
            "root": root,
            "target_uri": app.builder.get_target_uri,
            "page_url": f"{base}/{here.code}/{uri}" if base and pagename != NOT_FOUND else "",
            "asset": lambda name: (
                f"{context['pathto'](f'_static/{name}', resource=True)}?v={self._digest(name)}"
            ),
            "parts": self._parts,
            "part": next(around, None),
            "trail": trail,
            "titles": self._titles,
            "below": app.env.toctree_includes,
            "in_words": self._in_words,
            "books": app.config.with_books,
            "description": description(doctree) or app.config.project,
            "minutes": doctree and ceil(len(doctree.astext().split()) / WORDS_A_MINUTE),
        }
        if pagename == "genindex":
            entries = [each for _, group in context["genindexentries"] for each in group]
            entries.sort(key=lambda entry: collated(entry[0]))
            letters = groupby(entries, lambda entry: initial(entry[0]))
            context["genindexentries"] = [(letter, list(group)) for letter, group in letters]
        if doctree:
            context |= {
                "day": self._changed(pagename),
                "improve": self._edit_link(pagename),
                "terms": [each for each in doctree.findall(nodes.term) if each["ids"]],
                "json": _json,
            }
            if here != self._languages.source:
                context["untranslated_share"] = app.env.metadata[pagename].get(UNTRANSLATED)

    def _trail(self, pagename: str | None) -> list[str]:
        """Return the name of a page, after those of the pages that it is in below the first."""
        if pagename in (None, self._app.config.root_doc):
            return []
        parent, *_ = self._app.builder.relations.get(pagename, (None,))  # type: ignore[attr-defined]
        return [*self._trail(parent), pagename]

    def _edit_link(self, pagename: str) -> str:
        """Return where a page can be changed; "" if that is not known."""
        catalog = catalog_path(self._app.config, pagename)
        path = catalog if catalog.is_file() else Path(self._app.env.doc2path(pagename))
        repository = self._app.config.repository_edit.rstrip("/")
        if not repository or not path.is_relative_to(self._app.confdir):
            return ""
        return f"{repository}/{path.relative_to(self._app.confdir).as_posix()}"

    def _changed(self, pagename: str) -> date | None:
        """Return the day of the last commit that touched a page, if it is known."""
        source = Path(self._app.env.doc2path(pagename))
        return last_change(self._days, source, catalog_path(self._app.config, pagename))

    def _in_words(self, day: date) -> str:
        return str(format_date(day, "long", locale=self._here.locale))


def _json(value: object) -> str:
    """Return a value as JSON for an element of a page, which no "</script>" in it ends."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def description(doctree: nodes.document | None, most: int = DESCRIPTION) -> str:
    """Return how a page begins, as plain text; "" for a page without text."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else iter(())
    return next((shortened(each.astext(), most) for each in paragraphs), "")


def shortened(text: str, most: int) -> str:
    """Return a text in one line, of at most so many letters, ended by "…" if it goes on."""
    text = re.sub("[ \n]+", " ", text).strip()
    if len(text) <= most:
        return text
    return re.sub(r"[\W_]+$", "", text[:most].rpartition(" ")[0]) + "…"


def collated(text: str) -> str:
    """Return by what a term is sorted: its letters without accents or the Arabic article."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return re.sub("^ال(?=..)", "", "".join(c for c in letters if c.isalnum() or c.isspace()))


def initial(text: str) -> str:
    """Return the letter that a term is found under."""
    return collated(text)[:1].upper()


class Sorted(SphinxTransform):
    """Sort glossaries as people do; Sphinx has the order of Unicode, "être" after "exact"."""

    default_priority = 510  # after Sphinx (500), which does it once they are translated, too

    def apply(self, **_: object) -> None:
        """Sort the glossaries of one page that are to be sorted."""
        for glossary in self.document.findall(addnodes.glossary):
            if glossary["sorted"]:
                for terms in glossary.findall(nodes.definition_list):
                    terms[:] = sorted(terms, key=lambda item: collated(item[0].astext()))  # type: ignore[index]


def toctrees(env: BuildEnvironment) -> list[addnodes.toctree]:
    """Return the parts of the guide: the tables of contents of its first page that hold pages."""
    found = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    return [each for each in found if each["includefiles"]]


def add_letters(_: Sphinx, doctree: nodes.document, __: str) -> None:
    """Lead from the beginning of each glossary of a page to the first term of each letter."""
    for glossary in list(doctree.findall(addnodes.glossary)):
        firsts: dict[str, nodes.reference] = {}
        for term in glossary.findall(nodes.term):
            letter = initial(term.astext())
            link = nodes.reference("", letter, internal=True, refid=term["ids"][0])
            firsts.setdefault(letter, link)
        links = [part for link in firsts.values() for part in (link, nodes.Text(" "))]
        letters = nodes.paragraph("", "", *links, classes=["index-letters"])
        glossary.parent.insert(glossary.parent.index(glossary), letters)


def delete_removed(app: Sphinx, _: BuildEnvironment, *docnames: Set[str]) -> list[str]:
    """Delete the pages that are no more, whose names come last."""
    for docname in docnames[-1]:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    return []


def begin(app: Sphinx) -> None:
    """Prepare each page of a site in the theme before Furo does, and have all pages written.

    Each shows titles, terms and definitions of the others. Sphinx 9 writes those alone that it has
    read, and the others keep what they showed.
    """
    theme = getattr(app.builder, "theme", None)
    if theme is not None and theme.name == THEME:
        website = Website(app)
        app.connect("env-updated", lambda _, env: env.found_docs)
        app.connect("html-page-context", website.prepare, priority=400)
        app.connect("doctree-resolved", add_letters)
        app.connect("html-collect-pages", website.add_pages)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the settings; what is shown around the pages waits for the theme."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("repository_edit", "", "html", str)
    app.add_config_value("with_books", "", "html", str)
    app.add_config_value("published_languages", [], "", list)
    app.add_transform(Sorted)
    app.connect("env-get-outdated", delete_removed)
    app.connect("builder-inited", begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

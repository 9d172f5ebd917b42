"""Give the templates what they show around a page: languages, menu, dates, style sheets.

The templates are those of the theme, docs/_theme/guide, which is a child of Furo.
"""

import json
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from html import escape
from math import ceil
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.catalogs.status import published
from back_office_guide.commands.inputs import committed_days
from back_office_guide.core.languages import load
from back_office_guide.core.paths import ROOT
from back_office_guide.extensions.translations import UNTRANSLATED, catalog_path

# How many words a grown-up reads silently in a minute, in non-fiction: Brysbaert, 2019.
WORDS_A_MINUTE = 238

# How many letters of a description search engines show.
DESCRIPTION = 160

LOST = "404"

Context = dict[str, Any]


@dataclass(frozen=True)
class Translation:
    """The same page in a language: what the switcher and the head say of it."""

    name: str
    tag: str
    direction: str
    link: str
    address: str
    current: bool


def prepare(app: Sphinx, pagename: str, _: str, context: Context, doctree: nodes.document) -> None:
    """Fill the context of one page's templates."""
    if app.builder.name == "epub":
        return
    context.pop("toctree", None)  # else Furo renders a menu that no template shows
    languages = load()
    here = languages.get(app.config.language)
    shown = dict.fromkeys((*published(languages), here))
    base = app.config.html_baseurl.rstrip("/")
    up = "../" * (pagename.count("/") + 1)
    root = ""
    if pagename == LOST and base:  # which is shown at addresses of any depth
        up = f"{urlsplit(base).path}/"
        root = f"{up}{here.code}/"
        relative = context["pathto"]
        context["pathto"] = lambda *words, **options: root + relative(*words, **options)
    translations = [
        Translation(
            name=language.name,
            tag=language.code.replace("_", "-"),
            direction=language.direction,
            link=f"{up}{language.code}/{pagename}.html",
            address=f"{base}/{language.code}/{pagename}.html",
            current=language == here,
        )
        for language in shown
    ]
    body = context.get("body") or ""
    code = "highlight" in body
    context |= {
        "direction": here.direction,
        "locale": here.dictionary,
        "card": f"{base}/{here.code}/_static/card-{here.code}.png",
        "languages": translations,
        "translations": translations,
        "page_url": base and f"{base}/{here.code}/{pagename}.html",
        "default_address": f"{base}/{languages.source.code}/{pagename}.html",
        "navigation": lambda: menu(app).html(pagename, root),
        "has_contents": bool(doctree) and "<ul" in (context.get("toc") or "").partition("<ul")[2],
        "description": description(doctree) or app.config.project,
        "style_sheets": ["styles/furo.css", "guide.css"]
        + (["pygments.css", "copybutton.css"] if code else [])
        + (["figures.css"] if 'class="drawing"' in body else []),
        "page_scripts": ["guide.js"]
        + (["documentation_options.js", "clipboard.min.js", "copybutton.js"] if code else []),
        "minutes": doctree and ceil(len(doctree.astext().split()) / WORDS_A_MINUTE),
    }
    if app.config.with_books:
        context["book"] = f"{up}back-office-{here.code}.pdf"
        context["ebook"] = f"{up}back-office-{here.code}.epub"
    if doctree:
        context["linked_data"] = linked_data(app, pagename, context, doctree)
        context["changed"] = changed_on(app, pagename)
        if app.config.repository_edit:
            where = edited_file(app, pagename).relative_to(ROOT).as_posix()
            context["improve"] = f"{app.config.repository_edit.rstrip('/')}/{where}"
        if here != languages.source:
            context["untranslated_share"] = app.env.metadata[pagename][UNTRANSLATED]


def description(doctree: nodes.document | None) -> str:
    """Return how a page begins, as plain text; "" for a page without text."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        return shorten(" ".join(paragraph.astext().split()), DESCRIPTION, placeholder="…")
    return ""


def edited_file(app: Sphinx, pagename: str) -> Path:
    """Return the file in which a page is written: in a translation its catalog, if there is one."""
    catalog = catalog_path(app.config, pagename)
    translated = load().get(app.config.language) != load().source and catalog.is_file()
    return catalog if translated else Path(app.env.doc2path(pagename))


def changed_on(app: Sphinx, pagename: str) -> str:
    """Return the day of the last commit that touched a page, in words; "" without git."""
    paths = (app.env.doc2path(pagename), edited_file(app, pagename))
    days = [day for path in paths if (day := committed_days().get(str(path)))]
    locale = load().get(app.config.language).dictionary
    return format_date(max(days), "long", locale=locale) if days else ""


def linked_data(app: Sphinx, pagename: str, context: Context, doctree: nodes.document) -> str:
    """Return what a page is, for machines, as JSON-LD: https://schema.org/docs/full.html."""
    title = app.env.titles[pagename].astext()
    language = context["language"].replace("_", "-")
    article = {
        "@type": "Article",
        "headline": title,
        "description": context["description"],
        "inLanguage": language,
        "license": "https://creativecommons.org/licenses/by-sa/4.0/",
        "author": {"@type": "Organization", "name": app.config.author},
        "isPartOf": {"@type": "Book", "name": app.config.project, "inLanguage": language},
    }
    if context["page_url"]:
        article["url"] = context["page_url"]
    trail = [app.config.project]
    for caption, docnames in menu(app).parts:
        if pagename in docnames:
            trail += [caption, title]
    breadcrumb = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name}
            for place, name in enumerate(filter(None, trail), start=1)
        ],
    }
    graph: list[dict[str, Any]] = [article, breadcrumb]
    terms = [
        {
            "@type": "DefinedTerm",
            "@id": f"#{term['ids'][0]}",
            "name": term.astext(),
            "description": " ".join(term.parent.children[-1].astext().split()),
        }
        for term in doctree.findall(nodes.term)
        if term["ids"] and term["ids"][0].startswith("term-")
    ]
    if terms:
        graph.append({"@type": "DefinedTermSet", "name": title, "hasDefinedTerm": terms})
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return text.replace("<", "\\u003c")  # else a "</script>" would end the element


@dataclass(frozen=True)
class Entry:
    """A page in the menu: its title as HTML, and the places of the entries that it is inside of."""

    docname: str
    title: str
    around: tuple[int, ...]
    has_pages: bool

    def html(self, link: str, *, current: bool = False, unfolded: bool = False) -> str:
        """Return the link, and the button that shows the pages inside where there are some."""
        classes = f"toctree-l{len(self.around) + 1}" + (" current-page" if current else "")
        mark = ' aria-current="page"' if current else ""
        html = (
            f'<li class="{classes}">'
            f'<a class="reference internal" href="{link or "#"}"{mark}>{self.title}</a>'
        )
        if self.has_pages:
            html += (
                f'<button type="button" class="expander" aria-expanded="{str(unfolded).lower()}" '
                f'aria-label="{self.title}"><svg aria-hidden="true"><use href="#icon-arrow">'
                "</use></svg></button>"
            )
        return html


class Menu:
    """The menu: the parts of the guide and their pages.

    All of it stands on every page: it is made once a folder, where the links are the same, and a
    page only marks itself and unfolds what it is inside of.
    """

    def __init__(self, app: Sphinx) -> None:
        """Read the tables of contents, once all pages have been read."""
        self._app = app
        toctrees = app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree)
        self.parts = [(each.get("caption") or "", each["includefiles"]) for each in toctrees]
        self._entries: dict[int, Entry] = {}
        self._places: dict[str, list[int]] = {}
        self._html: list[str] = []
        self._folder = ""
        for caption, docnames in self.parts:
            if caption:
                text = f'<span class="caption-text">{escape(caption)}</span>'
                self._html.append(f'<p class="caption">{text}</p>')
            self._add(docnames, ())
        self._link_from("")

    def _add(self, docnames: list[str], around: tuple[int, ...]) -> None:
        self._html.append("<ul>")
        for docname in docnames:
            place, inside = len(self._html), self._app.env.toctree_includes.get(docname, [])
            title = escape(self._app.env.titles[docname].astext())
            self._entries[place] = Entry(docname, title, around, bool(inside))
            self._places.setdefault(docname, []).append(place)
            self._html.append("")
            if inside:
                self._add(inside, (*around, place))
            self._html.append("</li>")
        self._html.append("</ul>")

    def _link_from(self, folder: str) -> None:
        self._folder = folder
        for place, entry in self._entries.items():
            link = self._app.builder.get_relative_uri(folder, entry.docname)
            self._html[place] = entry.html(link)

    def html(self, pagename: str, root: str = "") -> str:
        """Return the menu of a page as HTML. `root` comes before each address."""
        folder = pagename[: pagename.rfind("/") + 1]
        if folder != self._folder:
            self._link_from(folder)
        pieces = self._html.copy()
        places = self._places.get(pagename, [])
        for place in {*places, *(each for own in places for each in self._entries[own].around)}:
            entry = self._entries[place]
            link = self._app.builder.get_relative_uri(pagename, entry.docname)
            pieces[place] = entry.html(link, current=entry.docname == pagename, unfolded=True)
        html = "".join(pieces)
        return html.replace(' href="', f' href="{root}').replace(f"{root}#", "#") if root else html


@cache
def menu(app: Sphinx) -> Menu:
    """Return the menu of a build."""
    return Menu(app)


def find_outdated(
    app: Sphinx, env: BuildEnvironment, added: Set[str], _: Set[str], removed: Set[str]
) -> Set[str]:
    """Return the pages to read besides those that changed: all, when any page came or went."""
    for docname in removed:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    return env.found_docs if added or removed else set()


def write_all(_: Sphinx, env: BuildEnvironment) -> Set[str]:
    """Return all pages, to be written: each shows titles, terms and definitions of the others.

    Sphinx 9 writes those alone that it has read, and the others keep what they showed.
    """
    return env.found_docs


def add_pages(app: Sphinx) -> Iterator[tuple[str, Context, str]]:
    """Yield the page that a server shows for an address that leads nowhere."""
    if app.builder.name != "epub":
        yield LOST, {}, "404.html"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Prepare each page before Furo does."""
    app.add_config_value("repository_edit", "", "html", str)
    app.add_config_value("with_books", "", "html", str)
    app.connect("env-get-outdated", find_outdated)
    app.connect("env-updated", write_all)
    app.connect("html-page-context", prepare, priority=400)
    app.connect("html-collect-pages", add_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

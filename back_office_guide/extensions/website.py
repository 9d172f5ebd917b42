"""Give the templates what they show around a page: languages, menu, dates, files.

The templates are those of the theme, docs/_theme/guide, which is a child of Furo: with another
theme, this extension does nothing.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from itertools import groupby
from math import ceil
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from babel.dates import format_date
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.git import committed_days
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

# The files of Sphinx and Furo that no page needs, since guide.css and guide.js do their work.
REPLACED = {"basic.css", "styles/furo-extensions.css", "doctools.js", "sphinx_highlight.js"}
REPLACED |= {"scripts/furo.js", "translations.js"}
# Those that only a page with code needs.
FOR_CODE = {"pygments.css", "documentation_options.js"}
FOR_CODE |= {"copybutton.css", "clipboard.min.js", "copybutton.js"}
# Those that only a page with a drawing needs.
FOR_DRAWINGS = {"figures.css"}

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


class Website:
    """What the pages of a build show around their text."""

    def __init__(self, app: Sphinx) -> None:
        """Serve the builds of an application."""
        self._app = app
        self._in_theme = False

    def begin(self, app: Sphinx, env: BuildEnvironment) -> Set[str]:
        """Look up what is the same for all pages, and return all pages, to be written.

        Each shows titles, terms and definitions of the others. Sphinx 9 writes those alone that it
        has read, and the others keep what they showed.
        """
        theme = getattr(app.builder, "theme", None)
        self._in_theme = theme is not None and theme.name == THEME
        if not self._in_theme:
            return set()
        self._languages = languages_of(app.config)
        self._here = language_of(app.config)
        codes = app.config.published_languages
        ready = [self._languages.get(code) for code in codes] or published(
            self._languages, Path(app.config.catalogs_dir)
        )
        self._shown = dict.fromkeys((*ready, self._here))
        self._days = committed_days(Path(app.srcdir))
        self._menu = Menu(app)
        static = Path(app.outdir, "_static")
        self._digest = cache(lambda name: f"{crc32((static / name).read_bytes()):08x}")
        return env.found_docs

    def add_pages(self, _: Sphinx) -> Iterator[tuple[str, Context, str]]:
        """Yield the list of changes, and the page for an address that leads nowhere.

        sphinx-notfound-page takes one language a site, and writes addresses from its root on.
        """
        if self._in_theme:
            yield NOT_FOUND, {}, "404.html"
            pages = self._app.env.found_docs
            days = {page: day for page in sorted(pages) if (day := self._changed(page))}
            newest_first = sorted(days, key=lambda page: days[page], reverse=True)
            changes = [
                (self._in_words(day), [(page, self._title(page)) for page in changed])
                for day, changed in groupby(newest_first, lambda page: days[page])
            ]
            yield CHANGES, {"changes": changes}, "changes.html"

    def prepare(
        self, app: Sphinx, pagename: str, _: str, context: Context, doctree: nodes.document | None
    ) -> None:
        """Fill the context of one page's templates."""
        if not self._in_theme:
            return
        here = self._here
        context.pop("toctree", None)  # else Furo renders a menu that no template shows
        base = app.config.html_baseurl.rstrip("/")
        uri = app.builder.get_target_uri(pagename)
        home = app.builder.get_target_uri(app.config.root_doc)
        up = "../" * (uri.count("/") + 1)
        root = ""
        if pagename == NOT_FOUND and base:  # which is shown at addresses of any depth
            up = f"{urlsplit(base).path}/"
            root = f"{up}{here.code}/"
            relative = context["pathto"]
            context["pathto"] = lambda *words, **options: root + relative(*words, **options)
            for name in ("css_tag", "js_tag"):
                context[name] = _rooted(context[name], root)
        languages = [
            Translation(
                name=language.name,
                tag=language.code.replace("_", "-"),
                direction=language.direction,
                link=f"{up}{language.code}/{home if pagename == NOT_FOUND else uri}",
                address=f"{base}/{language.code}/{uri}",
                current=language == here,
            )
            for language in self._shown
        ]
        context |= {
            "author": app.config.author,
            "direction": here.direction,
            "locale": here.locale,
            "card": f"{base}/{here.code}/_static/card-{here.code}.png",
            "languages": languages,
            "page_url": self._address(pagename) if base and pagename != NOT_FOUND else "",
            "default_address": f"{base}/{self._languages.source.code}/{uri}",
            "asset": lambda name: (
                f"{context['pathto'](f'_static/{name}', resource=True)}?v={self._digest(name)}"
            ),
            "navigation": lambda: self._menu.html(pagename, root),
            "part": self._menu.part_of(pagename),
            "has_contents": bool(doctree)
            and "<ul" in (context.get("toc") or "").partition("<ul")[2],
            "description": description(doctree) or app.config.project,
            "minutes": doctree and ceil(len(doctree.astext().split()) / WORDS_A_MINUTE),
        }
        if app.config.with_books:
            context["book"] = f"{up}back-office-{here.code}.pdf"
            context["ebook"] = f"{up}back-office-{here.code}.epub"
        if doctree:
            context["linked_data"] = self._linked_data(pagename, context, doctree)
            changed = self._changed(pagename)
            context["changed"] = changed and self._in_words(changed)
            context["improve"] = self._edit_link(pagename)
            if here != self._languages.source:
                context["untranslated_share"] = app.env.metadata[pagename].get(UNTRANSLATED)

    def _address(self, pagename: str) -> str:
        """Return where a page is on the web."""
        base = self._app.config.html_baseurl.rstrip("/")
        return f"{base}/{self._here.code}/{self._app.builder.get_target_uri(pagename)}"

    def choose_files(
        self, app: Sphinx, pagename: str, _: str, context: Context, doctree: nodes.document | None
    ) -> None:
        """Leave out the style sheets and scripts that a page does not need.

        Those of the configuration and of other extensions, which come last, stay.
        """
        if not self._in_theme:
            return
        body = context.get("body") or ""
        unwanted = REPLACED
        unwanted = unwanted if "highlight" in body else unwanted | FOR_CODE
        unwanted = unwanted if 'class="drawing"' in body else unwanted | FOR_DRAWINGS
        for kind in ("css_files", "script_files"):
            context[kind] = [each for each in context[kind] if _name(each) not in unwanted]

    def _files(self, pagename: str) -> list[Path]:
        """Return the files in which a page is written: its source, and a catalog if any."""
        catalog = catalog_path(self._app.config, pagename)
        translated = self._here != self._languages.source and catalog.is_file()
        return [Path(self._app.env.doc2path(pagename)), *([catalog] if translated else [])]

    def _edit_link(self, pagename: str) -> str:
        """Return where a page can be changed; "" if that is not known."""
        path, repository = self._files(pagename)[-1], self._app.config.repository_edit.rstrip("/")
        if not repository or not path.is_relative_to(self._app.confdir):
            return ""
        return f"{repository}/{path.relative_to(self._app.confdir).as_posix()}"

    def _changed(self, pagename: str) -> date | None:
        """Return the day of the last commit that touched a page, if it is known."""
        return max(filter(None, map(self._days.get, self._files(pagename))), default=None)

    def _in_words(self, day: date) -> str:
        return str(format_date(day, "long", locale=self._here.locale))

    def _title(self, pagename: str) -> str:
        return str(self._app.env.titles[pagename].astext())

    def _linked_data(self, pagename: str, context: Context, doctree: nodes.document) -> str:
        """Return what a page is, for machines, as JSON-LD: https://schema.org/docs/full.html."""
        title = self._title(pagename)
        language = context["language"].replace("_", "-")
        article = {
            "@type": "Article",
            "headline": title,
            "description": context["description"],
            "inLanguage": language,
            "license": "https://creativecommons.org/licenses/by-sa/4.0/",
            "author": {"@type": "Organization", "name": self._app.config.author},
            "isPartOf": {"@type": "Book", "name": self._app.config.project, "inLanguage": language},
        }
        address = context["page_url"]
        if address:
            article["url"] = address
        if changed := self._changed(pagename):
            article["dateModified"] = changed.isoformat()
        trail = [(self._app.config.project, self._app.config.root_doc)]
        if part := context["part"]:
            trail += [(part.title, part.first), (title, pagename)]
        steps = [
            {"@type": "ListItem", "position": place, "name": name}
            | ({"item": self._address(page)} if address else {})
            for place, (name, page) in enumerate(trail, start=1)
        ]
        breadcrumb = {"@type": "BreadcrumbList", "itemListElement": steps}
        graph: list[dict[str, Any]] = [article, breadcrumb]
        terms = [
            {
                "@type": "DefinedTerm",
                "@id": f"#{term['ids'][0]}",
                "name": term.astext(),
            }
            for term in doctree.findall(nodes.term)
            if term["ids"] and term["ids"][0].startswith("term-")
        ]
        if terms:
            graph.append({"@type": "DefinedTermSet", "name": title, "hasDefinedTerm": terms})
        text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
        return text.replace("<", "\\u003c")  # else a "</script>" would end the element


def _rooted(tag: Callable[[object], str], root: str) -> Callable[[object], str]:
    """Return what writes an element as `tag` does, with `root` before a relative address."""
    return lambda file: re.sub(r'(href|src)="(?!\w+:)', rf'\1="{root}', tag(file))


def _name(file: object) -> str:
    """Return the name of a file of the theme or of an extension, from _static/ on."""
    return str(getattr(file, "filename", file)).removeprefix("_static/").partition("?")[0]


def description(doctree: nodes.document | None) -> str:
    """Return how a page begins, as plain text; "" for a page without text."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        return shorten(" ".join(paragraph.astext().split()), DESCRIPTION, placeholder="…")
    return ""


@dataclass(frozen=True)
class Part:
    """A part of the guide: its title, and its first page."""

    title: str
    first: str


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

    All of it is on every page: it is made once a folder, where the links are the same, and a
    page only marks itself and unfolds what it is inside of.
    """

    def __init__(self, app: Sphinx) -> None:
        """Read the tables of contents, once all pages have been read."""
        self._app = app
        self._entries: dict[int, Entry] = {}
        self._places: dict[str, list[int]] = {}
        self._parts: dict[str, Part] = {}
        self._html: list[str] = []
        self._folder = ""
        toctrees = app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree)
        for number, toctree in enumerate(toctrees, start=1):
            docnames, caption, name = toctree["includefiles"], toctree.get("caption"), ""
            if caption and docnames:
                name = f' aria-labelledby="part-{number}"'
                text = f'<span class="caption-text">{escape(caption)}</span>'
                self._html.append(f'<p class="caption" id="part-{number}">{text}</p>')
            self._add(docnames, (), Part(caption, docnames[0]) if name else None, name)
        self._link_from("")

    def part_of(self, pagename: str) -> "Part | None":
        """Return the part that a page is in, if it has a caption."""
        return self._parts.get(pagename)

    def _add(
        self, docnames: list[str], around: tuple[int, ...], part: "Part | None", name: str = ""
    ) -> None:
        self._html.append(f"<ul{name}>")
        for docname in docnames:
            if part:
                self._parts.setdefault(docname, part)
            place, inside = len(self._html), self._app.env.toctree_includes.get(docname, [])
            title = escape(self._app.env.titles[docname].astext())
            self._entries[place] = Entry(docname, title, around, bool(inside))
            self._places.setdefault(docname, []).append(place)
            self._html.append("")
            if inside:
                self._add(inside, (*around, place), part)
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


class Letters(SphinxPostTransform):
    """Lead from the beginning of a glossary to the first term of each letter."""

    builders = ("html", "dirhtml")
    default_priority = 600

    def run(self, **_: object) -> None:
        """Add the letters to the glossaries of one page."""
        for glossary in list(self.document.findall(addnodes.glossary)):
            firsts: dict[str, nodes.reference] = {}
            for term in glossary.findall(nodes.term):
                letter = unicodedata.normalize("NFD", term.astext())[0].upper()
                link = nodes.reference("", letter, internal=True, refid=term["ids"][0])
                firsts.setdefault(letter, link)
            links = [part for link in firsts.values() for part in (link, nodes.Text(" "))]
            letters = nodes.paragraph("", "", *links, classes=["index-letters"])
            glossary.parent.insert(glossary.parent.index(glossary), letters)


def find_outdated(
    app: Sphinx, env: BuildEnvironment, added: Set[str], _: Set[str], removed: Set[str]
) -> Set[str]:
    """Return the pages to read besides those that changed: all, when any page came or went."""
    for docname in removed:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    return env.found_docs if added or removed else set()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Prepare each page of a site in the theme before Furo does."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_config_value("repository_edit", "", "html", str)
    app.add_config_value("with_books", "", "html", str)
    app.add_config_value("published_languages", [], "", list)
    app.add_post_transform(Letters)
    app.connect("env-get-outdated", find_outdated)
    website = Website(app)
    app.connect("env-updated", website.begin)
    app.connect("html-page-context", website.prepare, priority=400)
    app.connect("html-page-context", website.choose_files, priority=900)
    app.connect("html-collect-pages", website.add_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

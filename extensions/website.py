"""Give the templates what they show around a page: languages, menu, dates, style sheets.

The templates are those of the theme, docs/_theme/guide, which is a child of Furo.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
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

from catalogs.catalog import DamagedError, folder_of, read
from catalogs.status import count, published
from tools import ROOT
from tools.languages import Language, Languages, load

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
    languages, ready = site_languages()
    here = languages.get(app.config.language)
    shown = dict.fromkeys((*ready, here))
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
        "navigation": lambda: menu(app, pagename, root),
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
    if doctree:
        context["linked_data"] = linked_data(app, pagename, context, doctree)
        source = app.env.doc2path(pagename)
        catalog = folder_of(here.code) / f"{pagename}.po"
        edited = catalog if here != languages.source and catalog.is_file() else source
        context["changed"] = last_change(app, here.dictionary, {str(source), str(edited)})
        if app.config.repository_edit:
            where = Path(edited).relative_to(ROOT).as_posix()
            context["improve"] = f"{app.config.repository_edit.rstrip('/')}/{where}"
        if here != languages.source:
            context["untranslated_share"] = untranslated_share(catalog)


@cache
def site_languages() -> tuple[Languages, tuple[Language, ...]]:
    """Return all languages, and the published ones; read once a build."""
    languages = load()
    return languages, published(languages)


def untranslated_share(path: Path) -> int:
    """Return how much of a page's catalog is not translated, in percent, rounded down."""
    try:
        return 100 - count(read(path)).share
    except DamagedError:
        return 100


def description(doctree: nodes.document | None) -> str:
    """Return how a page begins, as plain text; "" for a page without text."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        return shorten(" ".join(paragraph.astext().split()), DESCRIPTION, placeholder="…")
    return ""


def last_change(app: Sphinx, locale: str, paths: set[str]) -> str:
    """Return the day of the last commit that touched one of the files, in words; "" without git."""
    days = [day for path in paths if (day := committed_days(app).get(path))]
    return format_date(max(days), "long", locale=locale) if days else ""


def committed_days(app: Sphinx) -> dict[str, date]:
    """Return the day of the last commit of each file of docs, by its path."""
    known: dict[str, date] | None = getattr(app, "committed_days", None)
    if known is None:
        known = {}
        command = ["git", "log", "--format=%cs", "--name-only", "--", "docs"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        day = date.min
        for line in filter(None, run.stdout.splitlines()):
            if line.startswith("docs/"):
                known.setdefault(str(ROOT / line), day)
            else:
                day = date.fromisoformat(line)
        app.committed_days = known  # type: ignore[attr-defined]
    return known


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
    for toctree in _toctrees(app.env):
        if pagename in toctree["includefiles"]:
            trail += [toctree.get("caption") or "", title]
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


def menu(app: Sphinx, pagename: str, root: str = "") -> str:
    """Return the menu of a page as HTML: the parts of the guide and their pages.

    `root` comes before each address.
    """
    html = "".join(_part(app, toctree, pagename) for toctree in _toctrees(app.env))
    return html.replace(' href="', f' href="{root}').replace(f"{root}#", "#") if root else html


def _toctrees(env: BuildEnvironment) -> Iterator[addnodes.toctree]:
    return env.get_doctree(env.config.root_doc).findall(addnodes.toctree)


def _part(app: Sphinx, toctree: addnodes.toctree, pagename: str) -> str:
    caption = escape(toctree.get("caption") or "")
    title = f'<p class="caption"><span class="caption-text">{caption}</span></p>' if caption else ""
    return title + _items(app, toctree["includefiles"], pagename, 1)


def _items(app: Sphinx, docnames: list[str], pagename: str, level: int) -> str:
    items = (_item(app, docname, pagename, level) for docname in docnames)
    return f"<ul>{''.join(items)}</ul>"


def _item(app: Sphinx, docname: str, pagename: str, level: int) -> str:
    current = docname == pagename
    link = app.builder.get_relative_uri(pagename, docname) or "#"
    title = escape(app.env.titles[docname].astext())
    inside = app.env.toctree_includes.get(docname, [])
    mark = ' aria-current="page"' if current else ""
    classes = f"toctree-l{level}" + (" current-page" if current else "")
    html = f'<li class="{classes}"><a class="reference internal" href="{link}"{mark}>{title}</a>'
    if inside:
        open_ = "true" if current or _holds(app.env, docname, pagename) else "false"
        html += (
            f'<button type="button" class="expander" aria-expanded="{open_}" aria-label="{title}">'
            '<svg aria-hidden="true"><use href="#icon-arrow"></use></svg></button>'
            + _items(app, inside, pagename, level + 1)
        )
    return f"{html}</li>"


def _holds(env: BuildEnvironment, docname: str, pagename: str) -> bool:
    inside = env.toctree_includes.get(docname, [])
    return pagename in inside or any(_holds(env, name, pagename) for name in inside)


def add_pages(app: Sphinx) -> Iterator[tuple[str, Context, str]]:
    """Yield the page that a server shows for an address that leads nowhere."""
    if app.builder.name != "epub":
        yield LOST, {}, "404.html"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Prepare each page before Furo does."""
    app.add_config_value("repository_edit", "", "html", str)
    app.add_config_value("with_books", "", "html", str)
    app.connect("html-page-context", prepare, priority=400)
    app.connect("html-collect-pages", add_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Make what is at the root of the site, beside its languages: pages, headers, map."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from back_office_guide.core.catalog import INTERFACE_DOMAIN, folder_of, read
from back_office_guide.core.git import committed_days, last_change
from back_office_guide.core.languages import Language
from back_office_guide.core.paths import DOCS

THEME_FOLDER = DOCS / "_theme" / "guide"
# Pages that no search engine should lead to.
UNLISTED = {"404.html", "search.html"}


def gettext_of(language: Language, name: str) -> Callable[[str], str]:
    """Return the function that translates a message of the catalog `name` into a language."""
    path = folder_of(language.code) / f"{name}.po"
    translations = {each.msgid: each.msgstr for each in read(path)} if path.is_file() else {}
    return lambda message: translations.get(message) or message


def files(
    html: Path, languages: Sequence[Language], source: Language, address: str, *, with_books: bool
) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file, for the `languages` that are in the folder `html`.

    `address` is that of the site, or "".
    """
    jinja2 = import_module("jinja2")  # which takes long to import, and is seldom needed
    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(THEME_FOLDER), autoescape=True)
    days = committed_days(DOCS)
    gettext = {language.code: gettext_of(language, INTERFACE_DOMAIN) for language in languages}
    first = html / languages[0].code
    pages = {path.relative_to(first).as_posix() for path in first.rglob("*.html")}

    def changed(language: Language, page: str) -> date | None:
        catalog = (folder_of(language.code) / page).with_suffix(".po")
        return last_change(days, (DOCS / page).with_suffix(".md"), catalog)

    def asset(path: str) -> str:
        name = f"{languages[0].code}/_static/{path}"
        file = html / name
        return f"{name}?v={crc32(file.read_bytes()):08x}" if file.is_file() else name

    def render(template: str, **own: object) -> str:
        return str(templates.get_template(template).render(own))

    templates.globals |= {
        "languages": languages,
        "here": languages[0],
        "source": source,
        "base": address,
        "pages": sorted(pages - UNLISTED),
        "books": with_books,
        "gettext": gettext,
        "changed": changed,
        "asset": asset,
    }
    yield "index.html", render("languages.html")
    # A server shows it for addresses of any depth: from the root of the site on.
    yield "404.html", render("languages.html", lost=True, root=f"{urlsplit(address).path}/")
    yield "_headers", render("_headers")
    yield "robots.txt", render("robots.txt")
    if address:  # which a map needs: https://www.sitemaps.org/protocol.html
        yield "sitemap.xml", render("sitemap.xml")

"""Make what is at the root of the site, beside its languages: pages, headers, map."""

from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from back_office_guide.core.catalog import INTERFACE, folder_of, read
from back_office_guide.core.git import committed_days
from back_office_guide.core.languages import Language
from back_office_guide.core.paths import DOCS

TEMPLATES = DOCS / "_theme" / "guide"
# The files, and the template of each. The map needs an address: https://www.sitemaps.org/protocol.html
NOT_FOUND, MAP = "404.html", "sitemap.xml"
FILES = {
    "index.html": "languages.html",
    NOT_FOUND: "languages.html",
    "_headers": "_headers",
    "robots.txt": "robots.txt",
    MAP: "sitemap.xml",
}
# What no search engine should lead to.
NOT_PAGES = {"404.html", "search.html"}


class Edition:
    """A language of the site, as the templates see it."""

    def __init__(self, language: Language, days: dict[Path, date]) -> None:
        """Read its words; `days` says when files were last changed."""
        self.code, self.name, self.direction = language.code, language.name, language.direction
        self.tag = language.code.replace("_", "-")
        self._folder, self._days = folder_of(language.code), days
        path = self._folder / f"{INTERFACE}.po"
        self._words = {each.msgid: each.msgstr for each in read(path)} if path.is_file() else {}

    def gettext(self, message: str) -> str:
        """Return a message of the theme in this language."""
        return self._words.get(message) or message

    def changed(self, page: str) -> date | None:
        """Return the day of the last change of a page, given as its path on the site, if known."""
        files = (DOCS / page).with_suffix(".md"), (self._folder / page).with_suffix(".po")
        return max(filter(None, map(self._days.get, files)), default=None)


def files(
    html: Path, languages: Sequence[Language], source: Language, address: str, *, with_books: bool
) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file, for the `languages` that are in the folder `html`.

    `address` is that of the site, or "".
    """
    jinja2 = import_module("jinja2")  # which takes long to import, and is seldom needed
    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    days = committed_days(DOCS)
    first = html / languages[0].code
    pages = {path.relative_to(first).as_posix() for path in first.rglob("*.html")}
    for name, template in FILES.items():
        if name == MAP and not address:
            continue
        root = f"{urlsplit(address).path}/" if name == NOT_FOUND else ""

        def asset(path: str, root: str = root) -> str:
            file = f"{languages[0].code}/_static/{path}"
            return f"{root}{file}?v={crc32((html / file).read_bytes()):08x}"

        text = templates.get_template(template).render(
            editions=[Edition(language, days) for language in languages],
            source=source,
            address=address,
            pages=sorted(pages - NOT_PAGES),
            books=with_books,
            lost=name == NOT_FOUND,
            root=root,
            asset=asset,
        )
        yield name, text

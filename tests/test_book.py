"""The book of each language, as a real PDF."""

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import CODES, LANGUAGES, ROOT, add, copy_to, made, make, require
from page import validate_pdf
from pypdf import PdfReader

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.commands.typeset import cache_of_fonts, faults
from back_office_guide.core.catalog import read
from back_office_guide.core.typesetting import BOOKS, obstacle

MILLIMETRE = 72 / 25.4
# The book leaves out the pages for contributors.
CHAPTERS = [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "contribuer"]
HOME = (ROOT / "docs/index.md").read_text("utf-8")
HOME_PAGE = ROOT / "docs/index.md"
PAGES = ["index", *re.findall(r"^(?!contribuer)\w+/\S+$", HOME, re.MULTILINE)]
PARTS = [part for part in re.findall(r":caption: (.*)", HOME) if part != "Contribuer"]
FIGURE = re.compile(r":::\{figure\} /figures/(\S+)\n:alt: (.*)\n\n((?:.+\n)+?):::")

WORDS_OF_A_BOOK = {
    "fr": ["Table des matières", "Première partie", "Index"],
    "en": ["Contents", "Part I", "Chapter 1", "Index"],
    "es": ["Índice general", "Parte I", "Índice alfabético"],
    "de": ["Inhaltsverzeichnis", "Teil I", "Index"],
    "ar": ["كشاف"],
}

language = pytest.mark.parametrize("code", CODES)


@cache
def catalog(code: str, name: str) -> dict[str, str]:
    """Return the translations of a page; none in French."""
    path = ROOT / "docs/locale" / code / "LC_MESSAGES" / f"{name}.po"
    catalog = read(path) if path.is_file() else polib.POFile()
    return {entry.msgid: entry.msgstr for entry in catalog if not entry.obsolete}


def translated(code: str, page: Path, text: str) -> str:
    """Return a message of a page in a language, without markup."""
    name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
    return as_words(plain(catalog(code, name).get(text, text)))


def plain(text: str) -> str:
    """Return a message as it is read: links by their words, no emphasis, no marks of direction."""
    text = re.sub(r"\{term\}`([^<`]*?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub("[*`\u2066\u2069]", "", text)


def as_words(text: str) -> str:
    """Return a text with plain spaces, and Arabic letters in their basic forms."""
    return " ".join(unicodedata.normalize("NFKC", re.sub("[\u202a-\u202e]", "", text)).split())


def letters(text: str) -> str:
    """Return a text without what the end of a line may change: spaces and hyphens."""
    return re.sub(r"[-\s]", "", as_words(text))


def title_of(page: Path) -> str:
    """Return the French title of a page."""
    match = re.search(r"^# (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert match is not None
    return match[1]


def text_of(path: Path) -> str:
    """Return the text of a PDF."""
    require("pdftotext")
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def work(book: Path, suffix: str) -> Path:
    """Return a file of the last run of TeX for a book."""
    code = book.stem.removeprefix("back-office-")
    return book.parent.parent / f"work/latex-{code}/result/back-office{suffix}"


@pytest.fixture(scope="session")
def texts(books: dict[str, Path]) -> dict[str, str]:
    """Return the text of each book."""
    return {code: text_of(path) for code, path in books.items()}


@pytest.fixture(scope="session")
def readers(books: dict[str, Path]) -> dict[str, Any]:
    """Return each book, opened."""
    return {code: PdfReader(path) for code, path in books.items()}


def bookmarks(reader: PdfReader) -> dict[str, int]:
    """Return the bookmarks of a book, and the page, from 0, that each leads to."""

    def flat(outline: list[Any]) -> Iterator[tuple[str, int]]:
        for item in outline:
            if isinstance(item, list):
                yield from flat(item)
            else:
                page = reader.get_destination_page_number(item)
                assert page is not None
                yield as_words(str(item["/Title"])), page

    return dict(flat(reader.outline))


# An element of the structure: what it is, its attributes, its texts and elements.
Tree = tuple[str, list[str], list[Any]]


def structure(path: Path) -> Tree:
    """Return the structure of a PDF as Poppler reads it."""
    require("pdfinfo")
    command = ["pdfinfo", "-struct-text", str(path)]
    lines = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    root: Tree = ("", [], [])
    open_elements: list[tuple[int, Tree]] = [(-1, root)]
    for line in lines:
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        while open_elements[-1][0] >= depth:
            open_elements.pop()
        _, attributes, kids = open_elements[-1][1]
        if text.startswith('"'):
            kids.append(text[1:-1])
        elif text.startswith("/"):
            attributes.append(text)
        elif text and not text.startswith("Object "):
            kids.append((re.split(r"[: ]", text)[0], [], []))
            open_elements.append((depth, kids[-1]))
    return root


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield the elements of a structure in its order."""
    for kid in tree[2]:
        if isinstance(kid, tuple):
            yield kid
            yield from walk(kid)


def spoken(tree: Tree) -> str:
    """Return the letters that a structure says, but for figures, notes, contents, page numbers."""

    def said(tree: Tree) -> Iterator[str]:
        for kid in tree[2]:
            if isinstance(kid, str):
                yield kid
            elif kid[0] not in ("Figure", "Note", "Reference", "TOC"):
                yield from said(kid)

    letters = spoken_letters("".join(said(tree)))
    return re.sub(r"\|(?:page|página|Seite|صفحة)\d+\|", "", letters)


def spoken_letters(text: str) -> str:
    """Return the letters of a text, but for numbers of sources.

    Poppler gives brackets and quotation marks mirrored; tatweel is drawn, not written.
    """
    text = re.sub("[\u00ad\u0640\u2066-\u2069]", "", text)
    return re.sub(r"\|\d{1,3}\|", "", letters(re.sub(r"[()«»\[\]]", "|", text)))


def blocks(page: Path) -> Iterator[str]:
    """Yield the letters of the paragraphs, cells, titles and captions of a page of the site."""
    names = ["h1", "h2", "h3", "h4", "p", "dt", "th", "td", "figcaption", "caption", "pre", "li"]
    article = BeautifulSoup(page.read_text("utf-8"), "html.parser").article
    assert article is not None
    for unwanted in article.select(
        ".headerlink, svg, .caption-number, .toctree-wrapper, button, .index-letters"
    ):
        unwanted.decompose()
    for block in article.find_all(names):
        text = spoken_letters(block.get_text())
        if text and not block.find(names):
            yield text


def elements(reader: PdfReader) -> Iterator[Any]:
    """Yield the elements of the structure of a PDF as it has them."""
    root: Any = reader.root_object["/StructTreeRoot"]
    waiting = [root["/K"][0]]
    while waiting:
        element = waiting.pop().get_object()
        yield element
        kids = element.get("/K", [])
        waiting += [kid for kid in kids if "/S" in kid.get_object()]


@pytest.fixture(scope="session")
def trees(books: dict[str, Path]) -> dict[str, Tree]:
    """Return the structure of each book."""
    return {code: structure(path) for code, path in books.items()}


@language
def test_the_title_of_every_page_is_in_the_text_and_the_bookmarks(
    texts: dict[str, str], readers: dict[str, Any], code: str
) -> None:
    known = " | ".join(bookmarks(readers[code]))
    text = as_words(texts[code])
    for page in CHAPTERS:
        title = translated(code, page, title_of(page))
        assert title in known
        if code != "ar":  # whose letters are drawn joined, in an order that no tool gives back
            assert title in text


@language
def test_the_parts_of_the_site_are_the_parts_of_the_book(
    readers: dict[str, Any], code: str
) -> None:
    known = bookmarks(readers[code])
    for part in PARTS:
        title = translated(code, ROOT / "docs/index.md", part)
        assert any(bookmark.endswith(title) for bookmark in known)


@language
def test_a_part_begins_on_a_right_hand_page_and_few_pages_are_blank(
    readers: dict[str, Any], texts: dict[str, str], code: str
) -> None:
    known = bookmarks(readers[code])
    for part in PARTS:
        title = translated(code, HOME_PAGE, part)
        assert any(known[each] % 2 == 0 for each in known if each.endswith(title)), title
    pages = [page.strip() for page in texts[code].split("\f")[:-1]]
    assert len(pages) == len(readers[code].pages)
    empty = [page for page in pages if len(page) < 6]
    assert len(empty) <= len(PARTS) + 1  # before a part, and behind the title
    assert not any(empty)


def test_the_pages_for_contributors_are_left_out(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert "make latexpdf" not in text


@language
def test_the_book_speaks_its_language_throughout(
    readers: dict[str, Any], texts: dict[str, str], code: str
) -> None:
    reader, settings = readers[code], catalog(code, "conf")
    assert str(reader.root_object["/Lang"]).partition("-")[0] == code
    known = bookmarks(reader)
    for word in WORDS_OF_A_BOOK[code]:
        assert word in known or word in texts[code]
    text = re.sub("Global Index|Index of Occupational Exposure", "", texts[code])  # sources
    english = set(re.findall(r"\b(Contents|Chapter|continued|Release|Index)\b", text))
    assert all(word in " ".join(WORDS_OF_A_BOOK[code]) for word in english)
    assert reader.metadata is not None
    assert reader.metadata.title == settings.get("Le back office", "Le back office")
    assert reader.metadata.author == settings.get("L’équipe du guide", "L’équipe du guide")
    first = translated(code, ROOT / "docs/index.md", first_line(ROOT / "docs/index.md"))
    subject = as_words(str(reader.metadata.subject)).rstrip(".")
    assert len(subject) > 100
    assert first.startswith(subject)
    term = catalog(code, "annexes/glossaire").get("arrière-boutique", "arrière-boutique")
    assert term in reader.metadata["/Keywords"]
    licence = "L’équipe du guide, CC BY-SA 4.0"
    assert code == "ar" or f"© {settings.get(licence, licence)}" in texts[code]


def first_line(page: Path) -> str:
    """Return the first line below the title of a page."""
    return as_line(page.read_text("utf-8").split("\n\n")[1])


def as_line(text: str) -> str:
    """Return the lines of a paragraph as the one line that its message is."""
    return " ".join(text.splitlines())


@language
def test_a_reader_opens_it_by_its_title_and_from_its_own_side(
    readers: dict[str, Any], code: str
) -> None:
    preferences = readers[code].root_object["/ViewerPreferences"]
    assert preferences["/DisplayDocTitle"]
    right_to_left = next(each.direction for each in LANGUAGES if each.code == code) == "rtl"
    assert (preferences.get("/Direction") == "/R2L") == right_to_left


@language
def test_every_font_is_in_the_file(readers: dict[str, Any], code: str) -> None:
    fonts = {}
    for page in readers[code].pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            inner = font.get("/DescendantFonts", [font])[0].get_object()
            fonts[str(inner["/BaseFont"])] = inner["/FontDescriptor"]
    for name, descriptor in fonts.items():
        assert any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")), name
    wanted = {"LinLibertine", "LinBiolinum"} if code != "ar" else {"Amiri", "LinLibertine"}
    for family in wanted:
        assert any(family in name.replace("Libertine_", "Libertine") for name in fonts), fonts


@language
def test_it_has_the_size_of_a_book_and_never_of_letter_paper(
    readers: dict[str, Any], code: str
) -> None:
    sizes = {
        (round(page.mediabox.width / MILLIMETRE), round(page.mediabox.height / MILLIMETRE))
        for page in readers[code].pages
    }
    assert sizes == {(170, 240)}


@language
def test_every_figure_is_drawn_in_vectors_and_described(
    books: dict[str, Path],
    readers: dict[str, Any],
    texts: dict[str, str],
    trees: dict[str, Tree],
    code: str,
) -> None:
    images = subprocess.run(["pdfimages", "-list", books[code]], capture_output=True, check=True)
    assert len(images.stdout.splitlines()) == 2  # the heads of its table
    described = {
        as_words(element["/Alt"].replace("\u2066", "").replace("\u2069", ""))
        for element in elements(readers[code])
        if element["/S"] == "/Figure"
    }
    figures = [
        (page, match) for page in CHAPTERS for match in FIGURE.finditer(page.read_text("utf-8"))
    ]
    assert figures
    assert len(figures) == len(described)
    said = spoken(trees[code])
    for page, match in figures:
        assert translated(code, page, match[2]) in described
        assert spoken_letters(translated(code, page, as_line(match[3]))) in said
    if code != "ar":
        message = catalog(code, "index").get("Arrière-boutique", "Arrière-boutique")
        assert message in texts[code]  # the text of a figure is text in the book


@language
def test_the_book_keeps_every_rule_of_pdf_ua_that_a_machine_can_test(
    books: dict[str, Path], code: str
) -> None:
    report = validate_pdf(books[code], profile="pdf-ua-1")
    assert report.rules.total > 100
    assert not [(failure.rule_id, failure.message) for failure in report.failures]


@language
def test_what_is_read_aloud_is_what_the_site_says_in_its_order(
    site: Path, trees: dict[str, Tree], code: str
) -> None:
    said = spoken(trees[code])
    place = said.index(
        spoken_letters(translated(code, ROOT / "docs/index.md", title_of(HOME_PAGE)))
    )
    for page in PAGES:
        for text in blocks(site.parent / code / f"{page}.html"):
            found = said.find(text, place)
            # In between: the numbers of chapters, sections, figures and tables.
            assert 0 <= found - place < 60, f"{page}: {text!r} is not next in {said[place:][:90]!r}"
            place = found + len(text)


def test_a_citation_has_the_number_of_its_source(texts: dict[str, str]) -> None:
    text = as_words(texts["fr"])
    (number,) = set(re.findall(r"Chase, 1978 \[(\d+)\]", text))
    assert f"[{number}] Richard Chase, «" in text


@language
def test_a_sheet_is_alone_on_its_pages(readers: dict[str, Any], code: str) -> None:
    known = bookmarks(readers[code])
    sheets = [
        (page, title)
        for page in CHAPTERS
        for title in re.findall(r"^## (.*)\n(?:(?!#).*\n)*?:{3,}\{container\} sheet$",
                                page.read_text("utf-8"), re.MULTILINE)
    ]  # fmt: skip
    assert len(sheets) == 3
    for page, title in sheets:
        names = [each for each in known if each.endswith(translated(code, page, title))]
        assert names
        assert all(list(known.values()).count(known[name]) == 1 for name in names)


@language
def test_the_structure_of_the_book_is_whole(
    readers: dict[str, Any], trees: dict[str, Tree], code: str
) -> None:
    found = Counter(kind for kind, _, _ in walk(trees[code]))
    assert {"H1", "H2", "H3", "Table", "TOC", "BlockQuote", "Link", "Span"} <= set(found)
    for kind, attributes, kids in walk(trees[code]):
        kinds = [kid[0] for kid in kids if isinstance(kid, tuple)]
        if kind == "L":
            assert set(kinds) == {"LI"}
        elif kind == "LI":
            assert kinds == ["Lbl", "LBody"]
        elif kind == "Table":
            rows = [kid for kid in kids if kid[0] == "TR"]
            assert kinds in (["TR"] * len(rows), ["Caption"] + ["TR"] * len(rows))
            assert len({len(cells) for _, _, cells in rows}) == 1
            assert {cell[0] for cell in rows[0][2]} == {"TH"}
        elif kind == "TH":
            assert any("/Scope" in each for each in attributes)
        elif kind in ("Figure", "Caption"):
            assert kids
    foreign = {element["/Lang"] for element in elements(readers[code]) if "/Lang" in element}
    assert foreign == {"en", "fr"} - {code}


@language
def test_every_link_is_named_and_belongs_to_the_structure(
    readers: dict[str, Any], code: str
) -> None:
    tied = {
        kid["/Obj"].indirect_reference.idnum
        for element in elements(readers[code])
        if element["/S"] == "/Link"
        for kid in element["/K"]
        if "/Obj" in kid
    }
    for page in readers[code].pages:
        for annotation in page.get("/Annots", ()):
            assert annotation.get_object()["/Contents"].strip()
            assert annotation.indirect_reference.idnum in tied


@language
def test_numbers_in_tables_read_from_left_to_right(
    readers: dict[str, Any], texts: dict[str, str], code: str
) -> None:
    amounts = {
        as_words(amount)
        for message in catalog(code, "metier/remuneration").values()
        if len(message) < 15
        for amount in re.findall(r"\d[\d.,\s]*\d", message)
    }
    assert code == "fr" or len(amounts) > 20
    assert not [amount for amount in amounts if amount not in as_words(texts[code])]


@language
def test_the_log_tells_of_no_fault(
    readers: dict[str, Any], books: dict[str, Path], code: str
) -> None:
    log = work(books[code], ".log").read_text("utf-8")
    assert len(re.findall(r"^guide: page ", log, re.MULTILINE)) == len(readers[code].pages)
    assert len(re.findall(r"^guide: source docs/", log, re.MULTILINE)) == len(CHAPTERS)
    assert not list(faults(log))
    assert "Reference `" not in log
    assert "Missing character" not in log


@pytest.mark.parametrize(
    ("code", "patterns"),
    [("fr", "hyph-fr"), ("en", "hyph-en-gb"), ("es", "hyph-es"), ("de", "hyph-de-1996")],
)
def test_words_are_cut_by_the_rules_of_their_language(
    books: dict[str, Path], code: str, patterns: str
) -> None:
    assert f"/{patterns}." in work(books[code], ".fls").read_text("utf-8")
    assert re.search(r"\w-$", text_of(books[code]), re.MULTILINE)


@language
def test_it_has_an_index_in_the_order_of_its_language(
    books: dict[str, Path], texts: dict[str, str], code: str
) -> None:
    index = re.sub(r"\\sphinxhyphen ?\{\}", "-", work(books[code], ".ind").read_text("utf-8"))
    entries = re.findall(r"\\item (.*?)(?:\\spxextra|[,،] )", index)
    entries = [re.sub(r"\\spxentry\{(.*)\}", r"\1", entry) for entry in entries]
    glossary = (ROOT / "docs/annexes/glossaire.md").read_text("utf-8")
    assert len(entries) == len(re.findall(r"^\S.*\n  \S", glossary, re.MULTILINE))
    folded = [fold(entry) for entry in entries]
    assert folded == sorted(folded)
    term = catalog(code, "annexes/glossaire").get("télétravail", "télétravail")
    assert term.partition(" (")[0] in entries  # what is in brackets is set apart
    assert code == "ar" or re.search(rf"{re.escape(term)}, \d+", texts[code])


def fold(text: str) -> str:
    """Return the key that a text is sorted by: no case, no marks; spaces first, then hyphens."""
    text = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("ى", "ي"))
    return "".join(letter for letter in text if letter.isalnum() or letter in " -")


def test_the_book_is_not_made_again_when_nothing_changed(
    books: dict[str, Path], checkout: Path
) -> None:
    assert set(made("latexpdf", cwd=checkout).splitlines()) == {
        f"build/pdf/{path.name}: up to date" for path in books.values()
    }


def short_book(folder: Path) -> Path:
    """Copy the checkout with a few short pages in the place of its own, for TeX to set soon."""
    docs = copy_to(folder) / "docs"
    for kept in docs.iterdir():
        if kept.is_dir() and not kept.name.startswith("_"):
            shutil.rmtree(kept)
    (docs / "figures").mkdir()
    shutil.copy(ROOT / "docs/figures/figures.css", docs / "figures")
    names = ["un", "deux", "trois", "quatre"]
    toctree = "\n".join(names)
    (docs / "index.md").write_text(
        "# Un guide\n\nUne phrase qui dit ce qu’il est.\n\n"
        f":::{{toctree}}\n:caption: Une partie\n:hidden:\n\n{toctree}\nmots\n:::\n",
        "utf-8",
    )
    for name in names:
        (docs / f"{name}.md").write_text(f"# Page {name}\n\nUne phrase.\n", "utf-8")
    glossary = "# Mots\n\n:::{glossary}\nmot\n  Une définition.\n:::\n"
    (docs / "mots.md").write_text(glossary, "utf-8")
    return folder


SPACES = """
Typé « mot » ; mot : mot ! Mot ? Fin.

Tapé «mot»; mot: mot! Mot? Fin.

À 12:30, voir <https://example.org/a;b?c!>.
"""


def test_french_spaces_are_right_whether_or_not_they_were_typed(tmp_path: Path) -> None:
    require(*COMMANDS["book"], "pdftotext")
    folder = short_book(tmp_path / "spaces")
    add(folder / "docs/un.md", SPACES)
    made("latexpdf", cwd=folder, env={"LANGS": "fr"})
    book = folder / "build/pdf/back-office-fr.pdf"
    command = ["pdftotext", "-bbox", str(book), "-"]
    page = ET.fromstring(subprocess.run(command, capture_output=True, check=True).stdout)  # noqa: S314
    words = list(page.iter("{http://www.w3.org/1999/xhtml}word"))
    written = [word.text for word in words]
    expected = ["«", "mot", "»", ";", "mot", ":", "mot", "!", "Mot", "?", "Fin."]
    measured = []
    for start in ("Typé", "Tapé"):
        line = words[written.index(start) :][: len(expected) + 1]
        assert [word.text for word in line[1:]] == expected
        places = [(float(word.attrib["xMin"]), float(word.attrib["xMax"])) for word in line]
        measured.append([after[0] - before[1] for before, after in pairwise(places)])
    assert measured[0] == pytest.approx(measured[1], abs=0.01)
    inside, before_semicolon, before_colon, before_exclamation, before_question = (
        measured[0][index] for index in (1, 3, 5, 7, 9)
    )
    between_words = measured[0][4]
    thin = [before_semicolon, before_exclamation, before_question]
    assert thin == pytest.approx([between_words / 2] * 3, abs=0.01)
    assert before_colon == pytest.approx(between_words, abs=0.01)
    assert inside == pytest.approx(between_words * 0.8, abs=0.01)  # as babel-french has it
    assert "12:30," in written
    assert "https://example.org/a;b?c!." in written


SPECIMEN = """# Page une

Un texte avec une note[^a], du code `make html` et le 1er [lien](https://example.org/une/adresse).

[^a]: La note.

- Un

  1. Un un
  2. Un deux
- Deux

> Une citation.

```console
$ make html
$ make latexpdf
```

:::{warning}
Un avertissement.
:::

Terme
: Définition.

| Nom | Prix |
|---|---|
| un | 10,50 € |
| deux | 1 234,00 € |

:::{toctree}
dedans
:::
"""
LONG_TABLE = """
:::{list-table} Un tableau long
:header-rows: 1
:widths: 30 70

* - Numéro
  - Phrase
"""
LONG_TABLE += "* - 1\n  - Une phrase.\n" * 50 + ":::\n"


def test_what_longer_chapters_will_hold_is_set_and_structured(tmp_path: Path) -> None:
    require(*COMMANDS["book"], "pdfinfo")
    folder = short_book(tmp_path / "specimen")
    docs = folder / "docs"
    (docs / "index.md").write_text(  # without captions: a book without parts
        "# Un guide\n\nUne phrase.\n\n:::{toctree}\nun\nmots\n:::\n", "utf-8"
    )
    (docs / "un.md").write_text(SPECIMEN, "utf-8")
    inside = f"# Page dedans\n\nUne page dans une page.\n{LONG_TABLE}"
    (docs / "dedans.md").write_text(inside, "utf-8")
    for name in ("deux", "trois", "quatre"):
        (docs / f"{name}.md").unlink()
    made("latexpdf", cwd=folder, env={"LANGS": "fr"})
    book = folder / "build/pdf/back-office-fr.pdf"
    assert validate_pdf(book, profile="pdf-ua-1").is_compliant
    tree = structure(book)
    found = {kind: kids for kind, _, kids in walk(tree)}
    assert {"Note", "Reference", "Code", "BlockQuote", "Table"} <= found.keys()
    assert [kid for kid in found["Code"] if kid] == ["$ make html ", "$ make latexpdf "]
    rows = [[cell[0] for cell in kids] for kind, _, kids in walk(tree) if kind == "TR"]
    assert rows[-51:] == [["TH", "TH"], *[["TD", "TD"]] * 50]  # the header is read once
    pages = re.findall("Tableau 2.2|suite de la page précédente|Numéro", text_of(book))
    assert pages[-3:] == ["Tableau 2.2", "suite de la page précédente", "Numéro"]
    nested = [kids for kind, _, kids in walk(tree) if kind == "LBody"]
    assert any(kid[0] == "L" for kids in nested for kid in kids)
    said = spoken(tree)
    for text in ("le1erlien", "Unavertissement", "1234,00€", "Pagededans", "Unepagedansunepage"):
        assert text in said
    assert "2.1 Page dedans" in bookmarks(PdfReader(book))


def test_a_figure_that_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = short_book(tmp_path / "a drawing")
    (folder / "docs/figures/faux.svg").write_text("<html/>", "utf-8")
    add(folder / "docs/un.md", ":::{figure} /figures/faux.svg\n:alt: Rien.\n\nRien.\n:::")
    run = make("latexpdf", cwd=folder, env={"LANGS": "fr"})
    assert run.returncode != 0
    assert "docs/un.md:5: WARNING: figures/faux.svg cannot be drawn: " in run.stderr
    assert "Traceback" not in run.stderr


def test_each_fault_stops_the_book_and_says_where_it_is(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = short_book(tmp_path / "faults")
    book = folder / "build/pdf/back-office-fr.pdf"
    book.parent.mkdir(parents=True)
    book.write_bytes(b"the last good one")
    docs = folder / "docs"
    add(docs / "un.md", "Un signe : \U00012345.")
    add(docs / "deux.md", "```{raw} latex\nVoir \\ref{nulle-part}.\n```")
    add(docs / "trois.md", f"Un mot de trop : `{'x' * 90}`.")
    add(docs / "quatre.md", "```{raw} latex\n\\label{deux}\\label{deux}\n```")
    run = make("latexpdf", cwd=folder, env={"LANGS": "fr"})
    assert run.returncode != 0
    for source, fault in (
        ("un", r"no font has the character .* \(U\+12345\)\. Write another one\.\n"),
        ("deux", r"undefined reference to nulle-part\. Correct the link\.\n"),
        ("trois", r"too wide by [0-9.]+ points: “.*x{90}\.”\. Reword it, or let a word in it be "),
    ):
        assert re.search(rf"docs/{source}.md: page \d+ of the book: {fault}", run.stderr), (
            run.stderr
        )
    assert "the label deux is there twice. Rename one.\n" in run.stderr
    log = "The whole log is build/work/latex-fr/result/back-office.log.\n"
    why = "failed, for the reasons above. What was built before has not changed."
    assert f"{log}latexpdf, Français: {why}\n" in run.stderr
    assert "Traceback" not in run.stderr
    assert book.read_bytes() == b"the last good one"


def test_a_fault_on_no_page_of_the_guide_and_a_page_too_full_are_named() -> None:
    log = (
        "guide: page 1\nMissing character: There is no X in font f!\n"
        "guide: source docs/un.md\nOverfull \\vbox (12.5pt too high) has occurred\nguide: page 7\n"
    )
    assert list(faults(log)) == [
        "title page or contents: page 1 of the book: no font has the character X. Write another "
        "one.",
        "docs/un.md: page 7 of the book: the page is too full by 12.5 points. Move a figure, or "
        "make it smaller.",
    ]


def test_a_language_that_tex_cannot_set_is_refused_before_tex_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require(*COMMANDS["book"])
    for code in CODES:
        assert obstacle(code) == ""
    no_book = (
        "he: no book yet: nobody has tried its script and fonts. Add it to BOOKS in "
        "back_office_guide/core/typesetting.py, which says what it needs, its fonts in "
        "docs/_latex/guide-he.sty, and the packages of both to system-packages.txt."
    )
    assert obstacle("he") == no_book
    monkeypatch.setitem(BOOKS, "it", replace(BOOKS["it"], files=("nowhere.ldf",)))
    assert obstacle("it") == (
        "it: TeX has no nowhere.ldf. Add the line “book texlive-lang-italian hyphenation” to "
        "system-packages.txt, and run make latexpdf again."
    )
    folder = short_book(tmp_path / "a script")
    table = (folder / "languages.toml").read_text("utf-8")
    hebrew = table[table.index("[languages.ar]") :].replace("languages.ar", "languages.he", 1)
    (folder / "languages.toml").write_text(f"{table}\n{hebrew}", "utf-8")
    run = make("latexpdf", cwd=folder, env={"LANGS": "he"})
    assert run.returncode != 0
    assert f"latexpdf, العربية: {no_book}\n" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_font_that_is_missing_is_named(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = short_book(tmp_path / "a font")
    style = folder / "docs/_latex/guide.sty"
    text = style.read_text("utf-8")
    style.write_text(text.replace("{FiraCode-Regular.ttf}", "{Nowhere-Regular.ttf}"), "utf-8")
    run = make("latexpdf", cwd=folder, env={"LANGS": "fr"})
    assert run.returncode != 0
    assert re.search(r"fontspec Error: The font .Nowhere-Regular.* cannot be found", run.stderr)


def test_without_a_home_folder_what_is_known_of_fonts_is_kept_beside_the_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = tmp_path / "work/latex-fr/result"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_of_fonts(result) == {}
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert cache_of_fonts(result) == {"TEXMFVAR": str(tmp_path / "work/texmf-var")}


def test_what_tex_stops_at_is_said_with_the_page_it_stands_in(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = short_book(tmp_path / "an error")
    add(folder / "docs/un.md", "```{raw} latex\n\\unknowncommand\n```")
    run = make("latexpdf", cwd=folder, env={"LANGS": "fr"})
    assert run.returncode != 0
    assert "docs/un.md: " in run.stderr
    assert "Undefined control sequence" in run.stderr
    assert "Traceback" not in run.stderr

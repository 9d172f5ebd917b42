"""The book of each language, as a real PDF."""

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polib
import pytest
from conftest import CODES, LANGUAGES, ROOT, add, copy_to, made, make, require
from pypdf import PdfReader
from pypdf.generic import ContentStream

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.commands.typeset import cache_of_fonts, faults
from back_office_guide.core.catalog import read

MILLIMETRE = 72 / 25.4
# The book leaves out the pages for contributors.
CHAPTERS = [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "contribuer"]
HOME = (ROOT / "docs/index.md").read_text("utf-8")
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
def test_a_chapter_begins_on_a_right_hand_page_and_a_blank_page_is_blank(
    readers: dict[str, Any], code: str
) -> None:
    reader = readers[code]
    known = bookmarks(reader)
    chapters = [translated(code, page, title_of(page)) for page in CHAPTERS]
    for title in chapters:
        assert any(known[each] % 2 == 0 for each in known if each.endswith(title)), title
    empty = [page for page in reader.pages if len(page.extract_text().strip()) < 6]
    assert empty
    assert not [page.extract_text() for page in empty if page.extract_text().strip()]


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
    text = texts[code].replace("Global Index", "")  # in the title of a source
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
def test_every_face_is_in_the_file(readers: dict[str, Any], code: str) -> None:
    fonts = {}
    for page in readers[code].pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            inner = font.get("/DescendantFonts", [font])[0].get_object()
            fonts[str(inner["/BaseFont"])] = inner["/FontDescriptor"]
    for name, descriptor in fonts.items():
        assert any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")), name
    wanted = {"LinLibertine", "LinBiolinum"} if code != "ar" else {"Amiri", "LinLibertine"}
    for face in wanted:
        assert any(face in name.replace("Libertine_", "Libertine") for name in fonts), fonts


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
    readers: dict[str, Any], texts: dict[str, str], code: str
) -> None:
    reader = readers[code]
    assert not [image for page in reader.pages for image in page.images]
    described = [
        as_words(operands[1]["/Alt"].replace("\u2066", "").replace("\u2069", ""))
        for page in reader.pages
        for operands, operator in ContentStream(page.get_contents(), reader).operations
        if operator == b"BDC" and operands[0] == "/Span" and "/Alt" in operands[1]
    ]
    figures = [
        (page, match) for page in CHAPTERS for match in FIGURE.finditer(page.read_text("utf-8"))
    ]
    assert figures
    assert len(figures) == len(described)
    for page, match in figures:
        assert translated(code, page, match[2]) in described
        caption = translated(code, page, as_line(match[3]))
        assert code == "ar" or letters(caption) in letters(texts[code])
    if code != "ar":
        message = catalog(code, "index").get("Arrière-boutique", "Arrière-boutique")
        assert message in texts[code]  # the text of a figure is text in the book


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
    entries = re.findall(
        r"\\item (.*?)(?:\\spxextra|[,،] )", work(books[code], ".ind").read_text("utf-8")
    )
    entries = [entry.replace(r"\sphinxhyphen {}", "-") for entry in entries]
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


def small_guide(folder: Path) -> Path:
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
    folder = small_guide(tmp_path / "spaces")
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


def test_each_fault_stops_the_book_and_says_where_it_is(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = small_guide(tmp_path / "faults")
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
        ("un", "no face has the character .* \\(U\\+12345\\)"),
        ("deux", "undefined reference to nulle-part"),
        ("trois", "too wide by [0-9.]+ points: “.*x{90}"),
    ):
        assert re.search(rf"docs/{source}.md: page \d+ of the book: {fault}", run.stderr), (
            run.stderr
        )
    assert "the label deux is there twice" in run.stderr
    assert "Traceback" not in run.stderr
    assert book.read_bytes() == b"the last good one"


def test_a_font_that_is_missing_is_named(tmp_path: Path) -> None:
    require(*COMMANDS["book"])
    folder = small_guide(tmp_path / "a font")
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
    folder = small_guide(tmp_path / "an error")
    add(folder / "docs/un.md", "```{raw} latex\n\\unknowncommand\n```")
    run = make("latexpdf", cwd=folder, env={"LANGS": "fr"})
    assert run.returncode != 0
    assert "docs/un.md: " in run.stderr
    assert "Undefined control sequence" in run.stderr
    assert "Traceback" not in run.stderr

"""The book, as a real PDF."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Copy, add, make, require
from pypdf import PdfReader

MILLIMETRE = 72 / 25.4
# The book leaves out the pages for contributors.
CHAPTERS = [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "contribuer"]


@pytest.fixture(scope="module")
def text(book: Path) -> str:
    require("pdftotext")
    command = ["pdftotext", "-layout", str(book), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def reader(book: Path) -> PdfReader:
    return PdfReader(book)


@pytest.fixture(scope="module")
def bookmarks(reader: PdfReader) -> list[str]:
    def flat(outline: object) -> list[str]:
        if isinstance(outline, list):
            return [title for item in outline for title in flat(item)]
        return [str(outline["/Title"])]  # type: ignore[index]

    return [as_words(title) for title in flat(reader.outline)]


def title_of(page: Path) -> str:
    match = re.search(r"^# (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert match is not None
    return match[1]


def as_words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_the_title_of_every_page_is_in_the_text_and_the_bookmarks(
    text: str, bookmarks: list[str], page: Path
) -> None:
    title = as_words(title_of(page))
    assert title in as_words(text)
    assert any(title in bookmark for bookmark in bookmarks)


def test_the_pages_for_contributors_are_left_out(text: str) -> None:
    assert "make latexpdf" not in text


def test_the_parts_of_the_site_are_the_parts_of_the_book(bookmarks: list[str]) -> None:
    for part in ("Comprendre", "Où", "Le métier", "L’entreprise", "Annexes"):
        assert any(bookmark.endswith(part) for bookmark in bookmarks)


def test_the_book_is_in_french_throughout(reader: PdfReader, text: str) -> None:
    assert str(reader.root_object.get("/Lang")) == "fr"
    for english in ("Contents", "Chapter", "continued", "Table ", "Part ", "Release"):
        assert not re.search(rf"\b{english}", text.replace("Table des matières", ""))
    for french in ("Table des matières", "Chapitre", "Première partie", "Glossaire"):
        assert french in text


def test_it_has_an_index_that_leads_to_the_glossary(text: str) -> None:
    index = text[text.index("\fIndex\n") :]
    for term in ("arrière-boutique", "back office", "télétravail"):
        assert re.search(rf"{term}, \d+", index)


def test_it_has_the_size_of_a_book_and_never_of_letter_paper(reader: PdfReader) -> None:
    sizes = {
        (round(page.mediabox.width / MILLIMETRE), round(page.mediabox.height / MILLIMETRE))
        for page in reader.pages
    }
    assert sizes == {(170, 240)}


def test_every_figure_is_drawn_in_vectors(reader: PdfReader, text: str) -> None:
    for caption in ("La boutique en coupe", "Le SMIC annuel brut, temps plein"):
        assert caption in text
    assert "Arrière-boutique" in text  # the text of a figure is text in the book
    assert not [image for page in reader.pages for image in page.images]


def test_a_glyph_that_no_face_has_stops_the_book_and_is_named(book: Path, copy: Copy) -> None:
    folder = copy("a missing glyph")
    add(folder / "docs" / "comprendre" / "definition.md", "Un signe : \U00012345.")
    run = make("latexpdf", cwd=folder)
    assert run.returncode != 0
    assert "Missing character" in run.stderr
    assert not (folder / "build" / "pdf" / book.name).exists()

"""The guide as a text: what it must answer, how long it is, what it defines."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

DOCS = ROOT / "docs"
# The facts of the article that the guide starts from; a page that answers one says so: % clé : B2
COUNTS = {"A": 2, "B": 5, "C": 7, "D": 2, "E": 7, "F": 2, "G": 1, "H": 2}
KEYS = [f"{section}{n}" for section, count in COUNTS.items() for n in range(1, count + 1)]
CHAPTERS = [
    path for path in sorted(DOCS.rglob("*.md")) if path.parent.name not in ("annexes", "contribuer")
]


def words(path: Path) -> int:
    text = re.sub(
        r"^(%.*|:::.*|\s*:[\w-]+:.*|\(.*\)=)$", "", path.read_text("utf-8"), flags=re.MULTILINE
    )
    text = re.sub(r"\{\w+\}|\]\([^)]*\)|<[^>]*>", " ", text)
    return len(re.findall(r"[\w’]+(?:-[\w’]+)*", text))


def test_every_fact_of_the_article_is_answered_somewhere() -> None:
    texts = [path.read_text("utf-8") for path in CHAPTERS]
    answered = {
        key for text in texts for key in re.findall(r"^% clé : (\w\d)$", text, re.MULTILINE)
    }
    assert sorted(answered) == KEYS


def test_the_guide_has_fourteen_to_sixteen_chapters() -> None:
    assert 14 <= len(CHAPTERS) <= 16


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_neither_too_short_nor_too_long(path: Path) -> None:
    assert 500 <= words(path) <= 900


def test_the_glossary_defines_the_words_of_the_article_and_a_few_dozen_more() -> None:
    text = (DOCS / "annexes" / "glossaire.md").read_text("utf-8")
    terms = re.findall(r"^[^\s:(#].*$", text.split(":sorted:")[1], re.MULTILINE)
    assert 35 <= len(terms) <= 45
    assert {"back office", "front office", "arrière-boutique"} <= set(terms)


def test_every_source_is_cited_by_a_page() -> None:
    sources = re.findall(r"\((src-[\w-]+)\)=", (DOCS / "annexes" / "sources.md").read_text("utf-8"))
    pages = "".join(path.read_text("utf-8") for path in DOCS.rglob("*.md"))
    assert len(sources) >= 30
    assert not [source for source in sources if f"(#{source})" not in pages]

"""Building fast: the same site, and work-rounds that are still needed."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils import base
from myst_parser.parsers.mdit import create_md_parser

from tools import bench, corpus
from translations import MessageRenderer


def documents_made(monkeypatch: pytest.MonkeyPatch, parser: MarkdownIt) -> int:
    """Return how many documents MyST makes to render two messages into one that is given."""
    make, made = base.make_document, []

    def count() -> object:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(base, "make_document", count)
    parser.options["document"] = make()
    for message in ("one", "two"):
        parser.renderer.render(parser.parseInline(message), parser.options, {})
    return len(made)


def test_messages_are_rendered_without_a_document_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    assert documents_made(monkeypatch, create_md_parser(MdParserConfig(), MessageRenderer)) == 1


def test_myst_still_makes_a_document_for_each_message(monkeypatch: pytest.MonkeyPatch) -> None:
    made = documents_made(monkeypatch, create_md_parser(MdParserConfig(), base.DocutilsRenderer))
    assert made == 2, "MyST no longer does: remove MessageRenderer from extensions/translations.py"


def test_every_page_says_and_links_to_what_plain_sphinx_makes_of_it(tmp_path: Path) -> None:
    pages = corpus.write_pages(25)
    corpus.write_guide(tmp_path, pages, ["en"])
    bench.build_ours(tmp_path, ["en"])
    bench.build_stock(tmp_path, "en")
    assert bench.different(tmp_path, "en", pages) == []

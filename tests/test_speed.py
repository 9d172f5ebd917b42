"""Building fast: the site is the same."""

from pathlib import Path

from tools import bench, corpus


def test_every_page_says_and_links_to_what_plain_sphinx_makes_of_it(tmp_path: Path) -> None:
    pages = corpus.write_pages(25)
    corpus.write_guide(tmp_path, pages, ["en"])
    bench.build_ours(tmp_path, ["en"])
    bench.build_stock(tmp_path, "en")
    assert bench.different(tmp_path, "en", pages) == []

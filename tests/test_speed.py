"""The site that is built fast is the same as plain Sphinx's."""

from pathlib import Path

from warm import run_module

from back_office_guide.commands import bench


def test_every_page_says_and_links_to_what_plain_sphinx_makes_of_it(tmp_path: Path) -> None:
    bench.write_guide(tmp_path, 30, ["en"])
    run = run_module("back_office_guide.commands.build", ["html"], tmp_path, LANGS="en")
    assert run.returncode == 0, run.stderr
    words = ["-q", "-d", "trees", "-D", "language=en", "docs", "html"]
    assert run_module("sphinx", words, tmp_path / "stock").returncode == 0
    assert bench.different(tmp_path, "en") == []

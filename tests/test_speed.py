"""The site that is built fast is the same as plain Sphinx's."""

import sys
from pathlib import Path

import pytest
from warm import run_module

from back_office_guide.commands import bench


def test_every_page_says_and_links_to_what_plain_sphinx_makes_of_it(tmp_path: Path) -> None:
    bench.write_guide(tmp_path, 30, ["en"])
    run = run_module("back_office_guide.commands.build", ["html"], tmp_path, LANGS="en")
    assert run.returncode == 0, run.stderr
    words = ["-q", "-d", "trees", "-D", "language=en", "docs", "html"]
    assert run_module("sphinx", words, tmp_path / "stock").returncode == 0
    assert bench.differing_pages(tmp_path, "en") == []


def test_a_command_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('why')")
    with pytest.raises(SystemExit, match=r": failed\nwhy"):
        bench.measure(tmp_path, *command)


def test_the_times_are_printed_and_a_page_that_says_something_else_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([(1.0, 2.0), (4.0, 5.0)] * 3)
    monkeypatch.setattr(sys, "argv", ["bench", "--pages", "4", "--languages", "2", "--runs", "1"])
    monkeypatch.setattr(bench, "write_guide", lambda *_: None)
    monkeypatch.setattr(bench, "add_paragraph", lambda *_: None)
    monkeypatch.setattr(bench, "measure", lambda *_, **__: next(times))
    monkeypatch.setattr(bench, "differing_pages", lambda *_: ["index", "words"])
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert bench.main() == 1
    said = capsys.readouterr()
    assert said.err == "not the same as plain Sphinx shows: index, words\n"
    assert said.out.splitlines() == [
        "4 pages, 2 languages (plain Sphinx: 1), 1 runs",
        "                    CPU s  wall s    plain Sphinx    ratios",
        "whole site            1.0     2.0     4.0     5.0    0.25   0.40",
        "nothing changed       1.0     2.0     4.0     5.0    0.25   0.40",
        "one page edited       1.0     2.0     4.0     5.0    0.25   0.40",
    ]

"""Building fast: the site is the same as plain Sphinx's, and as that of a clean build."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, files_in
from warm import run_module

from tools import bench, corpus

LOCALE = "docs/locale/en/LC_MESSAGES"
FIRST = "docs/part0/page0.md"
PAGE = "docs/part0/page3.md"
LAST = "docs/part0/page7.md"  # to which no page leads but the first
CATALOG = f"{LOCALE}/part0/page3.po"
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def test_every_page_says_and_links_to_what_plain_sphinx_makes_of_it(tmp_path: Path) -> None:
    pages = corpus.write_pages(25)
    corpus.write_guide(tmp_path, pages, ["en"])
    build(tmp_path)
    words = ["-q", "-d", "trees", "-D", "language=en", "docs", "html"]
    assert run_module("sphinx", words, tmp_path / "stock").returncode == 0
    assert bench.different(tmp_path, "en", pages) == []


def build(guide: Path) -> None:
    """Bring the English site of a guide up to date."""
    run = run_module("tools.build", ["html"], guide, LANGS="en")
    assert run.returncode == 0, run.stderr


def commit(guide: Path, day: str) -> None:
    """Commit the pages and catalogs of a guide on a day."""
    time = {"GIT_AUTHOR_DATE": f"{day}T12:00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00"}
    who = ["-c", "user.name=a", "-c", "user.email=b"]
    for words in (["init"], ["add", "docs"], [*who, "commit", "--message=c"]):
        command = ["git", *words, "--quiet"] if words != ["add", "docs"] else ["git", *words]
        subprocess.run(command, cwd=guide, env=os.environ | time, check=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a small guide whose English site has been built, and a copy of all that."""
    guide = tmp_path_factory.mktemp("incremental") / "guide"
    corpus.write_guide(guide, corpus.write_pages(8), ["en", "es"])
    commit(guide, "2026-01-01")
    build(guide)
    return guide, shutil.copytree(guide, guide.with_name("copy"))


@pytest.fixture
def guide(built: tuple[Path, Path]) -> Path:
    """Return the guide as it was built, in the same place: what is kept names its files."""
    guide, copy = built
    shutil.rmtree(guide)
    return Path(shutil.copytree(copy, guide))


def site_of(guide: Path) -> dict[str, bytes]:
    """Return the files of a guide's site, but for what the build notes there for itself."""
    files = files_in(guide / "build/html")
    return {name: content for name, content in files.items() if not name.endswith(".inputs")}


def replace(path: Path, old: str, new: str) -> None:
    """Replace what a pattern matches first in a file."""
    text = path.read_text("utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), "utf-8")


def add_a_page(guide: Path) -> None:
    (guide / "docs/part0/page8.md").write_text("(to-page8)=\n# Nouvelle\n\nUn texte.\n", "utf-8")
    replace(guide / FIRST, "(/part0/page7\n)", r"\1/part0/page8\n")


def remove_a_page(guide: Path) -> None:
    (guide / LAST).unlink()
    replace(guide / FIRST, "/part0/page7\n", "")


def move_a_page(guide: Path) -> None:
    (guide / "docs/part9").mkdir()
    (guide / LAST).rename(guide / "docs/part9/page7.md")
    replace(guide / FIRST, "/part0/page7", "/part9/page7")


def move_a_catalog(guide: Path) -> None:
    (guide / CATALOG).rename(guide / LOCALE / "part0/page4.po")


def translate_the_interface(guide: Path) -> None:
    (guide / LOCALE / "sphinx.po").write_text(f'{HEADER}msgid "Next"\nmsgstr "Onward"\n', "utf-8")


def translate_the_title(guide: Path) -> None:
    text = 'msgid "Le back office"\nmsgstr "The guide"\n'
    (guide / LOCALE / "conf.po").write_text(HEADER + text, "utf-8")


def commit_what_was_built(guide: Path) -> None:
    replace(guide / PAGE, r"\Z", "\nUn texte.\n")
    build(guide)
    commit(guide, "2026-02-02")


def stop_publishing_a_language(guide: Path) -> None:
    for catalog in (guide / "docs/locale/es/LC_MESSAGES/part0").glob("*.po"):
        catalog.write_text(re.sub(r'msgstr ".+"', 'msgstr ""', catalog.read_text("utf-8")), "utf-8")


Edit = Callable[[Path], None] | tuple[str, str, str]
EDITS: dict[str, Edit] = {
    "text": (PAGE, r"\Z", "\nUn texte.\n"),
    "title": (PAGE, "\n# .*", "\n# Autre titre"),
    "label": (PAGE, "\n## ", "\n(ici)=\n## "),
    "entry of the index": (PAGE, r"\Z", "\n```{index} Mot\n```\n"),
    "definition": ("docs/words.md", r"\n  \w+", "\n  Autre"),
    "new term": ("docs/words.md", r"\n:::\n\Z", "\n\nneuf\n  Un nombre.\n:::\n"),
    "name of a part": ("docs/index.md", ":caption: .*", ":caption: Autre"),
    "order of pages": (FIRST, "(/part0/page2\n)(/part0/page3\n)", r"\2\1"),
    "new page": add_a_page,
    "removed page": remove_a_page,
    "moved page": move_a_page,
    "figure": ("docs/figures/f.svg", "<text>.*</text>", "<text>Dessin</text>"),
    "translated text": (CATALOG, 'msgstr "(?=.{200})', 'msgstr "More '),
    "translated title": (CATALOG, r'(?s)(msgid "[^"]+"\nmsgstr ")[^"]+', r"\1Another"),
    "translated term": (f"{LOCALE}/words.po", r'(?s)(msgstr "[^"]+".*?msgstr ")[^"]+', r"\1term"),
    "translated figure": (CATALOG, r'msgstr "[^"]+"\s*\Z', 'msgstr "Drawing"\n'),
    "moved catalog": move_a_catalog,
    "word of the interface": translate_the_interface,
    "title of the guide": translate_the_title,
    "template": ("docs/_theme/guide/page.html", "<footer>", '<footer class="new">'),
    "drawing of the theme": ("docs/_theme/guide/static/icon.svg", "<svg", '<svg id="new"'),
    "style sheet of the figures": ("docs/figures/figures.css", r"\Z", "text { fill: red }\n"),
    "style sheet": ("docs/_theme/guide/static/guide.css", r"\Z", "p { margin: 0 }\n"),
    "extension": ("extensions/website.py", "WORDS_A_MINUTE = 238", "WORDS_A_MINUTE = 10"),
    "setting": ("conf.py", "html_permalinks = False", "html_permalinks = True"),
    "commit": commit_what_was_built,
    "languages": stop_publishing_a_language,
}


def apply(edit: Edit, guide: Path) -> None:
    if callable(edit):
        edit(guide)
    else:
        name, old, new = edit
        replace(guide / name, old, new)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_after_an_edit_the_site_is_what_a_clean_build_makes(edit: Edit, guide: Path) -> None:
    before = site_of(guide)
    apply(edit, guide)
    build(guide)
    after = site_of(guide)
    assert after != before
    shutil.rmtree(guide / "build")
    build(guide)
    assert after == site_of(guide)


@pytest.mark.parametrize(
    ("name", "concerned"), [("text", 1), ("title", 1), ("translated title", 1), ("figure", 8)]
)
def test_after_an_edit_only_the_pages_that_it_concerns_are_read_again(
    name: str, concerned: int, guide: Path
) -> None:
    doctrees = sorted((guide / "build/kept").rglob("page?.doctree"))
    before = [path.stat().st_mtime for path in doctrees]
    apply(EDITS[name], guide)
    build(guide)
    after = [path.stat().st_mtime for path in doctrees]
    assert sum(old != new for old, new in zip(before, after, strict=True)) == concerned


# Prints how many doctrees Sphinx holds when it has read all pages.
COUNT = """
from sphinx.application import Sphinx
import memory
app = Sphinx("docs", "docs", "html", "trees", "html", status=None)
memory.HELD = 3
if {let_go}:
    app.connect("source-read", memory.let_go)
app.connect("env-updated", lambda app, env: print(len(env._write_doc_doctree_cache)))
app.build()
"""


@pytest.mark.parametrize("let_go", [True, False])
def test_few_doctrees_are_held_which_sphinx_still_does_not_see_to(
    let_go: bool, tmp_path: Path
) -> None:
    corpus.write_guide(tmp_path, corpus.write_pages(8), ["en"])
    command = [sys.executable, "-c", COUNT.format(let_go=let_go)]
    run = subprocess.run(
        command,
        cwd=tmp_path / "stock",
        env=os.environ | {"PYTHONPATH": str(ROOT / "extensions")},
        capture_output=True,
        text=True,
        check=True,
    )
    if let_go:
        assert int(run.stdout) == 4
    else:
        assert int(run.stdout) == 10, "Sphinx no longer holds all: remove extensions/memory.py"

"""Measure how fast the site is built, beside plain Sphinx, MyST and Furo: `make bench`.

Both build the pages of this guide, repeated until there are as many as asked for, in turn: plain
Sphinx one translation of them, the guide's own build as many as are asked for. Printed are the
medians of processor and wall time. In the end, the pages of both must say the same and link to
the same.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

from bs4 import BeautifulSoup

from back_office_guide.core.catalog import folder_of
from back_office_guide.core.faults import exit_code
from back_office_guide.core.paths import BUILD, LANGUAGES, ROOT

COPIED = ("back_office_guide", "docs")
CODES = re.findall(r"\w+", "en es de it pt nl sv da fi ro hu tr")
STOCK = """
extensions = ["myst_parser"]
language = "fr"
project = "Le back office"
smartquotes = False
myst_enable_extensions = ["colon_fence", "deflist"]
locale_dirs = ["locale"]
gettext_compact = False
gettext_additional_targets = ["index"]
html_theme = "furo"
html_permalinks = False
html_copy_source = False
"""
TRANSLATION = re.compile(r'^(msgstr ".+)"$', re.MULTILINE)
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
PAGES_A_PART = 20


def write_guide(folder: Path, count: int, codes: list[str]) -> None:
    """Write a guide with complete catalogs, and beside it the same for plain Sphinx.

    Its pages are those of this guide, repeated in parts of their own, its languages all English.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for copied in COPIED:
        shutil.copytree(ROOT / copied, folder / copied, ignore=shutil.ignore_patterns("locale"))
    shutil.copy(ROOT / "conf.py", folder)
    french, english, _ = re.split(r"(\[languages.en\][^[]*)", LANGUAGES.read_text("utf-8"))
    listed = [english.replace(".en]", f".{code}]") for code in codes]
    (folder / "languages.toml").write_text("\n".join([french, *listed]), "utf-8")
    docs = folder / "docs"
    glossary = docs / "annexes/glossaire.md"  # which is sorted by other rules than Sphinx's
    glossary.write_text(glossary.read_text("utf-8").replace(":sorted:\n", ""), "utf-8")
    pages = {page.with_suffix("").relative_to(docs): page for page in sorted(docs.glob("*/*.md"))}
    repeated = cycle(name for name in pages if name.parent.name != "annexes")
    extra = {
        Path(f"part{n // PAGES_A_PART}/page{n}"): next(repeated)
        for n in range(count - len(pages) - 1)
    }
    for name, page in extra.items():
        (docs / name).parent.mkdir(exist_ok=True)
        text = LABEL.sub("", pages[page].read_text("utf-8"))
        (docs / name).with_suffix(".md").write_text(text, "utf-8")
    with (docs / "index.md").open("a", encoding="utf-8") as home:
        for start in range(0, len(extra), PAGES_A_PART):
            below = "\n".join(map(str, list(extra)[start : start + PAGES_A_PART]))
            home.write(f"\n:::{{toctree}}\n:hidden:\n:caption: Une partie\n\n{below}\n:::\n")
    for code in codes:
        for name, page in ({page: page for page in [Path("index"), *pages]} | extra).items():
            catalog = (folder_of(code, docs / "locale") / name).with_suffix(".po")
            catalog.parent.mkdir(parents=True, exist_ok=True)
            text = (folder_of("en") / page).with_suffix(".po").read_text("utf-8")
            # A translation that occurs twice is parsed once: make each another one.
            own = TRANSLATION.sub(rf'\1 {code} {name.name}"', text)
            catalog.write_text(own, "utf-8")
    shutil.copytree(docs, folder / "stock/docs", ignore=shutil.ignore_patterns("_theme"))
    (folder / "stock/docs/conf.py").write_text(STOCK, "utf-8")


OUR_BUILD = (sys.executable, "-m", "back_office_guide.commands.build")
PLAIN_BUILD = (sys.executable, "-m", "sphinx", "-q", "-d", "trees", "docs", "html", "-D")


def measure(folder: Path, *command: str, **variables: str) -> tuple[float, float]:
    """Run a command; return its processor and wall time in seconds. SystemExit when it fails."""
    start, before = time.perf_counter(), os.times()
    run = subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: failed\n{run.stderr}")
    after = os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system, time.perf_counter() - start


def text_and_links(page: Path) -> tuple[str, list[str]]:
    """Return the text of a page, without spaces, and the addresses in its text and its menu."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    # Drawings, and what the theme of the guide adds.
    for part in soup.select("article svg, article img, article .download, article .index-letters"):
        part.decompose()
    links = [str(link["href"]) for link in soup.select("article a, .sidebar-tree a")]
    texts = [part.get_text() for part in soup.select("article, .sidebar-tree a")]
    return "".join("".join(texts).split()), links


def differing_pages(folder: Path, code: str) -> list[str]:
    """Return the names of the pages whose text or links are not the same in both sites."""
    site, stock = folder / f"build/html/{code}", folder / "stock/html"
    pages = (page.relative_to(folder / "docs") for page in (folder / "docs").rglob("*.md"))
    names = [page.with_suffix(".html") for page in sorted(pages)]
    return [
        str(name) for name in names if text_and_links(site / name) != text_and_links(stock / name)
    ]


def add_paragraph(docs: Path, run: int) -> None:
    """Add a paragraph to a page."""
    with (docs / "comprendre/mots.md").open("a", encoding="utf-8") as page:
        page.write(f"\nParagraphe {run}.\n")


STEPS = ("whole site", "nothing changed", "one page edited")


def main() -> int:
    """Run the benchmark. Return 1 if both builds do not show the same."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pages", type=int, default=30, help="how many (30)")
    many = range(1, len(CODES) + 1)
    parser.add_argument("--languages", type=int, default=4, choices=many, help="how many (4)")
    parser.add_argument("--runs", type=int, default=3, help="how many of each (3)")
    options = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "1"  # else an edit would be a new date for all languages
    folder, codes = BUILD / "bench", CODES[: options.languages]
    write_guide(folder, options.pages, codes)
    times: dict[str, list[tuple[float, ...]]] = {step: [] for step in STEPS}
    for run in range(options.runs):
        for result in (folder / "build", folder / "stock/html", folder / "stock/trees"):
            shutil.rmtree(result, ignore_errors=True)
        for step in STEPS:
            if step == "one page edited":
                add_paragraph(folder / "docs", run)
                add_paragraph(folder / "stock/docs", run)
            ours = measure(folder, *OUR_BUILD, "html", LANGS=" ".join(codes))
            plain = measure(folder / "stock", *PLAIN_BUILD, f"language={codes[0]}")
            times[step].append((*ours, *plain))
    print(f"{options.pages} pages, {len(codes)} languages (plain Sphinx: 1), {options.runs} runs")
    print(f"{'':20}CPU s  wall s    plain Sphinx    ratios")
    for step, runs in times.items():
        ours, wall, plain, its = (statistics.median(each) for each in zip(*runs, strict=True))
        print(
            f"{step:18}{ours:7.1f} {wall:7.1f} {plain:7.1f} {its:7.1f} "
            f"{ours / plain:7.2f} {wall / its:6.2f}"
        )
    differing = differing_pages(folder, codes[0])
    if differing:
        print(f"not the same as plain Sphinx shows: {', '.join(differing)}", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(exit_code(main))

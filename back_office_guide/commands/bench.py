"""Measure how fast the site is built, beside plain Sphinx, MyST and Furo: `make bench`.

Both build the same generated pages, in turn: plain Sphinx one translation of them, the guide's own
build as many as are asked for. Printed are the medians of processor time, wall time and the memory
of the largest process. In the end, the pages of both must say the same and link to the same.
"""

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import polib
from bs4 import BeautifulSoup

from back_office_guide.commands.corpus import CODES, Page, write_guide, write_pages
from back_office_guide.core.paths import ROOT


@dataclass(frozen=True)
class Figures:
    """What a command took: processor and wall time in seconds, the largest process in MB."""

    processor: float
    wall: float
    memory: float


def measure(folder: Path, *command: str, **variables: str) -> Figures:
    """Run a command. Raise SystemExit with what it said when it fails."""
    log = folder / "log"
    start = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | variables,
            stdout=said,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)  # of the process and those that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: failed\n{log.read_text('utf-8')}")
    wall = time.perf_counter() - start
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024  # bytes there, else kilobytes
    return Figures(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def build_stock(folder: Path, code: str) -> Figures:
    """Bring one translation up to date with plain Sphinx, in stock/html."""
    command = (sys.executable, "-m", "sphinx", "-q", "-d", "trees", "-D", f"language={code}")
    return measure(folder / "stock", *command, "docs", "html")


def build_ours(folder: Path, codes: list[str]) -> Figures:
    """Bring translations up to date with the guide's own build, in build/html."""
    return measure(
        folder,
        sys.executable,
        "-m",
        "back_office_guide.commands.build",
        "html",
        LANGS=" ".join(codes),
    )


def shown(page: Path) -> tuple[str, list[str]]:
    """Return what a page says, without spaces, and what its text and its menu link to."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    for drawing in soup.select("article svg, article img"):
        drawing.decompose()
    links = [str(link["href"]) for link in soup.select("article a, .sidebar-tree a")]
    texts = [part.get_text() for part in soup.select("article, .sidebar-tree a")]
    return "".join("".join(texts).split()), links


def different(folder: Path, code: str, pages: list[Page]) -> list[str]:
    """Return the names of the pages that do not say or link to the same in both."""
    return [
        page.name
        for page in pages
        if shown(folder / f"build/html/{code}/{page.name}.html")
        != shown(folder / f"stock/html/{page.name}.html")
    ]


def edit_page(docs: Path, run: int) -> None:
    """Write one more paragraph into a page."""
    with (docs / "part0/page1.md").open("a", encoding="utf-8") as page:
        page.write(f"\nParagraphe {run}.\n")


def edit_translation(docs: Path, code: str, run: int) -> None:
    """Change the translation of one paragraph."""
    path = docs / "locale" / code / "LC_MESSAGES/part0/page1.po"
    catalog = polib.pofile(str(path), wrapwidth=0)
    entry = max(catalog, key=lambda entry: len(entry.msgid))
    entry.msgstr += f" {run}"
    path.write_text(str(catalog), "utf-8")


STEPS = ("whole site", "nothing changed", "one translation edited", "one page edited")


def run_steps(folder: Path, codes: list[str], run: int, stock: bool) -> dict[str, list[Figures]]:
    """Return what each step took, with the guide's own build and then with plain Sphinx."""
    found = {}
    both = [folder / "docs", folder / "stock/docs"]
    for made in (folder / "build", folder / "stock/html", folder / "stock/trees"):
        shutil.rmtree(made, ignore_errors=True)
    for step in STEPS:
        for docs in both:
            if step == "one translation edited":
                edit_translation(docs, codes[0], run)
            elif step == "one page edited":
                edit_page(docs, run)
        found[step] = [build_ours(folder, codes)]
        if stock:
            found[step].append(build_stock(folder, codes[0]))
    return found


def medians(runs: list[Figures]) -> Figures:
    """Return the median of each figure."""
    names = Figures.__dataclass_fields__
    return Figures(*(statistics.median(getattr(run, name) for run in runs) for name in names))


def report(step: str, runs: list[list[Figures]]) -> str:
    """Return the line of a step: the medians of both, and the ratios of them."""
    columns = [medians(list(each)) for each in zip(*runs, strict=True)]
    cells = [f"{each.processor:8.1f} {each.wall:7.1f} {each.memory:6.0f}" for each in columns]
    if len(columns) > 1:
        ours, stock = columns
        cells.append(f"{ours.processor / stock.processor:8.2f} {ours.wall / stock.wall:7.2f}")
    return f"{step:24}{'  '.join(cells)}"


def main() -> int:
    """Run the benchmark. Return 1 if both builds do not show the same."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[30], help="how many (30)")
    parser.add_argument("--languages", type=int, default=4, help=f"4, at most {len(CODES)}")
    parser.add_argument("--runs", type=int, default=3, help="how many of each (3)")
    parser.add_argument("--alone", action="store_true", help="without plain Sphinx beside")
    options = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "1"  # else an edit would be a new date for all languages
    codes, wholes, wrong = CODES[: options.languages], [], []
    for count in options.pages:
        folder, pages = ROOT / "build" / "bench" / str(count), write_pages(count)
        write_guide(folder, pages, codes)
        runs = [run_steps(folder, codes, run, not options.alone) for run in range(options.runs)]
        print(f"{count} pages, {len(codes)} languages (plain Sphinx: 1), {options.runs} runs")
        print(f"{'':24}CPU s, wall s, MB      of plain Sphinx{'':9}CPU and wall: ratios")
        for step in STEPS:
            print(report(step, [run[step] for run in runs]))
        wholes.append(medians([run[STEPS[0]][0] for run in runs]).processor)
        if not options.alone:
            wrong += different(folder, codes[0], pages)
    for one, other, less, more in zip(
        options.pages, options.pages[1:], wholes, wholes[1:], strict=False
    ):
        growth = math.log(more / less) / math.log(other / one)
        print(f"from {one} to {other} pages, processor time grows as their number ^ {growth:.2f}")
    if wrong:
        print(f"not the same as plain Sphinx shows: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

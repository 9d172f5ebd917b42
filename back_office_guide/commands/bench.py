"""Measure how fast the site is built, beside plain Sphinx, MyST and Furo: `make bench`.

Both build the same generated pages, in turn: plain Sphinx one translation of them, the guide's own
build as many as are asked for. Printed are the medians of processor and wall time. In the end, the
pages of both must say the same and link to the same.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice, product
from pathlib import Path

import polib
from bs4 import BeautifulSoup

from back_office_guide.core.paths import BUILD, DOCS, LANGUAGES, ROOT

# What a generated guide takes from this one.
TAKEN = ("back_office_guide", "conf.py", "docs/_theme", "docs/figures/figures.css")
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
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>Bace</text></svg>'
# What is in a message and is not translated, or not as a word.
MARKUP = re.compile(r"\{term\}`(?P<term>[^`]*)`|`[^`]*`|\]\([^)]*\)|(?P<word>[^\W\d_]{2,})")
TERMS = list(map("".join, product(("ba", "ce", "di", "fo", "gu"), ("la", "me", "ni", "po", "ru"))))
A_PART = 20  # pages


class Text:
    """The words of this guide, one after the other, in pages that hold all that it uses."""

    def __init__(self) -> None:
        """Begin a text, always the same."""
        guide = " ".join(page.read_text("utf-8") for page in sorted(DOCS.rglob("*.md")))
        self._words = cycle(re.findall(r"[^\W\d_]{2,}", guide))
        self._terms = cycle(TERMS)

    def words(self, count: int) -> str:
        """Return words that begin like a sentence."""
        return " ".join(islice(self._words, count)).capitalize()

    def prose(self, *targets: str) -> str:
        """Return a paragraph with a term, emphasis, code and links."""
        words, term = self.words, next(self._terms)
        links = " ".join(f"[{words(2)}](#{target}), [](#{target})" for target in targets)
        return (
            f"{words(12)} {{term}}`{term}`, {words(6)}.\n{words(9)} *{words(2)}*, {words(9)} "
            f"{links}.\n{words(16)} `make {term}` {words(3)}."
        )

    def page(self, name: str, *targets: str) -> str:
        """Return 600 words with every construct that the guide uses, and links to other pages."""
        words, prose = self.words, self.prose
        sections = "".join(f"\n## {words(3)}\n\n{prose(*targets)}\n\n{prose()}\n" for _ in range(3))
        cells = "".join(f"* - {words(2)}\n  - {words(4)}\n" for _ in range(4))
        return (
            f"(to-{name})=\n# {words(4)}\n\n{prose(*targets)}\n{sections}"
            f"\n% {words(2)}\n\n```console\n$ make {words(1)}\n```\n"
            f"\n- {words(6)}\n- {words(5)}\n\n1. {words(4)}\n\n{words(3)}\n: {prose()}\n"
            f"\n:::{{note}}\n{words(9)}\n:::\n"
            f"\n:::{{list-table}} {words(4)}\n:header-rows: 1\n\n{cells}:::\n"
            f"\n:::{{figure}} /figures/f.svg\n:alt: {words(5)}\n\n{words(7)}\n:::\n"
        )


def toctree(names: list[str]) -> str:
    """Return what leads to other pages."""
    below = "\n".join(f"/{name}" for name in names)
    return f"\n:::{{toctree}}\n:hidden:\n:caption: Une partie\n\n{below}\n:::\n"


def pages_of(count: int) -> dict[str, str]:
    """Return a guide by the names of its pages: home, glossary, and `count` more in parts."""
    text = Text()
    names = [f"part{n // A_PART}/page{n}" for n in range(count)]
    pages = {
        name: text.page(f"page{n}", f"to-page{n // 2}", f"to-page{n // 3}")
        for n, name in enumerate(names)
    }
    starts = names[::A_PART]
    for place, start in enumerate(starts):
        pages[start] += toctree(names[place * A_PART + 1 : (place + 1) * A_PART])
    terms = "\n".join(f"{term}\n  {text.words(12)}\n" for term in TERMS)
    pages["words"] = f"(to-words)=\n# {text.words(1)}\n\n:::{{glossary}}\n{terms}:::\n"
    pages["index"] = text.page("index", "to-words") + toctree([*starts, "words"])
    return pages


def translation(message: str, code: str) -> str:
    """Return a message with every word changed, and its markup kept."""

    def change(match: re.Match[str]) -> str:
        if match["term"]:
            return f"{{term}}`{match['term']}{code} <{match['term']}>`"
        return f"{match['word']}{code}" if match["word"] else match[0]

    return MARKUP.sub(change, message)


def write_guide(folder: Path, pages: dict[str, str], codes: list[str]) -> None:
    """Write a guide with complete catalogs, and beside it the same for plain Sphinx."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in TAKEN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    french, english, _ = re.split(r"(\[languages.en\][^[]*)", LANGUAGES.read_text("utf-8"))
    listed = [english.replace(".en]", f".{code}]") for code in codes]
    (folder / "languages.toml").write_text("\n".join([french, *listed]), "utf-8")
    (folder / "docs/figures/f.svg").write_text(DRAWING, "utf-8")
    for name, text in pages.items():
        path = folder / "docs" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    measure(folder, *OURS, "gettext")
    templates = folder / "build/gettext"
    for template in templates.rglob("*.pot"):
        for code in codes if template.stem != "sphinx" else ():
            catalog = polib.pofile(str(template), wrapwidth=0)
            catalog.metadata["Language"] = code
            for entry in catalog:
                entry.msgstr = translation(entry.msgid, code)
            path = folder / "docs/locale" / code / "LC_MESSAGES" / template.relative_to(templates)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".po").write_text(str(catalog), "utf-8")
    ours = shutil.ignore_patterns("_theme")
    shutil.copytree(folder / "docs", folder / "stock/docs", ignore=ours)
    (folder / "stock/docs/conf.py").write_text(STOCK, "utf-8")


OURS = (sys.executable, "-m", "back_office_guide.commands.build")
PLAIN = (sys.executable, "-m", "sphinx", "-q", "-d", "trees", "docs", "html", "-D")


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


def shown(page: Path) -> tuple[str, list[str]]:
    """Return what a page says, without spaces, and what its text and its menu link to."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    # What is drawn, and what the theme adds.
    for part in soup.select("article svg, article img, article .download, article .index-letters"):
        part.decompose()
    links = [str(link["href"]) for link in soup.select("article a, .sidebar-tree a")]
    texts = [part.get_text() for part in soup.select("article, .sidebar-tree a")]
    return "".join("".join(texts).split()), links


def different(folder: Path, code: str, pages: dict[str, str]) -> list[str]:
    """Return the names of the pages that do not say or link to the same in both."""
    return [
        name
        for name in pages
        if shown(folder / f"build/html/{code}/{name}.html")
        != shown(folder / f"stock/html/{name}.html")
    ]


STEPS = ("whole site", "nothing changed", "one page edited")


def main() -> int:
    """Run the benchmark. Return 1 if both builds do not show the same."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pages", type=int, default=30, help="how many (30)")
    parser.add_argument("--languages", type=int, default=4, help=f"4, at most {len(CODES)}")
    parser.add_argument("--runs", type=int, default=3, help="how many of each (3)")
    options = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "1"  # else an edit would be a new date for all languages
    folder, codes = BUILD / "bench", CODES[: options.languages]
    pages = pages_of(options.pages)
    write_guide(folder, pages, codes)
    taken: dict[str, list[tuple[float, ...]]] = {step: [] for step in STEPS}
    for run in range(options.runs):
        for result in (folder / "build", folder / "stock/html", folder / "stock/trees"):
            shutil.rmtree(result, ignore_errors=True)
        for step in STEPS:
            if step == "one page edited":
                for docs in (folder / "docs", folder / "stock/docs"):
                    with (docs / "part0/page1.md").open("a", encoding="utf-8") as page:
                        page.write(f"\nParagraphe {run}.\n")
            ours = measure(folder, *OURS, "html", LANGS=" ".join(codes))
            plain = measure(folder / "stock", *PLAIN, f"language={codes[0]}")
            taken[step].append((*ours, *plain))
    print(f"{options.pages} pages, {len(codes)} languages (plain Sphinx: 1), {options.runs} runs")
    print(f"{'':20}CPU s  wall s    plain Sphinx    ratios")
    for step, runs in taken.items():
        ours, wall, plain, its = (statistics.median(each) for each in zip(*runs, strict=True))
        print(
            f"{step:18}{ours:7.1f} {wall:7.1f} {plain:7.1f} {its:7.1f} "
            f"{ours / plain:7.2f} {wall / its:6.2f}"
        )
    wrong = different(folder, codes[0], pages)
    if wrong:
        print(f"not the same as plain Sphinx shows: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

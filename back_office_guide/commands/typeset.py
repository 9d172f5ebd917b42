"""Typeset the book, and read in TeX's log what TeX itself takes for no error.

A character that no font has, a reference to nothing and a line that leaves its column would be
printed without a word: each is a fault here, said with the page of the book and that of the guide.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.faults import GuideError
from back_office_guide.core.paths import ROOT

# By how much a line or a page may be too large before somebody sees it, in points.
TOLERANCE = 1.0

# What the log says, and what extensions/book.py and docs/_latex/guide.sty have it say: where
# each page of the guide begins, when it is set and when it is printed; and when a page is printed.
ENTRIES = re.compile(
    r"""
    ^guide:\ source\ (?P<source>\S+)$
    | ^guide:\ page\ (?P<page>\S+)$
    | ^guide:\ prints\ (?P<printed>\S+)$
    | ^Missing\ character:\ There\ is\ no\ (?P<character>.*?)\ in\ font\ .*$
    | ^Overfull\ \\hbox\ \((?P<width>[\d.]+)pt\ too\ wide\).*\n(?P<text>(?:[^\n]+\n)*)
    | ^Overfull\ \\vbox\ \((?P<height>[\d.]+)pt\ too\ high\)
    | ^LaTeX\ Warning:\ (?:Hyper\ r|R)eference\ [`'](?P<reference>.*)'\ on\ page\ \S+\ undefined.*$
    | ^LaTeX\ Warning:\ Label\ `(?P<label>.*)'\ multiply\ defined\.$
    | ^!\ (?P<error>.*(?:\n\(\w+\).*)*)$
    """,
    re.MULTILINE | re.VERBOSE,
)
# What is wrong and the fix, by what the entry says.
FAULTS = {
    "character": "no font has the character {character}. Write another one.",
    "width": "too wide by {width} points: “{text}”. Reword it, or let a word in it be hyphenated "
    "(docs/_latex/guide.sty, \\babelhyphenation).",
    "height": "the page is too full by {height} points. Move a figure, or make it smaller.",
    "reference": "undefined reference to {reference}. Correct the link.",
    "label": "the label {label} is there twice. Rename one.",
    "error": "{error}",
}
# What is on no page of the guide.
FRONT = "title page or contents"
# In the text of a box: boxes, changes of font, discretionary hyphens. In an error: the package that
# begins each of its lines.
MARKUP = re.compile(r"\[\]|\\\S+/\S+ ?|\|(?=\w)|^\(\w+\)", re.MULTILINE)


def typeset(folder: Path) -> Path:
    """Typeset the one LaTeX source in `folder`, and return the PDF.

    Sphinx's Makefile runs latexmk, which runs LuaLaTeX as often as the references need.
    Raises GuideError with every fault found.
    """
    # No page shows how many there are, and only the contents change it after the first run.
    ignored = "-e '$$hash_calc_ignore_pattern{aux} = q(@abspage@last)'"
    options = [f"LATEXMKOPTS=-quiet {ignored}", "LATEXOPTS=--halt-on-error"]
    output = None if sys.stdout.isatty() else subprocess.PIPE
    run = subprocess.run(
        ["make", "--directory", folder, "all-pdf", *options],
        # Lines of the log are not cut, so that they can be read.
        env={name: value for name, value in os.environ.items() if "MAKE" not in name}
        | {"max_print_line": "100000"}
        | cache_of_fonts(folder),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output and subprocess.STDOUT,
        check=False,
    )
    path = folder / "back-office.log"
    log = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    found = list(dict.fromkeys(faults(log)))
    if run.returncode and not found:
        found = [(run.stdout or b"").decode(errors="replace")]
    if found:
        whole = f"The whole log is {os.path.relpath(path, ROOT)}."
        raise GuideError("\n".join([*found, whole]))
    return path.with_suffix(".pdf")


def cache_of_fonts(folder: Path) -> dict[str, str]:
    """Return where luaotfload keeps what it knows of fonts, if it cannot be in the home folder."""
    if os.access(Path.home(), os.W_OK):
        return {}
    return {"TEXMFVAR": str(folder.parent.parent / "texmf-var")}


def faults(log: str) -> Iterator[str]:
    """Yield a line for each fault that the log of the last run of TeX tells of."""
    entries = list(ENTRIES.finditer(log))
    source = printed = page = ""
    for index, entry in enumerate(entries):
        source = entry["source"] or source
        printed = entry["printed"] or printed
        page = entry["page"] or page
        said = {name: clean(text) for name, text in entry.groupdict().items() if text}
        excess = float(said.get("width") or said.get("height") or TOLERANCE + 1)
        kind = next(iter(said))
        if kind not in FAULTS or excess <= TOLERANCE:
            continue
        fault = FAULTS[kind].format_map(said)
        if kind == "character":  # found missing while the page is printed
            yield f"{printed or FRONT}: page {page} of the book: {fault}"
        else:  # found while a page is set, before it is printed
            following = (later["page"] for later in entries[index:] if later["page"])
            yield f"{source or FRONT}: page {next(following, 'unknown')} of the book: {fault}"


def clean(text: str) -> str:
    """Return what the log says, on one line, without TeX's markup."""
    return " ".join(MARKUP.sub("", text).split())

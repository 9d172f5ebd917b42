"""Typeset the book, and read in TeX's log what TeX itself takes for no error.

A glyph that no face has, a reference to nothing and a line that leaves its column would be printed
without a word: each is a fault here, said with the page of the book and the page of the guide.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.paths import ROOT

# By how much a line or a page may be too large before somebody sees it, in points.
TOLERANCE = 1.0

# What the log says, and what extensions/book.py and docs/_latex/guide.sty have it say: where each
# page of the guide begins, when it is set and when it is printed; and when a page is printed.
SAYINGS = re.compile(
    r"""
    ^guide:\ source\ (?P<source>\S+)$
    | ^guide:\ page\ (?P<page>\S+)$
    | ^guide:\ prints\ (?P<printed>\S+)$
    | ^Missing\ character:\ There\ is\ no\ (?P<glyph>.*?)\ in\ font\ .*$
    | ^Overfull\ \\(?P<box>[hv])box\ \((?P<excess>[\d.]+)pt\ too\ (?:wide|high)\)
      .*\n(?P<text>(?:[^\n]+\n)*)
    | ^LaTeX\ Warning:\ (?:Hyper\ r|R)eference\ [`'](?P<reference>.*)'\ on\ page\ \S+\ undefined.*$
    | ^LaTeX\ Warning:\ Label\ `(?P<label>.*)'\ multiply\ defined\.$
    | ^!\ (?P<error>.*(?:\n\(\w+\).*)*)$
    """,
    re.MULTILINE | re.VERBOSE,
)
# What stands on no page of the guide.
FRONT = "title page or contents"
# In the text of a box: boxes, switches of face, discretionary hyphens.
MARKUP = re.compile(r"\[\]|\\\S+/\S+ ?|\|(?=\w)")


class TypesettingError(Exception):
    """The book cannot be printed; the message says where, what is wrong, and the mend."""


def typeset(folder: Path, environment: dict[str, str]) -> Path:
    """Typeset the one LaTeX source in `folder`, and return the PDF.

    Sphinx's Makefile runs latexmk, which runs LuaLaTeX as often as the references need.
    Raises TypesettingError with every fault found.
    """
    options = ["LATEXMKOPTS=-quiet", "LATEXOPTS=--halt-on-error"]
    output = None if sys.stdout.isatty() else subprocess.PIPE
    run = subprocess.run(
        ["make", "--directory", folder, "all-pdf", *options],
        # Lines of the log are not cut, so that they can be read.
        env={name: value for name, value in environment.items() if "MAKE" not in name}
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
        raise TypesettingError("\n".join([*found, whole]))
    return path.with_suffix(".pdf")


def cache_of_fonts(folder: Path) -> dict[str, str]:
    """Return where luaotfload keeps what it knows of fonts, if it cannot be in the home folder."""
    if os.access(Path.home(), os.W_OK):
        return {}
    return {"TEXMFVAR": str(folder.parent.parent / "texmf-var")}


def faults(log: str) -> Iterator[str]:
    """Yield a line for each fault that the log of the last run of TeX tells of."""
    sayings = list(SAYINGS.finditer(log))
    source = printed = page = ""
    for index, saying in enumerate(sayings):
        source = saying["source"] or source
        printed = saying["printed"] or printed
        page = saying["page"] or page
        fault = explained(saying)
        if fault and saying["glyph"]:  # found missing while the page is printed
            yield f"{printed or FRONT}: page {page} of the book: {fault}"
        elif fault:  # found while a page is set, before it is printed
            following = (later["page"] for later in sayings[index:] if later["page"])
            yield f"{source or FRONT}: page {next(following, 'unknown')} of the book: {fault}"


def explained(saying: re.Match[str]) -> str:
    """Return what is wrong and the mend, or "" where nothing is."""
    if saying["glyph"]:
        return f"no face has the character {saying['glyph']}. Write another one."
    if saying["box"] and float(saying["excess"]) > TOLERANCE:
        excess = f"{float(saying['excess']):.1f} points"
        if saying["box"] == "v":
            return (
                f"the page is too full by {excess}. Move a figure or a table, or make it smaller."
            )
        text = " ".join(MARKUP.sub("", saying["text"]).split())
        return (
            f"too wide by {excess}: “{text}”. Reword it, or let a word in it be cut "
            "(docs/_latex/guide.sty, \\babelhyphenation)."
        )
    if saying["reference"]:
        return f"undefined reference to {saying['reference']}. Mend the link."
    if saying["label"]:
        return f"the label {saying['label']} is there twice. Rename one."
    # Packages say the rest on lines that begin with their name in brackets.
    return " ".join(re.sub(r"^\(\w+\)", "", saying["error"] or "", flags=re.MULTILINE).split())

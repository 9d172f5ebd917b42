"""Typeset the book, and find in the log of TeX the faults that are no errors to TeX.

TeX goes on after a character that no font has, an undefined reference or a line that leaves its
column: each is a fault here, reported with its page of the book and its page of the guide.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.faults import GuideError
from back_office_guide.core.paths import ROOT

# By how many points a line or a page may be too large: less, nobody sees.
TOLERANCE = 1.0

# Warnings and errors of TeX, and the lines that extensions/book_writer.py and docs/_latex/guide.sty
# write into the log: where a page of the guide begins, when it is set and when it is printed, and
# when a page of the book is printed.
LOG_ENTRIES = re.compile(
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
# What is wrong and the fix, by the field of the entry.
FAULTS = {
    "character": "no font has the character {character}. Write another one.",
    "width": "too wide by {width} points: “{text}”. Reword it, or let a word in it be hyphenated "
    "(docs/_latex/guide.sty, \\babelhyphenation).",
    "height": "the page is too full by {height} points. Move a figure, or make it smaller.",
    "reference": "undefined reference to {reference}. Correct the link.",
    "label": "the label {label} is there twice. Rename one.",
    "error": "{error}",
}
# Where a fault is that is on no page of the guide.
FRONT_MATTER = "title page or contents"
# What TeX writes into the text of a box (boxes, changes of font, discretionary hyphens), and the
# name of the package that begins each line of an error.
TEX_MARKUP = re.compile(r"\[\]|\\\S+/\S+ ?|\|(?=\w)|^\(\w+\)", re.MULTILINE)


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
    entries = list(LOG_ENTRIES.finditer(log))
    source = printed = page = ""
    for index, entry in enumerate(entries):
        source = entry["source"] or source
        printed = entry["printed"] or printed
        page = entry["page"] or page
        fields = {name: without_markup(text) for name, text in entry.groupdict().items() if text}
        excess = float(fields.get("width") or fields.get("height") or TOLERANCE + 1)
        kind = next(iter(fields))
        if kind not in FAULTS or excess <= TOLERANCE:
            continue
        fault = FAULTS[kind].format_map(fields)
        if kind == "character":  # found missing while the page is printed
            place, number = printed, page
        else:  # found while a page is set, before it is printed
            following = (later["page"] for later in entries[index:] if later["page"])
            place, number = source, next(following, "unknown")
        yield f"{place or FRONT_MATTER}: page {number} of the book: {fault}"


def without_markup(text: str) -> str:
    """Return a text of the log on one line, without TeX's markup."""
    return " ".join(TEX_MARKUP.sub("", text).split())

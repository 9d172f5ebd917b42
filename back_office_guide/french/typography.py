"""The French typography of the house: as a rule that can be checked, and as a command.

The rules are those of the Imprimerie nationale for spaces, with U+202F (narrow no-break space)
before ; ! ? and between thousands, and U+00A0 (no-break space) before : € % and inside « ».
"""

import re
import sys
from collections.abc import Iterator
from functools import lru_cache

from back_office_guide.core.pages import NO_TITLE, ROLES, Piece, pieces
from back_office_guide.core.paths import DOCS, relative, write_file

NARROW, WIDE = "\u202f", "\u00a0"
SPACES = f"[ {NARROW}{WIDE}]*"

RULES = [
    (r"\.\.\.", "…"),
    (r"'", "’"),
    (rf"«{SPACES}", f"«{WIDE}"),
    (rf"(?<=\S){SPACES}»", f"{WIDE}»"),
    (rf"(?<=[^\s;!?(«…]){SPACES}([;!?])", rf"{NARROW}\1"),
    (rf"(?<=[^\s:]){SPACES}:(?=\s|$)", f"{WIDE}:"),
    (rf"(?<=\d)[ {WIDE}](?=\d{{3}}(?!\d))", NARROW),
    (rf"(?<=\d){SPACES}(?=[€%])", WIDE),
    (rf"(?<=\d)[ {NARROW}](?=h\b)", WIDE),
    (r"(?<=\bh) (?=\d)", WIDE),
    (r"(?<=\bn°) (?=\d)", WIDE),
    (r"(?<=\b[LRD]\.) (?=\d)", WIDE),
    (rf"(?<!n°{WIDE})\b(\d{{4}})-(\d{{4}})\b", "\\1\u2013\\2"),
]
# Code, addresses, comments, directives: no prose, which one character replaces meanwhile.
MASK = "\ue000"
OPAQUE = re.compile(
    r"^[ ]*(```+)(?s:.*?)^[ ]*\1$|^%.*|(?P<role>\})?`[^`\n\ue000]+`|\]\(\S*?\)|<http\S+?>|^\s*:+\S+"
    rf"|{MASK}",
    re.MULTILINE,
)
# What the rules change in a text: without it, they have changed nothing else.
_CHANGED = str.maketrans({" ": "", NARROW: "", WIDE: "", "…": "...", "’": "'", "\u2013": "-"})
_TEXT_OPTIONS = {"alt", "caption"}


def typeset(text: str) -> str:
    """Return a plain text with the spaces, apostrophes and dashes of the house."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def typeset_page(text: str) -> str:
    """Return a Markdown text with its prose typeset.

    A line is changed where the parser takes that for nothing but a change of text.
    """
    opaque = (match[0] for match in OPAQUE.finditer(text) if not match["role"])
    masked = OPAQUE.sub(lambda match: match[0] if match["role"] else MASK, text)
    right = re.sub(MASK, lambda _: next(opaque), typeset(masked)).split("\n")
    lines = text.split("\n")
    fresh = "\n".join(_safe(lines, right, range(len(lines))))
    # One change may make another possible.
    return text if text == fresh else typeset_page(fresh)


def _safe(lines: list[str], right: list[str], places: range) -> list[str]:
    """Return lines with those of the `right` ones at `places` that change no token, by halves."""
    fresh = lines.copy()
    fresh[places.start : places.stop] = right[places.start : places.stop]
    if fresh == lines or _tokens("\n".join(fresh)) == _tokens("\n".join(lines)):
        return fresh
    if len(places) == 1:
        return lines
    half = len(places) // 2
    return _safe(_safe(lines, right, places[half:]), right, places[:half])


@lru_cache(maxsize=4)
def _tokens(text: str) -> list[tuple[object, ...]]:
    """Return the tokens of a Markdown text; of their text, what no rule changes."""
    return [(piece.line, piece.directives, *_seen(piece)) for piece in pieces(text)]


def _seen(piece: Piece) -> Iterator[object]:
    token = piece.token
    yield from (token.type, token.attrs, token.markup, token.level, token.meta, token.hidden)
    if token.type == "text" or (token.type == "myst_role" and token.meta["name"] in ROLES):
        yield token.content.translate(_CHANGED)
    elif token.type == "colon_fence" and piece.directive:
        options, body = piece.options_and_body()
        free = piece.is_prose and piece.directive not in NO_TITLE
        yield token.info.translate(_CHANGED) if free else token.info
        for name, value in options.items():
            yield name, value.translate(_CHANGED) if name in _TEXT_OPTIONS else value
        yield len(body) if piece.is_prose else body
    elif token.type != "inline":
        yield from (token.info, token.content)


def typeset_figure(text: str) -> str:
    """Return an SVG text with the content of its text, title and desc elements typeset."""
    content = re.compile(r"(<(text|title|desc)\b[^>]*>)([^<&]*)(</\2>)")
    return content.sub(lambda match: match[1] + typeset(match[3]) + match[4], text)


def main() -> int:
    """Typeset every French page and figure in place, and name those that changed."""
    for path in sorted([*DOCS.rglob("*.md"), *DOCS.glob("figures/*.svg")]):
        text = path.read_text(encoding="utf-8")
        right = typeset_page(text) if path.suffix == ".md" else typeset_figure(text)
        if write_file(path, right.encode()):
            print(relative(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())

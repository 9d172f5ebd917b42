"""The French typography of the house: as a rule that can be checked, and as a command.

The rules are those of the Imprimerie nationale for spaces, with U+202F (narrow no-break space)
before ; ! ? and between thousands, and U+00A0 (no-break space) before : € % and inside « ».
"""

import re
import sys
from functools import lru_cache
from pathlib import Path

from back_office_guide.core.pages import NO_TITLE, ROLES, Piece, pieces
from back_office_guide.core.paths import DOCS, ROOT

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
COMPILED = [(re.compile(pattern, re.MULTILINE), replacement) for pattern, replacement in RULES]

# Code, addresses, comments, options: the parser would refuse each change, and none is tried.
OPAQUE = re.compile(
    r"^[ ]*(```+)(?s:.*?)^[ ]*\1$|^%.*|(?P<role>\})?`[^`\n]+`|\]\(\S*?\)|<http\S+?>|^\s*:+\S+",
    re.MULTILINE,
)
# What the rules change in a text: without it, they have changed nothing else.
_CHANGED = str.maketrans({" ": "", NARROW: "", WIDE: "", "…": "...", "’": "'", "\u2013": "-"})
_TEXT_OPTIONS = {"alt", "caption"}

Edit = tuple[int, int, str]


def typeset(text: str) -> str:
    """Return a plain text with the spaces, apostrophes and dashes of the house."""
    for pattern, replacement in COMPILED:
        text = pattern.sub(replacement, text)
    return text


def typeset_page(text: str) -> str:
    """Return a Markdown text with its prose typeset.

    A change is made where the parser takes it for nothing but a change of text.
    """
    given = text
    for pattern, replacement in COMPILED:
        matches = ((each, each.expand(replacement)) for each in pattern.finditer(text))
        edits = [(*each.span(), right) for each, right in matches if each[0] != right]
        if edits:
            opaque = {
                place
                for each in OPAQUE.finditer(text)
                for place in range(*each.span())
                if not each["role"]
            }
            text = _edited(text, [edit for edit in edits if edit[1] - 1 not in opaque])
    # One change may make another possible.
    return text if text == given else typeset_page(text)


def _edited(text: str, edits: list[Edit]) -> str:
    """Return a text with those of `edits` that change no token, found by halves."""
    fresh = text
    for start, end, right in reversed(edits):
        fresh = fresh[:start] + right + fresh[end:]
    if not edits or _tokens(fresh) == _tokens(text):
        return fresh
    if len(edits) == 1:
        return text
    half = len(edits) // 2
    return _edited(_edited(text, edits[half:]), edits[:half])


@lru_cache(maxsize=4)
def _tokens(text: str) -> list[tuple[object, ...]]:
    """Return the tokens of a Markdown text; of their text, what no rule changes."""
    return [
        (
            *(
                piece.token.type,
                piece.line,
                piece.directives,
                piece.token.attrs,
                piece.token.markup,
            ),
            *(piece.token.level, piece.token.meta, piece.token.hidden, *_content(piece)),
        )
        for piece in pieces(text)
    ]


def _content(piece: Piece) -> tuple[object, ...]:
    token = piece.token
    if token.type == "text" or (token.type == "myst_role" and token.meta["name"] in ROLES):
        return (token.content.translate(_CHANGED),)
    if token.type == "colon_fence" and piece.directive:
        options, body = piece.options_and_body()
        free = piece.is_prose and piece.directive not in NO_TITLE
        return (
            token.info.translate(_CHANGED) if free else token.info,
            {
                name: value.translate(_CHANGED) if name in _TEXT_OPTIONS else value
                for name, value in options.items()
            },
            len(body) if piece.is_prose else body,
        )
    return (token.info, "" if token.type == "inline" else token.content)


def typeset_figure(text: str) -> str:
    """Return an SVG text with the content of its text, title and desc elements typeset."""
    content = re.compile(r"(<(text|title|desc)\b[^>]*>)([^<&]*)(</\2>)")
    return content.sub(lambda match: match[1] + typeset(match[3]) + match[4], text)


def typeset_file(path: Path) -> bool:
    """Typeset the Markdown or SVG file `path` in place; say whether anything changed."""
    text = path.read_text(encoding="utf-8")
    right = typeset_page(text) if path.suffix == ".md" else typeset_figure(text)
    if right == text:
        return False
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(right, encoding="utf-8")
    fresh.replace(path)
    return True


def main() -> int:
    """Typeset every French page and figure, and name those that changed."""
    for path in sorted([*DOCS.rglob("*.md"), *DOCS.glob("figures/*.svg")]):
        if typeset_file(path):
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

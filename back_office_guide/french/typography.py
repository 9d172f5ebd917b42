"""Fix French typography: `make typography`, and the rules that `make check` checks.

They are those of the Imprimerie nationale for spaces, with U+202F (narrow no-break space) before
; ! ? and between thousands, and U+00A0 (no-break space) before : € % and inside « ».
"""

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from back_office_guide.core.faults import exit_code, read_text
from back_office_guide.core.pages import NO_TITLE, ROLES, PageToken, page_tokens
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
# Code, addresses, comments, directives: MASK replaces them while the rules are applied.
MASK = "\ue000"
OPAQUE = re.compile(
    r"^[ ]*(```+)(?s:.*?)^[ ]*\1$|^%.*|(?P<role>\})?`[^`\n\ue000]+`|\]\(\S*?\)|<http\S+?>|^\s*:+\S+"
    rf"|{MASK}",
    re.MULTILINE,
)
# Texts that are equal after this differ by what the rules change, and by nothing else.
_NEUTRAL = str.maketrans({" ": "", NARROW: "", WIDE: "", "…": "...", "’": "'", "\u2013": "-"})
_TEXT_OPTIONS = {"alt", "caption"}


def fix_text(text: str) -> str:
    """Return a plain text with the right spaces, apostrophes and dashes."""
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def fix_page(text: str) -> str:
    """Return a Markdown text with its prose fixed, but for lines where that would change markup."""
    opaque = (match[0] for match in OPAQUE.finditer(text) if not match["role"])
    masked = OPAQUE.sub(lambda match: match[0] if match["role"] else MASK, text)
    right = re.sub(MASK, lambda _: next(opaque), fix_text(masked)).split("\n")
    lines = text.split("\n")
    fixed = "\n".join(_replace_lines(lines, right, range(len(lines))))
    # One change may make another possible.
    return text if text == fixed else fix_page(fixed)


def _replace_lines(lines: list[str], right: list[str], numbers: range) -> list[str]:
    """Return lines, with those of some `numbers` replaced where that changes no token.

    Half of them are tried at a time, down to single lines.
    """
    fixed = lines.copy()
    fixed[numbers.start : numbers.stop] = right[numbers.start : numbers.stop]
    if fixed == lines or _neutral_tokens("\n".join(fixed)) == _neutral_tokens("\n".join(lines)):
        return fixed
    if len(numbers) == 1:
        return lines
    half = len(numbers) // 2
    return _replace_lines(_replace_lines(lines, right, numbers[half:]), right, numbers[:half])


@lru_cache(maxsize=4)
def _neutral_tokens(text: str) -> list[tuple[object, ...]]:
    """Return all of the tokens of a Markdown text that the rules must not change."""
    return [(found.line, found.directives, *_neutral(found)) for found in page_tokens(text)]


def _neutral(found: PageToken) -> Iterator[object]:
    token = found.token
    yield from (token.type, token.attrs, token.markup, token.level, token.meta, token.hidden)
    if token.type == "text" or (token.type == "myst_role" and token.meta["name"] in ROLES):
        yield token.content.translate(_NEUTRAL)
    elif token.type == "colon_fence" and found.directive:
        options, body = found.options_and_body()
        has_title = found.is_prose and found.directive not in NO_TITLE
        yield token.info.translate(_NEUTRAL) if has_title else token.info
        for name, value in options.items():
            yield name, value.translate(_NEUTRAL) if name in _TEXT_OPTIONS else value
        yield len(body) if found.is_prose else body
    elif token.type != "inline":
        yield from (token.info, token.content)


def fix_figure(text: str) -> str:
    """Return the source of an SVG with its text, title and desc elements fixed."""

    def fixed(match: re.Match[str]) -> str:
        parts = re.split(r"(&[#\w]+;)", match[3])
        parts[::2] = map(fix_text, parts[::2])  # the others are entities
        return "".join((match[1], *parts, match[4]))

    return re.sub(r"(<(text|title|desc)\b[^>]*>)([^<]*)(</\2>)", fixed, text)


def figures_in(docs: Path) -> list[Path]:
    """Return the SVG files under `docs`, but for those of the themes."""
    return [path for path in docs.rglob("*.svg") if "_theme" not in path.relative_to(docs).parts]


def main() -> int:
    """Fix every French page and figure in place, and name those that changed."""
    for path in sorted([*DOCS.rglob("*.md"), *figures_in(DOCS)]):
        text = read_text(path)
        right = fix_page(text) if path.suffix == ".md" else fix_figure(text)
        if write_file(path, right.encode()):
            print(relative(path))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))

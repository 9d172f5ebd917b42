"""The French typography of the house: as a rule that can be checked, and as a command that mends.

The rules are those of the Imprimerie nationale for spaces, with U+202F (narrow no-break space)
before ; ! ? and between thousands, and U+00A0 (no-break space) before : € % and inside « ».
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.paths import DOCS, ROOT

NARROW, WIDE = "\u202f", "\u00a0"
SPACES = f"[ {NARROW}{WIDE}]*"

RULES = [
    (r"\.\.\.", "…"),
    (r"'", "’"),
    (rf"«{SPACES}", f"«{WIDE}"),
    (rf"{SPACES}»", f"{WIDE}»"),
    (rf"(?<=[^\s;!?(«…]){SPACES}([;!?])", rf"{NARROW}\1"),
    (rf"(?<=\S){SPACES}:(?=\s|$)", f"{WIDE}:"),
    (rf"(?<=\d)[ {WIDE}](?=\d{{3}}(?!\d))", NARROW),
    (rf"(?<=\d){SPACES}(?=[€%])", WIDE),
    (rf"(?<=\d)[ {NARROW}](?=h\b)", WIDE),
    (r"(?<=\bh) (?=\d)", WIDE),
    (r"(?<=\bn°) (?=\d)", WIDE),
    (r"(?<=\b[LRD]\.) (?=\d)", WIDE),
    (rf"(?<!n°{WIDE})\b(\d{{4}})-(\d{{4}})\b", "\\1\u2013\\2"),
]
COMPILED = [(re.compile(pattern), replacement) for pattern, replacement in RULES]

# What is not prose: code, addresses, the names of roles, options and labels.
NOT_PROSE = re.compile(
    r"(?P<role>\{[\w:-]+\}`)(?P<shown>[^`]*)(?P<end>`)"
    r"|`+[^`]*`+"
    r"|\]\([^)]*\)"
    r"|<https?://[^>]*>"
    r"|^\s*:::+(?:\{[\w:-]+\})?(?:\s+/\S+)?"
    r"|^\s*(?:- )?\(\S+\)=$"
    r"|^\s*:[\w-]+:"
    r"|!\[",
)
FENCE = re.compile(r"\s*(?P<marks>```+|~~~+)")


def typeset(line: str) -> str:
    """Return one line of Markdown with the spaces, apostrophes and dashes of the house."""
    hidden: list[str] = []

    def hide(text: str) -> str:
        hidden.append(text)
        return chr(0xE000 + len(hidden) - 1)  # a private character stands for what is not prose

    def mask(match: re.Match[str]) -> str:
        if match["role"]:
            return hide(match["role"]) + match["shown"] + hide(match["end"])
        return hide(match[0])

    line = NOT_PROSE.sub(mask, line)
    for pattern, replacement in COMPILED:
        line = pattern.sub(replacement, line)
    return re.sub("[\ue000-\uf8ff]", lambda match: hidden[ord(match[0]) - 0xE000], line)


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a Markdown text that may hold prose, with their numbers from 1.

    Left out: fenced code and comments.
    """
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        match = FENCE.match(line)
        if match and not fence:
            fence = match["marks"]
        elif match and match["marks"].startswith(fence):
            fence = ""
        elif not fence and not line.startswith("%"):
            yield number, line


def typeset_page(text: str) -> str:
    """Return a Markdown text with its prose typeset."""
    lines = text.splitlines()
    for number, line in prose_lines(text):
        lines[number - 1] = typeset(line)
    return "\n".join(lines) + "\n"


def typeset_figure(text: str) -> str:
    """Return an SVG text with the content of its text, title and desc elements typeset."""
    content = re.compile(r"(<(text|title|desc)\b[^>]*>)([^<&]*)(</\2>)")
    return content.sub(lambda match: match[1] + typeset(match[3]) + match[4], text)


def mend(path: Path) -> bool:
    """Typeset the Markdown or SVG file `path` in place; say whether anything changed."""
    text = path.read_text(encoding="utf-8")
    mended = typeset_page(text) if path.suffix == ".md" else typeset_figure(text)
    if mended == text:
        return False
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(mended, encoding="utf-8")
    fresh.replace(path)
    return True


def main() -> int:
    """Mend every French page and figure, and name those that changed."""
    for path in sorted([*DOCS.rglob("*.md"), *DOCS.glob("figures/*.svg")]):
        if mend(path):
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Check the French pages and figures: what translation would lose, typography, terms, sources.

Each fault is one line: file, line, what is wrong, and what to write instead.
"""

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.faults import Fault
from back_office_guide.core.pages import OPTION, Page, Piece, Terms, bare_term
from back_office_guide.core.paths import DOCS
from back_office_guide.french.typography import prose_lines, typeset

SVG = "{http://www.w3.org/2000/svg}"


def lost_in_translation(page: Page, labels: set[str]) -> Iterator[Fault]:
    """Yield the constructs whose translation today's tools lose in silence.

    `labels` are those that the guide defines, written `(label)=`.
    Upstream: myst-parser #690, #844, #852, #980; sphinx #10959, #11737.
    """
    for piece in page.pieces:
        message = _lost(piece, labels)
        if message:
            yield Fault(page.path, piece.line, message)
        if piece.directive == "glossary":
            for offset, line in enumerate(piece.token.content.splitlines(), start=1):
                if re.match(r"\S.*\s:\s", line) and not line.startswith(":"):
                    yield Fault(
                        page.path,
                        piece.line + offset,
                        "a colon in a term makes it two: write the term without it",
                    )


_LOST = {
    "table_open": "a table with bars loses its cells: write a {list-table} directive",
    "math_block": "a formula is lost: write a sentence",
    "math_block_label": "a formula is lost: write a sentence",
    "math_inline": "a formula is lost: write a sentence",
    "hardbreak": "a forced line break is lost: write two paragraphs or a list",
    "fence": "text in a code block is not translated: write a list; of code, name the language",
    "fence text": "text in a code block is not translated: write a list",
    "html_block": "raw HTML is refused: write a directive, or a comment as % text",
    "html_inline": "raw HTML is refused: write a directive or a role",
    "substitution_block": "a substitution is lost: write the text itself",
    "substitution_inline": "a substitution is lost: write the text itself",
    "reference_definition": "a link by reference is printed as it stands: write [text](target)",
    "image": "an image has no place for its description: write a {figure} directive",
    "span_open": "an attribute on a word is dropped: write the word alone",
}
_LOST_DIRECTIVES = {
    "eval-rst": "its content is lost: write MyST",
    "math": "a formula is lost: write a sentence",
    "table": "its cells are lost: write a {list-table} directive",
}


def _lost(piece: Piece, labels: set[str]) -> str | None:
    token = piece.token
    if "task-list-item" in str(token.attrGet("class") or ""):
        return "a check box is lost: write a plain list"
    if token.type == "myst_role" and token.meta["name"] in ("index", "math"):
        return f"the role {{{token.meta['name']}}} is never extracted: write the directive"
    if token.type == "link_open":
        target = str(token.attrGet("href"))
        if ".md#" in target or (target.startswith("#") and target[1:] not in labels):
            return (
                f"a link to {target} goes astray: write (label)= before the title it leads to, "
                "and [](#label) here"
            )
    name = piece.directive
    if name and token.type == "fence":
        return f"a directive between ``` is not checked: write :::{{{name}}}"
    if name in _LOST_DIRECTIVES:
        return f"{{{name}}}: {_LOST_DIRECTIVES[name]}"
    return _LOST.get(f"{token.type} {token.info}".strip())


def typography(page: Page) -> Iterator[Fault]:
    """Yield the lines whose typography is not that of the house, and long lines of sentences."""
    for number, line in prose_lines(page.text):
        right = typeset(line)
        if line != right:
            place = next(
                (i for i, (a, b) in enumerate(zip(line, right, strict=False)) if a != b), len(line)
            )
            shown = right[max(0, place - 12) : place + 12].strip()
            yield Fault(
                page.path, number, f"typography, near “{shown}”: `make typography` mends it"
            )
        if '"' in re.sub(r"`[^`]*`|\{[^}]*\}", "", line):
            yield Fault(page.path, number, 'straight quotation mark ("): write « … »')
        sentences = re.sub(r"^\s*(?:#+ )?(?:\d+\.|-)?\s", "", line)
        if not OPTION.match(line) and re.search(r"[.!?…]\s+[«\u00a0]*[A-ZÀÂÇÉÈÊÎÔ]", sentences):
            yield Fault(page.path, number, "two sentences on a line: write one a line")


def unlinked_terms(page: Page, terms: Terms) -> Iterator[Fault]:
    """Yield the terms whose first use in the page's text does not lead to the glossary.

    Titles, the text of links and the alternative texts of figures do not count as uses.
    """
    seen: set[str] = set()
    skipped = 0
    for piece in page.pieces:
        token = piece.token
        if token.type in ("heading_open", "link_open"):
            skipped += 1
        elif token.type in ("heading_close", "link_close"):
            skipped -= 1
        elif token.type == "myst_role" and token.meta["name"] == "term":
            match = re.fullmatch(r"(?:.*<)?([^<>]*)>?", token.content, re.DOTALL)
            assert match is not None  # noqa: S101, the pattern takes any text
            seen.add(match[1])
        elif token.type == "text" and not skipped:
            for term in terms.within(token.content):
                if term not in seen:
                    seen.add(term)
                    yield Fault(
                        page.path,
                        piece.line,
                        f"“{bare_term(term)}” is a term of the glossary and stands here for the "
                        f"first time: write {{term}}`{term}`",
                    )


_MONEY_OR_SHARE = re.compile(
    r"\d[\d,\s\u202f]*\s*(?:€|%|(?:milliers |millions |milliards )?d’euros)"
)


def unsourced_figures(page: Page) -> Iterator[Fault]:
    """Yield the paragraphs and tables with an amount or a share, and no link to a source."""
    for piece in page.pieces:
        token = piece.token
        if piece.directive == "list-table":
            text = token.info + token.content
        elif token.type == "inline" and "list-table" not in piece.directives:
            text = token.content
        else:
            continue
        if _MONEY_OR_SHARE.search(text) and "](#src-" not in text:
            yield Fault(
                page.path,
                piece.line,
                "an amount or a share without source: add a link to its entry, [text](#src-…)",
            )


def figure_directives(page: Page) -> Iterator[Fault]:
    """Yield the figures of a page that lack an alternative text or a caption."""
    for piece in page.pieces:
        if piece.directive != "figure":
            continue
        options, body = piece.options_and_body()
        if not options.get("alt", "").strip():
            yield Fault(page.path, piece.line, "no alternative text: write :alt: and what is shown")
        if not any(line.strip() and not OPTION.match(line) for line in body):
            yield Fault(page.path, piece.line, "no caption: write it below the options")


def drawing(path: Path) -> Iterator[Fault]:
    """Yield what the SVG file `path` lacks: title, description, text, typography, own names."""
    try:
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    except ET.ParseError as error:
        yield Fault(path, error.position[0], f"not well-formed: {error}")
        return
    for name in ("title", "desc", "text"):
        texts = ["".join(node.itertext()).strip() for node in svg.iter(f"{SVG}{name}")]
        if not texts or not all(texts):
            yield Fault(path, 1, f"no <{name}>, or an empty one: write it")
        for text in texts:
            if text != typeset(text):
                yield Fault(path, 1, f"typography, in “{text}”: `make typography` mends it")
    for identifier in (node.get("id", "") for node in svg.iter()):
        if identifier and not identifier.startswith(f"{path.stem}-"):
            right = f"{path.stem}-{identifier}"
            yield Fault(path, 1, f'id="{identifier}" may clash in a page: write id="{right}"')


def check(docs: Path) -> list[Fault]:
    """Return the faults of all pages and figures under `docs`, in the order of the files."""
    pages = [Page(path) for path in sorted(docs.rglob("*.md"))]
    labels = {
        label
        for page in pages
        for label in re.findall(r"^\s*(?:- )?\(([^)\s]+)\)=$", page.text, re.MULTILINE)
    }
    terms = Terms(pages)
    faults: list[Fault] = []
    for path in sorted(docs.glob("figures/*.svg")):
        faults += drawing(path)
        if not any(f"/figures/{path.name}" in page.text for page in pages):
            faults.append(Fault(path, 1, "no page shows this figure: show it or remove it"))
    for page in pages:
        faults += figure_directives(page)
        faults += lost_in_translation(page, labels)
        faults += typography(page)
        if page.path.parent.name != "annexes":  # the glossary and the sources themselves
            faults += unsourced_figures(page)
            faults += unlinked_terms(page, terms)
    return sorted(faults)


def main() -> int:
    """Print the faults. Return 1 if there are any."""
    faults = check(DOCS)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

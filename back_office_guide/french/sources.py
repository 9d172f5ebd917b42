"""Check the French pages and figures: what translation would lose, typography, terms, sources.

Each fault is one line: file, line, what is wrong, and what to write instead.
"""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from back_office_guide.core.faults import Fault
from back_office_guide.core.pages import (
    DIRECTIVES,
    OPTION,
    ROLES,
    Page,
    Piece,
    Terms,
    bare_term,
)
from back_office_guide.core.paths import DOCS, ROOT
from back_office_guide.french.typography import typeset, typeset_page

SVG = "{http://www.w3.org/2000/svg}"


# What to write in the place of a token, of a directive, of a role and of a text that the guide does
# not use. Upstream: myst-parser #690, #844, #852, #980; sphinx #10959, #11737.
TABLE, SENTENCE, TEXT = (
    "write a {list-table} directive",
    "write a sentence",
    "write the text itself",
)
TOKENS = {
    "amsmath": f"a formula is lost: {SENTENCE}",
    "code_block": "an indented text is code, and is not translated: remove the spaces before it",
    "fence": "text in a code block is not translated: write a list; of code, name the language",
    "fence text": "text in a code block is not translated: write a list",
    "front_matter": "metadata are for no reader of the book: remove them",
    "hardbreak": "a forced line break is lost: write two paragraphs or a list",
    "hr": "a line parts nothing in the book: write a title",
    "html_block": "raw HTML is refused: write a directive, or a comment as % text",
    "html_inline": "raw HTML is refused: write a directive or a role",
    "image": "an image has no place for its description: write a {figure} directive",
    "myst_block_break": "a block break has no effect: remove it",
    "reference_definition": "a link by reference is printed as it is: write [text](target)",
    "s_open": "text between ~~ is not struck out: write it without them",
    "span_open": "an attribute on a word is dropped: write the word alone",
    "substitution_block": f"a substitution is lost: {TEXT}",
    "substitution_inline": f"a substitution is lost: {TEXT}",
    "table_open": f"a table with bars loses its cells: {TABLE}",
}
PATTERNS = {
    r"\$\$|(?<![\w$])\$[A-Za-z\\({][^$]*(?<!\s)\$(?!\w)": f"a formula is lost: {SENTENCE}",
    r"\]\[": "a link by reference is printed as it is: write [text](target)",
    r"\^\[": "a note within the text is lost: write [^1], and [^1]: below, the note",
    r"\{[\w:-]+\}": "a role without its text: write {role}`text`, without a space",
    r"^\[!\w+\]": "an alert is a plain quotation: write a {note} directive",
    r"^:[\w-]+:(?!\S)": "a field is lost: write a word, and on the next line : and its definition",
    r"(?<=\s):[a-z]\w*:(?!\S)|[\U0001f000-\U0001faff]": "the book has no emoji: write a word",
}
INSTEAD_OF_DIRECTIVES = {
    TABLE: "csv-table table",
    "write a {figure} directive": "card figure-md graphviz grid image mermaid",
    "write a {note} directive": "attention deprecated error hint seealso sidebar topic todo "
    "versionadded versionchanged versionremoved",
    "write ```language": "code code-block literalinclude parsed-literal sourcecode",
    "write an {epigraph} directive": "highlights pull-quote",
    "write titles, of one # more than the one above": "centered dropdown rubric tab-item tab-set",
    "write a list": "hlist line-block",
    "write MyST": "eval-rst",
    "remove it, for the site shows the contents": "contents sectnum tableofcontents",
    SENTENCE: "math",
}
INSTEAD_OF_ROLES = {
    "write [](#label), or [text](#label)": "any doc numref ref",
    "write «\u00a0text\u00a0»": "button dfn guilabel menuselection",
    "write `text`": "code command envvar file literal option program samp",
    "write *text*": "emphasis title-reference",
    "write **text**": "strong",
    "write the words, and their abbreviation in brackets": "abbr",
    "write the {index} directive": "index",
    "write [text](https://…)": "cve cwe download pep rfc",
    SENTENCE: "eq math",
}


def _by_name(instead: dict[str, str]) -> dict[str, str]:
    return {name: advice for advice, names in instead.items() for name in names.split()}


_DIRECTIVES, _ROLES = _by_name(INSTEAD_OF_DIRECTIVES), _by_name(INSTEAD_OF_ROLES)
_PATTERNS = [(re.compile(pattern), advice) for pattern, advice in PATTERNS.items()]
SITE_ONLY = "contribuer"  # the folder of the pages that are on the site alone
_PICTURES = (".svg", ".png", ".jpg")
_BEGINNINGS = {".png": b"\x89PNG", ".jpg": b"\xff\xd8"}


def refused(page: Page, labels: dict[str, Page]) -> Iterator[Fault]:
    """Yield the constructs that the site, the book, the e-book or a translation would lose.

    `labels` are those that the guide defines, written `(label)=`, and their pages.
    """
    if not re.fullmatch(r"[a-z0-9-]+", page.path.stem):
        yield Fault(page.path, 1, "its name is in every address: rename it, of a-z, 0-9 and -")
    title = next((piece for piece in page.pieces if piece.token.type == "heading_open"), None)
    if title is None or title.token.tag != "h1":
        yield Fault(page.path, 1, "no title: begin with # and the title")
    for piece in page.pieces:
        if piece.token.type == "heading_open" and piece.token.tag == "h1" and piece != title:
            yield Fault(page.path, piece.line, "a second title with one #: write ## and the title")
        for message in (*_refused(piece), *_dead_links(piece, page, labels)):
            yield Fault(page.path, piece.line, message)
        if piece.directive == "glossary":
            for offset, line in enumerate(piece.token.content.splitlines(), start=1):
                if re.match(r"\S.*\s:\s", line) and not line.startswith(":"):
                    yield Fault(
                        page.path,
                        piece.line + offset,
                        "a colon in a term makes it two: write the term without it",
                    )


def _dead_links(piece: Piece, page: Page, labels: dict[str, Page]) -> Iterator[str]:
    target = str(piece.token.attrGet("href"))
    path, _, label = target.partition("#")
    if piece.token.type != "link_open" or re.match(r"(https?|mailto):", target):
        return
    if path or label not in labels:
        yield (
            f"a link to {target} leads nowhere: write (label)= before the title it leads to, "
            "and [](#label) here"
        )
    elif SITE_ONLY in labels[label].path.parts and SITE_ONLY not in page.path.parts:
        yield f"a link to {target}, which the book and the e-book leave out: {TEXT}"


def _refused(piece: Piece) -> Iterator[str]:
    token = piece.token
    if piece.directive:
        yield from _refused_directive(piece)
    elif advice := TOKENS.get(
        f"fence {token.info}".strip() if token.type == "fence" else token.type
    ):
        yield advice
    elif "task-list" in (classes := str(token.attrGet("class"))):
        if "item" in classes:
            yield "a check box is lost: write a plain list"
    elif {"id", "class"} & token.attrs.keys() and not token.type.startswith("myst"):
        yield "an attribute is dropped: remove the {…}"
    elif token.type == "text":
        yield from (advice for pattern, advice in _PATTERNS if pattern.search(token.content))
    elif token.type == "myst_role" and (name := token.meta["name"]) not in ROLES:
        advice = _ROLES.get(name, TEXT)
        yield f"the role {{{name}}} is none of {', '.join(sorted(ROLES))}: {advice}"


def _refused_directive(piece: Piece) -> Iterator[str]:
    name = piece.directive
    if name not in DIRECTIVES:
        yield f"{{{name}}} is lost in an output or in translation: {_DIRECTIVES.get(name, TEXT)}"
        return
    if piece.token.type == "fence":
        yield f"a directive between ``` is not checked: write :::{{{name}}}"
    options, body = piece.options_and_body()
    for option in options.keys() - set(DIRECTIVES[name].split()):
        yield f"{{{name}}}: the option {option} is lost in an output: remove it"
    if body and body[0].startswith("---"):
        yield f"{{{name}}}: options between --- are not checked: write :option: value"
    if name == "toctree":
        for entry in filter(None, map(str.strip, body)):
            if not re.fullmatch(r"[\w/-]+", entry):
                yield f"“{entry}” is shown nowhere in full: write the name of a page, without .md"
    if name == "figure" and not piece.argument.endswith(_PICTURES):
        yield f"“{piece.argument}” is no picture for all outputs: make it {' or '.join(_PICTURES)}"


STRAIGHT = 'straight quotation mark ("): write « … »'


def typography(page: Page) -> Iterator[Fault]:
    """Yield the lines whose typography is not that of the house, and long lines of sentences."""
    lines = zip(page.text.split("\n"), typeset_page(page.text).split("\n"), strict=True)
    for number, (line, right) in enumerate(lines, start=1):
        if line != right:
            place = next(
                i for i, pair in enumerate(zip(line, right, strict=False)) if len({*pair}) > 1
            )
            shown = right[max(0, place - 12) : place + 12].strip()
            what = f"typography, near “{shown}”: run `make typography`, which writes it"
            yield Fault(page.path, number, what)
    for piece in page.pieces:
        if piece.token.type == "text" and '"' in piece.token.content:
            yield Fault(page.path, piece.line, STRAIGHT)
        if piece.token.type == "inline":
            for number, line in enumerate(piece.token.content.split("\n"), start=piece.line):
                if re.search(r"[.!?…]\s+[«\u00a0]*[A-ZÀÂÇÉÈÊÎÔ]", line):
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
                        f"“{bare_term(term)}” is a term of the glossary, here for the "
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


def figure_directives(page: Page, docs: Path) -> Iterator[Fault]:
    """Yield the figures of a page without a file under `docs`, alternative text or caption."""
    for piece in page.pieces:
        if piece.directive != "figure":
            continue
        options, body = piece.options_and_body()
        start = docs if piece.argument.startswith("/") else page.path.parent
        file = start / piece.argument.lstrip("/")
        what = f"no file {piece.argument}: draw it, or name another"
        if not file.is_file():
            yield Fault(page.path, piece.line, what)
        elif not file.read_bytes().startswith(_BEGINNINGS.get(file.suffix, b"")):
            what = f"{piece.argument} holds no picture of that kind: export it as {file.suffix}"
            yield Fault(page.path, piece.line, what)
        alternative = options.get("alt", "").strip()
        if not alternative:
            yield Fault(page.path, piece.line, "no alternative text: write :alt: and what is shown")
        if '"' in alternative:
            yield Fault(page.path, piece.line, STRAIGHT)
        if not any(line.strip() and not OPTION.match(line) for line in body):
            yield Fault(page.path, piece.line, "no caption: write it below the options")


def _unmirrored(svg: ET.Element) -> Iterator[str]:
    """Yield what keeps a drawing from being mirrored for a language from right to left."""
    if not re.fullmatch(r"[\d.-]+(?: [\d.-]+){3}", svg.get("viewBox", "")):
        yield 'no viewBox of four numbers: write viewBox="0 0 400 300"'
    for node in svg.iter(f"{SVG}text"):
        if not re.fullmatch(r"-?[\d.]+", place := node.get("x", "0")):
            yield f'x="{place}" is not one number: write a <text> for each place'


def drawing(path: Path) -> Iterator[Fault]:
    """Yield what the SVG file `path` lacks: title, description, text, typography."""
    try:
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    except ET.ParseError as error:
        yield Fault(path, error.position[0], f"not well-formed: {error}")
        return
    for what in _unmirrored(svg):
        yield Fault(path, 1, what)
    for name in ("title", "desc", "text"):
        nodes = list(svg.iter(f"{SVG}{name}"))
        texts = ["".join(node.itertext()).strip() for node in nodes]
        if not texts or not all(texts):
            yield Fault(path, 1, f"no <{name}>, or an empty one: write it")
        for text in texts:
            if text != typeset(text):
                yield Fault(path, 1, f"typography, in “{text}”: run `make typography`")
        for inside in (child for node in nodes for child in node):
            what = (
                f"<{inside.tag.removeprefix(SVG)}> in a <{name}> is not translated: write a <text>"
            )
            yield Fault(path, 1, f"{what} for each piece")
    for node in svg.iter():
        if (name := node.tag.removeprefix(SVG)) in (
            "a",
            "foreignObject",
            "image",
            "script",
            "style",
        ):
            yield Fault(path, 1, f"<{name}> is lost in an output: draw with shapes and <text>")


def check(docs: Path) -> list[Fault]:
    """Return the faults of all pages and figures under `docs`, in the order of the files."""
    pages = [Page(path) for path in sorted(docs.rglob("*.md"))]
    labels = {
        label: page
        for page in pages
        for label in re.findall(r"^\s*(?:- )?\(([^)\s]+)\)=$", page.text, re.MULTILINE)
    }
    terms = Terms(pages)
    faults: list[Fault] = []
    for path in sorted(docs.rglob("*.svg")):
        if "_theme" in path.relative_to(docs).parts:
            continue
        faults += drawing(path)
        if not any(path.name in page.text for page in pages):
            faults.append(Fault(path, 1, "no page shows this figure: show it or remove it"))
    for page in pages:
        faults += figure_directives(page, docs)
        faults += refused(page, labels)
        faults += typography(page)
        if page.path.parent.name != "annexes":  # the glossary and the sources themselves
            faults += unsourced_figures(page)
            faults += unlinked_terms(page, terms)
    return sorted({*faults})


def style() -> list[Fault]:
    """Return what rumdl says of the layout of all Markdown files, where it can be installed."""
    command = Path(sys.executable).with_name("rumdl")
    if not command.is_file():
        return []
    words = [str(command), "check", "--output-format", "json", "."]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    advice = {True: f"`{command.relative_to(ROOT)} fmt` writes it", False: "change it"}
    return [
        Fault(ROOT / each["file"], each["line"], f"{each['message']}: {advice[each['fixable']]}")
        for each in json.loads(run.stdout)
    ]


def main() -> int:
    """Print the faults. Return 1 if there are any."""
    faults = sorted([*check(DOCS), *style()])
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

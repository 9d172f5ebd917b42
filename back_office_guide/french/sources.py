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

from back_office_guide.core.faults import Fault, tell
from back_office_guide.core.pages import DIRECTIVES, ROLE, ROLES, Page, Piece, Terms, bare_term
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
_DIRECTIVES, _ROLES = (
    {name: advice for advice, names in table.items() for name in names.split()}
    for table in (INSTEAD_OF_DIRECTIVES, INSTEAD_OF_ROLES)
)
SITE_ONLY = "contribuer"  # the folder of the pages that are on the site alone
PICTURES = (".svg", ".png", ".jpg")
_BEGINNINGS = {".png": b"\x89PNG", ".jpg": b"\xff\xd8"}
STRAIGHT = 'straight quotation mark ("): write « … »'
_MONEY_OR_SHARE = re.compile(
    r"\d[\d,\s\u202f]*\s*(?:€|%|(?:milliers |millions |milliards )?d’euros)"
)

Found = Iterator[tuple[int, str]]
"""The line of each fault of a page, and what is wrong."""


def refused(page: Page, labels: dict[str, Page]) -> Found:
    """Yield the constructs that the site, the book, the e-book or a translation would lose.

    `labels` are those that the guide defines, written `(label)=`, and their pages.
    """
    if not re.fullmatch(r"[a-z0-9-]+", page.path.stem):
        yield 1, "its name is in every address: rename it, of a-z, 0-9 and -"
    title = next((piece for piece in page.pieces if piece.token.type == "heading_open"), None)
    if title is None or title.token.tag != "h1":
        yield 1, "no title: begin with # and the title"
    for piece in page.pieces:
        if piece.token.type == "heading_open" and piece.token.tag == "h1" and piece != title:
            yield piece.line, "a second title with one #: write ## and the title"
        refusals = _refused_directive(piece) if piece.directive else _refused(piece)
        yield from ((piece.line, what) for what in refusals)
        if piece.token.type == "link_open":
            yield from ((piece.line, what) for what in _dead_link(piece, page, labels))
        if piece.directive == "glossary":
            for number, line in enumerate(piece.token.content.splitlines(), start=piece.line + 1):
                if re.match(r"[^:\s].*\s:\s", line):
                    yield number, "a colon in a term makes it two: write the term without it"


def _dead_link(piece: Piece, page: Page, labels: dict[str, Page]) -> Iterator[str]:
    target = str(piece.token.attrGet("href"))
    path, _, label = target.partition("#")
    if re.match(r"(https?|mailto):", target):
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
    kind = f"fence {token.info}".strip() if token.type == "fence" else token.type
    if kind in TOKENS:
        yield TOKENS[kind]
    elif "task-list" in (classes := str(token.attrGet("class"))):
        if "item" in classes:
            yield "a check box is lost: write a plain list"
    elif {"id", "class"} & token.attrs.keys() and not token.type.startswith("myst"):
        yield "an attribute is dropped: remove the {…}"
    elif token.type == "text":
        yield from (advice for form, advice in PATTERNS.items() if re.search(form, token.content))
    elif token.type == "myst_role" and (name := token.meta["name"]) not in ROLES:
        instead = _ROLES.get(name, TEXT)
        yield f"the role {{{name}}} is none of {', '.join(sorted(ROLES))}: {instead}"


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
    if name == "figure" and not piece.argument.endswith(PICTURES):
        yield f"“{piece.argument}” is no picture for all outputs: make it {' or '.join(PICTURES)}"


def typography(page: Page) -> Found:
    """Yield the lines whose typography is not that of the house, and long lines of sentences."""
    lines = zip(page.text.split("\n"), typeset_page(page.text).split("\n"), strict=True)
    for number, (line, right) in enumerate(lines, start=1):
        if line != right:
            place = next(
                i for i, (a, b) in enumerate(zip(line, f"{right}\n", strict=False)) if a != b
            )
            shown = right[max(0, place - 12) : place + 12].strip()
            yield number, f"typography, near “{shown}”: run `make typography`, which writes it"
    for piece in page.pieces:
        if piece.token.type == "text" and '"' in piece.token.content:
            yield piece.line, STRAIGHT
        if piece.token.type == "inline":
            for number, line in enumerate(piece.token.content.split("\n"), start=piece.line):
                if re.search(r"[.!?…]\s+[«\u00a0]*[A-ZÀÂÇÉÈÊÎÔ]", line):
                    yield number, "two sentences on a line: write one a line"


def unlinked_terms(page: Page, terms: Terms) -> Found:
    """Yield the terms whose first use in the page's text does not lead to the glossary.

    Titles, the text of links and the alternative texts of figures do not count as uses.
    """
    seen: set[str] = set()
    skipped = 0
    for piece in page.pieces:
        token = piece.token
        if token.type in ("heading_open", "heading_close", "link_open", "link_close"):
            skipped += token.nesting
        elif token.type == "myst_role" and token.meta["name"] == "term":
            role = ROLE.fullmatch(token.content)
            seen.add(role["target"] if role else token.content)
        elif token.type == "text" and not skipped:
            for term in terms.within(token.content):
                if term not in seen:
                    seen.add(term)
                    what = f"“{bare_term(term)}” is a term of the glossary, here for the first time"
                    yield piece.line, f"{what}: write {{term}}`{term}`"


def unsourced_figures(page: Page) -> Found:
    """Yield the paragraphs and tables with an amount or a share, and no link to a source."""
    for piece in page.pieces:
        text = piece.token.info + piece.token.content
        whole = piece.token.type == "inline" and "list-table" not in piece.directives
        amount = _MONEY_OR_SHARE.search(text) and "](#src-" not in text
        if amount and (whole or piece.directive == "list-table"):
            what = "an amount or a share without source: add a link to its entry, [text](#src-…)"
            yield piece.line, what


def figure_directives(page: Page, docs: Path) -> Found:
    """Yield the figures of a page without a file under `docs`, alternative text or caption."""
    for piece in page.pieces:
        if piece.directive != "figure":
            continue
        options, body = piece.options_and_body()
        start = docs if piece.argument.startswith("/") else page.path.parent
        file = start / piece.argument.lstrip("/")
        if not file.is_file():
            yield piece.line, f"no file {piece.argument}: draw it, or name another"
        elif not file.read_bytes().startswith(_BEGINNINGS.get(file.suffix, b"")):
            what = f"{piece.argument} holds no picture of that kind: export it as {file.suffix}"
            yield piece.line, what
        alternative = options.get("alt", "")
        if not alternative.strip():
            yield piece.line, "no alternative text: write :alt: and what is shown"
        if '"' in alternative:
            yield piece.line, STRAIGHT
        if not any(map(str.strip, body)):
            yield piece.line, "no caption: write it below the options"


def _unmirrored(svg: ET.Element) -> Iterator[str]:
    """Yield what keeps a drawing from being mirrored for a language from right to left."""
    if not re.fullmatch(r"[\d.-]+(?: [\d.-]+){3}", svg.get("viewBox", "")):
        yield 'no viewBox of four numbers: write viewBox="0 0 400 300"'
    for node in svg.iter(f"{SVG}text"):
        if not re.fullmatch(r"-?[\d.]+", place := node.get("x", "0")):
            yield f'x="{place}" is not one number: write a <text> for each place'


def drawing(path: Path, pages: list[Page]) -> Found:
    """Yield what the SVG file `path` lacks: title, description, text, typography, a page."""
    if not any(path.name in page.text for page in pages):
        yield 1, "no page shows this figure: show it or remove it"
    try:
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    except ET.ParseError as error:
        yield error.position[0], f"not well-formed: {error}"
        return
    yield from ((1, what) for what in _unmirrored(svg))
    for name in ("title", "desc", "text"):
        nodes = list(svg.iter(f"{SVG}{name}"))
        texts = ["".join(node.itertext()).strip() for node in nodes]
        if not texts or not all(texts):
            yield 1, f"no <{name}>, or an empty one: write it"
        for text in texts:
            if text != typeset(text):
                yield 1, f"typography, in “{text}”: run `make typography`"
        for inside in (child.tag.removeprefix(SVG) for node in nodes for child in node):
            what = f"<{inside}> in a <{name}> is not translated"
            yield 1, f"{what}: write a <text> for each piece"
    for name in ("a", "foreignObject", "image", "script", "style"):
        if svg.find(f".//{SVG}{name}") is not None:
            yield 1, f"<{name}> is lost in an output: draw with shapes and <text>"


def check(docs: Path) -> list[Fault]:
    """Return the faults of all pages and figures under `docs`, in the order of the files."""
    pages = [Page(path) for path in sorted(docs.rglob("*.md"))]
    labels = {
        label: page
        for page in pages
        for label in re.findall(r"^\s*(?:- )?\(([^)\s]+)\)=$", page.text, re.MULTILINE)
    }
    terms = Terms(pages)
    found = [
        (path, drawing(path, pages))
        for path in docs.rglob("*.svg")
        if "_theme" not in path.relative_to(docs).parts
    ]
    for page in pages:
        checks = [figure_directives(page, docs), refused(page, labels), typography(page)]
        if page.path.parent.name != "annexes":  # the glossary and the sources themselves
            checks += [unsourced_figures(page), unlinked_terms(page, terms)]
        found += [(page.path, each) for each in checks]
    return sorted({Fault(path, line, what) for path, each in found for line, what in each})


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
    return tell(sorted([*check(DOCS), *style()]))


if __name__ == "__main__":
    sys.exit(main())

"""Check French pages and figures: what outputs or translations lose, typography, terms, sources.

The advice of each fault says what to write instead.
"""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from rapidfuzz.distance import Prefix

from back_office_guide.core.faults import Fault, exit_code, print_faults
from back_office_guide.core.pages import DIRECTIVES, ROLE, ROLES, Page, PageToken, Terms, bare_term
from back_office_guide.core.paths import DOCS, ROOT
from back_office_guide.french.typography import figures_in, fix_page, fix_text

SVG = "{http://www.w3.org/2000/svg}"

# The constructs that are refused, and what to write instead: types of tokens, patterns of text,
# directives and roles. Upstream: myst-parser #690, #844, #852, #980; sphinx #10959, #11737.
WRITE_TABLE = "write a {list-table} directive"
WRITE_SENTENCE = "write a sentence"
WRITE_TEXT = "write the text itself"
REFUSED_TOKENS = {
    "amsmath": f"a formula is lost: {WRITE_SENTENCE}",
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
    "substitution_block": f"a substitution is lost: {WRITE_TEXT}",
    "substitution_inline": f"a substitution is lost: {WRITE_TEXT}",
    "table_open": f"a table with bars loses its cells: {WRITE_TABLE}",
}
REFUSED_TEXTS = {
    r"\$\$|(?<![\w$])\$[A-Za-z\\({][^$]*(?<!\s)\$(?!\w)": f"a formula is lost: {WRITE_SENTENCE}",
    r"\]\[": "a link by reference is printed as it is: write [text](target)",
    r"\^\[": "a note within the text is lost: write [^1], and [^1]: below, the note",
    r"\{[\w:-]+\}": "a role without its text: write {role}`text`, without a space",
    r"^\[!\w+\]": "an alert is a plain quotation: write a {note} directive",
    r"^:[\w-]+:(?!\S)": "a field is lost: write a word, and on the next line : and its definition",
    r"(?<=\s):[a-z]\w*:(?!\S)|[\U0001f000-\U0001faff]": "the book has no emoji: write a word",
}
INSTEAD_OF_DIRECTIVES = {
    WRITE_TABLE: "csv-table table",
    "write a {figure} directive": "card figure-md graphviz grid image mermaid",
    "write a {note} directive": "attention deprecated error hint seealso sidebar topic todo "
    "versionadded versionchanged versionremoved",
    "write ```language": "code code-block literalinclude parsed-literal sourcecode",
    "write an {epigraph} directive": "highlights pull-quote",
    "write titles, of one # more than the one above": "centered dropdown rubric tab-item tab-set",
    "write a list": "hlist line-block",
    "write MyST": "eval-rst",
    "remove it, for the site shows the contents": "contents sectnum tableofcontents",
    WRITE_SENTENCE: "math",
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
    WRITE_SENTENCE: "eq math",
}
_DIRECTIVE_ADVICE, _ROLE_ADVICE = (
    {name: advice for advice, names in table.items() for name in names.split()}
    for table in (INSTEAD_OF_DIRECTIVES, INSTEAD_OF_ROLES)
)
SITE_ONLY_FOLDER = "contribuer"  # the folder of pages that the books leave out
PICTURES = (".svg", ".png", ".jpg")
_FILE_SIGNATURES = {".png": b"\x89PNG", ".jpg": b"\xff\xd8"}
STRAIGHT_QUOTE = 'straight quotation mark ("): write « … »'
_AMOUNT_OR_SHARE = re.compile(
    r"\d[\d,\s\u202f]*\s*(?:€|%|(?:milliers |millions |milliards )?d’euros)"
)

LineFaults = Iterator[tuple[int, str]]
"""The line of each fault of a file, and what is wrong."""


def refused_constructs(page: Page, labels: dict[str, Page]) -> LineFaults:
    """Yield the constructs that the site, the book, the e-book or a translation would lose.

    `labels` are all those of the guide, written `(label)=`, with their pages.
    """
    if not re.fullmatch(r"[a-z0-9-]+", page.path.stem):
        yield 1, "its name is in every address: rename it, of a-z, 0-9 and -"
    title = next((found for found in page.tokens if found.token.type == "heading_open"), None)
    if title is None or title.token.tag != "h1":
        yield 1, "no title: begin with # and the title"
    for found in page.tokens:
        if found.token.type == "heading_open" and found.token.tag == "h1" and found != title:
            yield found.line, "a second title with one #: write ## and the title"
        refused = _refused_directive(found) if found.directive else _refused_token(found)
        yield from ((found.line, what) for what in refused)
        if found.token.type == "link_open":
            yield from ((found.line, what) for what in _dead_link(found, page, labels))
        if found.directive == "glossary":
            for number, line in enumerate(found.token.content.splitlines(), start=found.line + 1):
                if re.match(r"[^:\s].*\s:\s", line):
                    yield number, "a colon in a term makes it two: write the term without it"


def _dead_link(found: PageToken, page: Page, labels: dict[str, Page]) -> Iterator[str]:
    target = str(found.token.attrGet("href"))
    path, _, label = target.partition("#")
    if re.match(r"(https?|mailto):", target):
        return
    if path or label not in labels:
        yield (
            f"a link to {target} leads nowhere: write (label)= before the title it leads to, "
            "and [](#label) here"
        )
    elif labels[label].path.parent.name == SITE_ONLY_FOLDER != page.path.parent.name:
        yield f"a link to {target}, which the book and the e-book leave out: {WRITE_TEXT}"


def _refused_token(found: PageToken) -> Iterator[str]:
    token = found.token
    kind = f"fence {token.info}".strip() if token.type == "fence" else token.type
    if kind in REFUSED_TOKENS:
        yield REFUSED_TOKENS[kind]
    elif "task-list" in (classes := str(token.attrGet("class"))):
        if "item" in classes:
            yield "a check box is lost: write a plain list"
    elif {"id", "class"} & token.attrs.keys() and not token.type.startswith("myst"):
        yield "an attribute is dropped: remove the {…}"
    elif token.type == "text":
        matches = (form for form in REFUSED_TEXTS if re.search(form, token.content))
        yield from map(REFUSED_TEXTS.get, matches)
    elif token.type == "myst_role" and (name := token.meta["name"]) not in ROLES:
        instead = _ROLE_ADVICE.get(name, WRITE_TEXT)
        yield f"the role {{{name}}} is none of {', '.join(sorted(ROLES))}: {instead}"


def _refused_directive(found: PageToken) -> Iterator[str]:
    name = found.directive
    if name not in DIRECTIVES:
        instead = _DIRECTIVE_ADVICE.get(name, WRITE_TEXT)
        yield f"{{{name}}} is lost in an output or in translation: {instead}"
        return
    if found.token.type == "fence":
        yield f"a directive between ``` is not checked: write :::{{{name}}}"
    options, body = found.options_and_body()
    for option in options.keys() - set(DIRECTIVES[name].split()):
        yield f"{{{name}}}: the option {option} is lost in an output: remove it"
    if body and body[0].startswith("---"):
        yield f"{{{name}}}: options between --- are not checked: write :option: value"
    if name == "toctree":
        for entry in filter(None, map(str.strip, body)):
            if not re.fullmatch(r"[\w/-]+", entry):
                yield f"“{entry}” is shown nowhere in full: write the name of a page, without .md"
    if name == "figure" and not found.argument.endswith(PICTURES):
        yield f"“{found.argument}” is no picture for all outputs: make it {' or '.join(PICTURES)}"


def wrong_typography(page: Page) -> LineFaults:
    """Yield the lines that `make typography` would change, straight quotes, lines of sentences."""
    lines = zip(page.text.split("\n"), fix_page(page.text).split("\n"), strict=True)
    for number, (line, right) in enumerate(lines, start=1):
        if line != right:
            place = Prefix.similarity(line, right)
            excerpt = right[max(0, place - 12) : place + 12].strip()
            yield number, f"typography, near “{excerpt}”: run `make typography`, which writes it"
    for found in page.tokens:
        if found.token.type == "text" and '"' in found.token.content:
            yield found.line, STRAIGHT_QUOTE
        if found.token.type == "inline":
            for number, line in enumerate(found.token.content.split("\n"), start=found.line):
                if re.search(r"[.!?…]\s+[«\u00a0]*[A-ZÀÂÇÉÈÊÎÔ]", line):
                    yield number, "two sentences on a line: write one a line"


def unlinked_terms(page: Page, terms: Terms) -> LineFaults:
    """Yield the terms that are no link to the glossary where a page uses them first.

    Titles, the text of links and the alternative texts of figures do not count as uses.
    """
    seen: set[str] = set()
    skipped = 0
    for found in page.tokens:
        token = found.token
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
                    yield found.line, f"{what}: write {{term}}`{term}`"


def unsourced_amounts(page: Page) -> LineFaults:
    """Yield the paragraphs and tables with an amount or a share, and no link to a source."""
    for found in page.tokens:
        text = found.token.info + found.token.content
        whole = found.token.type == "inline" and "list-table" not in found.directives
        amount = _AMOUNT_OR_SHARE.search(text) and "](#src-" not in text
        if amount and (whole or found.directive == "list-table"):
            what = "an amount or a share without source: add a link to its entry, [text](#src-…)"
            yield found.line, what


def wrong_figures(page: Page, docs: Path) -> LineFaults:
    """Yield the figures of a page without a file under `docs`, alternative text or caption."""
    for found in page.tokens:
        if found.directive != "figure":
            continue
        options, body = found.options_and_body()
        start = docs if found.argument.startswith("/") else page.path.parent
        file = start / found.argument.lstrip("/")
        if not file.is_file():
            yield found.line, f"no file {found.argument}: draw it, or name another"
        elif not file.read_bytes().startswith(_FILE_SIGNATURES.get(file.suffix, b"")):
            what = f"{found.argument} holds no picture of that kind: export it as {file.suffix}"
            yield found.line, what
        alternative = options.get("alt", "")
        if not alternative.strip():
            yield found.line, "no alternative text: write :alt: and what is shown"
        if '"' in alternative:
            yield found.line, STRAIGHT_QUOTE
        if not any(map(str.strip, body)):
            yield found.line, "no caption: write it below the options"


def _unmirrorable(svg: ET.Element) -> Iterator[str]:
    """Yield why a drawing cannot be mirrored for a language that is written from right to left."""
    if not re.fullmatch(r"[\d.-]+(?: [\d.-]+){3}", svg.get("viewBox", "")):
        yield 'no viewBox of four numbers: write viewBox="0 0 400 300"'
    for node in svg.iter(f"{SVG}text"):
        if not re.fullmatch(r"-?[\d.]+", place := node.get("x", "0")):
            yield f'x="{place}" is not one number: write a <text> for each place'


def wrong_drawing(path: Path, pages: list[Page]) -> LineFaults:
    """Yield what the SVG file `path` lacks: title, description, text, typography, a page."""
    if not any(path.name in page.text for page in pages):
        yield 1, "no page shows this figure: show it or remove it"
    try:
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    except ET.ParseError as error:
        yield error.position[0], f"not well-formed: {error}"
        return
    yield from ((1, what) for what in _unmirrorable(svg))
    for name in ("title", "desc", "text"):
        nodes = list(svg.iter(f"{SVG}{name}"))
        texts = ["".join(node.itertext()).strip() for node in nodes]
        if not texts or not all(texts):
            yield 1, f"no <{name}>, or an empty one: write it"
        for text in texts:
            if text != fix_text(text):
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
        found.token.content: page
        for page in pages
        for found in page.tokens
        if found.token.type == "myst_target"
    }
    terms = Terms(pages)
    found = [(path, wrong_drawing(path, pages)) for path in figures_in(docs)]
    for page in pages:
        checks = [refused_constructs(page, labels), wrong_typography(page)]
        checks.append(wrong_figures(page, docs))
        if page.path.parent.name != "annexes":  # the glossary and the sources themselves
            checks += [unsourced_amounts(page), unlinked_terms(page, terms)]
        found += [(page.path, each) for each in checks]
    return sorted({Fault(path, line, what) for path, each in found for line, what in each})


def check_layout() -> list[Fault]:
    """Return what rumdl finds in the layout of all Markdown files, if it is installed."""
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
    return print_faults(sorted([*check(DOCS), *check_layout()]))


if __name__ == "__main__":
    sys.exit(exit_code(main))

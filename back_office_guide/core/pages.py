"""Parse Markdown as the build does, into tokens that know their line and their directives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from back_office_guide.core.faults import read_text

# The dialect of the pages, which conf.py gives to the build.
DIALECT = ("colon_fence", "deflist")
# Extensions that the pages must not use: parsed, so that their tokens can be refused. Others are
# refused as text: two prices would be a formula between $; fields and alerts would hide blocks.
REFUSED = (
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "strikethrough",
    "substitution",
    "tasklist",
)
# The directives that pages may use, and their options.
DIRECTIVES = {
    **dict.fromkeys(("admonition", "caution", "danger", "important", "note", "tip", "warning"), ""),
    "container": "",
    "epigraph": "",
    "figure": "alt",
    "glossary": "sorted",
    "index": "",
    "list-table": "header-rows stub-columns widths",
    "toctree": "caption hidden",
}
_NOT_PROSE = {"index", "toctree"}
NO_TITLE = {"container", "figure"}  # their argument is a class, or a file
# The roles that pages may use: those of plain text, and that of terms, which has a target.
TEXT_ROLES = {"kbd", "sub", "sup"}
ROLES = {"term", *TEXT_ROLES}
ROLE = re.compile(r"(?P<text>.*?)\s*<(?P<target>[^<>]*)>", re.DOTALL)

_DIRECTIVE = re.compile(r"\{([\w:-]+)\}\s*(.*?)\s*", re.DOTALL)
_OPTION = re.compile(r"\s*:(?P<name>[\w-]+):\s*(?P<value>.*)")


@cache
def markdown_parser() -> MarkdownIt:
    """Return the parser of pages and messages, whose tokens are those of the build."""
    config = MdParserConfig(enable_extensions={*DIALECT, *REFUSED})
    parser: MarkdownIt = create_md_parser(config, RendererHTML)
    parser.options["store_labels"] = True
    return parser.disable("wordcount")


@dataclass(frozen=True)
class PageToken:
    """A Markdown token, the line it starts at (from 1), and the directives around it.

    A directive also has its name, and the argument that follows it.
    """

    token: Token
    line: int
    directives: tuple[str, ...]
    directive: str = ""
    argument: str = ""

    @property
    def is_prose(self) -> bool:
        """Whether this is a directive whose content is Markdown."""
        return self.directive in DIRECTIVES.keys() - _NOT_PROSE

    def options_and_body(self) -> tuple[dict[str, str], list[str]]:
        """Return the options of a directive by name, and the lines that follow them."""
        body, options = self.token.content.splitlines(), {}
        while body and (match := _OPTION.match(body[0])):
            options[match["name"]] = match["value"]
            del body[0]
        return options, body


def page_tokens(text: str, line: int = 1, directives: tuple[str, ...] = ()) -> Iterator[PageToken]:
    """Yield the tokens of Markdown that begins at `line`, within `directives`, and all in them."""
    environment: dict[str, dict[str, dict[str, list[int]]]] = {}
    for token in markdown_parser().parse(text, environment):
        here = line + (token.map[0] if token.map else 0)
        fenced = token.type in ("colon_fence", "fence")
        match = _DIRECTIVE.fullmatch(token.info.strip()) if fenced else None
        found = PageToken(token, here, directives, *(match.groups() if match else ()))
        yield found
        for child in token.children or ():
            yield PageToken(child, here, directives)
            here += child.type in ("softbreak", "hardbreak")
        if found.is_prose:
            yield from _tokens_inside(found)
    for label, definition in environment.get("references", {}).items():
        token = Token("reference_definition", "", 0, content=f"{label} {definition}")
        yield PageToken(token, line + definition["map"][0], directives)


def _tokens_inside(found: PageToken) -> Iterator[PageToken]:
    around = (*found.directives, found.directive)
    if found.argument and found.directive not in NO_TITLE:
        yield from page_tokens(found.argument, found.line, around)
    options, body = found.options_and_body()
    if found.directive == "glossary":  # its indented definitions are paragraphs, not code
        body = [text.strip() for text in body]
    yield from page_tokens("\n".join(body), found.line + 1 + len(options), around)


class Page:
    """A French page: its text, and its tokens, those inside directives included."""

    def __init__(self, path: Path) -> None:
        """Read and parse the Markdown file `path`."""
        self.path = path
        self.text = read_text(path)
        self.tokens = list(page_tokens(self.text))


class Terms:
    """The terms of the glossary, as they occur in running text."""

    def __init__(self, pages: list[Page]) -> None:
        """Read the terms from the glossary directives of `pages`."""
        bodies = (
            found.options_and_body()[1]
            for page in pages
            for found in page.tokens
            if found.directive == "glossary"
        )
        names = {line for body in bodies for line in body if re.match(r"\S", line)}
        # A longer term hides the shorter ones in it; each word may end with the s of the plural.
        self.names = sorted(names, key=len, reverse=True)
        patterns = (
            "".join(rf"{re.escape(word)}s?" if word.isalpha() else re.escape(word)
                    for word in re.split(r"(\W+)", bare_term(name)))
            for name in self.names
        )  # fmt: skip
        alternatives = "|".join(rf"(?<![\w-])({p})(?![\w-])" for p in patterns)
        self._regex = re.compile(alternatives or "(?!)", re.IGNORECASE)

    def within(self, text: str) -> Iterator[str]:
        """Yield the terms that `text` holds, in order."""
        for match in self._regex.finditer(text):
            yield self.names[(match.lastindex or 0) - 1]  # each alternative is a group


def bare_term(term: str) -> str:
    """Return a term without what it holds in brackets."""
    return re.sub(r"\s*\(.*\)", "", term)

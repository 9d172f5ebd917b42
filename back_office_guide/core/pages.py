"""Read the French pages into Markdown tokens with their lines, directives included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser


@dataclass(frozen=True)
class Piece:
    """A Markdown token, the line it starts at (from 1), and the directives around it."""

    token: Token
    line: int
    directives: tuple[str, ...]

    @property
    def directive(self) -> str:
        """The name of the directive that the token is, or ""."""
        match = DIRECTIVE.match(self.token.info)
        return match["name"] if match and self.token.type in ("colon_fence", "fence") else ""

    def options_and_body(self) -> tuple[dict[str, str], list[str]]:
        """Return the options of a directive by their names, and the lines that follow them."""
        body, options = self.token.content.splitlines(), {}
        while body and (match := OPTION.match(body[0])):
            options[match["name"]] = match["value"]
            del body[0]
        return options, body


# More syntax than the guide uses, so that what it must not use is recognised.
_CONFIG = MdParserConfig(
    enable_extensions={
        "attrs_inline",
        "colon_fence",
        "deflist",
        "dollarmath",
        "substitution",
        "tasklist",
    }
)
_PROSE_DIRECTIVES = {"admonition", "figure", "glossary", "list-table", "note", "tip", "warning"}
DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}")
OPTION = re.compile(r"\s*:(?P<name>[\w-]+):\s*(?P<value>.*)")


class Page:
    """A French page: its text, and its tokens, those inside directives included."""

    def __init__(self, path: Path) -> None:
        """Read and parse the Markdown file `path`."""
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.pieces: list[Piece] = []
        self._parse(self.text, 1, ())

    def _parse(self, text: str, first_line: int, directives: tuple[str, ...]) -> None:
        parser: MarkdownIt = create_md_parser(_CONFIG, RendererHTML)
        parser.options["store_labels"] = True
        environment: dict[str, dict[str, dict[str, list[int]]]] = {}
        for token in parser.parse(text, environment):
            line = first_line + (token.map[0] if token.map else 0)
            piece = Piece(token, line, directives)
            self.pieces.append(piece)
            for child in token.children or ():
                self.pieces.append(Piece(child, line, directives))
                line += child.type in ("softbreak", "hardbreak")
            if piece.directive in _PROSE_DIRECTIVES:
                self._directive(piece)
        for definition in environment.get("references", {}).values():
            line = first_line + definition["map"][0]
            self.pieces.append(Piece(Token("reference_definition", "", 0), line, directives))

    def _directive(self, piece: Piece) -> None:
        inside = (*piece.directives, piece.directive)
        title = piece.token.info.partition("}")[2].strip()
        if title and piece.directive != "figure":  # whose argument is a file
            self._parse(title, piece.line, inside)
        options, body = piece.options_and_body()
        if piece.directive == "glossary":  # its indented definitions are paragraphs, not code
            body = [text.strip() for text in body]
        self._parse("\n".join(body), piece.line + 1 + len(options), inside)


class Terms:
    """The terms of the glossary, as they occur in running text."""

    def __init__(self, pages: list[Page]) -> None:
        """Read the terms from the glossary directives of `pages`."""
        bodies = (
            piece.options_and_body()[1]
            for page in pages
            for piece in page.pieces
            if piece.directive == "glossary"
        )
        names = {line for body in bodies for line in body if re.match(r"\S", line)}
        # A longer term hides the shorter ones in it; each word may take the mark of the plural.
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
            assert match.lastindex is not None  # noqa: S101, each alternative is a group
            yield self.names[match.lastindex - 1]


def bare_term(term: str) -> str:
    """Return a term without what it holds in brackets."""
    return re.sub(r"\s*\(.*\)", "", term)

"""Extract everything a reader sees into message templates, one a page: `make gettext`.

Sphinx's builder finds the text of the pages. This one adds what it leaves out (the texts inside
the figures, the title of the guide, the words of the theme), says where each message is, and
writes no date: the same messages are the same bytes.
"""

import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import polib
from docutils import nodes
from sphinx import package_dir
from sphinx.application import Sphinx
from sphinx.builders.gettext import Catalog, MessageCatalogBuilder, MsgOrigin
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.extensions.figures import texts

logger = logging.getLogger(__name__)

# The settings of conf.py that readers see, in a catalog of their own.
SETTINGS = ("project", "author", "copyright")
SETTINGS_CATALOG = "conf"
# The words of the theme are in the catalog where Sphinx looks for its own.
INTERFACE_CATALOG = "sphinx"


class MessageBuilder(MessageCatalogBuilder):
    """Sphinx's builder of message templates, made complete and stable."""

    def _extract_from_template(self) -> None:
        """Take the words of our templates that Sphinx does not know, and the settings."""
        known = {entry.msgid for entry in polib.pofile(str(package_dir / "locale/sphinx.pot"))}
        for folder in self.config.html_theme_path:
            for template in sorted(Path(self.confdir, folder).glob("*/*.*")):
                source = template.read_text(encoding="utf-8")
                for line, _, message in self.templates.environment.extract_translations(source):
                    if isinstance(message, str) and message not in known:
                        origin = MsgOrigin(str(template), line)
                        self.catalogs[INTERFACE_CATALOG].add(message, origin)
        for name in SETTINGS:
            origin = MsgOrigin(str(Path(self.confdir, "conf.py")), 0)
            self.catalogs[SETTINGS_CATALOG].add(self.config[name], origin)

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Take the messages of a page, and those of the figures that it shows."""
        super().write_doc(docname, doctree)
        for image in doctree.findall(nodes.image):
            path = Path(self.srcdir, image["uri"])
            if path.suffix == ".svg" and path.is_file():  # else Sphinx says so
                try:
                    found = texts(path)
                except ET.ParseError as error:
                    logger.warning("%s: not a readable SVG: %s", path.name, error, location=image)
                    continue
                for text in found:
                    self.catalogs[docname].add(text, MsgOrigin(str(path), 0))

    def finish(self) -> None:
        """Write the templates."""
        sources: dict[str, Lines] = {}
        for domain, catalog in self.catalogs.items():
            template = polib.POFile(wrapwidth=0)
            template.header = "The messages of the guide. Made by `make gettext`: do not edit."
            template.metadata = {
                "Project-Id-Version": self.config.project,
                "MIME-Version": "1.0",
                "Content-Type": "text/plain; charset=UTF-8",
                "Content-Transfer-Encoding": "8bit",
            }
            for message, occurrences in self._in_reading_order(domain, catalog, sources):
                template.append(polib.POEntry(msgid=message, occurrences=occurrences))
            path = Path(self.outdir, f"{domain}.pot")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(template), encoding="utf-8")

    def _in_reading_order(
        self, domain: str, catalog: Catalog, sources: "dict[str, Lines]"
    ) -> list[tuple[str, list[tuple[str, int]]]]:
        """Return each message and its places, the page before its figures."""
        found = []
        for message in catalog:
            places = set()
            for source, line in message.locations:
                if Path(source).is_file():
                    lines = sources.setdefault(source, Lines(Path(source)))
                    name = Path(os.path.relpath(source, self.srcdir.parent)).as_posix()
                    places.add((name, lines.line_of(message.text, line)))
                else:
                    places.add((source, line))
            found.append((message.text, sorted(places)))
        page = f"{domain}.md"
        return sorted(found, key=lambda item: (not item[1][0][0].endswith(page), item[1]))


class Lines:
    """A source file, in which messages are looked for.

    Nodes carry no line, or a wrong one, where a directive was parsed apart: glossaries (Sphinx
    9.2, MyST-Parser 5.2), table cells, alternative texts.
    """

    # What is before the text on its first line: marks of headings, lists, options, elements.
    BEFORE = re.compile(r"(?:[#>*:+-]+|\d+\.|:[\w-]+:|:::+\{[\w-]+\}|<[^>]*>|\w+ = \"|\s)*\Z")

    def __init__(self, path: Path) -> None:
        """Read the file `path`."""
        self._text = ""
        self._starts: list[int] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            self._starts.append(len(self._text))
            self._text += f"{' '.join(line.split())} "

    def line_of(self, message: str, near: int) -> int:
        """Return the number, from 1, of the line where `message` begins, or `near` if unknown.

        Of several places, that one wins where the message fills its lines, then the nearest.
        """
        wanted = " ".join(message.split())
        best: tuple[bool, int, int] | None = None
        for match in re.finditer(re.escape(wanted), self._text):
            line = self._line_at(match.start())
            before = self._text[self._starts[line - 1] : match.start()]
            fills = bool(self.BEFORE.match(before)) and self._fills_to_end(match.end())
            rank = (not fills, abs(line - near), line)
            best = min(best, rank) if best else rank
        return best[2] if best else near

    def _line_at(self, offset: int) -> int:
        return sum(start <= offset for start in self._starts)

    def _fills_to_end(self, offset: int) -> bool:
        return offset + 1 in self._starts or offset + 1 >= len(self._text)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the builder in the place of Sphinx's."""
    app.add_builder(MessageBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

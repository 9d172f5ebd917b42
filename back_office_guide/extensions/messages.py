"""Extract everything a reader sees into message templates, one a page: `make gettext`.

Sphinx's builder finds the text of the pages. This one adds what it leaves out (the texts inside
the figures, the title of the guide, the words of the theme), says where each message is, and
writes no date: the same messages are the same bytes.
"""

import os
import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import polib
from docutils import nodes
from sphinx import package_dir
from sphinx.application import Sphinx
from sphinx.builders.gettext import Message, MessageCatalogBuilder, MsgOrigin
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.catalog import INTERFACE_DOMAIN, SETTINGS_DOMAIN
from back_office_guide.extensions.figures import texts

logger = logging.getLogger(__name__)

# What is before a message on its first line: marks of headings, lists, options, elements.
BEFORE = r"(?:[#>*:+-]+|\d+\.|:[\w-]+:|:::+\{[\w-]+\}|<[^>]*>|\w+ = \"|[ \t]+)*"


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
                        self.catalogs[INTERFACE_DOMAIN].add(message, origin)
        for name in ("project", "author", "copyright"):
            origin = MsgOrigin(str(Path(self.confdir, "conf.py")), 0)
            self.catalogs[SETTINGS_DOMAIN].add(self.config[name], origin)

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
        """Write the templates, each in the order of reading, the page before its figures."""
        self.config.templates_path = [str(Path(__file__).parent)]  # of message.pot.jinja
        for domain, catalog in self.catalogs.items():
            messages = [Message(each.text, self._places(each), []) for each in catalog]
            page = f"{domain}.md"
            messages.sort(
                key=lambda each: (not each.locations[0][0].endswith(page), each.locations)
            )
            self.catalogs[domain] = messages  # type: ignore[assignment]
        super().finish()

    def _places(self, message: Message) -> list[tuple[str, int]]:
        """Return the files and lines where a message is."""
        places = {
            (
                Path(os.path.relpath(source, self.srcdir.parent)).as_posix(),
                line_of(message.text, text_of(Path(source)), line),
            )
            if Path(source).is_file()
            else (source, line)
            for source, line in message.locations
        }
        return sorted(places)


@lru_cache(maxsize=4)
def text_of(path: Path) -> str:
    """Return what a source file holds."""
    return path.read_text(encoding="utf-8")


def line_of(message: str, text: str, near: int) -> int:
    """Return the number, from 1, of the line where a message begins, or `near` if unknown.

    Nodes carry no line, or a wrong one, where a directive was parsed apart: glossaries (Sphinx
    9.2, MyST-Parser 5.2), table cells, alternative texts. Of several places, those win where the
    message fills its lines, then the nearest.
    """
    words = r"\s+".join(map(re.escape, message.split()))
    for pattern in (rf"^{BEFORE}({words})\s*$", f"({words})"):
        starts = [match.start(1) for match in re.finditer(pattern, text, re.MULTILINE)]
        lines = [text.count("\n", 0, start) + 1 for start in starts]
        if lines:
            return min(lines, key=lambda line: abs(line - near))
    return near


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the builder in the place of Sphinx's."""
    app.add_builder(MessageBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

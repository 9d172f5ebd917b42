"""Extract everything a reader sees into message templates, one a page: `make gettext`.

Sphinx's builder extracts the text of the pages. This one adds the text of the figures, the title of
the guide and the words of the theme, corrects the lines, and writes no date: the same messages are
the same bytes.
"""

import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import polib
from docutils import nodes
from sphinx import package_dir
from sphinx.application import Sphinx
from sphinx.builders.gettext import Message, MessageCatalogBuilder, MsgOrigin
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.catalog import INTERFACE_DOMAIN, SETTINGS_DOMAIN
from back_office_guide.extensions.figures import texts_in
from back_office_guide.extensions.languages import catalog_path
from back_office_guide.extensions.translations import TRANSLATED_SETTINGS, read_translations

logger = logging.getLogger(__name__)

# The markup before a message on its first line: of headings, lists, options, elements.
MARKUP = r"(?:[#>*:+-]+|\d+\.|:[\w-]+:|:::+\{[\w-]+\}|<[^>]*>|\w+ = \"|[ \t]+)*"


class MessageBuilder(MessageCatalogBuilder):
    """Sphinx's builder of message templates, made complete and reproducible."""

    def init(self) -> None:
        """Give the settings that are translated their messages back, in a build with `language`."""
        catalog = read_translations(catalog_path(self.config, SETTINGS_DOMAIN))
        messages = {text: message for message, text in catalog.messages.items()}
        for name in TRANSLATED_SETTINGS:
            self.config[name] = messages.get(self.config[name], self.config[name])
        super().init()

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Extract the messages of a page, and those of its figures."""
        super().write_doc(docname, doctree)
        for image in doctree.findall(nodes.image):
            path = Path(self.srcdir, image["uri"])
            if path.suffix == ".svg" and path.is_file():  # else Sphinx says so
                try:
                    for text in texts_in(path):
                        self.catalogs[docname].add(text, MsgOrigin(str(path), 0))
                except ET.ParseError as error:
                    logger.warning("%s: not a readable SVG: %s", path.name, error, location=image)

    def finish(self) -> None:
        """Write the templates, each in the order of reading, the page before its figures."""
        self._extract_interface()
        for name in TRANSLATED_SETTINGS:
            origin = MsgOrigin(str(Path(self.confdir, "conf.py")), 0)
            self.catalogs[SETTINGS_DOMAIN].add(self.config[name], origin)
        for domain, catalog in self.catalogs.items():
            messages = [Message(each.text, self._locations(each), []) for each in catalog]
            page = f"{domain}.md"
            messages.sort(
                key=lambda each: (not each.locations[0][0].endswith(page), each.locations)
            )
            self.catalogs[domain] = messages  # type: ignore[assignment]
        self.config.templates_path = [str(Path(__file__).parent)]  # of message.pot.jinja
        super().finish()

    def _extract_interface(self) -> None:
        """Extract the words of the themes that Sphinx's own catalogs do not translate."""
        known = {entry.msgid for entry in polib.pofile(str(package_dir / "locale/sphinx.pot"))}
        for folder in self.config.html_theme_path:
            for template in sorted(Path(self.confdir, folder).glob("*/*.*")):
                source = template.read_text(encoding="utf-8")
                for line, _, message in self.templates.environment.extract_translations(source):
                    if isinstance(message, str) and message not in known:
                        self.catalogs[INTERFACE_DOMAIN].add(message, MsgOrigin(str(template), line))

    def _locations(self, message: Message) -> list[tuple[str, int]]:
        """Return the files, relative to the root of the project, and lines of a message."""
        locations = set()
        for source, line in message.locations:
            path = Path(source)
            if path.is_file():
                relative = Path(os.path.relpath(path, self.srcdir.parent)).as_posix()
                locations.add((relative, find_line(message.text, path.read_text("utf-8"), line)))
            else:
                locations.add((source, line))
        return sorted(locations)


def find_line(message: str, source: str, near: int) -> int:
    """Return the line of a source, from 1, where a message begins, or `near` if it is not found.

    Nodes carry no line, or a wrong one, where a directive was parsed apart: glossaries (Sphinx
    9.2, MyST-Parser 5.2), table cells, alternative texts. Of several lines, those win that the
    message fills, then the nearest.
    """
    words = r"\s+".join(map(re.escape, message.split()))
    for pattern in (rf"^{MARKUP}({words})\s*$", f"({words})"):
        starts = [match.start(1) for match in re.finditer(pattern, source, re.MULTILINE)]
        lines = [source.count("\n", 0, start) + 1 for start in starts]
        if lines:
            return min(lines, key=lambda line: abs(line - near))
    return near


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace Sphinx's builder."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_builder(MessageBuilder, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Give Sphinx the translations, but for those that a page cannot show safely.

The catalogs are read here, whoever runs Sphinx: .mo files beside them, which may be stale or of
unknown origin, are not. Each message passes the comparison of catalogs/markup.py; one that fails
is shown in the source language, and reported with the file and line of its catalog. What passes
is parsed as one paragraph of inline Markdown, and nothing else.
"""

import hashlib
import re
import shutil
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import polib
from docutils import nodes
from markdown_it.token import Token
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.parsers.sphinx_ import MystParser
from sphinx import locale
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging, texescape
from sphinx.util.typing import ExtensionMetadata

from catalogs.catalog import INTERFACE, SETTINGS, folder_of, line_of, read_all
from catalogs.markup import interface_differences, refused

logger = logging.getLogger(__name__)

# Under this name Sphinx keeps the parser of a page's messages, until it has read the page.
MESSAGES = "translations.parser"


def load(app: Sphinx, config: Config) -> None:
    """Compile what is fit to be shown of the catalogs into the doctree folder, for Sphinx."""
    compiled = Path(app.doctreedir, "catalogs")
    shutil.rmtree(compiled, ignore_errors=True)
    folder = folder_of(config.language, Path(config.translations_dir))
    catalogs, faults = read_all(folder)
    for fault in faults:
        logger.warning(
            "%s. Its page is shown untranslated.",
            fault.message,
            location=f"{fault.path}:{fault.line}",
            type="catalog",
            subtype=fault.code,
        )
    digest = hashlib.sha256()
    for name, catalog in catalogs.items():
        fit = polib.POFile()
        fit.metadata = catalog.metadata
        fit.extend(accepted(name, catalog, folder / f"{name}.po"))
        path = folder_of(config.language, compiled) / f"{name}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        fit.save_as_mofile(str(path))
        digest.update(path.read_bytes())
        if name == SETTINGS:
            translate_settings(config, {entry.msgid: entry.msgstr for entry in fit})
    config.locale_dirs = [str(compiled)]
    config.translations_digest = digest.hexdigest()
    app.translator, _ = locale.init([compiled], config.language, INTERFACE)


def accepted(name: str, catalog: polib.POFile, path: Path) -> list[polib.POEntry]:
    """Return the entries of a catalog that can be shown, and warn of the others."""
    fit = []
    for entry in catalog.translated_entries():
        why = refused(entry.msgid, entry.msgstr)
        if name == INTERFACE:
            why = list(interface_differences(entry.msgid, entry.msgstr))
        for difference in why[:1]:
            logger.warning(
                "translation refused, and the original shown: %s",
                difference.message,
                location=f"{path}:{line_of(entry)}",
                type="catalog",
                subtype=difference.code,
            )
        if not why and not entry.msgctxt and not entry.msgid_plural:
            fit.append(entry)
    return fit


def translate_settings(config: Config, translations: dict[str, str]) -> None:
    """Put the guide's title, author and licence into the language of the build."""
    for name in ("project", "author", "copyright", "html_title"):
        config[name] = translations.get(config[name], config[name])
    texescape.init()

    def latex(text: str) -> str:  # which Sphinx takes for LaTeX, as conf.py may hold it
        known = translations.get(text)
        return texescape.escape(known, config.latex_engine) if known else text

    config.latex_documents = [
        (start, file, latex(title), latex(writer), *rest)
        for start, file, title, writer, *rest in config.latex_documents
    ]


class MessageRenderer(SphinxRenderer):
    """MyST's renderer, which one message after another is given to.

    MyST makes a document for each rendering, even when one is given (MyST-Parser 5.2).
    """

    def setup_render(self, options: dict[str, Any], env: MutableMapping[str, Any]) -> None:
        """Prepare for the document of the options; but for the first, only change to it."""
        if "document" not in vars(self):
            super().setup_render(options, env)
        self.md_env = env
        self.document = self.current_node = options["document"]
        self.reporter = self.document.reporter


class MessageParser(MystParser):
    """MyST's parser, which takes a translated message for one paragraph of inline Markdown.

    Sphinx hands it each message apart, as if it were a page, in a document so marked. MyST would
    parse lists, directives and HTML there, and forget what it knew of the page:
    https://github.com/executablebooks/MyST-Parser/issues/852
    """

    MARK = ":<translated>"

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a page, or a message, into `document`."""
        if not str(document["source"]).endswith(self.MARK):
            super().parse(inputstring, document)
            return
        # Sphinx underlines a title, and then takes the first child of the first child.
        title = re.fullmatch(r"(?P<text>.*)\n=+", inputstring, re.DOTALL)
        paragraph = self._paragraph(title["text"] if title else inputstring, document)
        if title:
            text = title["text"]
            document += nodes.section("", nodes.title(text, "", *paragraph.children))
        else:
            document += paragraph

    @staticmethod
    def _paragraph(text: str, document: nodes.document) -> nodes.Element:
        environment = document.settings.env
        parser = environment.temp_data.get(MESSAGES)
        if parser is None:  # the first message of the page
            parser = create_md_parser(environment.myst_config, MessageRenderer)
            environment.temp_data[MESSAGES] = parser
        parser.options["document"] = document
        lines = [0, 1]
        tokens = [
            Token("paragraph_open", "p", 1, map=lines),
            *parser.parseInline(text.strip()),
            Token("paragraph_close", "p", -1),
        ]
        tokens[1].map = lines
        parser.renderer.render(tokens, parser.options, {})
        paragraph = document[0]
        assert isinstance(paragraph, nodes.paragraph)  # noqa: S101, it is what the tokens say
        document.clear()
        return paragraph


class CleanMeta(SphinxTransform):
    """Take Sphinx's own mark off translated descriptions, before it reaches the HTML."""

    # After the transform that counts what is translated (25).
    default_priority = 30

    def apply(self, **_: object) -> None:
        """Clean the meta elements of one page."""
        for node in self.document.findall(nodes.meta):
            node.attributes.pop("translated", None)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of MyST's parser and of Sphinx's reading of catalogs."""
    app.add_config_value("translations_dir", "locale", "env", str)
    app.add_config_value("translations_digest", "", "env", str)
    app.add_source_parser(MessageParser, override=True)
    app.add_transform(CleanMeta)
    app.connect("config-inited", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

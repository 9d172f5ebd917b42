"""Translate the pages, except for messages whose translation is not safe to show.

The catalogs are read here, and Sphinx's own reading is switched off by emptying `locale_dirs`: it
would use .mo files beside the catalogs, which may be stale or of unknown origin. A translation
that differs from its message in more than words (see core/markup.py) is refused: the page shows the
source language, and a warning names the file and line of the catalog. All others are parsed as
inline Markdown, and nothing else.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import cast

from docutils import nodes
from docutils.utils import new_document
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from sphinx import addnodes, locale, package_dir
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.domains.std import make_glossary_term, split_term_classifiers
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.index_entries import split_index_msg
from sphinx.util.nodes import extract_messages
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.catalog import (
    INTERFACE_DOMAIN,
    SETTINGS_DOMAIN,
    DamagedError,
    line_of,
    read,
)
from back_office_guide.core.faults import Fault
from back_office_guide.core.markup import PLAIN
from back_office_guide.core.progress import Count, refusals
from back_office_guide.extensions.languages import catalog_path, language_of, languages_of

logger = logging.getLogger(__name__)

# In the metadata of a page: its share that is not translated. As an attribute: a node that is not.
UNTRANSLATED = "untranslated"
TRANSLATED_SETTINGS = ("project", "author", "copyright", "html_title")


@dataclass(frozen=True)
class Translations:
    """The translations of a catalog that can be shown, and the share of the rest in percent."""

    messages: dict[str, str] = field(default_factory=dict)
    untranslated: int = 100


@lru_cache(maxsize=128)
def read_translations(path: Path) -> Translations:
    """Return the translations of a catalog that can be shown, and warn of the others."""
    if not path.exists():
        return Translations()
    try:
        catalog = read(path)
    except DamagedError as error:
        _warn("%s. Its page is shown untranslated.", error.fault)
        return Translations()
    messages = {}
    for entry in catalog.translated_entries():
        refusal = next(iter(refusals(entry, path.stem)), None)
        if refusal:
            fault = Fault(path, line_of(entry), refusal.message, refusal.code)
            _warn("translation refused, and the original shown: %s", fault)
        else:
            messages[entry.msgid] = entry.msgstr
    others = sum(not entry.obsolete for entry in catalog) - len(messages)
    return Translations(messages, 100 - Count(translated=len(messages), empty=others).share)


def _warn(message: str, fault: Fault) -> None:
    where = f"{fault.path}:{fault.line}"
    logger.warning(message, fault.message, location=where, type="catalog", subtype=fault.code)


def translate_settings(app: Sphinx, config: Config) -> None:
    """Translate the settings and the words of the theme, in place of Sphinx's own reading."""
    read_translations.cache_clear()
    config.locale_dirs = []
    # Sphinx has read these folders before it loaded this extension, or for an earlier build.
    locale.translators["general", "sphinx"] = NullTranslations()
    app.translator, _ = locale.init([package_dir / "locale"], config.language)
    settings = read_translations(catalog_path(config, SETTINGS_DOMAIN)).messages
    for name in TRANSLATED_SETTINGS:
        config[name] = settings.get(config[name], config[name])
    interface = read_translations(catalog_path(config, INTERFACE_DOMAIN)).messages
    own = NullTranslations()
    own.gettext = lambda message: interface.get(message, message)  # type: ignore[method-assign]
    app.translator.add_fallback(own)


class TranslatePage(SphinxTransform):
    """Translate a page, in place of Sphinx's transform Locale.

    Sphinx 9 parses each translation twice as a page of its own, in which MyST would accept lists,
    directives and HTML, and forgets the context of the page:
    https://github.com/executablebooks/MyST-Parser/issues/852
    """

    default_priority = 20  # that of Locale

    def apply(self, **_: object) -> None:
        """Translate the messages of one page, unless the build extracts them."""
        if not self.app.builder.use_message_catalog:
            return
        docname = self.env.current_document.docname
        path = catalog_path(self.config, docname)
        if path.is_file():  # Sphinx reads a page again at every build for a file that is missing
            self.env.note_dependency(path)
        translations = read_translations(path)
        self.env.metadata[docname][UNTRANSLATED] = translations.untranslated
        foreign = language_of(self.config) != languages_of(self.config).source
        if not translations.messages and not foreign:
            return
        self._create_renderer()
        for node, message in list(extract_messages(self.document)):
            text = translations.messages.get(message)
            if text is None:
                node[UNTRANSLATED] = foreign
            elif text != message:
                self._translate(node, message, text)
        for index in self.document.findall(addnodes.index):
            if index.get("inline") is False:  # it is a directive's, not a term's
                index["raw_entries"] = index["entries"]
                index["entries"] = [
                    (kind, translate_entry(kind, value, translations), identifier, main, None)
                    for kind, value, identifier, main, _ in index["entries"]
                ]

    def _create_renderer(self) -> None:
        """Create the renderer of messages, for a document of its own.

        The footnotes and labels that it notes there are in the document of the page already.
        """
        config = self.env.myst_config  # type: ignore[attr-defined]  # set by MyST-Parser
        parser = create_md_parser(config, SphinxRenderer).disable("wordcount")
        document = new_document(self.document["source"], self.document.settings)
        document.reporter = self.document.reporter
        self.renderer = cast("SphinxRenderer", parser.renderer)
        self.renderer.setup_render({**parser.options, "document": document}, {})

    def _parse(self, text: str, line: int) -> nodes.paragraph:
        """Return a paragraph of inline Markdown."""
        paragraph = nodes.paragraph()
        if PLAIN.fullmatch(text):
            paragraph += nodes.Text(text.strip())
            return paragraph
        with self.renderer.current_node_context(paragraph):
            self.renderer.nested_render_text(text.strip(), line - 1, inline=True)
        return paragraph

    def _translate(self, node: nodes.Element, message: str, text: str) -> None:
        if isinstance(node, addnodes.translatable):
            node.apply_translated_message(message, text)
        elif isinstance(node, nodes.meta):
            node["content"] = text
        elif isinstance(node, nodes.image):
            node["alt"] = text
        elif isinstance(node, nodes.term) and node["ids"]:
            self._replace_content(node, self._glossary_term(node, text))
        else:
            self._replace_content(node, self._parse(text, node.line or 1))

    def _glossary_term(self, node: nodes.term, text: str) -> nodes.term:
        """Return a term of the glossary that is known by its translation, too."""
        line, source, identifier = node.line or 1, self.document["source"], node["ids"][0]
        name, classifier = split_term_classifiers(text)
        words = self._parse(name, line).children
        return make_glossary_term(
            self.env, words, classifier, source, line, identifier, self.document
        )

    @staticmethod
    def _replace_content(node: nodes.Element, translated: nodes.Element) -> None:
        """Replace the content of a node by its translation, with the footnote references of old."""
        originals = list(node.findall(nodes.footnote_reference))
        for reference in list(translated.findall(nodes.footnote_reference)):
            same = [each for each in originals if each["refname"] == reference["refname"]]
            if same:
                originals.remove(same[0])
                reference.parent.replace(reference, same[0])
        node.children = []
        node += translated.children


def translate_entry(kind: str, value: str, translations: Translations) -> str:
    """Return the translation of an entry of the index, such as "word; meaning"."""
    parts = split_index_msg(kind, value)
    return ";".join(translations.messages.get(part, part) for part in parts)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Replace Sphinx's reading of catalogs."""
    app.setup_extension("myst_parser")
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_transform(TranslatePage)
    app.connect("config-inited", translate_settings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Give the pages their translations, but for those that a page cannot show safely.

The catalogs are read here, whoever runs Sphinx. Its own reading finds none, for the setting
locale_dirs, which says where they are, is emptied: so .mo files beside the catalogs, which may be
stale or of unknown origin, are never used. Each message passes the comparison of core/markup.py;
one that fails is shown in the source language, and reported with the file and line of its catalog.
What passes is parsed as inline Markdown, and nothing else.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache
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
from sphinx.environment import BuildEnvironment
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

# The share of a page that is not translated, in its metadata; and a part of it that is not.
UNTRANSLATED = "untranslated"


@dataclass(frozen=True)
class Translations:
    """What a page can show of its catalog, and how much of that is not translated, in percent."""

    messages: dict[str, str] = field(default_factory=dict)
    untranslated: int = 100


@lru_cache(maxsize=128)
def translations(path: Path) -> Translations:
    """Return what can be shown of the catalog in the file `path`, and warn of the rest."""
    if not path.exists():
        return Translations()
    try:
        catalog = read(path)
    except DamagedError as error:
        _warn("%s. Its page is shown untranslated.", error.fault)
        return Translations()
    messages = {}
    for entry in catalog.translated_entries():
        fault = next(iter(refusals(entry, path.stem)), None)
        if fault:
            where = Fault(path, line_of(entry), fault.message, fault.code)
            _warn("translation refused, and the original shown: %s", where)
        else:
            messages[entry.msgid] = entry.msgstr
    others = sum(not entry.obsolete for entry in catalog) - len(messages)
    return Translations(messages, 100 - Count(translated=len(messages), empty=others).share)


def _warn(message: str, fault: Fault) -> None:
    where = f"{fault.path}:{fault.line}"
    logger.warning(message, fault.message, location=where, type="catalog", subtype=fault.code)


def load(app: Sphinx, config: Config) -> None:
    """Take over from Sphinx, and translate what belongs to no page: settings, theme."""
    translations.cache_clear()
    renderer_of.cache_clear()
    config.locale_dirs = []
    # What Sphinx took from there before it loaded this extension, or for an earlier build.
    locale.translators["general", "sphinx"] = NullTranslations()
    app.translator, _ = locale.init([package_dir / "locale"], config.language)
    settings = translations(catalog_path(config, SETTINGS_DOMAIN)).messages
    for name in ("project", "author", "copyright", "html_title"):
        config[name] = settings.get(config[name], config[name])
    words = translations(catalog_path(config, INTERFACE_DOMAIN)).messages
    own = NullTranslations()
    own.gettext = lambda message: words.get(message, message)  # type: ignore[method-assign]
    app.translator.add_fallback(own)


@cache
def renderer_of(env: BuildEnvironment) -> SphinxRenderer:
    """Return what renders the messages of all pages of a build."""
    parser = create_md_parser(vars(env)["myst_config"], SphinxRenderer).disable("wordcount")
    renderer = cast("SphinxRenderer", parser.renderer)
    renderer.setup_render(dict(parser.options), {})
    return renderer


class TranslatedPage(SphinxTransform):
    """Put the translations into a page, in the place of Sphinx's transform Locale.

    Sphinx 9 parses each translation twice as a page of its own, in which MyST would take lists,
    directives and HTML, and forget what it knows of the page:
    https://github.com/executablebooks/MyST-Parser/issues/852
    """

    default_priority = 20  # that of Locale

    def apply(self, **_: object) -> None:
        """Translate what readers see of one page."""
        docname = self.env.current_document.docname
        path = catalog_path(self.config, docname)
        if path.is_file():  # Sphinx reads a page again at every build for a file that is missing
            self.env.note_dependency(path)
        found = translations(path)
        self.env.metadata[docname][UNTRANSLATED] = found.untranslated
        foreign = language_of(self.config) != languages_of(self.config).source
        if not found.messages and not foreign:
            return
        self._prepare()
        for node, message in list(extract_messages(self.document)):
            text = found.messages.get(message)
            if text is None:
                node[UNTRANSLATED] = foreign
            elif text != message:
                self._translate(node, message, text)
        for index in self.document.findall(addnodes.index):
            if index.get("inline") is False:  # so a directive writes it, and a term does not
                index["raw_entries"] = index["entries"]
                index["entries"] = [
                    (kind, _translated_entry(kind, value, found.messages), identifier, main, None)
                    for kind, value, identifier, main, _ in index["entries"]
                ]

    def _prepare(self) -> None:
        """Have the messages rendered for a document of their own.

        What is noted in it, such as footnotes, is in that of the page already.
        """
        self.renderer = renderer_of(self.env)
        document = new_document(self.document["source"], self.document.settings)
        self.renderer.document = document
        self.renderer.reporter = self.document.reporter

    def _parse(self, text: str, line: int) -> nodes.paragraph:
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
            self._translate_term(node, text)
        else:
            self._fill(node, self._parse(text, node.line or 1))

    def _translate_term(self, node: nodes.term, text: str) -> None:
        """Make a term of the glossary known by its translation, too."""
        line, source, identifier = node.line or 1, self.document["source"], node["ids"][0]
        name, classifier = split_term_classifiers(text)
        words = self._parse(name, line).children
        term = make_glossary_term(
            self.env, words, classifier, source, line, identifier, self.document
        )
        self._fill(node, term)

    @staticmethod
    def _fill(node: nodes.Element, translated: nodes.Element) -> None:
        """Give a node the content of its translation, in which the marks of footnotes stay."""
        marks = list(node.findall(nodes.footnote_reference))
        for mark in list(translated.findall(nodes.footnote_reference)):
            same = next((each for each in marks if each["refname"] == mark["refname"]), None)
            if same:
                marks.remove(same)
                mark.parent.replace(mark, same)
        node.children = []
        node += translated.children


def _translated_entry(kind: str, value: str, messages: dict[str, str]) -> str:
    return ";".join(messages.get(part, part) for part in split_index_msg(kind, value))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of Sphinx's reading of catalogs."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_transform(TranslatedPage)
    app.connect("config-inited", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

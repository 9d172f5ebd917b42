"""Let the words that a theme writes in English into its templates be translated.

Furo marks few of its texts for translation: https://github.com/pradyunsg/furo/issues/434
"""

import re

from jinja2.ext import Extension
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


class HardCodedWords(Extension):
    """Mark accessible names and titles of icons for translation, before a template is parsed."""

    WORDS = re.compile(r'(?P<before> aria-label="|<title>)(?P<words>[A-Z][^"<{]*)(?P<after>"|</)')

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with its hard-coded words marked."""
        return self.WORDS.sub(r'\g<before>{{ _("\g<words>")|e }}\g<after>', source)


def mark(app: Sphinx) -> None:
    """Add the extension to the template engine of a builder that has one."""
    templates = getattr(app.builder, "templates", None)
    if templates is not None:
        templates.environment.add_extension(HardCodedWords)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Wait for the builder."""
    app.connect("builder-inited", mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Build thousands of pages in the memory of hundreds.

Sphinx 9 holds the doctree of every page from its reading to its writing, though it has written
each to a file too: https://github.com/sphinx-doc/sphinx/issues/11124
"""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

# How many doctrees are held; one takes about 300 kB, and a thousandth of a second to read again.
HELD = 100


def let_go(app: Sphinx, *_: object) -> None:
    """Let go of what is held beyond that, before a page is read."""
    held = app.env._write_doc_doctree_cache
    while len(held) > HELD:
        held.popitem()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Look at what is held each time that a page is read."""
    app.connect("source-read", let_go)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

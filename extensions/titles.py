"""Write every page anew once one was read anew: a title stands in the menu of all of them.

Sphinx 9 writes the pages that changed, and leaves the old title in the menu of the others.
"""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Note what is read, and have everything written after that."""
    read: list[str] = []

    def note(_: Sphinx, __: BuildEnvironment, names: list[str]) -> None:
        read[:] = names

    def write_all(app: Sphinx, environment: BuildEnvironment) -> list[str]:
        if not read:
            return []
        # Else the old index would be mended, and keep the words of the old pages.
        name = getattr(app.builder, "searchindex_filename", None)
        if name:
            Path(app.outdir, name).unlink(missing_ok=True)
        return sorted(environment.found_docs)

    app.connect("env-before-read-docs", note)
    app.connect("env-updated", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Read and write again only what can differ: the site is what a clean build would make.

Sphinx 9 takes a file for changed by its time, and writes no more than the pages that it has read:
the others keep the titles, definitions and links that they showed. Here a page is read when the
bytes that it is made of have changed, and written when it was read, or when anything that it shows
of the other pages has changed.
"""

import hashlib
import json
from collections.abc import Set
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from accessible import definitions
from catalogs.status import published
from tools.inputs import digest
from tools.languages import load
from translations import catalog_path
from website import changed_on, menu

# What pages showed that is not in them, when they were last written; with the doctrees.
SHOWN = "shown.json"


def find_changed(
    app: Sphinx, env: BuildEnvironment, added: Set[str], _: Set[str], removed: Set[str]
) -> Set[str]:
    """Return the pages to read: those made of other bytes, or all if any page came or went."""
    for docname in removed:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    if added or removed:
        return env.found_docs
    return {name for name in env.found_docs if _made_of(env).get(name) != _files(app, name)}


def note_files(app: Sphinx, _: nodes.document) -> None:
    """Keep with the environment what the page that was just read is made of."""
    docname = app.env.current_document.docname
    _made_of(app.env)[docname] = _files(app, docname)


def forget_files(_: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget what a page was made of that is gone, or read again."""
    _made_of(env).pop(docname, None)


def _made_of(env: BuildEnvironment) -> dict[str, list[str]]:
    known: dict[str, list[str]] = vars(env).setdefault("made_of", {})
    return known


def _files(app: Sphinx, docname: str) -> list[str]:
    """Return the files that a page is made of, each with its digest, whether they exist or not."""
    catalog = catalog_path(app.config, docname)
    paths = {app.env.doc2path(docname), catalog, *app.env.dependencies.get(docname, ())}
    return sorted(f"{path} {digest(str(path))}" for path in paths)


def find_outdated(app: Sphinx, env: BuildEnvironment) -> Set[str]:
    """Return the pages to write, besides those that were read."""
    if app.builder.name != "html":  # and makes one file of all pages
        return env.found_docs
    try:
        before = json.loads(Path(app.doctreedir, SHOWN).read_text("utf-8"))
    except (OSError, ValueError):
        return env.found_docs
    return {name for name, now in shown(app).items() if before.get(name) != now}


def keep_shown(app: Sphinx, exception: Exception | None) -> None:
    """Keep what the pages show, now that all of them do."""
    if app.builder.name == "html" and not exception:
        Path(app.doctreedir, SHOWN).write_text(json.dumps(shown(app)), "utf-8")


@cache
def shown(app: Sphinx) -> dict[str, str]:
    """Return in few words what each page shows, or may show, that is not in it."""
    of_others = (
        # titles, labels, terms
        sorted(repr(each) for domain in app.env.domains.sorted() for each in domain.get_objects()),
        sorted(definitions(app.env).items()),
        menu(app).parts,
        sorted(app.env.toctree_includes.items()),
        published(load()),
    )
    digest = hashlib.sha256(repr(of_others).encode()).hexdigest()
    return {name: f"{digest} {changed_on(app, name)}" for name in app.env.found_docs}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx what to read and to write."""
    app.connect("env-get-outdated", find_changed)
    app.connect("env-purge-doc", forget_files)
    app.connect("doctree-read", note_files, priority=900)
    app.connect("env-updated", find_outdated)
    app.connect("build-finished", keep_shown)
    return {"parallel_read_safe": False, "parallel_write_safe": True}

"""Where things are in this checkout, for the commands that people run in it.

Extensions of Sphinx know nothing of it: they read the configuration.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LOCALE = DOCS / "locale"
LANGUAGES = ROOT / "languages.toml"
BUILD = ROOT / "build"
WORK = BUILD / "work"
TEMPLATES = BUILD / "gettext"


@contextmanager
def build_lock() -> Iterator[None]:
    """Wait until no other command writes here; the lock ends with the process that holds it."""
    WORK.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / ".lock"):
        yield

"""Where things are in this checkout, for the commands that people run in it.

Extensions of Sphinx know nothing of it: they read the configuration.
"""

import os
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


def relative(path: Path) -> Path:
    """Return a path from the root of this checkout on, or itself where it is elsewhere."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def write_file(path: Path, content: bytes) -> bool:
    """Give the file `path` a content; say whether it had another.

    A reader sees the old file or the new one, never a part: https://lwn.net/Articles/457667/
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return True


@contextmanager
def build_lock() -> Iterator[None]:
    """Wait until no other command writes here; the lock ends with the process that holds it."""
    WORK.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / ".lock"):
        yield

"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from catalogs.catalog import INTERFACE, LOCALE, SETTINGS
from tools import ROOT
from tools.languages import Language

FIGURES = ROOT / "docs" / "figures"
INPUTS = (
    "conf.py",
    "languages.toml",
    "requirements.txt",
    "tools/build.py",
    "tools/inputs.py",
    "tools/typeset.py",
    "extensions",
    "catalogs",
    "docs",
)
# What a build itself writes among its inputs.
BYPRODUCTS = {".mo", ".pyc"}
VARIABLES = ("SITE_URL", "REPOSITORY_EDIT", "BOOKS")


@cache
def digest(path: Path) -> str:
    """Return the digest of a file, or "" if there is none; it is read once."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@cache
def files() -> tuple[Path, ...]:
    """Return the files that any build reads, in a fixed order."""
    return tuple(_files())


def _files() -> Iterator[Path]:
    for name in INPUTS:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix not in BYPRODUCTS:
                yield file


def digest_of(language: Language, *besides: str) -> str:
    """Return a digest of all that a language is built from, and of `besides`."""
    return _digest(language, files(), printed_time(), *besides)


def digest_around_pages(language: Language, *besides: str) -> str:
    """Return the same without what is read page by page, and the time, which no page prints."""
    own = LOCALE / language.code / "LC_MESSAGES"
    of_none = {own / f"{name}.po" for name in (SETTINGS, INTERFACE)}
    around = [
        path
        for path in files()
        if path in of_none
        or not (path.suffix == ".md" or path.parent == FIGURES or own in path.parents)
    ]
    return _digest(language, around, *besides)


def _digest(language: Language, paths: Iterable[Path], *besides: str) -> str:
    settings = [language.code, sys.version, *besides]
    settings += [os.environ.get(name, "") for name in VARIABLES]
    files = [
        f"{path.relative_to(ROOT)} {digest(path)}"
        for path in paths
        if LOCALE not in path.parents or LOCALE / language.code in path.parents
    ]
    return hashlib.sha256(repr(settings + files).encode()).hexdigest()


@cache
def printed_time() -> str:
    """Return the time that results may print, in seconds since 1970, the same for every build.

    It is SOURCE_DATE_EPOCH, or else the time of the last commit that touched the inputs; without
    git, that of the newest input. https://reproducible-builds.org/specs/source-date-epoch/
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return os.environ["SOURCE_DATE_EPOCH"]
    command = ["git", "log", "-1", "--format=%ct", "--", *INPUTS]
    try:
        committed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        committed = None
    if committed and committed.stdout.strip():
        return committed.stdout.strip()
    return str(int(max(path.stat().st_mtime for path in files())))


@cache
def committed_days() -> dict[Path, date]:
    """Return the day of the last commit of each file of docs; nothing without git."""
    command = ["git", "log", "--format=%cs", "--name-only", "--", "docs"]
    known: dict[Path, date] = {}
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return known
    day = date.min
    for line in filter(None, run.stdout.splitlines()):
        if line.startswith("docs/"):
            known.setdefault(ROOT / line, day)
        else:
            day = date.fromisoformat(line)
    return known

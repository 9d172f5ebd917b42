"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools import ROOT
from tools.languages import Language

LOCALE = ROOT / "docs" / "locale"
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
SETTINGS = ("SITE_URL", "REPOSITORY_EDIT", "BOOKS")


@cache
def digests() -> dict[Path, bytes]:
    """Return the digest of each file that any build reads, in a fixed order; read once."""
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in _files()}


def _files() -> Iterator[Path]:
    for name in INPUTS:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix not in BYPRODUCTS:
                yield file


def digest_of(language: Language, *besides: str) -> str:
    """Return a digest of all files and settings that a language is built from, and of `besides`."""
    settings = [language.code, sys.version, printed_time(), *besides]
    settings += [os.environ.get(name, "") for name in SETTINGS]
    digest = hashlib.sha256(repr(settings).encode())
    for path, own in digests().items():
        if LOCALE not in path.parents or LOCALE / language.code in path.parents:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + own)
    return digest.hexdigest()


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
    return str(int(max(path.stat().st_mtime for path in digests())))

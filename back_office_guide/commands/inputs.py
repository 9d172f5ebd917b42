"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from back_office_guide.core.git import ask_git
from back_office_guide.core.languages import Language
from back_office_guide.core.paths import ROOT

INPUTS = (
    "conf.py",
    "languages.toml",
    "requirements.txt",
    "back_office_guide",
    "docs",
)
# What a build itself writes among its inputs.
BYPRODUCTS = {".mo", ".pyc"}
VARIABLES = ("SITE_URL", "REPOSITORY_EDIT", "BOOKS")


@cache
def digest(path: str) -> str:
    """Return the digest of a file, or "" if there is none; it is read once."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123, of thousands of files each step counts
            return hashlib.sha256(file.read()).hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return ""


@cache
def files() -> tuple[str, ...]:
    """Return the names of the files that any build reads, from ROOT on, in a fixed order."""
    found = [name for name in INPUTS if (ROOT / name).is_file()]
    for name in INPUTS:
        for folder, _, names in os.walk(ROOT / name):
            inside = os.path.relpath(folder, ROOT)
            found += [f"{inside}/{each}" for each in names]
    return tuple(sorted(name for name in found if Path(name).suffix not in BYPRODUCTS))


def digest_of(language: Language, *besides: str) -> str:
    """Return a digest of all that a language is built from, and of `besides`."""
    inputs = [language.code, sys.version, printed_time(), *besides]
    inputs += [os.environ.get(name, "") for name in VARIABLES]
    others, own = "docs/locale/", f"docs/locale/{language.code}/"
    for name in files():
        if name.startswith(own) or not name.startswith(others):
            inputs += [name, digest(f"{ROOT}/{name}")]
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


def digest_of_catalogs() -> str:
    """Return a digest of all catalogs, and of the list of languages."""
    names = [name for name in files() if name.startswith(("docs/locale/", "languages.toml"))]
    return hashlib.sha256(
        repr([(name, digest(f"{ROOT}/{name}")) for name in names]).encode()
    ).hexdigest()


@cache
def printed_time() -> str:
    """Return the time that results may print, in seconds since 1970, the same for every build.

    It is SOURCE_DATE_EPOCH, or else the time of the last commit that touched the inputs; without
    git, that of the newest input. https://reproducible-builds.org/specs/source-date-epoch/
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return os.environ["SOURCE_DATE_EPOCH"]
    committed = ask_git(ROOT, "log", "-1", "--format=%ct", "--", *INPUTS)
    if committed:
        return committed.decode().strip()
    return str(int(max((ROOT / name).stat().st_mtime for name in files())))

"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
import sys
from functools import cache

from back_office_guide.core.git import ask_git
from back_office_guide.core.languages import Language
from back_office_guide.core.paths import ROOT

INPUTS = ("conf.py", "languages.toml", "requirements.txt", "back_office_guide", "docs")
# What a build itself writes among its inputs.
BYPRODUCTS = {".mo", ".pyc"}
VARIABLES = ("SITE_URL", "REPOSITORY_EDIT", "BOOKS", "SOURCE_DATE_EPOCH")


@cache
def digests() -> dict[str, str]:
    """Return the digest of each file that any build reads, by its name from ROOT on, in order."""
    paths = (path for name in INPUTS for path in (ROOT / name, *(ROOT / name).rglob("*")))
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.suffix not in BYPRODUCTS and path.is_file()
    }


def digest_of(language: Language, *besides: str) -> str:
    """Return a digest of all that a language is built from, and of `besides`."""
    others, own = "docs/locale/", f"docs/locale/{language.code}/"
    files = [
        (name, digest)
        for name, digest in digests().items()
        if name.startswith(own) or not name.startswith(others)
    ]
    variables = [os.environ.get(name, "") for name in VARIABLES]
    inputs = (language.code, sys.version, besides, variables, files)
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


def digest_of_catalogs() -> str:
    """Return a digest of all catalogs, and of the list of languages."""
    names = ("docs/locale/", "languages.toml")
    files = [(name, digest) for name, digest in digests().items() if name.startswith(names)]
    return hashlib.sha256(repr(files).encode()).hexdigest()


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
    return str(int(max((ROOT / name).stat().st_mtime for name in digests())))

"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
from collections.abc import Iterable
from functools import cache

from back_office_guide.core.git import ask_git
from back_office_guide.core.paths import ROOT

INPUTS = ("conf.py", "languages.toml", "requirements.txt", "back_office_guide", "docs")
# What a build itself writes among its inputs.
BYPRODUCTS = {".mo", ".pyc"}


@cache
def digests() -> dict[str, str]:
    """Return the digest of each file that any build reads, by its name from ROOT on, in order."""
    paths = (path for name in INPUTS for path in (ROOT / name, *(ROOT / name).rglob("*")))
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.suffix not in BYPRODUCTS and path.is_file()
    }


def digest_of(names: Iterable[str], *besides: object) -> str:
    """Return a digest of the files of these names, and of what is `besides`."""
    files = [(name, digests()[name]) for name in names]
    return hashlib.sha256(repr((files, besides)).encode()).hexdigest()


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

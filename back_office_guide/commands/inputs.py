"""Know what builds are made from: files, their digests, the time that results may print."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

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
    made_of = [language.code, sys.version, printed_time(), *besides]
    made_of += [os.environ.get(name, "") for name in VARIABLES]
    others, own = "docs/locale/", f"docs/locale/{language.code}/"
    for name in files():
        if name.startswith(own) or not name.startswith(others):
            made_of += [name, digest(f"{ROOT}/{name}")]
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def ask_git(*words: str) -> str | None:
    """Return what git answers in ROOT, or None when it refuses or is not there.

    What a person has configured for their own eyes does not change the answer.
    """
    command = ["git", "-c", "log.showSignature=false", "-c", "log.follow=false", *words]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    except OSError:
        return None
    return run.stdout.decode("utf-8", "surrogateescape") if run.returncode == 0 else None


@cache
def printed_time() -> str:
    """Return the time that results may print, in seconds since 1970, the same for every build.

    It is SOURCE_DATE_EPOCH, or else the time of the last commit that touched the inputs; without
    git, that of the newest input. https://reproducible-builds.org/specs/source-date-epoch/
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return os.environ["SOURCE_DATE_EPOCH"]
    committed = (ask_git("log", "-1", "--format=%ct", "--", *INPUTS) or "").strip()
    if committed:
        return committed
    return str(int(max((ROOT / name).stat().st_mtime for name in files())))


@cache
def committed_days() -> dict[str, date]:
    """Return the day of the last commit of each file of docs; nothing where it cannot be known.

    A shallow clone ends at a commit that seems to have made every file: its days are no answer.
    """
    if (ask_git("rev-parse", "--is-shallow-repository") or "").strip() == "true":
        print(
            "This clone is shallow: no page will say when it changed. "
            "For the days, run: git fetch --unshallow",
            file=sys.stderr,
        )
        return {}
    known: dict[str, date] = {}
    day = date.min
    # Each commit gives its day, after a mark that no name begins with, and then the names.
    log = ask_git("log", "-z", "--format=%x01%cs", "--name-only", "--relative", "--", "docs")
    for field in (log or "").split("\0"):
        if field.startswith("\x01"):
            day = date.fromisoformat(field[1:])
        elif field:
            known.setdefault(f"{ROOT}/{field.removeprefix(chr(10))}", day)
    return known

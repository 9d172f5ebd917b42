"""Ask git as a machine does: nothing that a person configured changes the answer."""

import subprocess
from datetime import date
from pathlib import Path


def ask_git(folder: Path, *words: str) -> bytes | None:
    """Return what git answers in a folder, or None when it refuses or is not there."""
    command = ["git", "-c", "log.showSignature=false", "-c", "log.follow=false", *words]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    except OSError:
        return None
    return run.stdout if run.returncode == 0 else None


def changes(folder: Path, *words: str) -> list[tuple[str, str, str]]:
    """Return the files under a folder in which git, asked to `diff` or `log`, sees a change.

    Each is a tuple: the blob before, the blob after, the path relative to the folder.
    """
    form = ("--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--", ".")
    fields = (ask_git(folder, *words, *form) or b"").decode("utf-8", "surrogateescape").split("\0")
    pairs = zip(fields[::2], fields[1::2], strict=False)
    return [(change.split()[2], change.split()[3], name) for change, name in pairs]


def is_shallow(folder: Path) -> bool:
    """Say whether a clone ends at a commit that seems to have made every file."""
    return (ask_git(folder, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true"


def committed_days(folder: Path) -> dict[Path, date]:
    """Return the day of the last commit of each file under a folder.

    Nothing is returned where it cannot be known: without git, and in a shallow clone.
    One question answers for all files; sphinx-last-updated-by-git asks for each folder.
    """
    if is_shallow(folder):
        return {}
    known: dict[Path, date] = {}
    day = date.min
    # Each commit gives its day, after a character that no name begins with, and then the names.
    log = ask_git(folder, "log", "-z", "--format=%x01%cs", "--name-only", "--relative", "--", ".")
    for field in (log or b"").decode("utf-8", "surrogateescape").split("\0"):
        if field.startswith("\x01"):
            day = date.fromisoformat(field[1:])
        elif field:
            known.setdefault(folder / field.removeprefix("\n"), day)
    return known


def last_change(days: dict[Path, date], *files: Path) -> date | None:
    """Return the last of the days on which some files changed, if it is known."""
    return max(filter(None, map(days.get, files)), default=None)

"""What is wrong, in words for people."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from errno import EILSEQ
from pathlib import Path

from back_office_guide.core.paths import relative


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong at a line of a file, and the fix; in catalogs, with the name of the check."""

    path: Path
    line: int
    message: str
    code: str = ""

    def __str__(self) -> str:
        """Return the one line that is printed: path:line: message, or path:line: code: message."""
        place = f"{relative(self.path)}:{self.line}"
        return ": ".join(filter(None, (place, self.code, self.message)))


class GuideError(Exception):
    """What was asked for cannot be done; the message says why, and what to type."""


def exit_code(command: Callable[[], int]) -> int:
    """Run a command, and return its exit code: 1 where it cannot go on, having said why."""
    try:
        return command()
    except GuideError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(explain(error), file=sys.stderr)
    return 1


def print_faults(faults: Iterable[Fault]) -> int:
    """Print the faults, a line each, and return the exit code that they are worth."""
    lines = list(map(str, faults))
    print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr)
    return 1 if lines else 0


def read_text(path: Path) -> str:
    """Return the text of a file; raise OSError where it is not UTF-8, too."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(EILSEQ, "Not UTF-8: save it so", str(path)) from error


def explain(error: OSError) -> str:
    """Return in words what is wrong with a file."""
    where = error.filename or "The files could not be read or written"
    return f"{where}: {error.strerror or error}. Fix it, and try again."

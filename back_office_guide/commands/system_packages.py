"""See to it that the Debian packages of system-packages.txt are there."""

import argparse
import os
import re
import shutil
import subprocess
import sys

from back_office_guide.core.paths import ROOT

FILE = ROOT / "system-packages.txt"

# Elsewhere than on Debian, what a purpose cannot do without, by the name of its command.
COMMANDS = {
    "book": ("lualatex", "latexmk", "xindy", "rsvg-convert"),
    "epub": ("rsvg-convert",),
    "check": ("grammalecte-cli", "hunspell"),
    "test": ("chromium", "chromedriver", "firefox-esr", "pdftotext"),
    "node": ("npm",),
    "java": ("java",),
}


def listed(purposes: list[str]) -> list[str]:
    """Return the packages that system-packages.txt lists for `purposes`, each once."""
    rows = (line.split() for line in FILE.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(row[1] for row in rows if row and row[0] in purposes))


def missing(purposes: list[str]) -> list[str]:
    """Return what is not installed: packages on Debian, commands elsewhere."""
    if not shutil.which("dpkg-query"):
        names = dict.fromkeys(name for purpose in purposes for name in COMMANDS[purpose])
        return [name for name in names if not shutil.which(name)]
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n"]
    answer = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [package for package in listed(purposes) if package not in installed]


def install(packages: list[str], purposes: list[str]) -> bool:
    """Install `packages` with apt-get, and say whether it went well.

    False without trying for anyone but root, who has a machine or a container for this, and where
    SETUP=no refuses it.
    """
    if not packages or not shutil.which("apt-get"):
        return not packages
    if os.geteuid() != 0 or os.environ.get("SETUP") == "no":
        return False
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get"]
    wanted = ["install", "--no-install-recommends", *packages]
    if not _succeeds([*apt, "update"]):
        return False
    ask = [*apt, "--assume-no", *wanted]
    plan = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    size = re.search(r"([\d.,]+ [kMG]?B) of additional disk space", plan)
    print(
        f"Installing Debian packages for {', '.join(purposes)}{f' ({size[1]})' if size else ''}, "
        f"which SETUP=no refuses: {' '.join(packages)}",
        flush=True,
    )
    return _succeeds([*apt, "--yes", *wanted])


def _succeeds(command: list[str]) -> bool:
    # What apt-get tells is for a person who waits; its errors are for everyone.
    output = None if sys.stdout.isatty() else subprocess.DEVNULL
    return subprocess.run(command, stdout=output, check=False).returncode == 0


def main() -> int:
    """Install what is missing for the purposes named on the command line.

    Exit code 0 when all is there, 1 when something is missing and could not be installed;
    with --optional, what is missing is only said, except in continuous integration (CI set).
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("purposes", nargs="+", choices=COMMANDS)
    parser.add_argument("--optional", action="store_true")
    options = parser.parse_args()
    # All at once; where a mirror lacks one of them, at least what other purposes need.
    done = install(missing(options.purposes), options.purposes)
    for purpose in options.purposes if not done else ():
        install(missing([purpose]), [purpose])
    absent = missing(options.purposes)
    if not absent:
        return 0
    advice = "Install what your system has of them; system-packages.txt says what each is for."
    if shutil.which("dpkg-query"):
        command = f"sudo apt-get install --no-install-recommends {' '.join(absent)}"
        advice = f"Install them with:\n\n    {command}\n"
    print(f"Not installed: {' '.join(absent)}. {advice}", file=sys.stderr)
    return 0 if options.optional and not os.environ.get("CI") else 1


if __name__ == "__main__":
    sys.exit(main())

"""Check the grammar and the spelling of the French messages with Grammalecte.

Grammalecte reads plain text: the messages are those that `make gettext` extracts, without their
markup. What it takes for a fault and is right is in docs/words.txt, one a line: a word that it
does not know, or the few words around a turn that it misreads.
https://grammalecte.net/
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polib

from back_office_guide.core.catalog import INTERFACE
from back_office_guide.core.markup import UNKNOWN, markup_of
from back_office_guide.core.paths import DOCS, ROOT, TEMPLATES

WORDS = DOCS / "words.txt"

# Typography has a check of its own.
OPTIONS_OFF = ["apos", "nbsp", "typo", "unit", "num", "liga"]


@dataclass(frozen=True)
class Message:
    """A message as plain text, and where it comes from: "docs/page.md:12"."""

    origin: str
    text: str


def messages(templates: Path) -> list[Message]:
    """Return the French messages of the .pot files under the folder `templates`."""
    found = []
    for path in sorted(templates.rglob("*.pot")):
        if path.stem == INTERFACE:  # whose messages are English
            continue
        for entry in polib.pofile(str(path)):
            file, line = entry.occurrences[0]
            found.append(Message(f"{file.lstrip('./')}:{line}", plain(entry.msgid)))
    return found


def plain(msgid: str) -> str:
    """Return a message without its Markdown, on one line."""
    return " ".join(markup_of(msgid).text.replace(UNKNOWN, "Paul").replace("★", "").split())


def faults(found: list[Message], excused: set[str]) -> list[str]:
    """Return one line for each fault that Grammalecte sees and that is not `excused`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{message.text}\n" for message in found)
        file.flush()
        command = ["grammalecte-cli", "--file", file.name, "--json", "--opt_off", *OPTIONS_OFF]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    report = []
    for paragraph in json.loads(answer.stdout)["data"]:
        message = found[paragraph["iParagraph"] - 1]
        for error in paragraph["lGrammarErrors"]:
            shown = message.text[max(0, error["nStart"] - 20) : error["nEnd"] + 20]
            if any(" " in words and words in shown for words in excused):
                continue
            advice = " / ".join(error["aSuggestions"][:3])
            report.append(
                f"{message.origin}: “{shown}”: {error['sMessage']}"
                + (f" Write: {advice}" if advice else "")
            )
        report += [
            f"{message.origin}: “{error['sValue']}”: unknown word. "
            f"Correct it, or add it to {WORDS.relative_to(ROOT)}"
            for error in paragraph["lSpellingErrors"]
            if not excused & {error["sValue"], error["sValue"].lower()}
        ]
    return report


def main() -> int:
    """Print the faults. Return 1 if there are any, or if Grammalecte is missing in CI."""
    if not shutil.which("grammalecte-cli"):
        print("Grammar and spelling not checked: grammalecte-cli is missing.", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    excused = set(WORDS.read_text(encoding="utf-8").splitlines())
    report = faults(messages(TEMPLATES), excused)
    print(*report, sep="\n", end="\n" if report else "", file=sys.stderr)
    return 1 if report else 0


if __name__ == "__main__":
    sys.exit(main())

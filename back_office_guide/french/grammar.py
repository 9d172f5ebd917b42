"""Check the grammar and the spelling of French with Grammalecte: https://grammalecte.net/.

It reads plain text: the messages that `make gettext` extracted, without their markup. False alarms
are listed in docs/words.txt, one a line: a word that Grammalecte does not know, or a few words
around a phrase that it misreads.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain

import polib

from back_office_guide.core.catalog import INTERFACE_DOMAIN, read_all
from back_office_guide.core.faults import Fault, exit_code, print_faults, read_text
from back_office_guide.core.markup import MASK, markup_of
from back_office_guide.core.paths import DOCS, ROOT, TEMPLATES

WORDS = DOCS / "words.txt"

# Typography has a check of its own.
OPTIONS_OFF = ["apos", "nbsp", "typo", "unit", "num", "liga"]


def plain(msgid: str) -> str:
    """Return a message on one line without its markup, and with a name for what is masked."""
    return " ".join(markup_of(msgid).text.replace(MASK, "Paul").replace("★", "").split())


def faults(messages: list[polib.POEntry], allowed: set[str]) -> Iterator[Fault]:
    """Yield what Grammalecte reports of messages, except for `allowed` words and phrases."""
    texts = [plain(entry.msgid) for entry in messages]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in texts)
        file.flush()
        command = ["grammalecte-cli", "--file", file.name, "--json", "--opt_off", *OPTIONS_OFF]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    for paragraph in json.loads(answer.stdout)["data"]:
        number = paragraph["iParagraph"] - 1
        file_name, line = messages[number].occurrences[0]
        path = ROOT / file_name
        for error in paragraph["lGrammarErrors"]:
            excerpt = texts[number][max(0, error["nStart"] - 20) : error["nEnd"] + 20]
            if not any(" " in phrase and phrase in excerpt for phrase in allowed):
                advice = " / ".join(error["aSuggestions"][:3])
                what = f"“{excerpt}”: {error['sMessage']}" + (f" Write: {advice}" if advice else "")
                yield Fault(path, int(line or 1), what)
        for word in (error["sValue"] for error in paragraph["lSpellingErrors"]):
            if not allowed & {word, word.lower()}:
                where = WORDS.relative_to(ROOT)
                what = f"“{word}”: unknown word. Correct it, or add it to {where}"
                yield Fault(path, int(line or 1), what)


def main() -> int:
    """Print the faults. Return 1 if there are any, or if Grammalecte is missing in CI."""
    if not shutil.which("grammalecte-cli"):
        print("Grammar and spelling not checked: grammalecte-cli is missing.", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    allowed = set(read_text(WORDS).splitlines())
    templates, damaged = read_all(TEMPLATES, ".pot")
    french = (catalog for name, catalog in templates.items() if name != INTERFACE_DOMAIN)
    return print_faults([*damaged, *faults(list(chain(*french)), allowed)])


if __name__ == "__main__":
    sys.exit(exit_code(main))

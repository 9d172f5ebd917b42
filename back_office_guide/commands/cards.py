"""Draw the picture that social networks show for a link to the guide: `make cards`.

One a language, in its own words; they are kept in the sources, for drawing them needs
rsvg-convert and a font with the glyphs of each language.
"""

import subprocess
import sys

import jinja2

from back_office_guide.core.catalog import SETTINGS, folder_of, read
from back_office_guide.core.languages import Language, load
from back_office_guide.core.paths import DOCS, ROOT

THEME = DOCS / "_theme" / "guide"
# The words of the card in the source language, as conf.py has them.
TITLE, AUTHOR = "Le back office", "L’équipe du guide"


def drawing(language: Language) -> str:
    """Return the card of a language as SVG."""
    path = folder_of(language.code) / f"{SETTINGS}.po"
    words = {entry.msgid: entry.msgstr for entry in read(path)} if path.is_file() else {}
    template = jinja2.Template((THEME / "card.svg").read_text("utf-8"), autoescape=True)
    return str(
        template.render(
            direction=language.direction,
            title=words.get(TITLE) or TITLE,
            author=words.get(AUTHOR) or AUTHOR,
        )
    )


def main() -> int:
    """Draw the cards of all languages. Return 1 if rsvg-convert fails or is missing."""
    for language in load().all:
        card = THEME / "static" / f"card-{language.code}.png"
        try:
            subprocess.run(
                ["rsvg-convert", "--output", card], input=drawing(language).encode(), check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"rsvg-convert: {error}. Install the packages of the book.", file=sys.stderr)
            return 1
        print(card.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

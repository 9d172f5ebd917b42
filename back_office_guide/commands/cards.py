"""Draw the picture that social networks show for a link to the guide: `make cards`.

One a language, in its own words; they are kept in the sources, for drawing them needs
rsvg-convert and a font with the glyphs of each language.
"""

import subprocess
import sys

import jinja2

from back_office_guide.commands.root import words_of
from back_office_guide.core.catalog import SETTINGS_DOMAIN
from back_office_guide.core.languages import Language, load
from back_office_guide.core.paths import DOCS, ROOT

THEME = DOCS / "_theme" / "guide"
# The words of the card in the source language, as conf.py has them.
TITLE, AUTHOR = "Le back office", "L’équipe du guide"


def drawing(language: Language) -> str:
    """Return the card of a language as SVG."""
    words = words_of(language, SETTINGS_DOMAIN)
    template = jinja2.Template((THEME / "card.svg").read_text("utf-8"), autoescape=True)
    title, author = words(TITLE), words(AUTHOR)
    return str(template.render(direction=language.direction, title=title, author=author))


def main() -> int:
    """Draw the cards of all languages. Return 1 if rsvg-convert fails or is missing."""
    for language in load().all:
        card = THEME / "static" / f"card-{language.code}.png"
        command = ["rsvg-convert", "--output", str(card)]
        try:
            subprocess.run(command, input=drawing(language).encode(), check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"rsvg-convert: {error}. Install the packages of the book.", file=sys.stderr)
            return 1
        print(card.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

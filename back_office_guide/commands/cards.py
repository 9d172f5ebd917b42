"""Draw the picture that social networks show for a link to the guide: `make cards`.

One a language. They are kept in the sources, for drawing them needs rsvg-convert and fonts for
each script.
"""

import subprocess
import sys

import jinja2

from back_office_guide.commands.root import gettext_of
from back_office_guide.core.catalog import SETTINGS_DOMAIN
from back_office_guide.core.faults import exit_code
from back_office_guide.core.languages import Language, load
from back_office_guide.core.paths import DOCS, ROOT

THEME_FOLDER = DOCS / "_theme" / "guide"
# The messages of the card, as conf.py has them.
TITLE, AUTHOR = "Le back office", "L’équipe du guide"


def drawing(language: Language) -> str:
    """Return the card of a language as SVG."""
    gettext = gettext_of(language, SETTINGS_DOMAIN)
    template = jinja2.Template((THEME_FOLDER / "card.svg").read_text("utf-8"), autoescape=True)
    title, author = gettext(TITLE), gettext(AUTHOR)
    return str(template.render(direction=language.direction, title=title, author=author))


def main() -> int:
    """Draw the cards of all languages. Return 1 if rsvg-convert fails, which says why."""
    for language in load().all:
        card = THEME_FOLDER / "static" / f"card-{language.code}.png"
        command = ["rsvg-convert", "--output", str(card)]
        if subprocess.run(command, input=drawing(language).encode(), check=False).returncode:
            return 1
        print(card.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))

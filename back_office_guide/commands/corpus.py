"""Generate a guide of any size with complete catalogs, and beside it the same for plain Sphinx.

It uses every construct that the guide does. Its words are made up, and the same each time.
"""

import random
import re
import shutil
from pathlib import Path

import polib

from back_office_guide.core.paths import ROOT

# What a generated guide takes from this one.
TAKEN = ("back_office_guide", "conf.py", "docs/_theme", "docs/figures/figures.css")
CODES = re.findall(
    r"\w+",
    "en es de it pt nl sv da fi ro hu tr ru cs pl uk el et lv lt sk sl hr bg ca eu gl cy ga is mt "
    "sq mk sr bs az hy ka kk uz hi bn ta te mr gu vi id ms sw",
)
LANGUAGE = """
[languages.{0}]
name = "{0}"
direction = "ltr"
published = true
dictionary = "{0}"
number = "1,234.5"
percent = "5%"
amount = "€5"
quotes = "“…”"
"""
STOCK = """
extensions = ["myst_parser"]
language = "fr"
project = "Le back office"
smartquotes = False
myst_enable_extensions = ["colon_fence", "deflist"]
locale_dirs = ["locale"]
gettext_compact = False
gettext_additional_targets = ["index"]
html_theme = "furo"
html_permalinks = False
html_copy_source = False
"""
SYLLABLES = re.findall(
    r"\w+", "ba ce di fo gu la me ni po ru sa te vi zo ché deu fan gri lou mai noi plé"
)
# What stands in a message and is not translated, or not as a word.
MARKUP = re.compile(r"\{term\}`(?P<term>[^`]*)`|`[^`]*`|\]\([^)]*\)|(?P<word>[^\W\d_]{2,})")
TERMS = 40
A_PART = 20  # pages


class Page:
    """A generated page of words that nobody knows: its name, its text and its messages."""

    def __init__(self, name: str, seed: int = 0) -> None:
        """Begin a page, which is always the same for the same seed."""
        self.name = name
        self.label = f"to-{Path(name).name}"
        self.text = f"({self.label})=\n"
        self.messages: list[str] = []
        self._random = random.Random(seed)  # noqa: S311, nothing secret

    def words(self, count: int) -> str:
        """Return words that begin like a sentence; few are frequent, as in a language."""
        ranks = (int(5000 ** self._random.random()) for _ in range(count))
        return " ".join(map(word, ranks)).capitalize()

    def say(self, text: str) -> str:
        """Return a message, having kept it for the catalogs."""
        self.messages.append(" ".join(text.split()))
        return text

    def prose(self, *targets: str) -> str:
        """Return a paragraph with a term, emphasis, code and links."""
        term = word(100 + self._random.randrange(TERMS))
        links = " ".join(f"[{self.words(2)}](#{target}), [](#{target})" for target in targets)
        return self.say(
            f"{self.words(12)} {{term}}`{term}`, {self.words(6)}.\n"
            f"{self.words(9)} *{self.words(2)}*, {self.words(9)} {links}.\n"
            f"{self.words(16)} `make {term}` {self.words(3)}."
        )

    def content(self, *targets: str) -> None:
        """Write the title and 600 words, with links to other pages."""
        say, words, prose = self.say, self.words, self.prose
        self.text += f"# {say(words(4))}\n\n{prose(*targets)}\n"
        for _ in range(3):
            self.text += f"\n## {say(words(3))}\n\n{prose(*targets)}\n\n{prose()}\n"
        self.text += f"\n% {words(2)}\n\n```console\n$ make {words(1)}\n```\n"
        self.text += f"\n- {say(words(6))}\n- {say(words(5))}\n\n1. {say(words(4))}\n"
        self.text += f"\n{say(words(3))}\n: {prose()}\n\n:::{{note}}\n{say(words(9))}\n:::\n"
        cells = "".join(f"* - {say(words(2))}\n  - {say(words(4))}\n" for _ in range(4))
        table = f":::{{list-table}} {say(words(4))}\n:header-rows: 1\n:widths: 40 60\n\n{cells}:::"
        figure = f":::{{figure}} /figures/f.svg\n:alt: {say(words(5))}\n\n{say(words(7))}\n:::"
        self.text += f"\n{table}\n\n{figure}\n"

    def toctree(self, names: list[str]) -> None:
        """Write what leads to other pages."""
        caption, below = self.say(self.words(2)), "\n".join(f"/{name}" for name in names)
        self.text += f"\n:::{{toctree}}\n:hidden:\n:caption: {caption}\n\n{below}\n:::\n"

    def glossary(self) -> None:
        """Write the terms that the other pages use."""
        terms = (f"{self.say(word(100 + n))}\n  {self.say(self.words(12))}\n" for n in range(TERMS))
        self.text += (
            f"# {self.say(self.words(1))}\n\n:::{{glossary}}\n" + "\n".join(terms) + ":::\n"
        )


def word(rank: int) -> str:
    """Return the word of a rank, the frequent ones being short."""
    letters = random.Random(rank)  # noqa: S311
    return "".join(letters.choices(SYLLABLES, k=2 + rank.bit_length() // 5))


def translation(message: str, code: str) -> str:
    """Return a message with every word changed, and its markup kept."""

    def change(match: re.Match[str]) -> str:
        if match["term"]:
            return f"{{term}}`{match['term']}{code} <{match['term']}>`"
        return f"{match['word']}{code}" if match["word"] else match[0]

    return MARKUP.sub(change, message)


def write_pages(count: int) -> list[Page]:
    """Return the pages of a guide: the first one, the glossary and `count` more in parts."""
    pages = [Page(f"part{n // A_PART}/page{n}", n) for n in range(count)]
    for place, page in enumerate(pages):
        page.content(pages[place // 2].label, pages[place // 3].label)
    starts = pages[::A_PART]
    for place, start in enumerate(starts):
        start.toctree([page.name for page in pages[place * A_PART + 1 : (place + 1) * A_PART]])
    index, words = Page("index"), Page("words")
    index.content(words.label)
    words.glossary()
    index.toctree([*(start.name for start in starts), words.name])
    return [index, words, *pages]


def write_guide(folder: Path, pages: list[Page], codes: list[str]) -> None:
    """Write a guide with complete catalogs, and beside it the same for plain Sphinx."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in TAKEN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    (folder / "requirements.txt").touch()
    listed = "".join(LANGUAGE.format(code) for code in ["fr", *codes])
    (folder / "languages.toml").write_text(f'source = "fr"\nthreshold = 90\n{listed}', "utf-8")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>{}</text></svg>'
    (folder / "docs/figures/f.svg").write_text(drawing.format(word(1)), "utf-8")
    for page in pages:
        path = folder / "docs" / f"{page.name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page.text, "utf-8")
        for code in codes:
            catalog = polib.POFile(wrapwidth=0)
            catalog.metadata = {"Language": code, "Content-Type": "text/plain; charset=UTF-8"}
            for message in dict.fromkeys([*page.messages, word(1)]):
                catalog.append(polib.POEntry(msgid=message, msgstr=translation(message, code)))
            path = folder / "docs/locale" / code / "LC_MESSAGES" / f"{page.name}.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(catalog), "utf-8")
    ours = shutil.ignore_patterns("_theme")
    shutil.copytree(folder / "docs", folder / "stock/docs", ignore=ours)
    (folder / "stock/docs/conf.py").write_text(STOCK, "utf-8")

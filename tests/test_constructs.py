"""Every construct of MyST's documentation works in every output and language, or is refused.

The page « Écrire » says which, and is compared here with what was tried.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Once, require
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from warm import run_module

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.pages import DIRECTIVES, ROLES, pieces
from back_office_guide.french import sources
from back_office_guide.french.typography import typeset_page

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc0000000030001018dd8b50000000049454e44ae426082"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 99 99">'
    "<title>{0}a</title><desc>{0}b</desc>"
    '<defs><marker id="m"><path d="M0 0"/></marker></defs><path marker-end="url(#m)" d="M0 0 L9 9"/>'
    "<text>{0}c</text></svg>\n"
)
# What works. A word that begins with mot is looked for in each output.
WORKS = {
    "paragraph": "Motp *motem* **motst** `code d'ici` \\*motesc &amp; motent.\n",
    "list": "- Motli\n  - Motlii\n\n1. Motol\n2. Motol2\n",
    "definition": "Motdt\n: Motdd.\n",
    "quotation": "> Motbq.\n",
    "footnote": "Motfn.[^n]\n\n[^n]: Motfoot.\n",
    "links": "Motl [motlt](https://example.org/a) <https://example.org> [](#page-essai) [motlx](#suite).\n",
    "label": "(suite)=\n## Motsec\n",
    "comment": "% rien ? c'est tout\n",
    "code": "```console\n$ make 'x' ; y\n```\n",
    "roles": "Motr {term}`motterme`, {term}`motlu <motterme>`, {kbd}`Motk`, 19{sup}`motsup`, {sub}`motsub`.\n",
    "admonition": ":::{admonition} Motadt\nMotad.\n:::\n",
    **{
        name: f":::{{{name}}}\nMot{name}.\n:::\n"
        for name in ("caution", "danger", "important", "note", "tip", "warning", "epigraph")
    },
    "nested": "::::{note}\nMotn1.\n\n:::{tip}\nMotn2.\n:::\n::::\n",
    "index": ":::{index} single: motindex; motsousindex\n:::\n\nMotix.\n",
    "list-table": (
        ":::{list-table} Mottab\n:header-rows: 1\n:stub-columns: 1\n:widths: 40 60\n\n"
        "* - Motth\n  - Motth2\n* - Mottd\n  - Mottd2\n:::\n"
    ),
    "figure": ":::{figure} /figures/un.svg\n:alt: Motalt.\n\nMotcap.\n:::\n" * 2,
    "figure of the same name": ":::{figure} /autres/un.svg\n:alt: Motalt2.\n\nMotcap2.\n:::\n",
    "photograph": ":::{figure} /figures/deux.png\n:alt: Motpng.\n\nMotpngcap.\n:::\n",
}
GLOSSARY = ":::{glossary}\n:sorted:\n\nmotterme\n  Motdefinition.\n:::\n"
INVISIBLE = {
    "motindex",
    "motsousindex",
    "motdefinition",
}  # of an e-book, in which nothing is sought
CHAPTERS = {
    "index": "# Motaccueil\n\nBonjour.\n\n:::{toctree}\n:hidden:\n:caption: Motpartie\n\nessai\nmots\n:::\n",
    "essai": "(page-essai)=\n# Motessai\n\n" + "\n".join(WORKS.values())
    + "\n:::{toctree}\n:hidden:\n\ndossier/dessous\n:::\n",
    "mots": f"# Motmots\n\n{GLOSSARY}",
    "dossier/dessous": "# Motdessous\n\nMotfin, [](#page-essai).\n",
}  # fmt: skip

SYNTAX = {
    "un tableau à barres verticales": "| a | b |\n|---|---|\n| c | d |\n",
    "un lien vers `page.md#titre`": "Voir [ici](page.md#titre).\n",
    "un lien par référence": "Voir [ici][la].\n\n[la]: https://example.org\n",
    "une liste à cases à cocher": "- [ ] Une case.\n",
    "du texte dans un bloc de code": "```text\nDu texte.\n```\n",
    "un saut de ligne forcé": "Une ligne\\\nforcée.\n",
    "une image seule": "![Une image](/figures/un.svg)\n",
    "une formule": "Le quotient $a / b$ compte.\n",
    "du HTML": "Un mot <b>gras</b>.\n",
    "une directive entre accents graves": "```{note}\nUne note.\n```\n",
    "une substitution": "Le nom {{ nom }} change.\n",
    "un attribut sur un mot": "Un [mot]{lang=en} anglais.\n",
    "un texte barré": "Un mot ~~barré~~.\n",
    "un émoji": "Un sourire \U0001f600.\n",
    "une alerte": "> [!NOTE]\n> Une note.\n",
    "une note dans le texte": "Un mot^[Une note].\n",
    "une liste de champs": ":champ: valeur\n",
    "un filet": "Un.\n\n---\n\nDeux.\n",
}

"""A small guide of three pages, in the languages of tests/editions.toml and by all of our tools.

What does not depend on the text of the guide is tried on it: it is built in a third of the time.
"""

import json
import shutil
import tomllib
from pathlib import Path

import polib

from back_office_guide.core.catalog import folder_of, read_all

ROOT = Path(__file__).resolve().parent.parent
FIELDS = ("name", "direction", "number", "percent", "amount", "quotes")
EDITIONS = tomllib.loads((ROOT / "tests/editions.toml").read_text("utf-8"))
PUBLISHED = ("en", "ar")
PAGES = {
    "index": (
        "# Le bureau de derrière\n\n"
        "Le {term}`back office` traite 1\u202f234,5 dossiers par an.\n\n"
        "En 2024, 12\u00a0% des dossiers ont coûté 5\u00a0€ chacun.\n\n"
        "On y dit «\u00a0oui\u00a0» depuis le 2 janvier 2024.\n\n"
        "Voir [la page suivante](#page-mots), **puis** la figure.\n\n"
        ":::{toctree}\n:hidden:\n:caption: Comprendre\n\nmots\nglossaire\n:::\n"
    ),
    "mots": (
        "(page-mots)=\n# Les mots\n\n"
        "Un {term}`service <back office>` ne reçoit pas le client\u202f; il contrôle.\n\n"
        ":::{figure} /figures/dessin.svg\n:alt: Une boutique, vue de face.\n\n"
        "La boutique et son arrière-boutique.\n:::\n"
    ),
    "glossaire": (
        "# Glossaire\n\n:::{glossary}\nback office\n"
        "  La partie d’une organisation sans contact avec le client.\n:::\n"
    ),
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 90 90">'
    "<title>Une coupe</title><desc>Deux pièces.</desc><text>Boutique</text></svg>\n"
)


def write_pages(folder: Path) -> None:
    """Put the small guide and its languages in the place of those of a checkout."""
    docs = folder / "docs"
    for path in [*docs.rglob("*.md"), *docs.glob("figures/*.svg")]:
        path.unlink()
    words_of_the_theme = [f"locale/{code}/LC_MESSAGES/sphinx.po" for code in PUBLISHED]
    kept = {name: (docs / name).read_bytes() for name in words_of_the_theme}
    shutil.rmtree(docs / "locale")
    for name, content in kept.items():
        (docs / name).parent.mkdir(parents=True)
        (docs / name).write_bytes(content)
    for name, text in PAGES.items():
        (docs / f"{name}.md").write_text(text, "utf-8")
    (docs / "figures/dessin.svg").write_text(DRAWING, "utf-8")
    list_languages(folder)


def write_catalogs(folder: Path) -> None:
    """Write the catalogs of the small guide, whose templates are there."""
    templates, _ = read_all(folder / "build/gettext", ".pot")
    names = [*PAGES, "conf"]
    messages = [entry.msgid for name in names for entry in templates[name]]
    for code, edition in EDITIONS.items():
        known = dict(zip(messages, edition["messages"], strict=True))
        for name in names:
            catalog = polib.POFile(wrapwidth=0)
            catalog.metadata = {"Language": code, "Content-Type": "text/plain; charset=UTF-8"}
            catalog.extend(
                polib.POEntry(msgid=each.msgid, msgstr=known[each.msgid])
                for each in templates[name]
            )
            path = folder_of(code, folder / "docs/locale") / f"{name}.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog.save(str(path))


def list_languages(folder: Path) -> None:
    """List the languages of the small guide, few of which are built unasked."""
    path = folder / "languages.toml"
    french, _, _ = path.read_text("utf-8").partition("[languages.en]")
    for code, edition in EDITIONS.items():
        fields = dict(zip(FIELDS, edition["fields"], strict=True))
        fields |= {"published": code in PUBLISHED, "dictionary": ""}
        lines = (f"{key} = {json.dumps(each, ensure_ascii=False)}" for key, each in fields.items())
        french += f"\n[languages.{code}]\n" + "\n".join(lines) + "\n"
    path.write_text(french, "utf-8")

"""`make gettext` finds all that readers see, says where it is, and is the same every time."""

import re
from pathlib import Path

import polib
import pytest
from conftest import ROOT, Copy, add, files_in, made
from warm import run_module


@pytest.fixture(scope="session")
def templates(template_folder: Path) -> dict[str, polib.POFile]:
    """Return the templates of the guide, by name."""
    folder = template_folder
    return {
        path.relative_to(folder).with_suffix("").as_posix(): polib.pofile(str(path))
        for path in folder.rglob("*.pot")
    }


def test_there_is_a_template_for_each_page(templates: dict[str, polib.POFile]) -> None:
    docs = ROOT / "docs"
    pages = {path.relative_to(docs).with_suffix("").as_posix() for path in docs.rglob("*.md")}
    assert templates.keys() == pages | {"conf", "sphinx"}


def test_a_message_stands_at_the_line_that_the_template_says(
    templates: dict[str, polib.POFile],
) -> None:
    for template in templates.values():
        for entry in template:
            for file, line in entry.occurrences:
                text = (ROOT / file).read_text("utf-8").split("\n")[int(line) - 1]
                first = re.split(r"[\s%]", entry.msgid)[0]
                assert first in text, f"{file}:{line}: {entry.msgid[:40]}"


def test_the_terms_and_definitions_of_the_glossary_stand_at_their_lines(
    templates: dict[str, polib.POFile],
) -> None:
    lines = (ROOT / "docs/annexes/glossaire.md").read_text("utf-8").split("\n")
    for entry in templates["annexes/glossaire"]:
        line = lines[int(entry.occurrences[0][1]) - 1].strip()
        assert entry.msgid.startswith(line.removeprefix("# "))


def test_no_template_carries_a_date_or_a_folder(templates: dict[str, polib.POFile]) -> None:
    for template in templates.values():
        assert "POT-Creation-Date" not in template.metadata
        for entry in template:
            assert all(not file.startswith(("/", "..")) for file, _ in entry.occurrences)


def test_messages_come_in_the_order_of_reading_and_figures_last(
    templates: dict[str, polib.POFile],
) -> None:
    for name, template in templates.items():
        page = f"docs/{name}.md"
        firsts = [entry.occurrences[0] for entry in template]
        here = [int(line) for file, line in firsts if file == page]
        assert here == sorted(here)
        assert all(file != page for file, _ in firsts[len(here) :])


KINDS = """---
myst:
  html_meta:
    description: "Une description."
---
# Un titre

Un paragraphe avec une [ancre](#suite).[^1]

(suite)=
:::{index} single: entrée; sous-entrée
:::

:::{figure} /dessin.svg
:alt: Un texte de remplacement.

Une légende.
:::

:::{list-table} Un titre de tableau
:header-rows: 1

* - Une tête
  - Une autre
* - Une cellule
  - Encore une
:::

:::{note}
Une note.
:::

Un mot
: Sa définition.

- Un point
  - Un point dessous

[^1]: Une note de bas de page.

:::{toctree}
:caption: Une partie

autre
:::
"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg"><title>Un dessin</title>
<desc>Ce qu’il montre</desc><text>Un mot dedans</text><g><text>Un autre</text></g></svg>
"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the messages of a page with every kind of text."""
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(KINDS, "utf-8")
    (folder / "docs/autre.md").write_text("# Une autre page\n", "utf-8")
    (folder / "docs/dessin.svg").write_text(DRAWING, "utf-8")
    place = ["-c", str(ROOT), "-d", str(folder / "trees"), "-b", "gettext"]
    run = run_module("sphinx", ["-q", *place, str(folder / "docs"), str(folder / "pot")], folder)
    assert run.returncode == 0, run.stderr
    return {entry.msgid for entry in polib.pofile(str(folder / "pot/index.pot"))}


@pytest.mark.parametrize(
    "message",
    [
        "Une description.",
        "Un titre",
        "Un paragraphe avec une [ancre](#suite).[^1]",
        "entrée",
        "sous-entrée",
        "Un texte de remplacement.",
        "Une légende.",
        "Un titre de tableau",
        "Une tête",
        "Encore une",
        "Une note.",
        "Un mot",
        "Sa définition.",
        "Un point",
        "Un point dessous",
        "Une note de bas de page.",
        "Une partie",
        "Un dessin",
        "Ce qu’il montre",
        "Un mot dedans",
        "Un autre",
    ],
)
def test_every_kind_of_text_is_a_message(message: str, kinds: set[str]) -> None:
    assert message in kinds


def test_the_title_of_the_guide_and_the_words_of_the_theme_are_messages(
    templates: dict[str, polib.POFile],
) -> None:
    settings = [entry.msgid for entry in templates["conf"]]
    assert settings == ["Le back office", "L’équipe du guide", "L’équipe du guide, CC BY-SA 4.0"]
    words = {entry.msgid for entry in templates["sphinx"]}
    assert {"On this page", "Theme: dark", "This page does not exist"} <= words


def test_the_same_messages_are_the_same_bytes_in_another_folder(
    template_folder: Path, copy: Copy
) -> None:
    guide = copy("un autre dossier")
    made("gettext", cwd=guide, env={"SOURCE_DATE_EPOCH": "1"})
    ours, theirs = files_in(template_folder), files_in(guide / "build/gettext")
    ours.pop(".inputs")
    theirs.pop(".inputs")
    assert ours == theirs


def times_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.pot")}


def test_nothing_is_written_when_no_message_changed(small_copy: Copy) -> None:
    guide = small_copy("guide")
    before = times_of(guide / "build/gettext")
    add(guide / "docs/index.md", "% Un commentaire, qui n’est pas un message.")
    made("gettext", cwd=guide)
    assert times_of(guide / "build/gettext") == before
    add(guide / "docs/index.md", "Un paragraphe de plus.")
    made("gettext", cwd=guide)
    after = times_of(guide / "build/gettext")
    assert [name for name in before if after[name] != before[name]] == [
        str(guide / "build/gettext/index.pot")
    ]


def test_a_drawing_that_cannot_be_read_is_named(small_copy: Copy) -> None:
    folder = small_copy("a drawing")
    (folder / "docs/figures/dessin.svg").write_text("<svg><text>sans fin</svg>", "utf-8")
    run = run_module("back_office_guide.commands.build", ["gettext"], folder)
    assert run.returncode == 1
    said = "WARNING: dessin.svg: not a readable SVG: mismatched tag: line 1, column 21"
    assert f"Français: docs/mots.md:6: {said}" in run.stderr

"""`make check`: what it refuses, what it says, and that it lets right pages pass."""

import re
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Copy, add, make, require

from back_office_guide.core.faults import exit_code
from back_office_guide.french import grammar, sources, typography
from back_office_guide.french.typography import fix_figure, fix_page

GLOSSARY = ":::{glossary}\narrière-boutique\n  Une pièce.\n\nback office\n  Une fonction.\n:::\n"
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
    "<title>T</title><desc>D</desc><text>x</text></svg>"
)

NOWHERE = (
    "a link to {} leads nowhere: write (label)= before the title it leads to, and [](#label) here"
)
BY_REFERENCE = "a link by reference is printed as it is: write [text](target)"
LINE_BREAK = "a forced line break is lost: write two paragraphs or a list"
UNSOURCED = "an amount or a share without source: add a link to its entry, [text](#src-…)"
STRAIGHT = 'straight quotation mark ("): write « … »'
TERM = "is a term of the glossary, here for the first time: write"
NOT_A_PAGE = "is shown nowhere in full: write the name of a page, without .md"


def faults(tmp_path: Path, page: str, drawing: str = DRAWING) -> list[str]:
    """Return what the check says of a guide of one page, one figure and a small glossary."""
    docs = tmp_path / "docs"
    for name, text in {
        "annexes/glossaire.md": GLOSSARY,
        "figures/dessin.svg": drawing,
        "figures/photo.jpg": "RIFF WEBP",
        "voir.md": ":::{figure} /figures/dessin.svg\n:alt: Ceci.\n\nLa légende.\n:::\n",
        "contribuer/aide.md": "(page-aide)=\n# Aide\n",
        "page.md": page,
    }.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, "utf-8")
    return [
        str(fault).removeprefix(f"{docs}/")
        for fault in sources.check(docs)
        if fault.path.name in ("page.md", "dessin.svg")
    ]


def test_the_guide_itself_passes(template_folder: Path, checkout: Path) -> None:
    """Its sources, its French, its catalogs and its code: whoever translates sees no alarm."""
    require("grammalecte-cli", "hunspell")
    assert template_folder.is_dir()
    run = make("check", cwd=checkout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    assert re.search(r"^5 languages, [\d,]+ messages: no fault$", run.stdout, re.MULTILINE)
    assert run.stdout.endswith("Code, sources, messages and catalogs: no fault\n")


@pytest.mark.parametrize(
    ("construct", "line", "said"),
    [
        (
            "| a | b |\n|---|---|\n| c | d |\n",
            3,
            "a table with bars loses its cells: write a {list-table} directive",
        ),
        (
            ":::{table} Titre\n\n| a |\n|---|\n| c |\n:::\n",
            3,
            "{table} is lost in an output or in translation: write a {list-table} directive",
        ),
        ("Voir [ici](page.md#titre).\n", 3, NOWHERE.format("page.md#titre")),
        ("Voir [](#titre).\n", 3, NOWHERE.format("#titre")),
        ("Un.\nVoir [ici][la].\n\n[la]: https://example.org\n", 6, BY_REFERENCE),
        ("Voir [ici][la].\n", 3, BY_REFERENCE),
        ("- [ ] Une case.\n", 3, "a check box is lost: write a plain list"),
        ("Une ligne\\\nforcée.\n", 3, LINE_BREAK),
        ("Une ligne  \nforcée.\n", 3, LINE_BREAK),
        ("$$\na = b\n$$\n", 3, "a formula is lost: write a sentence"),
        ("Le quotient $a / b$ compte.\n", 3, "a formula is lost: write a sentence"),
        (
            ":::{math}\na = b\n:::\n",
            3,
            "{math} is lost in an output or in translation: write a sentence",
        ),
        (
            "Le {math}`a` compte.\n",
            3,
            "the role {math} is none of kbd, sub, sup, term: write a sentence",
        ),
        (
            "<div>Du HTML.</div>\n",
            3,
            "raw HTML is refused: write a directive, or a comment as % text",
        ),
        ("Un mot <b>gras</b>.\n", 3, "raw HTML is refused: write a directive or a role"),
        (
            "Une.\n\n```text\nDu texte.\n```\n",
            5,
            "text in a code block is not translated: write a list",
        ),
        (
            "```\nDu texte.\n```\n",
            3,
            "text in a code block is not translated: write a list; of code, name the language",
        ),
        ("Le nom {{ nom }} change.\n", 3, "a substitution is lost: write the text itself"),
        (
            "Un.\n\n    Deux.\n",
            5,
            "an indented text is code, and is not translated: remove the spaces before it",
        ),
        ("# Encore\n", 3, "a second title with one #: write ## and the title"),
        ("::: {note}\nVoir [ici](page.md#titre).\n:::\n", 4, NOWHERE.format("page.md#titre")),
        ("+++\n\nUn.\n", 3, "a block break has no effect: remove it"),
        ("{#b}\nUn.\n", 4, "an attribute is dropped: remove the {…}"),
        (
            "Un [mot]{lang=en} anglais.\n",
            3,
            "an attribute on a word is dropped: write the word alone",
        ),
        (
            "![Une image](/figures/dessin.svg)\n",
            3,
            "an image has no place for its description: write a {figure} directive",
        ),
        (
            "```{note}\nUne note.\n```\n",
            3,
            "a directive between ``` is not checked: write :::{note}",
        ),
        (
            ":::{glossary}\nterme : classe\n  Une définition.\n:::\n",
            4,
            "a colon in a term makes it two: write the term without it",
        ),
        (":::{note}\nUn.\n\nVoir [ici](page.md#titre).\n:::\n", 6, NOWHERE.format("page.md#titre")),
    ],
)
def test_a_construct_that_translation_loses_is_refused_with_its_line_and_advice(
    tmp_path: Path, construct: str, line: int, said: str
) -> None:
    assert f"page.md:{line}: {said}" in faults(tmp_path, f"# Titre\n\n{construct}")


def test_what_is_lost_is_said_once(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "# Titre\n\n- [ ] Une case.\n")
    assert fault == "page.md:3: a check box is lost: write a plain list"
    assert len(faults(tmp_path, "# Titre\n\nUn mot <b>gras</b>.\n")) == 1


def test_what_the_guide_may_use_is_not_refused(tmp_path: Path) -> None:
    page = (
        "(page-essai)=\n# Titre\n\n% clé : A1\n\n"
        "Un {term}`back office`, un autre back office, et [](#page-essai).\n"
        "Voir `a | b`, `$x$`, <https://example.org> et [l’éditeur](https://example.org).\n\n"
        "Un mot\n: Sa définition.\n\n1. Un.\n2. Deux.\n\n"
        ":::{list-table} Un tableau\n:header-rows: 1\n\n* - A\n  - B\n* - c\n  - d\n:::\n\n"
        '```console\n$ make html  # "guillemets" : rien à dire; c\'est du code\n```\n'
    )
    assert faults(tmp_path, page) == []


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("Quoi ? Non ! Si ; bon.", "Quoi\u202f? Non\u202f! Si\u202f; bon."),
        ("Quoi? Non! Si; bon.", "Quoi\u202f? Non\u202f! Si\u202f; bon."),
        ("Voici : cela.", "Voici\u00a0: cela."),
        ("On dit « oui ».", "On dit «\u00a0oui\u00a0»."),
        ("L'usage d'ici.", "L’usage d’ici."),
        ("Soit 20 147,40 € ou 27 %.", "Soit 20\u202f147,40\u00a0€ ou 27\u00a0%."),
        ("De 2018-2020, l'article L. 1222-9.", "De 2018–2020, l’article L.\u00a01222-9."),
        ("Le décret n° 2025-1228.", "Le décret n°\u00a02025-1228."),
        ("À 8 h 30...", "À 8\u00a0h\u00a030…"),
        ("Le {term}`prêt d'ici <prêt>` ?", "Le {term}`prêt d’ici <prêt>`\u202f?"),
        ("Du `code ; 'cité'`; oui.", "Du `code ; 'cité'`\u202f; oui."),
        ("[texte](#a'b) : oui.", "[texte](#a'b)\u00a0: oui."),
        (":alt: Une image : cela.", ":alt: Une image\u00a0: cela."),
        ("Le 5 mai 2014, à 12:30.", "Le 5 mai 2014, à 12:30."),
    ],
)
def test_french_typography_is_refused_when_wrong_and_fixed_by_a_command(
    tmp_path: Path, typed: str, right: str
) -> None:
    assert fix_page(f"{typed}\n") == f"{right}\n"
    assert fix_page(f"{right}\n") == f"{right}\n"
    found = [fault for fault in faults(tmp_path, f"# Titre\n\n{typed}\n") if "typography" in fault]
    assert bool(found) == (typed != right)
    advice = "”: run `make typography`, which writes it"
    assert all(re.fullmatch(f"page.md:3: typography, near “.*{advice}", fault) for fault in found)


def test_the_text_of_figures_is_fixed_too() -> None:
    assert fix_figure("<desc>Quoi ?</desc><g id='a'/>") == "<desc>Quoi\u202f?</desc><g id='a'/>"
    assert fix_figure("<text>R &amp; D ?</text>") == "<text>R &amp; D\u202f?</text>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Il dit "oui".', STRAIGHT),
        ("Une phrase. Une autre.", "two sentences on a line: write one a line"),
        ("Le back office est ici.", f"“back office” {TERM} {{term}}`back office`"),
        ("Des arrière-boutiques.", f"“arrière-boutique” {TERM} {{term}}`arrière-boutique`"),
        ("Cela coûte 12\u00a0€.", UNSOURCED),
        ("Une part de 27\u00a0%.", UNSOURCED),
        ("Près de 4,9\u00a0milliards d’euros.", UNSOURCED),
        (":::{list-table} Prix\n\n* - 12\u00a0€\n:::", UNSOURCED),
        (
            ":::{figure} /figures/dessin.svg\n\nUne légende.\n:::",
            "no alternative text: write :alt: and what is shown",
        ),
        (
            ":::{figure} /figures/dessin.svg\n:alt: Ceci.\n:::",
            "no caption: write it below the options",
        ),
        (':::{figure} /figures/dessin.svg\n:alt: "Ceci".\n\nA.\n:::', STRAIGHT),
        (
            ":::{figure} /figures/absent.svg\n:alt: Ceci.\n\nA.\n:::",
            "no file /figures/absent.svg: draw it, or name another",
        ),
        (
            ":::{figure} /figures/photo.jpg\n:alt: Ceci.\n\nA.\n:::",
            "/figures/photo.jpg holds no picture of that kind: export it as .jpg",
        ),
        (
            ":::{figure} /voir.md\n:alt: Ceci.\n\nA.\n:::",
            "“/voir.md” is no picture for all outputs: make it .svg or .png or .jpg",
        ),
        (
            ":::{figure} /figures/dessin.svg\n:alt: A.\n:width: 9\n\nA.\n:::",
            "{figure}: the option width is lost in an output: remove it",
        ),
        (":::{toctree}\nUn titre <page>\n:::", f"“Un titre <page>” {NOT_A_PAGE}"),
        (":::{toctree}\nhttps://example.org\n:::", f"“https://example.org” {NOT_A_PAGE}"),
        (
            ":::{note}\n---\nclass: a\n---\nUne note.\n:::",
            "{note}: options between --- are not checked: write :option: value",
        ),
        (
            ":::{container} a\n:name: b\n\nUn.\n:::",
            "{container}: the option name is lost in an output: remove it",
        ),
        ("Un {kbd} `A`.", "a role without its text: write {role}`text`, without a space"),
        ("Un :smile: ici.", "the book has no emoji: write a word"),
        ("Voir [la page](voir.md).", NOWHERE.format("voir.md")),
        (
            "Voir [](#page-aide).",
            "a link to #page-aide, which the book and the e-book leave out: write the text itself",
        ),
    ],
)
def test_the_rules_of_the_guide_are_checked(tmp_path: Path, text: str, said: str) -> None:
    assert f"page.md:3: {said}" in faults(tmp_path, f"# Titre\n\n{text}\n")


def test_two_prices_are_no_formula(tmp_path: Path) -> None:
    page = "# Titre\n\nDe 5$ à $10, puis $20 ou 30$.\n"
    assert not [fault for fault in faults(tmp_path, page) if "formula" in fault]


def test_a_label_is_what_the_parser_takes_for_one(tmp_path: Path) -> None:
    page = "# Titre\n\n* (page-liste)=\n  Un.\n\n```console\n(page-code)=\n```\n\n"
    found = faults(tmp_path, f"{page}Voir [](#page-liste) et [](#page-code).\n")
    assert found == [f"page.md:10: {NOWHERE.format('#page-code')}"]


def test_a_page_has_a_title_and_a_name_for_every_address(tmp_path: Path) -> None:
    assert "page.md:1: no title: begin with # and the title" in faults(tmp_path, "Un.\n")
    assert "page.md:1: no title: begin with # and the title" in faults(tmp_path, "## Un\n")
    (tmp_path / "docs/été.md").write_text("# Titre\n", "utf-8")
    found = [fault.message for fault in sources.check(tmp_path / "docs")]
    assert "its name is in every address: rename it, of a-z, 0-9 and -" in found


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        (DRAWING.replace("<title>T</title>", ""), "no <title>, or an empty one: write it"),
        (DRAWING.replace("<desc>D</desc>", "<desc/>"), "no <desc>, or an empty one: write it"),
        (DRAWING.replace("<text>x</text>", ""), "no <text>, or an empty one: write it"),
        (DRAWING.replace("<text>x", "<text>a ?"), "typography, in “a ?”: run `make typography`"),
        (
            DRAWING.replace("<text>x", "<text>x<tspan>y</tspan>"),
            "<tspan> in a <text> is not translated: write a <text> for each piece",
        ),
        (
            DRAWING.replace("<text>", "<image/><text>"),
            "<image> is lost in an output: draw with shapes and <text>",
        ),
        (
            DRAWING.replace('"0 0 9 9"', '"0,0,9,9"'),
            'no viewBox of four numbers: write viewBox="0 0 400 300"',
        ),
        (
            DRAWING.replace("<text>", '<text x="5px">'),
            'x="5px" is not one number: write a <text> for each place',
        ),
        (DRAWING.replace("</text>", ""), "not well-formed: mismatched tag: line 1, column 97"),
    ],
)
def test_a_figure_has_a_title_a_description_and_text(
    tmp_path: Path, drawing: str, said: str
) -> None:
    assert f"figures/dessin.svg:1: {said}" in faults(tmp_path, "# Titre\n", drawing)


def test_a_figure_that_no_page_shows_is_named(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/seul.svg").write_text(DRAWING, "utf-8")
    (fault,) = sources.check(tmp_path / "docs")
    assert fault.message == "no page shows this figure: show it or remove it"


def test_a_link_that_leads_nowhere_is_named_with_its_line(small_copy: Copy) -> None:
    folder = small_copy("dead link")
    page = folder / "docs/mots.md"
    page.write_text("# Les mots\n\nVoir [](#page-perdue) et {term}`mot inconnu`.\n", "utf-8")
    run = make("messages", cwd=folder)
    assert run.returncode != 0
    assert "mots.md:3" in run.stderr
    assert "page-perdue" in run.stderr
    assert "mot inconnu" in run.stderr


def test_the_layout_of_a_page_is_checked_with_what_writes_it(small_copy: Copy) -> None:
    folder = small_copy("layout")
    add(folder / "docs/mots.md", "\n\nVoir [ici]().")
    run = make("sources", cwd=folder)
    assert run.returncode != 0
    place = r"^docs/mots\.md:\d+:"
    blank = f"{place} Multiple consecutive blank lines.*: `.venv/bin/rumdl fmt` writes it$"
    assert re.search(blank, run.stderr, re.MULTILINE)
    assert re.search(
        rf"{place} Empty link found: \[ici\]\(\): change it$", run.stderr, re.MULTILINE
    )


def test_all_is_checked_though_one_group_fails(checkout: Path) -> None:
    run = make("check", "MAKE=false", cwd=checkout)
    assert run.returncode != 0
    assert "Faults, named above, in: code sources messages check-po\n" in run.stderr
    assert "no fault" not in run.stdout


def test_grammar_and_spelling_are_checked_with_their_place(
    small_copy: Copy,
) -> None:
    require("grammalecte-cli")
    folder = small_copy("grammar")
    page = folder / "docs/mots.md"
    page.write_text("(page-mots)=\n# Les mots\n\nLes opération sont traitees.\n", "utf-8")
    run = make("messages", cwd=folder)
    assert run.returncode != 0
    assert "docs/mots.md:4: “Les opération" in run.stderr
    assert "Write: opérations" in run.stderr
    assert "“traitees”: unknown word. Correct it, or add it to docs/words.txt" in run.stderr


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_the_grammar_checker_a_contributor_is_told_and_ci_fails(
    ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    assert grammar.main() == code
    missing = "Grammar and spelling not checked: grammalecte-cli is missing."
    assert missing in capsys.readouterr().err


@pytest.mark.parametrize("module", [sources, typography])
def test_a_page_that_is_not_utf_8_is_named(
    module: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "page.md").write_bytes("# Été\n".encode("latin-1"))
    monkeypatch.setattr(module, "DOCS", tmp_path)
    assert exit_code(module.main) == 1
    said = capsys.readouterr().err
    assert said == f"{tmp_path}/page.md: Not UTF-8: save it so. Fix it, and try again.\n"


def test_a_link_into_the_part_of_the_site_alone_is_found_wherever_the_checkout_is(
    tmp_path: Path,
) -> None:
    docs = tmp_path / "contribuer/docs"
    for name, text in {
        "page": "(a)=\n# Une page\n\nVoir [là](#b).\n",
        "contribuer/ecrire": "(b)=\n# Écrire\n\nVoir [là](#a).\n",
    }.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / f"{name}.md").write_text(text, "utf-8")
    faults = [fault for fault in sources.check(docs) if "leave out" in fault.message]
    assert [fault.path.name for fault in faults] == ["page.md"]

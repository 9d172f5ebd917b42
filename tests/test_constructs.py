"""Every construct of MyST's documentation works in every output and language, or is refused.

The page « Écrire » says which, and is compared here with what was tried.
"""

import re
from pathlib import Path
from zipfile import ZipFile

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Once, require
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from pypdf import PdfReader
from warm import run_module

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.pages import DIALECT, DIRECTIVES, ROLES
from back_office_guide.french import sources
from back_office_guide.french.typography import fix_page

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc0000000030001018dd8b50000000049454e44ae426082"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 99 99">'
    "<title>{0}a</title><desc>{0}b</desc>"
    '<defs><marker id="m"><path d="M0 0"/></marker></defs>'
    '<path marker-end="url(#m)" d="M0 0 L9 9"/>'
    '<text x="9" y="50" font-size="9">{0}c</text></svg>\n'
)
# What works. A word that begins with mot is looked for in each output.
WORKS = {
    "paragraph": "Motp *motem* **motst** `code d'ici` \\*motesc &amp; motent.\n",
    "list": "- Motli\n  - Motlii\n\n1. Motol\n2. Motol2\n",
    "definition": "Motdt\n: Motdd.\n",
    "quotation": "> Motbq.\n",
    "footnote": "Motfn.[^n]\n\n[^n]: Motfoot.\n",
    "links": "Motl [motlt](https://example.org/a) [](#page-essai) [motlx](#suite).\n",
    "address": "Motadr <https://example.org>.\n",
    "label": "(suite)=\n## Motsec\n",
    "comment": "% rien ? c'est tout\n",
    "code": "```console\n$ make 'x' ; y\n```\n",
    "terms": "Motr {term}`motterme`, {term}`motlu <motterme>`.\n",
    "roles": "Motro {kbd}`Motk`, 19{sup}`motsup`, {sub}`motsub`.\n",
    "admonition": ":::{admonition} Motadt\nMotad.\n:::\n",
    **{
        name: f":::{{{name}}}\nMot{name}.\n:::\n"
        for name in ("caution", "danger", "important", "note", "tip", "warning", "epigraph")
    },
    "container": ":::{container} cards\nMotcon\n: - Motcon2\n:::\n",
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
# An e-book has no index. The book has alternative texts in numbers, and no titles of drawings.
LACKING = {"e-book": {"index", "sousindex"}, "book": {"alt", "alt2", "png", "una"}}
TOCTREE = ":::{{toctree}}\n:hidden:\n{}\n:::\n"
PAGES = {
    "index": "# Motaccueil\n\n" + TOCTREE.format(":caption: Motpartie\n\nessai\ntermes"),
    "essai": "(page-essai)=\n# Motessai\n\n" + "\n".join(WORKS.values())
    + "\n" + TOCTREE.format("\ndossier/dessous"),
    "termes": f"# Motmots\n\n{GLOSSARY}",
    "dossier/dessous": "# Motdessous\n\nMotfin, [](#page-essai).\n",
}  # fmt: skip

# What is lost, as the page for authors calls it: an example, and what is said of it.
SYNTAX = {
    "un tableau à barres verticales": (
        "| a | b |\n|---|---|\n| c | d |\n",
        "a table with bars loses its cells: write a {list-table} directive",
    ),
    "un lien vers `page.md#titre`": (
        "Voir [ici](page.md#titre).\n",
        "a link to page.md#titre leads nowhere: write (label)= before the title it leads to, "
        "and [](#label) here",
    ),
    "un lien par référence": (
        "Voir [ici][la].\n\n[la]: https://example.org\n",
        "a link by reference is printed as it is: write [text](target)",
    ),
    "une liste à cases à cocher": (
        "- [ ] Une case.\n",
        "a check box is lost: write a plain list",
    ),
    "du texte dans un bloc de code": (
        "```text\nDu texte.\n```\n",
        "text in a code block is not translated: write a list",
    ),
    "un saut de ligne forcé": (
        "Une ligne\\\nforcée.\n",
        "a forced line break is lost: write two paragraphs or a list",
    ),
    "une image seule": (
        "![Une image](/figures/un.svg)\n",
        "an image has no place for its description: write a {figure} directive",
    ),
    "une formule": ("Le quotient $a / b$ compte.\n", "a formula is lost: write a sentence"),
    "du html": ("Un mot <b>gras</b>.\n", "raw HTML is refused: write a directive or a role"),
    "une directive entre accents graves": (
        "```{note}\nUne note.\n```\n",
        "a directive between ``` is not checked: write :::{note}",
    ),
    "une substitution": (
        "Le nom {{ nom }} change.\n",
        "a substitution is lost: write the text itself",
    ),
    "un attribut sur un mot": (
        "Un [mot]{lang=en} anglais.\n",
        "an attribute on a word is dropped: write the word alone",
    ),
    "un texte barré": (
        "Un mot ~~barré~~.\n",
        "text between ~~ is not struck out: write it without them",
    ),
    "un émoji": ("Un sourire \U0001f600.\n", "the book has no emoji: write a word"),
    "une alerte": (
        "> [!NOTE]\n> Une note.\n",
        "an alert is a plain quotation: write a {note} directive",
    ),
    "une note dans le texte": (
        "Un mot^[Une note].\n",
        "a note within the text is lost: write [^1], and [^1]: below, the note",
    ),
    "une liste de champs": (
        ":champ: valeur\n",
        "a field is lost: write a word, and on the next line : and its definition",
    ),
    "un filet": ("Un.\n\n---\n\nDeux.\n", "a line parts nothing in the book: write a title"),
}


def refused(tmp_path: Path, text: str) -> list[str]:
    """Return what the check says of a page with a text, beside a page with all that works."""
    docs = write_guide(tmp_path, PAGES | {"page": f"# Titre\n\n{text}"})
    return [f.message for f in sources.check(docs) if f.path.name == "page.md"]


def write_guide(folder: Path, pages: dict[str, str]) -> Path:
    docs = folder / "docs"
    drawings = {"figures/un.svg": SVG.format("Motun"), "autres/un.svg": SVG.format("Motdeux")}
    texts = {f"{name}.md": text for name, text in pages.items()} | drawings
    for name, text in texts.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, "utf-8")
    (docs / "figures/deux.png").write_bytes(PNG)
    return docs


def test_nothing_that_works_is_refused(tmp_path: Path) -> None:
    docs = write_guide(tmp_path, PAGES)
    assert [str(f) for f in sources.check(docs) if "term of the glossary" not in f.message] == []


def sphinx(folder: Path, builder: str, code: str) -> Path:
    """Build the guide in a folder with every warning an error, and return where the result is."""
    out = folder / f"{builder}-{code}"
    place = ["-c", str(ROOT), "-d", str(folder / f"trees-{builder}-{code}"), "-b", builder]
    settings = ["-D", f"language={code}", "-D", f"locale_dirs={folder / 'locale'}"]
    words = ["-q", "-n", "-W", "--keep-going", *place, *settings, str(folder / "docs"), str(out)]
    run = run_module("sphinx", words, folder)
    assert run.returncode == 0, run.stderr
    return out


def translated(message: str) -> str:
    """Return a message with its words changed, but for the targets of terms and the code."""
    message = re.sub(r"\{term\}`(mot\w+)`", r"{term}`\1 <\1>`", message)
    return re.sub(r"(?<!<)\b([Mm])ot(?=\w)", r"\1uc", message)


def outputs(folder: Path, code: str) -> dict[str, str]:
    """Return the text of each output in a language, markup included."""
    site, book, ebook = (sphinx(folder, each, code) for each in ("html", "latex", "epub"))
    with ZipFile(ebook / "back-office.epub") as archive:
        names = [name for name in archive.namelist() if name.endswith(("xhtml", "ncx", "opf"))]
        packed = "\n".join(archive.read(name).decode() for name in names)
        assert "_images/deux.png" in archive.namelist()
    figures = (folder / f"trees-latex-{code}/figures").rglob("*.pdf")
    return {
        "site": "\n".join(
            path.read_text("utf-8")
            for path in sorted(site.rglob("*.html"))
            if path.stem in ("index", "essai", "termes", "dessous", "genindex")
        ),
        "book": (book / "back-office.tex").read_text("utf-8")
        + "\n".join(PdfReader(path).pages[0].extract_text() for path in figures),
        "e-book": packed,
    }


EVERYTHING = MdParserConfig(
    enable_extensions={
        *("amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist"),
        *("strikethrough", "substitution", "tasklist"),
    }
)
PLAIN = MdParserConfig(enable_extensions=set(DIALECT), disable_syntax=["html_inline", "html_block"])
BAIT = ["l'un", "quoi ?", "oui!", "a ; b", "c :", "« d »", "5 €", "12 000", "...", "2018-2020", ":"]
SHAPES = [
    "{0}\n", "# {0}\n", "*{0}* {1}\n", "**{0}** : {1}\n", "`{0}` ; {1}\n", "- {0}\n  {1}\n",
    "1. {0}\n", "> {0}\n> {1}\n", "[{0}](x '{1}') ?\n", "[{0}](<a ; {1}>)\n",
    "![{0}](x.png)\n",
    "<https://a.org/?b=1;c!d> {0}\n", "[{0}][a]\n\n[a]: /u '{1}'\n", "[^{0}]: {1}\n",
    "Note[^1] ?\n\n[^1]: {0}\n    {1}\n", "[a ?]: /{0}\n", "a &amp; {0} &nbsp; &#39;\n", "\\{0}\n",
    "```\n{0}\n```\n", "~~~python\n{0}\n{1}\n~~~\n", "    {0}\n", "% {0}\n", "+++ {0}\n",
    "({0})=\n# T\n", "---\nk: {0}\n---\n", "<!-- {0} -->\n", "<p title='{0}'>{1}</p>\n",
    "a <b c='{0}'>{1}</b>\n", "| {0} | b |\n|---|---|\n| {1} | d |\n", "- [ ] {0}\n",
    "{0}\n: {1}\n", ":{0}: {1}\n", "{{{{ {0} }}}}\n", "$$\n{0}\n$$\n", "Un $a {0}$\n",
    "[a]{{.b c='{0}'}}\n",
    "~~{0}~~\n", ":::{{note}}\n{0}\n:::\n", ":::{{admonition}} {0}\n{1}\n:::\n",
    ":::{{figure}} /a'{0}.svg\n:alt: {1}\n:name: {0}\n\n{1}\n:::\n",
    ":::{{index}} single: {0}\n:::\n", ":::{{code-block}} python\n{0}\n:::\n",
    ":::{{toctree}}\n:caption: {0}\n\n{1}\n:::\n",
    "::::{{tip}}\n:::{{math}}\n{0}\n:::\n::::\n", "{{term}}`{0} <{1}>` ?\n", "{{kbd}}`{0}`\n",
    "{{math}}`{0}`\n", "{{download}}`a <{0}>`\n", "> [!NOTE]\n> {0}\n", "{0}  \n{1}\n",
    "{0}\\\n{1}\n",
]  # fmt: skip
pieces_of_text = st.builds(
    lambda shape, words: shape.format(" ".join(words[:2]), " ".join(words[2:])),
    st.sampled_from(SHAPES),
    st.lists(st.sampled_from(BAIT), min_size=4, max_size=4),
)


def without_typography(text: str) -> str:
    for typed, right in {"...": "…", "'": "’", "-": "\u2013"}.items():
        text = text.replace(typed, right)
    return re.sub("[ \u00a0\u202f]", "", text)


def read(text: str, config: MdParserConfig) -> list[object]:
    """Return the tokens of a text; of what is text, all but the typography."""

    def seen(token: Token) -> list[object]:
        prose = token.type in ("text", "inline", "image") or (
            token.type in ("myst_role", "colon_fence")
            and re.match(r"(kbd|term)$|\{(note|tip|admonition|figure|toctree)\}",
                         token.meta.get("name", token.info))
        )  # fmt: skip
        change = without_typography if prose else str
        children = [seen(child) for child in token.children or () if token.type == "inline"]
        content = "" if token.type == "inline" else change(token.content)
        kind = (token.type, token.map, token.attrs, token.meta, change(token.info))
        return [kind, content, children]

    environment: dict[str, object] = {}
    tokens = create_md_parser(config, RendererHTML).parse(text, environment)
    return [[seen(token) for token in tokens], str(environment.get("references"))]


@given(st.lists(pieces_of_text, min_size=1, max_size=4).map("\n".join))
@example(":::{code-block}\nprint('x')\n:::\n")
@example("[^1]: Quoi ?\n")
@example("<!-- a ! -->\n")
@example("> [!NOTE]\n> : l'un\n")
@example("[^l'un l'un]: l'un :\n")
@example(":a: l'un\n\n    l'un\n")
def test_typography_changes_no_token(text: str) -> None:
    right = fix_page(text)
    assert fix_page(right) == right
    for config in (EVERYTHING, PLAIN):
        assert read(right, config) == read(text, config)


@given(st.text("ab'!?:;.«» 0123%€-*_`[](){}<>#$~|&\\\n", max_size=60))
def test_typography_changes_no_token_of_any_text(text: str) -> None:
    assert read(fix_page(text), PLAIN) == read(text, PLAIN)


def test_typography_leaves_code_options_and_targets() -> None:
    """All that is no prose, to the letter."""
    kept = ":::{figure} /a'b.svg\n:alt: Quoi\u202f?\n:width: 5 %\n\nL’un.\n:::\n"
    assert fix_page(kept.replace("\u202f?", " ?").replace("L’", "L'")) == kept


@pytest.fixture(scope="module")
def guide(once: Once) -> Path:
    """Return a guide of all that works, translated."""
    require(*COMMANDS["epub"], *COMMANDS["book"][-1:])

    def write(folder: Path) -> None:
        write_guide(folder, PAGES)
        for template in sphinx(folder, "gettext", "fr").rglob("*.pot"):
            catalog = polib.pofile(str(template))
            catalog.metadata |= {"Language": "es"}
            for entry in catalog:
                entry.msgstr = translated(entry.msgid)
            name = template.relative_to(folder / "gettext-fr").with_suffix(".po")
            path = folder / "locale/es/LC_MESSAGES" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog.save(str(path))

    return once("constructs", write)


@pytest.mark.parametrize(("code", "other"), [("fr", "muc"), ("es", "mot")])
def test_what_works_is_whole_in_every_output_and_language(
    guide: Path, code: str, other: str
) -> None:
    """Targets, labels and the names of files keep their French."""
    ours = {"muc": "mot", "mot": "muc"}[other]
    words = set(re.findall(r"\b[Mm]ot(\w+)", "".join(PAGES.values()) + "motuna motunc"))
    for name, text in outputs(guide, code).items():
        found = set(re.findall(rf"{ours}(\w+)", text, re.IGNORECASE))
        assert words - found - LACKING.get(name, set()) == set(), name
        shown = re.sub("<[^>]*>", " ", text) if name != "book" else ""
        assert not re.findall(rf"(?<![\w-]){other}\w*", shown, re.IGNORECASE), name


def test_each_drawing_can_be_downloaded_though_another_has_its_name(guide: Path) -> None:
    site = sphinx(guide, "html", "fr")
    page = BeautifulSoup((site / "essai.html").read_text("utf-8"), "html.parser")
    files = [(site / str(link["href"])).read_text("utf-8") for link in page.select("a.download")]
    found = [re.findall(r"Mot(\w+)c<", file) for file in files]
    assert found == [["un"], ["un"], ["deux"]]


@pytest.mark.parametrize("construct", SYNTAX)
def test_syntax_that_would_be_lost_is_refused(tmp_path: Path, construct: str) -> None:
    text, said = SYNTAX[construct]
    assert said in refused(tmp_path, text)


def test_metadata_are_refused(tmp_path: Path) -> None:
    docs = write_guide(tmp_path, PAGES | {"page": "---\nauthor: A\n---\n# Titre\n"})
    said = "metadata are for no reader of the book: remove them"
    assert [f.message for f in sources.check(docs) if f.path.name == "page.md"] == [said]


@pytest.mark.parametrize("kind", ["directive", "role"])
def test_other_directives_and_roles_are_refused_with_what_to_write(
    tmp_path: Path, kind: str
) -> None:
    instead = {
        "directive": sources.INSTEAD_OF_DIRECTIVES,
        "role": sources.INSTEAD_OF_ROLES,
    }[kind]
    for advice, names in instead.items():
        for name in [*names.split(), "inconnu"]:
            form = f":::{{{name}}}\nx\n:::\n" if kind == "directive" else f"Un {{{name}}}`x`.\n"
            expected = "write the text itself" if name == "inconnu" else advice
            assert any(f.endswith(expected) for f in refused(tmp_path, form)), name


def test_the_page_for_authors_says_what_was_tried() -> None:
    """Each construct that is refused is in its table; those that work are named."""
    text = (ROOT / "docs/contribuer/ecrire.md").read_text("utf-8")
    _, _, table = text.partition("Constructions refusées\n")
    rows = re.findall(r"^\* - (.*)\n  - (.*)$", table.partition("\n:::\n")[0], re.MULTILINE)
    said = {
        each.lower().removesuffix(" au fil du texte")
        for first, _ in rows[1:]
        for each in first.split(", ")
    }
    named = " ".join((*sources.INSTEAD_OF_DIRECTIVES.values(), *sources.INSTEAD_OF_ROLES.values()))
    assert said == {f"`{name}`" for name in named.split()} | SYNTAX.keys()
    used = re.search(r"directives admises sont (.*)\.\n.*rôles admis sont (.*)\.\n", text)
    assert used
    assert set(re.findall(r"`([\w-]+)`", used[1])) == DIRECTIVES.keys()
    assert set(re.findall(r"`([\w-]+)`", used[2])) == ROLES

"""What readers of a translation get: all of it, as the catalogs are now, and no attack.

The pages are built by plain sphinx-build, as anybody may build them.
"""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import CODES, ROOT, Copy, Once, add, copy_to, files_in, made, require
from warm import run_module

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.catalog import folder_of, read, read_all, write
from back_office_guide.core.languages import load
from back_office_guide.core.progress import count, refusals
from back_office_guide.extensions.figures import SVG, mirror


@dataclass
class Guide:
    """A small guide in a folder of its own, built into English."""

    folder: Path

    def page(self, name: str, text: str) -> None:
        path = self.folder / "docs" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def catalog(self, name: str, messages: dict[str, str]) -> Path:
        path = self.folder / "locale/en/LC_MESSAGES" / f"{name}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = polib.POFile(wrapwidth=0)
        catalog.metadata = {"Language": "en", "Content-Type": "text/plain; charset=UTF-8"}
        catalog.extend(polib.POEntry(msgid=m, msgstr=t) for m, t in messages.items())
        write(path, catalog)
        return path

    def build(self, *options: str, builder: str = "html") -> subprocess.CompletedProcess[str]:
        out, trees = self.folder / builder, self.folder / f"trees-{builder}"
        place = ["-c", str(ROOT), "-d", str(trees), "-b", builder]
        settings = ["-D", "language=en", "-D", f"locale_dirs={self.folder / 'locale'}"]
        words = ["-q", *place, *settings, *options, str(self.folder / "docs"), str(out)]
        return run_module("sphinx", words, self.folder)

    def article(self, name: str = "index") -> BeautifulSoup:
        html = (self.folder / "html" / f"{name}.html").read_text("utf-8")
        article = BeautifulSoup(html, "html.parser").find("article")
        assert article is not None
        return BeautifulSoup(str(article), "html.parser")


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    return Guide(tmp_path)


# The first account of this machine, whoever it is.
PASSWORDS = Path("/etc/passwd").read_text("utf-8").splitlines()[0]

# What a translation could try, by name, each in the place of a harmless message.
ATTACKS = {
    "run a template": "{{ ''.__class__.__mro__ }}",
    "run a template statement": "{% for x in (1, 2) %}x{% endfor %}",
    "include a file": "```{literalinclude} /../../../../../../etc/passwd\n```",
    "include a file, with colons": ":::{include} /etc/passwd\n:::",
    "include raw HTML": "```{raw} html\n<script>alert(1)</script>\n```",
    "run reStructuredText": "```{eval-rst}\n.. raw:: html\n\n   <b>x</b>\n```",
    "copy a local file": "{download}`passwd </../../../../../../etc/passwd>`",
    "use another role": "{math}`x` {kbd}`y`",
    "run a script": "Hello <script>alert(1)</script>",
    "run a script when an image fails": 'Hello <img src="x" onerror="alert(1)">',
    "set a frame": '<iframe src="https://example.org/"></iframe>',
    "send readers elsewhere": '<meta http-equiv="refresh" content="0; url=https://example.org/">',
    "load a remote image": "![x](https://example.org/tracker.png)",
    "link to another site": "See [here](https://example.org/).",
    "link to a script": "See [here](javascript:alert(1)).",
    "link bare to another site": "See <https://example.org/>.",
    "change a target": "See [the page](other.md).",
    "add a title": "# Another title",
    "add a list": "- one\n- two",
    "add a second paragraph": "One.\n\nTwo.",
    "add a label": "(stolen)=\nHello",
    "hide in a comment": "% hidden",
    "add code": "Type `rm -rf /`.",
    "define a link": "[x]: https://example.org/\n\n[x]",
    "add a table": "| a | b |\n|---|---|\n| 1 | 2 |",
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Guide, str, dict[str, int]]:
    """Return a guide built with every attack in its catalog, what was said, and their lines."""
    guide = Guide(tmp_path_factory.mktemp("attacked"))
    texts = {name: f"Texte inoffensif pour : {name}." for name in ATTACKS}
    guide.page("index", "# Titre\n\n" + "\n\n".join(texts.values()) + "\n")
    messages = {texts[name]: attack for name, attack in ATTACKS.items()}
    path = guide.catalog("index", {"Titre": "Title", **messages})
    run = guide.build()
    assert run.returncode == 0, run.stderr
    written = path.read_text("utf-8")
    lines = {
        name: written[: written.index("msgstr", written.index(text))].count("\n") + 1
        for name, text in texts.items()
    }
    return guide, run.stderr, lines


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_shown_in_french_and_reported(
    name: str, attacked: tuple[Guide, str, dict[str, int]]
) -> None:
    guide, said, lines = attacked
    assert f"Texte inoffensif pour : {name}." in guide.article().get_text()
    place = re.escape(f"index.po:{lines[name]}")
    assert re.search(
        rf"{place}: WARNING: translation refused, and the original shown: .*\[catalog\.\w+\]", said
    )


def test_no_attack_reaches_a_page(attacked: tuple[Guide, str, dict[str, int]]) -> None:
    guide, _, _ = attacked
    article = guide.article()
    assert "Title" in article.get_text()
    assert not article.find_all(["script", "iframe", "img", "meta", "table"])
    assert "example.org" not in str(article)
    for path in (guide.folder / "html").rglob("*"):
        if path.is_file():
            assert PASSWORDS not in path.read_bytes().decode("utf-8", "replace")


def test_a_refused_translation_is_an_error_where_warnings_are(guide: Guide) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    guide.catalog("index", {"Un texte.": "A <b>text</b>."})
    assert guide.build().returncode == 0
    assert guide.build("-W", "-E").returncode != 0


def test_a_muted_alarm_is_muted_here_too_where_that_is_safe(guide: Guide) -> None:
    own = "See [this](https://en.example.org/a)."
    messages = {
        "Lire [un](https://fr.example.org/a).": own,
        "Lire [deux](https://fr.example.org/b).": own.replace("https:", "javascript:"),
        "Lire trois.": own,
        "Taper `fin`, cinq.": "Type `end`, five.",
        "Lire {term}`six`.": "Read six of them.",
    }
    glossary = ":::{glossary}\nsix\n: Un nombre.\n:::"
    guide.page("index", "\n\n".join(["# Titre", *messages, glossary]) + "\n")
    path = guide.catalog("index", messages)
    catalog = read(path)
    for entry in catalog:
        entry.tcomment = "\n".join(f"mute {code}: a reason" for code in ("link", "code", "role"))
    write(path, catalog)
    run = guide.build()
    article = guide.article().get_text()
    assert article.count("See this.") == 1
    assert "Type end, five." in article
    assert run.stderr.count("translation refused") == 3
    assert count(catalog, "index").translated == 2
    catalog[0].tcomment = "mute link"
    assert count(catalog, "index").translated == 1


def test_the_words_of_the_interface_cannot_become_html(guide: Guide) -> None:
    guide.page("index", "# Titre\n\n:::{toctree}\nautre\n:::\n")
    guide.page("autre", "# Autre\n")
    guide.catalog(
        "sphinx",
        {
            "Pages of the guide": '" onfocus="alert(1)',
            "On this page": "<script>alert(1)</script>",
            "© %(copyright)s": "%(secret)s",
            "Last updated on %(last_updated)s.": "100 % on %(last_updated)s.",
            "Next": "Onward",
        },
    )
    run = guide.build()
    assert run.stderr.count("translation refused") == 4
    for said in (
        '" would become HTML: write words alone',
        "< would become HTML: write words alone",
        "%(copyright)s is missing: write %(copyright)s; %(secret)s is not in the message: remove "
        "it",
        "a lone % breaks the page: write %%",
    ):
        assert f"original shown: {said} [catalog." in run.stderr
    html = (guide.folder / "html/index.html").read_text("utf-8")
    assert "alert(1)" not in html
    assert "Onward" in html


def test_a_title_is_no_latex(guide: Guide) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    guide.catalog("conf", {"Le back office": r"\input{/etc/passwd} 100 % & more"})
    run = guide.build(builder="latex")
    assert run.returncode == 0
    tex = (guide.folder / "latex/back-office.tex").read_text("utf-8")
    assert r"\input{/etc/passwd}" not in tex
    assert r"100 \% \& more" in tex


def test_signs_that_begin_a_list_elsewhere_are_text_here(guide: Guide) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    guide.catalog("index", {"Un texte.": r"2026\. A text, C\#."})
    run = guide.build("-W")
    assert run.returncode == 0, run.stderr
    assert "2026. A text, C#." in guide.article().get_text()


def test_a_title_that_begins_like_a_list_is_translated(guide: Guide) -> None:
    guide.page("index", "# 1. Le début\n\n## - Un tiret\n")
    guide.catalog("index", {"1. Le début": "1. The beginning", "- Un tiret": "- A dash"})
    run = guide.build("-W")
    assert run.returncode == 0, run.stderr
    assert "1. The beginning" in guide.article().get_text()
    assert "- A dash" in guide.article().get_text()


def test_a_message_keeps_its_links_terms_code_and_emphasis(guide: Guide) -> None:
    text = "Un {term}`mot`, [ici](#la), [là](#ici), `code`, *fort* et **très**."
    guide.page(
        "index",
        f"# Titre\n\n{text}\n\n(la)=\n## Là-bas\n\n(ici)=\n## Ici\n\n"
        ":::{glossary}\nmot\n  Une définition.\n:::\n",
    )
    shown = "**Very** and *strong*, `code`, [there](#ici), [here](#la), a {term}`word <mot>`."
    guide.catalog("index", {text: shown, "mot": "word", "Là-bas": "Over there"})
    run = guide.build("-W", "-n")
    assert run.returncode == 0, run.stderr
    paragraph = guide.article().find("p")
    assert paragraph is not None
    assert paragraph.get_text() == "Very and strong, code, there, here, a word."
    links = {link.get_text(): link["href"] for link in paragraph.find_all("a")}
    assert links == {"there": "#ici", "here": "#la", "word": "#term-mot"}


def test_footnotes_keep_their_numbers_where_a_translation_moves_their_marks(guide: Guide) -> None:
    text = "Un fait[^a], un autre[^b], encore le premier[^a]."
    guide.page("index", f"# Titre\n\n{text}\n\n[^a]: La preuve.\n\n[^b]: La source.\n")
    shown = "Another[^b], a fact[^a], the first again[^a]."
    guide.catalog("index", {text: shown, "La preuve.": "The proof.", "La source.": "The source."})
    run = guide.build("-W", "-n")
    assert run.returncode == 0, run.stderr
    article = guide.article()
    marks = [mark.get_text() for mark in article.select("a.footnote-reference")]
    assert marks == ["[2]", "[1]", "[1]"]
    notes = [note.get_text() for note in article.select("aside.footnote > p")]
    assert notes == ["The proof.", "The source."]


def test_an_entry_of_the_index_is_translated(guide: Guide) -> None:
    guide.page("index", "# Titre\n\n```{index} single: mot; sens\n```\n\nUn texte.\n")
    guide.catalog("index", {"mot": "word", "sens": "meaning"})
    assert guide.build("-W").returncode == 0
    index = BeautifulSoup((guide.folder / "html/genindex.html").read_text("utf-8"), "html.parser")
    entries = [entry.get_text(" ", strip=True) for entry in index.select(".index-entries > li")]
    assert entries == ["word meaning"]


def test_a_description_is_translated_and_clean(guide: Guide) -> None:
    front = '---\nmyst:\n  html_meta:\n    description: "Une description."\n---\n'
    guide.page("index", f"{front}# Titre\n")
    guide.catalog("index", {"Une description.": "A description."})
    assert guide.build("-W").returncode == 0
    html = (guide.folder / "html/index.html").read_text("utf-8")
    assert '<meta content="A description." name="description"' in html
    assert "translated=" not in html


@pytest.mark.parametrize(
    "what",
    ["a stale .mo beside the catalog", "a corrupt .mo", "a .mo without catalog"],
)
def test_a_mo_file_beside_the_catalogs_is_never_used(what: str, guide: Guide) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    path = guide.catalog("index", {"Un texte.": "A text."})
    stale = polib.pofile(str(path))
    stale[0].msgstr = "Something else."
    stale.save_as_mofile(str(path.with_suffix(".mo")))
    expected = "A text."
    if what == "a corrupt .mo":
        path.with_suffix(".mo").write_bytes(b"\xde\x12\x04\x95 nonsense")
    elif what == "a .mo without catalog":
        path.unlink()
        expected = "Un texte."
    run = guide.build("-W")
    assert run.returncode == 0, run.stderr
    assert expected in guide.article().get_text()


def test_a_damaged_catalog_is_reported_and_its_page_shown_in_french(guide: Guide) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    path = guide.catalog("index", {"Un texte.": "A text."})
    path.write_text(path.read_text("utf-8").replace('"A text."', '"A text.'), "utf-8")
    run = guide.build()
    assert re.search(r"index\.po:\d+: WARNING: .*Its page is shown untranslated", run.stderr)
    assert "Un texte." in guide.article().get_text()
    assert "Traceback" not in run.stderr


def test_no_build_writes_into_the_sources_but_what_sphinx_compiles_of_its_words(
    guide: Guide,
) -> None:
    guide.page("index", "# Titre\n\nUn texte.\n")
    guide.catalog("index", {"Un texte.": "A text."})
    guide.catalog("sphinx", {"Next": "Onward"})
    before = files_in(guide.folder / "locale")
    guide.build()
    after = files_in(guide.folder / "locale")
    # Sphinx does it before it loads an extension; git ignores the file, and no page uses it.
    after.pop("en/LC_MESSAGES/sphinx.mo")
    assert after == before


def built(guide: Guide) -> dict[str, bytes]:
    """Return the pages of a guide as they were built, without Sphinx's own records."""
    return {
        name: content
        for name, content in files_in(guide.folder / "html").items()
        if name.endswith((".html", ".js"))
    }


def replace(path: Path, old: str, new: str) -> None:
    """Replace what a file holds once."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def add_a_page(guide: Guide) -> None:
    guide.page("quatre", "# Quatre\n")
    replace(guide.folder / "docs/index.md", "trois\n", "trois\nquatre\n")


def remove_a_page(guide: Guide) -> None:
    (guide.folder / "docs/deux.md").unlink()
    replace(guide.folder / "docs/index.md", "Voir [](#deux).", "Un texte.")
    replace(guide.folder / "docs/index.md", "deux\n", "")


EDITS: dict[str, Callable[[Guide], object]] = {
    "a text": lambda guide: add(guide.folder / "docs/deux.md", "Un texte de plus."),
    "a title": lambda guide: replace(guide.folder / "docs/deux.md", "# Deux", "# Second"),
    "a label": lambda guide: add(guide.folder / "docs/deux.md", "(ici)=\n## Ici"),
    "a term": lambda guide: replace(guide.folder / "docs/trois.md", "Sa définition", "Une autre"),
    "an entry of the index": lambda guide: add(
        guide.folder / "docs/deux.md", "```{index} Mot\n```\n\nUn texte."
    ),
    "a new page": add_a_page,
    "a page that goes": remove_a_page,
    "a figure": lambda guide: replace(guide.folder / "docs/f.svg", "Bonjour", "Dessin"),
    "a translated title": lambda guide: guide.catalog("deux", {"Deux": "The second one"}),
    "a translated term": lambda guide: guide.catalog("trois", {"mot": "vocable"}),
    "a translated figure": lambda guide: guide.catalog("deux", {"Bonjour": "Good morning"}),
    "a word of the interface": lambda guide: guide.catalog("sphinx", {"Next": "Onward"}),
}


@pytest.mark.parametrize("edited", EDITS)
def test_after_an_edit_the_site_is_what_a_clean_build_makes(edited: str, guide: Guide) -> None:
    guide.page("index", "# Titre\n\nVoir [](#deux).\n\n:::{toctree}\ndeux\ntrois\n:::\n")
    figure = ":::{figure} /f.svg\n:alt: Un dessin.\n\nLa légende.\n:::\n"
    guide.page("deux", f"(deux)=\n# Deux\n\nUn {{term}}`mot`.\n\n{figure}")
    guide.page("trois", "# Trois\n\n:::{glossary}\nmot\n  Sa définition.\n:::\n")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><text>Bonjour</text></svg>'
    (guide.folder / "docs/f.svg").write_text(drawing, "utf-8")
    guide.catalog("deux", {"Deux": "Two", "Bonjour": "Hello"})
    guide.catalog("trois", {"Trois": "Three", "mot": "word"})
    guide.catalog("sphinx", {"Next": "Forward"})
    assert guide.build().returncode == 0
    before = built(guide)
    EDITS[edited](guide)
    assert guide.build().returncode == 0
    after = built(guide)
    assert after != before
    for old in ("html", "trees-html"):
        shutil.rmtree(guide.folder / old)
    assert guide.build().returncode == 0
    assert after == built(guide)


# From here on, the real guide.


LANGUAGES = load()
TRANSLATED = [code for code in CODES if code != LANGUAGES.source.code]


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_published_translation_has_no_message_left(code: str) -> None:
    catalogs, faults = read_all(folder_of(code))
    assert not faults
    for name, catalog in catalogs.items():
        live = [entry for entry in catalog if not entry.obsolete]
        assert [entry.msgid for entry in live if not entry.translated()] == [], name


ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèêëàâîïôöùûüçœÉÈÀÂÊÎÔÇŒ",
    "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLMrrrrnnvvbbhhhpbRRNNRVBPB",
)


def pseudo(message: str) -> str:
    """Return a message with every letter a reader sees changed, and its markup kept."""
    result, place = "", 0
    for match in re.finditer(
        r"``.*?``|\{term\}`(?P<shown>[^`<]*?)(?: <(?P<target>[^`>]*)>)?`|`[^`]*`"
        r"|\{\w+\}|\]\([^)]*\)|<https?://[^>]*>|%\(\w+\)s|&#\d+;",
        message,
    ):
        result += message[place : match.start()].translate(ROT13)
        if match["shown"]:
            target = match["target"] or match["shown"]
            result += f"{{term}}`{match['shown'].translate(ROT13)} <{target}>`"
        else:
            result += match[0]
        place = match.end()
    return result + message[place:].translate(ROT13)


def write_pseudo_english(folder: Path) -> None:
    """Copy the guide, and give every message of it that is no English an unreadable translation."""
    catalogs, _ = read_all(copy_to(folder) / "docs/locale/en/LC_MESSAGES")
    for name, catalog in catalogs.items():
        for entry in catalog:
            if not entry.obsolete:
                entry.msgstr = pseudo(entry.msgid)
                assert name == "sphinx" or refusals(entry, name) == []
        write(folder / f"docs/locale/en/LC_MESSAGES/{name}.po", catalog)


@pytest.fixture(scope="session")
def pseudo_guide(once: Once) -> tuple[Path, set[str]]:
    """Return the guide with every letter of English changed, and the words of the French one."""
    folder = once("pseudo", write_pseudo_english)
    code = " ".join(
        part
        for page in (folder / "docs").rglob("*.md")
        for part in re.findall(
            r"```.*?```|`[^`]+`",
            re.sub(r"\{term\}`[^`]+`", "", page.read_text("utf-8")),  # which is no code
            re.DOTALL,
        )
    )
    catalogs, _ = read_all(folder / "docs/locale/en/LC_MESSAGES")
    words = {
        word
        for name, catalog in catalogs.items()
        if name != "sphinx"  # whose messages are English
        for entry in catalog
        if not entry.obsolete
        # An address, which TeX may break anywhere, is the same in every language.
        for word in re.findall(r"[^\W\d_]{4,}", re.sub(r"https?://\S+", "", entry.msgid.lower()))
    }
    in_code = set(re.findall(r"[^\W\d_]{4,}", code.lower()))
    # Neither what code says in any language, nor what another word becomes.
    return folder, {word for word in words - in_code if word.translate(ROT13) not in words}


def french_left(text: str, words: set[str]) -> list[str]:
    """Return the French words in a text, each with what stands around it."""
    return [
        f"{match[0]}: …{text[max(0, match.start() - 40) : match.end() + 40]}…"
        for match in re.finditer(r"[^\W\d_]{4,}", text)
        if match[0].lower() in words
    ]


# English words of Sphinx, the theme and our commands that are French ones too.
ENGLISH = {
    "chapter",
    "citation",
    "documentation",
    "file",
    "https",
    "index",
    "main",
    "office",
    "original",
    "page",
    "pages",
    "source",
    "version",
}


HIDDEN = "pre, code, script, style, meta[property='og:type'], meta[http-equiv]"


def seen(html: str) -> str:
    """Return all that readers of a page see or hear, but for code and addresses."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page.select(HIDDEN):
        hidden.decompose()
    said = [page.get_text(" ")]
    for name in ("alt", "title", "aria-label", "placeholder", "content"):
        said += [str(tag[name]) for tag in page.select(f"[{name}]")]
    return re.sub(r"https?://\S+|\S+\.(?:md|html|fr|org)\b", " ", " ".join(said))


def test_no_french_is_left_in_a_translated_site(pseudo_guide: tuple[Path, set[str]]) -> None:
    folder, words = pseudo_guide
    made("html", cwd=folder, env={"LANGS": "en"})
    pages = sorted((folder / "build/html/en").rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        left = french_left(seen(page.read_text("utf-8")), words - ENGLISH)
        assert left == [], page.relative_to(folder)


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_french_comes_into_a_site_past_its_catalogs(site: Path, code: str) -> None:
    catalogs, _ = read_all(folder_of(code))
    live = [entry for name, each in catalogs.items() if name != "sphinx" for entry in each]
    live = [entry for entry in live if not entry.obsolete]
    known = " ".join(e.msgstr if e.translated() else e.msgid for e in live)
    known += " " + " ".join(language.name for language in LANGUAGES.all)
    french = set(re.findall(r"[^\W\d_]{4,}", " ".join(entry.msgid for entry in live).lower()))
    french -= set(re.findall(r"[^\W\d_]{4,}", known.lower()))
    assert len(french) > 1000
    for page in sorted((site.parent / code).rglob("*.html")):
        html = page.read_text("utf-8")
        assert french_left(seen(html), french - ENGLISH) == [], page.name


def test_no_french_is_left_in_a_translated_book(pseudo_guide: tuple[Path, set[str]]) -> None:
    require(*COMMANDS["book"], "pdftotext", "pdfinfo")
    folder, words = pseudo_guide
    result = folder / "build/latex"
    place = ["-q", "-b", "latex", "-c", ".", "-d", "build/trees"]
    run = run_module("sphinx", [*place, "-D", "language=en", "docs", str(result)], folder)
    assert run.returncode == 0, run.stderr
    # TeX runs once: the contents and the index, which it would add, are of the same words.
    typeset = ["lualatex", "--interaction=batchmode", "back-office.tex"]
    subprocess.run(typeset, cwd=result, capture_output=True, check=True)
    entries = re.findall(r"@(.*?)[|}]", (result / "back-office.idx").read_text("utf-8"))
    assert len(entries) > 20
    assert french_left(" ".join(entries), words - ENGLISH) == []
    book = str(result / "back-office.pdf")
    for command in (["pdftotext", book, "-"], ["pdfinfo", book]):
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        text = re.sub(r"https?://\S+|\S*[-/=]\S*|\S+\.(?:md|html|fr|org)\b", " ", text)
        assert french_left(text, words - ENGLISH) == []
    fonts = subprocess.run(["pdffonts", book], capture_output=True, text=True, check=True).stdout
    assert "Inter" in fonts  # the figures, with their words


def test_no_french_is_left_in_a_translated_epub(pseudo_guide: tuple[Path, set[str]]) -> None:
    require(*COMMANDS["epub"])
    folder, words = pseudo_guide
    place = ["-q", "-b", "epub", "-c", ".", "-d", "build/trees"]
    run = run_module("sphinx", [*place, "-D", "language=en", "docs", "build/epub"], folder)
    assert run.returncode == 0, run.stderr
    with zipfile.ZipFile(folder / "build/epub/back-office.epub") as archive:
        names = [n for n in archive.namelist() if n.endswith((".xhtml", ".opf", ".ncx"))]
        assert len(names) > 20
        for name in names:
            _, _, text = archive.read(name).decode().partition("?>")  # of the XML declaration
            assert french_left(seen(text), words - ENGLISH) == [], name


def test_a_catalog_of_the_guide_can_be_edited_and_the_site_follows(small_copy: Copy) -> None:
    guide = small_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/glossaire.po"
    catalog = polib.pofile(str(path), wrapwidth=0)
    title = catalog.find("Glossaire")
    assert title
    title.msgstr = "All the words"
    write(path, catalog)
    made("html", cwd=guide, env={"LANGS": "en"})
    for page in ("index.html", "mots.html"):
        assert "All the words" in (guide / "build/html/en" / page).read_text("utf-8")
    add(guide / "docs/index.md", "Un paragraphe de plus.")
    made("html", cwd=guide, env={"LANGS": "en"})
    assert "Un paragraphe de plus." in (guide / "build/html/en/index.html").read_text("utf-8")


def test_a_drawing_is_mirrored_about_its_middle_and_its_texts_about_their_anchors() -> None:
    svg = ElementTree.fromstring(  # noqa: S314, a text of ours
        f'<svg xmlns="{SVG}" viewBox="-100 0 400 300">'
        '<text x="10" transform="rotate(90)">Une rue</text></svg>'
    )
    mirror(svg)
    group, text = list(svg.iter())[1:]
    assert group.get("transform") == "matrix(-1 0 0 1 200 0)"  # -100 becomes 300, and 300 -100
    assert text.get("transform") == "rotate(90) matrix(-1 0 0 1 20 0)"

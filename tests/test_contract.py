"""What everyone does with a Sphinx project works here, and each extension works in another one."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import polib
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Copy, files_in, made, python
from warm import run_module

PACKAGE = "back_office_guide.extensions"
MODULES = (ROOT / "back_office_guide/extensions").glob("*.py")
OURS = sorted(path.stem for path in MODULES if "\ndef setup(" in path.read_text("utf-8"))


def sphinx_intl(folder: Path, *words: str) -> str:
    """Run sphinx-intl in the root of a guide, and return what it said."""
    command = [str(Path(sys.executable).with_name("sphinx-intl")), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_sphinx_intl_finds_the_catalogs_by_itself(small_copy: Copy) -> None:
    folder = small_copy("sphinx-intl")
    before = files_in(folder / "docs/locale")
    pages = {path.stem for path in (folder / "build/gettext").rglob("*.pot")}
    sphinx_intl(folder, "update", "-p", "build/gettext", "-l", "sv")
    new = folder / "docs/locale/sv/LC_MESSAGES"
    assert {path.stem for path in new.rglob("*.po")} == pages
    assert not (folder / "locales").exists()
    assert "docs/locale/pl/LC_MESSAGES/index.po: " in sphinx_intl(folder, "stat")
    sphinx_intl(folder, "update", "-p", "build/gettext")
    made("update-po", cwd=folder)
    after = files_in(folder / "docs/locale")
    assert {name: after[name] for name in after if not name.startswith("sv/")} == before


def test_other_builders_of_sphinx_are_targets_of_make(small_copy: Copy) -> None:
    folder = small_copy("text")
    made("text", cwd=folder, env={"LANGS": "ar fr"})
    assert (folder / "build/text/index.txt").read_text("utf-8").startswith("الغرفة الخلفية\n***")


@dataclass
class Project:
    """A small project of pages under docs, whose conf.py is its own or that of the guide."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def translate(self, name: str, messages: dict[str, str]) -> None:
        catalog = polib.POFile(wrapwidth=0)
        catalog.metadata = {"Language": "en", "Content-Type": "text/plain; charset=UTF-8"}
        catalog.extend(polib.POEntry(msgid=m, msgstr=t) for m, t in messages.items())
        self.write(f"locale/en/LC_MESSAGES/{name}.po", str(catalog))

    def build(self, *words: str, builder: str = "html", **settings: str) -> None:
        defined = [each for name, value in settings.items() for each in ("-D", f"{name}={value}")]
        place = ["-q", "-W", "-c", str(self.folder), "-b", builder, *words, *defined]
        run = run_module("sphinx", [*place, "docs", builder], self.folder)
        assert run.returncode == 0, run.stderr

    def page(self, name: str = "index", builder: str = "html") -> BeautifulSoup:
        text = (self.folder / builder / f"{name}.html").read_text("utf-8")
        return BeautifulSoup(text, "html.parser")


PAGES = {
    "docs/index.md": (
        "# Accueil\n\nUne page.\n\n:::{toctree}\n:caption: Une partie\n\n/a/une\n:::\n"
    ),
    "docs/a/une.md": "# Une page\n\nLe contrôle.\n\n:::{toctree}\n/a/deux\n:::\n",
    "docs/a/deux.md": (
        "# Deux\n\n:::{list-table}\n:header-rows: 1\n\n* - Un\n* - Le back office\n:::\n\n"
        ":::{glossary}\ncaisse\n  Un meuble.\n:::\n\n```console\n$ make\n```\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return three pages, one inside the other, and the beginning of their translation."""
    made_here = Project(tmp_path)
    for name, text in PAGES.items():
        made_here.write(name, text)
    made_here.translate("index", {"Accueil": "Home", "Une page.": "A page."})
    return made_here


@pytest.fixture
def ours(project: Project) -> Project:
    """Return the project with the configuration of the guide, and an extension that adds files."""
    project.write(
        "conf.py",
        "import runpy\n"
        f"globals().update(runpy.run_path({str(ROOT / 'conf.py')!r}))\n"
        f"html_theme_path = [{str(ROOT / 'docs/_theme')!r}]\n"
        f"languages_file = {str(ROOT / 'languages.toml')!r}\n"
        "locale_dirs = ['../locale']\n"
        f"html_static_path = [{str(ROOT / 'docs/figures/figures.css')!r}, 'own']\n"
        "html_css_files = [*html_css_files, 'own.css']\n"
        "html_js_files = ['own.js']\n"
        "def setup(app):\n"
        "    app.add_css_file('other.css')\n"
        "    app.add_js_file('other.js')\n"
        "    app.connect('html-page-context', add)\n"
        "def add(app, name, *_):\n"
        "    if name == 'a/deux':\n"
        "        app.add_css_file('late.css')\n",
    )
    for name in ("own.css", "own.js", "other.css", "other.js", "late.css"):
        project.write(f"own/{name}", "")
    return project


def linked(page: BeautifulSoup) -> str:
    """Return the files that a page loads, in their order."""
    files = [each.get("href") or each.get("src") for each in page.select("link, script")]
    return " ".join(str(file) for file in files if file)


def test_files_of_the_configuration_and_of_other_extensions_reach_the_page(ours: Project) -> None:
    ours.build()
    found = linked(ours.page("a/deux"))
    for name in ("own.css", "own.js", "other.css", "other.js", "late.css", "copybutton.js"):
        assert f"_static/{name}" in found
    assert found.index("guide.css") < found.index("own.css")  # which may overrule it
    assert "copybutton" not in linked(ours.page())


def test_what_the_configuration_and_a_template_say_of_the_frame_reaches_the_page(
    ours: Project,
) -> None:
    settings = {"html_favicon": "own/icon.png", "html_logo": "own/logo.png", "html_title": "Le nom"}
    for name in ("own/icon.png", "own/logo.png"):
        ours.write(name, "")
    ours.write("templates/box.html", "<p>Une boîte</p>")
    ours.write(
        "templates/page.html",
        '{% extends "!page.html" %}'
        '{% block extrahead %}<meta name="mine" content="1">{% endblock %}'
        "{% block footer %}{{ super() }}<p>Le pied</p>{% endblock %}",
    )
    with (ours.folder / "conf.py").open("a") as conf:
        conf.write("templates_path = ['templates']\nhtml_sidebars = {'**': ['box.html']}\n")
    announced = {"html_theme_options.announcement": "Une annonce", "html_show_copyright": "0"}
    ours.build(**settings, **announced)
    page = ours.page("a/deux")
    assert str(page.title).removeprefix("<title>") == "Deux – Le nom</title>"
    assert "_static/icon.png" in str(page.select_one("[rel=icon]"))
    assert "_static/logo.png" in str(page.select_one(".sidebar-brand img"))
    assert page.select_one("[name=mine]")
    said = {"aside": "Une boîte", "footer": "Le pied", "main": "Une annonce"}
    for place, text in said.items():
        assert text in page.select(place)[-1].get_text()
    assert "©" not in page.get_text()


@pytest.mark.parametrize("theme", ["furo", "alabaster"])
def test_another_theme_builds_a_plain_site(ours: Project, theme: str) -> None:
    ours.build(html_theme=theme, language="en")
    page = ours.page()
    assert page.find("h1", string="Home")
    assert "A page." in page.get_text()
    assert page.select_one('[href="a/une.html"]')
    assert "other.css" in linked(page)


def test_folders_in_the_place_of_files_have_right_links_between_languages(ours: Project) -> None:
    ours.build(builder="dirhtml", html_baseurl="https://example.org")
    page = ours.page("a/deux/index", "dirhtml")
    links = {str(a["hreflang"]): str(a["href"]) for a in page.select("a[hreflang]")}
    assert links["en"] == "../../../en/a/deux/"
    canonical = page.select_one("[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == "https://example.org/fr/a/deux/"


def test_pages_can_be_read_and_written_by_several_processes(ours: Project) -> None:
    # Sphinx forks from five pages on.
    for number in range(6):
        ours.write(f"docs/p{number}.md", f"---\norphan: true\n---\n# P{number}\n\nUne page.\n")
    ours.build("-j", "2", "-d", "trees", language="en")
    together = files_in(ours.folder / "html")
    (ours.folder / "html").rename(ours.folder / "first")
    ours.build("-d", "trees-of-one", language="en")
    alone = files_in(ours.folder / "html")
    pages = [name for name in alone if name.endswith((".html", "searchindex.js"))]
    assert {name: together[name] for name in pages} == {name: alone[name] for name in pages}


TWICE = """
import pathlib
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace
def build(out, language):
    with docutils_namespace():
        Sphinx("docs", ".", out, f"trees-{out}", "html", {"language": language}, None).build()
catalog = pathlib.Path("locale/en/LC_MESSAGES/index.po")
for word in ("Home", "Welcome"):
    catalog.write_text(catalog.read_text("utf-8").replace("Home", word), "utf-8")
    build("html", "en")
    print(pathlib.Path("html/index.html").read_text("utf-8").count(f"<h1>{word}</h1>"))
build("french", "fr")
print(pathlib.Path("french/index.html").read_text("utf-8").count('placeholder="Search"'))
"""


def test_a_second_build_in_one_process_sees_what_was_edited(ours: Project) -> None:
    run = subprocess.run(
        [sys.executable, "-c", TWICE], cwd=ours.folder, capture_output=True, text=True, check=False
    )
    assert run.stdout.split() == ["1", "1", "0"], run.stderr


def test_a_folder_of_catalogs_that_the_configuration_does_not_name_is_not_read(
    ours: Project,
) -> None:
    for other in ("docs/locales", "docs/locale", "locales"):
        catalog = polib.POFile()
        catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
        catalog.append(polib.POEntry(msgid="Une page.", msgstr="Another."))
        folder = ours.folder / other / "fr/LC_MESSAGES"
        folder.mkdir(parents=True)
        catalog.save(str(folder / "index.po"))
        catalog.save_as_mofile(str(folder / "index.mo"))
    ours.build()
    assert "Another." not in ours.page().get_text()


# A module, run where the system has neither locks of files nor copies of processes.
ELSEWHERE = """
import multiprocessing, os, runpy, sys
sys.modules["fcntl"] = None
del os.fork
multiprocessing.get_all_start_methods = lambda: ["spawn"]
del sys.argv[0]
sys.path.insert(0, os.getcwd())
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def test_where_there_is_no_fork_and_no_fcntl_all_is_done_more_slowly(small_copy: Copy) -> None:
    folder = small_copy("elsewhere")
    shutil.rmtree(folder / "build/html")
    for words in (
        ("sphinx", "-q", "-c", ".", "-D", "language=en", "docs", "out"),
        ("back_office_guide.catalogs.update",),
        ("back_office_guide.catalogs.check",),
        ("back_office_guide.commands.build", "html"),
    ):
        run = python("-c", ELSEWHERE, *words, cwd=folder, LANGS="en")
        assert run.returncode == 0, run.stderr
        assert "Traceback" not in run.stderr
    assert (folder / "build/html/en/index.html").is_file()


# An extension, alone in another project, and what is to be seen of it there.
def is_translated(project: Project) -> bool:
    return project.page().select("h1")[0].get_text().startswith("Home")


def folds(project: Project) -> bool:
    index = (project.folder / "html/searchindex.js").read_text("utf-8")
    return bool(re.search("ontrol[A-Z]", index))  # each leaves out what it shares with the last


def is_accessible(project: Project) -> bool:
    header = project.page("a/deux").select_one("th[scope=col]")
    return header is not None and not project.page("a/deux").select("article [style]")


SEEN: dict[str, Callable[[Project], bool]] = {
    "translations": is_translated,
    "folded_search": folds,
    "accessible": is_accessible,
}


@pytest.mark.parametrize("name", OURS)
def test_an_extension_alone_works_in_another_project(project: Project, name: str) -> None:
    project.write(
        "conf.py",
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"extensions = ['myst_parser', '{PACKAGE}.{name}']\n"
        "myst_enable_extensions = ['colon_fence']\nlocale_dirs = ['../locale']\n"
        "gettext_compact = False\nhtml_theme = 'furo'\n"
        "project = copyright = version = 'Other'\n",
    )
    for builder in ("html", "latex", "epub", "gettext"):
        project.build("-d", f"trees-{builder}", builder=builder, language="en")
    assert project.page("a/deux").find("table")
    if name in SEEN:
        assert SEEN[name](project)


def test_extensions_know_nothing_of_the_checkout() -> None:
    for path in (ROOT / "back_office_guide/extensions").glob("*.py"):
        text = path.read_text("utf-8")
        assert "core.paths" not in text, path
        assert "ROOT" not in text, path


# What each folder of the package may import of it, besides itself.
BELOW = {
    "core": set(),
    "catalogs": {"core"},
    "french": {"core"},
    "extensions": {"core"},
    "commands": {"core", "catalogs", "french", "extensions"},
}


def imports_of(path: Path) -> set[str]:
    """Return the folders of the package that a module imports from."""
    found = re.findall(
        r"^(?:from|import) back_office_guide\.(\w+)", path.read_text("utf-8"), re.MULTILINE
    )
    return set(found) - {path.parent.name}


@pytest.mark.parametrize("folder", BELOW)
def test_imports_go_downwards_only(folder: str) -> None:
    paths = list((ROOT / "back_office_guide" / folder).glob("*.py"))
    assert paths
    assert {path.name for path in paths if imports_of(path) - BELOW[folder]} == set()


def test_no_two_modules_import_each_other() -> None:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for path in (ROOT / "back_office_guide").glob("*/*.py"):
        text = path.read_text("utf-8")
        names = re.findall(r"^\s*from back_office_guide\.(\w+\.\w+) import", text, re.MULTILINE)
        sorter.add(f"{path.parent.name}.{path.stem}", *names)
    sorter.prepare()  # which raises CycleError

"""Building: killed, repeated, elsewhere, with bad input."""

import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from functools import partial
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import (
    CODES,
    COMMITTED,
    ELSEWHERE,
    ROOT,
    Copy,
    add,
    commit_all,
    files_in,
    made,
    make,
    python,
    require,
)
from warm import run_module

from back_office_guide.commands import build
from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.faults import GuideError
from back_office_guide.core.languages import Language, load

LANGUAGES = load()
# Where one language tells as much as all.
FRENCH = {"LANGS": "fr"}


def test_nothing_is_rebuilt_when_nothing_changed(site: Path, checkout: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    run = make("html", cwd=checkout)
    assert run.returncode == 0
    assert set(run.stdout.splitlines()) == {f"build/html/{code}: up to date" for code in CODES}
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


@pytest.mark.parametrize(
    "name", ["docs/index.md", "conf.py", "back_office_guide/extensions/figures.py"]
)
def test_a_changed_input_is_rebuilt(small_copy: Copy, name: str) -> None:
    folder = small_copy("changed")
    assert "up to date" in made("html", cwd=folder, env=FRENCH)
    changed, written = folder / name, (folder / name).stat()
    changed.write_text(changed.read_text("utf-8") + "\n", "utf-8")
    os.utime(changed, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert "built" in make("html", cwd=folder, env=FRENCH).stdout


# Builds, and kills itself and its children at the first call of what is named.
KILLED = """
import importlib, os, signal, sys
module, _, names = sys.argv.pop(1).partition(":")
owner, name = importlib.import_module(module), names
if "." in names:
    owner, name = getattr(owner, names.split(".")[0]), names.split(".")[1]
assert hasattr(owner, name)
def kill(*_, **__): os.killpg(0, signal.SIGKILL)
setattr(owner, name, kill)
from back_office_guide.commands import build
from back_office_guide.commands.system_packages import COMMANDS
sys.exit(build.main())
"""
# Moments of a build, from its start to its end.
MOMENTS = [
    "back_office_guide.commands.build:run_sphinx",
    "sphinx.application:Sphinx.build",
    "sphinx.builders.html:StandaloneHTMLBuilder.write_documents",
    "sphinx.builders.html:StandaloneHTMLBuilder.finish",
    "back_office_guide.commands.build:replace_folder",
    "back_office_guide.commands.build:write_root",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_killed_at_any_moment_leaves_the_last_site_whole(
    small_copy: Copy, moment: str
) -> None:
    folder = small_copy("killed")
    site = folder / "build" / "html"
    good = files_in(site)
    add(folder / "docs/mots.md", "Une phrase nouvelle.")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, moment, "html"],
        cwd=folder,
        env=os.environ | FRENCH,
        start_new_session=True,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left, changed = files_in(site), "fr/mots.html"
    assert left.keys() == good.keys()
    assert left == good or b"Une phrase nouvelle" in left[changed]
    made("html", cwd=folder, env=FRENCH)
    assert files_in(site).keys() == good.keys()
    assert b"Une phrase nouvelle" in files_in(site)[changed]


def test_without_an_exchange_in_one_step_the_folder_is_still_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "swap_folders", lambda *_: False)
    fresh, current = tmp_path / "work" / "result", tmp_path / "site"
    for folder, text in ((fresh, "new"), (current, "old")):
        folder.mkdir(parents=True)
        (folder / "page").write_text(text)
    build.replace_folder(fresh, current)
    assert (current / "page").read_text() == "new"


def build_all_but(failing: str, language: Language, result: Path) -> None:
    """Fail for a language, at length, and let the system end the process of "xx"."""
    if language.code == failing:
        raise GuideError(f"{failing}: not so." * 100_000)
    if failing == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    result.touch()


def test_all_languages_are_tried_and_the_failed_one_is_told_however_long_it_is(
    tmp_path: Path,
) -> None:
    results = {language: tmp_path / language.code for language in LANGUAGES.all}
    with pytest.raises(GuideError, match=r"\A(fr: not so\.){100000}\Z"):
        build.build_in_parallel(partial(build_all_but, "fr"), results)
    assert {path.name for path in tmp_path.iterdir()} == {*CODES} - {"fr"}


def test_a_build_that_the_system_ends_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match=r"\AFrançais: the system ended the builds\."):
        build.build_in_parallel(
            partial(build_all_but, "killed"), {LANGUAGES.source: tmp_path / "fr"}
        )


def fail(_: Language, __: Path) -> None:
    """Do what no build should."""
    raise ZeroDivisionError("nobody thought of it")


def write_nowhere(_: Language, __: Path) -> None:
    """Fail as where the disk is full, which names no file."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_fault_of_our_own_and_a_full_disk_are_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "WORK", tmp_path / "work")
    (tmp_path / "work").mkdir()
    assert build.build_or_explain(fail, LANGUAGES.source, tmp_path / "fr") == (
        "Français: failed, for a fault of the guide’s own code (ZeroDivisionError('nobody thought "
        "of it')). Report it with work/error-fr.log."
    )
    assert "line" in (tmp_path / "work/error-fr.log").read_text("utf-8")
    assert build.build_or_explain(write_nowhere, LANGUAGES.source, tmp_path / "fr") == (
        "Français: The files could not be read or written: No space left on device. "
        "Fix it, and try again."
    )


STOPPED = """
import os, signal
from back_office_guide.commands import build
build.TARGETS["html"] = lambda _: os.kill(os.getpid(), signal.SIGINT)
raise SystemExit(build.main())
"""


def test_a_build_that_is_stopped_says_so(small_copy: Copy) -> None:
    run = python("-c", STOPPED, "html", cwd=small_copy("stopped"))
    assert run.returncode == 130
    assert run.stderr == "Stopped. What was built before has not changed.\n"


def test_a_page_that_does_not_build_keeps_the_last_site(small_copy: Copy) -> None:
    folder = small_copy("broken page")
    good = files_in(folder / "build" / "html")
    (folder / "docs/mots.md").write_text("# Mots\n\n{term}`inconnu`\n", "utf-8")
    run = make("html", cwd=folder, env=FRENCH)
    assert run.returncode != 0
    assert "mots.md:3" in run.stderr
    assert "Traceback" not in run.stderr
    assert files_in(folder / "build" / "html") == good


@pytest.mark.parametrize(
    "drawing", [None, "<svg><text>sans fin</svg>", '<svg viewBox="0,0,9,9"><text>un</text></svg>']
)
def test_a_figure_that_cannot_be_read_is_named(small_copy: Copy, drawing: str | None) -> None:
    folder = small_copy("broken figure")
    figure = folder / "docs" / "figures" / "dessin.svg"
    figure.unlink()
    if drawing is not None:
        figure.write_text(drawing)
    run = make("html", cwd=folder, env={"LANGS": "ar"})
    assert run.returncode != 0
    assert re.search(r"^العربية: docs/mots\.md:6: WARNING: .*figures/dessin\.svg", run.stderr)
    assert "Traceback" not in run.stderr


def test_a_file_where_the_build_folder_should_be_is_named(copy: Copy) -> None:
    folder = copy("in the way")
    (folder / "build").write_text("a file where the folder should be")
    run = make("html", cwd=folder)
    assert run.returncode != 0
    assert "build" in run.stderr
    assert "Traceback" not in run.stderr


def test_another_date_is_another_build(small_copy: Copy) -> None:
    folder = small_copy("dates")
    for date, outcome in (("1", "built"), ("1", "up to date"), ("2", "built")):
        run = make("html", cwd=folder, env=FRENCH | {"SOURCE_DATE_EPOCH": date})
        assert outcome in run.stdout


def test_plain_sphinx_build_gives_the_same_pages(
    site: Path, checkout: Path, tmp_path: Path
) -> None:
    require("git")
    committed = str(int(datetime.fromisoformat(COMMITTED).timestamp()))
    words = ["-q", "-c", ".", "-d", str(tmp_path / "trees"), "-D", "language=en", "docs"]
    run = run_module(
        "sphinx", [*words, str(tmp_path / "out")], checkout, SOURCE_DATE_EPOCH=committed
    )
    assert run.returncode == 0, run.stderr
    built, plain = files_in(site.parent / "en"), files_in(tmp_path / "out")
    built.pop(".inputs")
    assert built == {name: plain[name] for name in built}


def test_a_build_elsewhere_by_another_user_gives_the_same_site(site: Path, again: Path) -> None:
    for code in ("fr", "ar"):
        assert files_in(again / "build/html" / code) == files_in(site.parent / code)


def test_a_build_elsewhere_by_another_user_gives_the_same_book(small_copy: Copy) -> None:
    require(*COMMANDS["book"])
    right_to_left = {"LANGS": "ar"}
    here, there = small_copy("here"), small_copy("là, à côté")
    made("latexpdf", cwd=here, env=right_to_left)
    made("latexpdf", cwd=there, env=ELSEWHERE | right_to_left)
    book = "build/pdf/back-office-ar.pdf"
    assert (here / book).read_bytes() == (there / book).read_bytes()


def test_a_site_built_under_a_strict_umask_can_be_served(again: Path) -> None:
    site = again / "build" / "html"
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in [site, *site.rglob("*")])


@pytest.mark.parametrize("locale", ["C", "xx_XX.UTF-8"])
def test_a_locale_without_accents_or_that_is_not_there_speaks_all_the_same(
    small_copy: Copy, locale: str
) -> None:
    folder, env = small_copy(f"été {locale}"), FRENCH | {"LC_ALL": locale, "LANG": locale}
    (folder / "docs/mots.md").write_text("# Mots\n\n{term}`mêlé`\n", "utf-8")
    run = make("html", cwd=folder, env=env)
    assert "mêlé" in run.stderr
    said = "failed, for the reasons above. What was built before has not changed."
    assert f"html, Français: {said}\n" in run.stderr


DAYS = (
    "from back_office_guide.core.git import committed_days\n"
    "from back_office_guide.core.paths import DOCS\n"
    "days = committed_days(DOCS)\n"
    "print(*sorted(f'{path.relative_to(DOCS)} {day}' for path, day in days.items()), sep='\\n')"
)


def days_of(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return what is known of the days on which the pages of a guide changed, and what is said."""
    return python("-c", DAYS, cwd=folder)


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """Return a folder with the tools and two pages, committed on different days."""
    require("git")
    folder = tmp_path / "one"
    shutil.copytree(ROOT / "back_office_guide", folder / "back_office_guide")
    (folder / "docs").mkdir()
    (folder / "docs/été, hiver.md").write_text("# Une page\n", "utf-8")
    commit_all(folder, "2026-01-01T12:00:00+00:00")
    (folder / "docs/b.md").write_text("# Une autre\n", "utf-8")
    commit_all(folder, "2026-02-02T12:00:00+00:00")
    return folder


RIGHT = "b.md 2026-02-02\nété, hiver.md 2026-01-01\n"


def test_a_page_changed_on_the_day_of_its_last_commit(committed: Path) -> None:
    assert days_of(committed).stdout == RIGHT


def test_a_guide_below_the_root_of_its_repository_knows_its_days(
    committed: Path, tmp_path: Path
) -> None:
    above = tmp_path / "above"
    above.mkdir()
    (committed / ".git").rename(above / ".git")
    below = committed.rename(above / "guide")
    commit_all(above, "2026-03-03T12:00:00+00:00")
    assert days_of(below).stdout == RIGHT.replace("02-02", "03-03").replace("01-01", "03-03")


def test_a_shallow_clone_knows_no_days_and_says_so(committed: Path, tmp_path: Path) -> None:
    clone = ["git", "clone", "--quiet", "--depth=1", committed.as_uri(), "clone"]
    subprocess.run(clone, cwd=tmp_path, check=True)
    assert days_of(tmp_path / "clone").stdout.strip() == ""
    warn = "from back_office_guide.commands import build; build.warn_of_shallow_clone()"
    said = python("-c", warn, cwd=tmp_path / "clone").stderr
    assert said == (
        "This clone is shallow: no page will say when it changed. "
        "For the days, run: git fetch --unshallow\n"
    )
    assert python("-c", warn, cwd=committed).stderr == ""


def test_without_git_there_are_no_days_and_no_fault(committed: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    run = python("-c", DAYS, cwd=committed, PATH=str(tmp_path / "nothing"))
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "", "")


def test_options_of_sphinx_can_be_added(small_copy: Copy) -> None:
    folder = small_copy("options")
    options = {"SPHINXOPTS": "-D html_title='Un autre titre'"}
    assert "fr: built" in made("html", cwd=folder, env=FRENCH | options)
    assert "<title>Un autre titre<" in (folder / "build/html/fr/index.html").read_text("utf-8")
    # The pages beside the languages do without the files of the theme.
    made("html", cwd=folder, env=FRENCH | {"SPHINXOPTS": "-D html_theme=furo"})
    run = make("html", cwd=folder, env=FRENCH | {"SPHINXOPTS": "--foo"})
    assert run.returncode == 2
    assert "error: unrecognized arguments: --foo" in run.stderr
    assert "html, Français: failed, for the reasons above." in run.stderr


def test_what_an_earlier_build_put_beside_the_languages_does_not_stay(small_copy: Copy) -> None:
    folder = small_copy("stale")
    made("html", cwd=folder, env=FRENCH | {"SITE_URL": "https://example.org"})
    assert (folder / "build/html/sitemap.xml").is_file()
    (folder / "build/html/back-office-fr.pdf").touch()
    made("html", cwd=folder, env=FRENCH)
    names = {path.name for path in (folder / "build/html").iterdir()}
    assert not names & {"sitemap.xml", "back-office-fr.pdf"}
    words = folder / "docs/locale/ar/LC_MESSAGES/sphinx.po"
    words.write_text("msgid", "utf-8")
    run = make("html", cwd=folder, env=FRENCH)
    assert run.returncode == 2
    assert "docs/locale/ar/LC_MESSAGES/sphinx.po:1: syntax: " in run.stderr
    assert "Traceback" not in run.stderr


def test_no_language_to_build_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "published_codes", list)
    with pytest.raises(
        GuideError, match=r"No language is ready to be built\. Name one: make html LANGS=fr"
    ):
        build.languages_to_build(LANGUAGES)


def test_an_unknown_language_is_named_with_those_that_exist(checkout: Path) -> None:
    run = make("html", cwd=checkout, env={"LANGS": "fr tlh"})
    assert run.returncode != 0
    known = " ".join(CODES)
    said = f'LANGS: no language "tlh" in languages.toml, which lists: {known}. '
    assert f"{said}Name one of these, or add a table for it.\n" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('source = "fr"', "source = fr", "cannot be read: Invalid value (at line"),
        ('source = "fr"', "source = fr", "). Fix this place, or restore the file."),
        (r"(?s)\[languages.*", "", "languages.toml: no language. Add a table [languages.fr]."),
        (
            'source = "fr"',
            'source = "tlh"',
            "source must be the language of the pages, one of those listed: fr en es de ar. "
            'Write source = "fr".',
        ),
        (
            'source = "fr"',
            'source = ["fr"]',
            "source must be the language of the pages, one of those listed: fr en es de ar. ",
        ),
        (
            'direction = "ltr"',
            "",
            "languages.toml: [languages.fr]: direction is missing. "
            'Write direction = "ltr" or "rtl".',
        ),
        ('direction = "ltr"', 'direction = "up"', 'Write direction = "ltr" or "rtl"'),
        (
            "published = true",
            'published = "no"',
            '[languages.fr]: published = "no" cannot be used. Write published = true or false.',
        ),
        (
            'dictionary = "de_DE"',
            'dictionary = "de-DE"',
            'Write dictionary = "it_IT", the name of a dictionary of hunspell, or "" where there '
            "is none.",
        ),
        (
            'dictionary = "de_DE"',
            'colour = "red"',
            "colour is no field. Remove it; these are: name, direction, published, ",
        ),
        (
            "published = true",
            "published = false",
            "no language is published. Write published = true for one.",
        ),
        (
            r"\[languages.fr\]",
            '[languages."../x"]',
            '[languages.../x]: not a language code. Write "de", "pt_BR" or "es_419".',
        ),
        (
            "threshold = 90",
            "threshold = 200",
            "threshold must be a number from 0 to 100. Write threshold = 90.",
        ),
        (
            'number = "1,234.5"',
            'number = "1234"',
            'number = "1234" cannot be used. Write number = "1.234,5"',
        ),
        ('percent = "5%"', 'percent = "%"', 'percent = "%" cannot be used'),
    ],
)
def test_a_broken_list_of_languages_is_explained(
    copy: Copy, old: str, new: str, fault: str
) -> None:
    folder = copy("languages")
    path = folder / "languages.toml"
    text = path.read_text("utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text), "utf-8")
    run = make("html", cwd=folder)
    assert run.returncode != 0
    assert fault in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("code", "name", "direction"),
    [("it", "italiano", "ltr"), ("he", "עברית", "rtl"), ("xx", "xx", "ltr")],
)
def test_a_language_that_the_list_does_not_hold_is_as_unicode_knows_it(
    code: str, name: str, direction: str
) -> None:
    language = LANGUAGES.get(code)
    assert (language.name, language.direction) == (name, direction)


def test_a_byte_order_mark_before_the_list_of_languages_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "languages.toml"
    path.write_text((ROOT / "languages.toml").read_text("utf-8"), "utf-8-sig")
    assert load(path) == LANGUAGES


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("SOURCE_DATE_EPOCH", "2026-01-01", "$(date +%s)"),
        ("SITE_URL", "example.org", "https://example.org"),
        ("REPOSITORY_EDIT", "git@example.org:a", "https://example.org/edit/main"),
        ("PORT", "abc", "8001"),
        ("PORT", "80000", "8001"),
        ("PORT", "65536", "8001"),
        ("BOOKS", "no", "yes"),
        ("SPHINXOPTS", "-D html_title='x", '"-D html_theme=furo"'),
        ("SPHINXOPTS", '-D html_title="x\\"', '"-D html_theme=furo"'),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(
    name: str,
    value: str,
    right: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["build", "html"])
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv(name, value)
    assert build.main() == 1
    assert capsys.readouterr().err == f"{name}={value} cannot be used. Write {name}={right}.\n"


def test_a_missing_list_of_languages_is_explained(copy: Copy) -> None:
    folder = copy("languages")
    (folder / "languages.toml").unlink()
    run = make("html", cwd=folder)
    assert run.returncode != 0
    assert "languages.toml: cannot be read" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_shows_a_page_and_then_its_change(small_copy: Copy) -> None:
    folder = small_copy("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = subprocess.Popen(
        ["make", "serve", f"PORT={port}"],
        cwd=folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def shown() -> str:
        try:
            with urlopen(f"http://127.0.0.1:{port}/mots.html") as answer:
                return str(answer.read(), "utf-8")
        except (OSError, HTTPException):  # it does not listen yet, or is writing the page
            return ""

    def wait_for(text: str) -> None:
        give_up = time.monotonic() + 120
        while text not in shown():
            assert serving.poll() is None, "the server has ended"
            assert time.monotonic() < give_up, f"never shown: {text}"

    try:
        wait_for("Les mots")
        assert "Une phrase nouvelle" not in shown()
        add(folder / "docs/mots.md", "Une phrase nouvelle.")
        wait_for("Une phrase nouvelle")
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait()


def test_every_command_of_the_readme_and_of_the_guide_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    rules = (line.partition(":")[0] for line in makefile.splitlines() if line[:1].islower())
    targets = {target for rule in rules for target in rule.split()}
    for page in ("README.md", "CONTRIBUTING.md", "MAINTAINING.md", "docs/contribuer/ecrire.md"):
        named = re.findall(r"[`$] ?make ([a-z-]+)", (ROOT / page).read_text("utf-8"))
        assert named
        assert set(named) <= targets


def test_make_alone_lists_the_commands_before_anything_is_installed(copy: Copy) -> None:
    folder = copy("untouched")
    (folder / ".venv").unlink()
    run = make(cwd=folder)
    assert (run.returncode, run.stderr) == (0, "")
    for target in ("html", "latexpdf", "check", "serve", "test", "linkcheck", "clean"):
        assert f"make {target}" in run.stdout

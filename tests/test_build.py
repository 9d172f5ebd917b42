"""Building: killed, repeated, elsewhere, with bad input."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import CODES, ROOT, Copy, add, files_in, make, require

from tools import build
from tools.languages import Language, load
from tools.system_packages import COMMANDS

LANGUAGES = load()
# Where one language tells as much as all.
FRENCH = {"LANGS": "fr"}


def test_nothing_is_rebuilt_when_nothing_changed(site: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    run = make("html")
    assert run.returncode == 0
    assert set(run.stdout.splitlines()) == {f"build/html/{code}: up to date" for code in CODES}
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


@pytest.mark.parametrize("name", ["docs/index.md", "conf.py", "extensions/figures.py"])
def test_a_changed_input_is_rebuilt(copy: Copy, name: str) -> None:
    folder = copy("changed")
    assert make("html", cwd=folder, env=FRENCH).returncode == 0
    changed, written = folder / name, (folder / name).stat()
    changed.write_text(changed.read_text("utf-8") + "\n", "utf-8")
    os.utime(changed, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert "built" in make("html", cwd=folder, env=FRENCH).stdout


# Files by whose appearance one can tell how far a build is, from its start to its end.
MOMENTS = ["doctrees", "result", "result/index.html", "result/searchindex.js", "result/.inputs"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_killed_at_any_moment_leaves_the_last_site_whole(copy: Copy, moment: str) -> None:
    folder = copy("killed")
    assert make("html", cwd=folder, env=FRENCH).returncode == 0
    site = folder / "build" / "html"
    good = files_in(site)
    add(folder / "docs" / "comprendre" / "definition.md", "Une phrase nouvelle.")

    shutil.rmtree(folder / "build" / "work")
    sign = folder / "build" / "work" / "html-fr" / moment
    running = subprocess.Popen(["make", "html", "LANGS=fr"], cwd=folder, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while running.poll() is None and not sign.exists():
        os.sched_yield()
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()

    left = files_in(site)
    assert left.keys() == good.keys()
    changed = "fr/comprendre/definition.html"
    assert left == good or b"Une phrase nouvelle" in left[changed]
    assert make("html", cwd=folder, env=FRENCH).returncode == 0
    assert files_in(site).keys() == good.keys()
    assert b"Une phrase nouvelle" in files_in(site)[changed]


def test_without_an_exchange_in_one_step_the_folder_is_still_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "exchange", lambda *_: False)
    fresh, current = tmp_path / "work" / "result", tmp_path / "site"
    for folder, text in ((fresh, "new"), (current, "old")):
        folder.mkdir(parents=True)
        (folder / "page").write_text(text)
    build.put_in_place(fresh, current)
    assert (current / "page").read_text() == "new"


def test_all_languages_are_tried_and_those_that_failed_are_named(tmp_path: Path) -> None:
    def try_to_build(language: Language) -> None:
        (tmp_path / language.code).touch()
        if language.code == "fr":
            raise build.BuildError("Français: not so.")
        if language.code == "en":
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(build.BuildError, match=r"\AFrançais: not so\.\nEnglish: killed\.\Z"):
        build.side_by_side(try_to_build, LANGUAGES.all)
    built = {path.name for path in tmp_path.iterdir()}
    assert built == {language.code for language in LANGUAGES.all}


def test_a_page_that_does_not_build_keeps_the_last_site(copy: Copy) -> None:
    folder = copy("broken page")
    assert make("html", cwd=folder, env=FRENCH).returncode == 0
    good = files_in(folder / "build" / "html")
    (folder / "docs" / "comprendre" / "mots.md").write_text("# Mots\n\n{term}`inconnu`\n", "utf-8")
    run = make("html", cwd=folder, env=FRENCH)
    assert run.returncode != 0
    assert "mots.md:3" in run.stderr
    assert "Traceback" not in run.stderr
    assert files_in(folder / "build" / "html") == good


@pytest.mark.parametrize("drawing", [None, "<svg><text>sans fin</svg>"])
def test_a_figure_that_cannot_be_read_is_named(copy: Copy, drawing: str | None) -> None:
    folder = copy("broken figure")
    figure = folder / "docs" / "figures" / "smic.svg"
    figure.unlink()
    if drawing is not None:
        figure.write_text(drawing)
    run = make("html", cwd=folder, env=FRENCH)
    assert run.returncode != 0
    assert "remuneration.md" in run.stderr
    assert "smic.svg" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_file_where_the_build_folder_should_be_is_named(copy: Copy) -> None:
    folder = copy("in the way")
    (folder / "build").write_text("a file where the folder should be")
    run = make("html", cwd=folder)
    assert run.returncode != 0
    assert "build" in run.stderr
    assert "Traceback" not in run.stderr


def test_another_date_is_another_build(copy: Copy) -> None:
    folder = copy("dates")
    for date, outcome in (("1", "built"), ("1", "up to date"), ("2", "built")):
        run = make("html", cwd=folder, env=FRENCH | {"SOURCE_DATE_EPOCH": date})
        assert outcome in run.stdout


def test_plain_sphinx_build_gives_the_same_pages(copy: Copy) -> None:
    folder = copy("plain")
    date = {"SOURCE_DATE_EPOCH": "1"}
    assert make("html", cwd=folder, env={"LANGS": "en"} | date).returncode == 0
    command = [sys.executable, "-m", "sphinx", "-q", "-c", ".", "-D", "language=en"]
    subprocess.run([*command, "docs", "out"], cwd=folder, env=os.environ | date, check=True)
    made, plain = files_in(folder / "build/html/en"), files_in(folder / "out")
    made.pop(".inputs")
    assert made == {name: plain[name] for name in plain if not name.startswith(".doctrees")}


def test_two_builds_in_two_folders_give_the_same_bytes(copy: Copy) -> None:
    require(*COMMANDS["book"])
    at = {"SOURCE_DATE_EPOCH": "1790000000"}
    one, other = copy("one"), copy("un autre, à côté")
    for folder in (one, other):
        for target, languages in (("html", ""), ("latexpdf", "fr ar")):
            run = make(target, cwd=folder, env=at | {"LANGS": languages})
            assert run.returncode == 0, run.stdout + run.stderr
    for result in ("html", "pdf"):
        assert files_in(one / "build" / result) == files_in(other / "build" / result)


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_locale_without_accents_builds_and_speaks_all_the_same(copy: Copy, locale: str) -> None:
    folder, env = copy(f"été {locale}"), FRENCH | {"LC_ALL": locale, "LANG": locale}
    run = make("html", cwd=folder, env=env)
    assert run.returncode == 0, run.stderr
    (folder / "docs" / "comprendre" / "mots.md").write_text("# Mots\n\n{term}`mêlé`\n", "utf-8")
    run = make("html", cwd=folder, env=env)
    assert "mêlé" in run.stderr
    assert "html, Français: failed" in run.stderr


def test_a_site_built_under_a_strict_umask_can_be_served(copy: Copy) -> None:
    folder = copy("umask")
    command = "umask 077 && make html LANGS=fr"
    subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, check=True)
    site = folder / "build" / "html"
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in [site, *site.rglob("*")])


def test_an_unknown_language_is_named_with_those_that_exist() -> None:
    run = make("html", env={"LANGS": "fr tlh"})
    assert run.returncode != 0
    assert 'no language "tlh" in languages.toml, which lists: fr en' in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('source = "fr"', "source = fr", "languages.toml: cannot be read: Invalid value (at line"),
        (r"(?s)\[languages.*", "", "no language. Add a table [languages.fr]"),
        ('source = "fr"', 'source = "tlh"', "'tlh' is none"),
        ('direction = "ltr"', "", "it needs exactly name, direction, published"),
        ('direction = "ltr"', 'direction = "up"', 'Write "ltr"'),
        ("published = true", 'published = "no"', "not a bool"),
        ("published = true", "published = false", "no language is published"),
        (r"\[languages.fr\]", '[languages."../x"]', "not a language code"),
        ("threshold = 90", "threshold = 200", "threshold = 200 is no share"),
        ('number = "1,234.5"', 'number = "1234"', "number = '1234' is no example"),
        ('percent = "5%"', 'percent = "%"', "percent = '%' is no example"),
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


def test_a_missing_list_of_languages_is_explained(copy: Copy) -> None:
    folder = copy("languages")
    (folder / "languages.toml").unlink()
    run = make("html", cwd=folder)
    assert run.returncode != 0
    assert "languages.toml: cannot be read" in run.stderr
    assert "Traceback" not in run.stderr


def stub(folder: Path, name: str, script: str) -> Path:
    """Write a shell script that stands for the program `name`, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


# A Python that runs code as an older one would tell its version.
AGED = f"{sys.executable} -c 'import sys; sys.version_info = (3, 10, 2); exec(sys.argv[1])'"


@pytest.mark.parametrize(
    ("python", "message"),
    [
        (f'case "$1" in -V) echo Python 3.10.2;; -c) exec {AGED} "$2";; esac', "is Python 3.10.2"),
        (f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"', "python3-venv"),
    ],
    ids=["too old", "without venv"],
)
def test_a_python_that_will_not_do_is_explained(
    copy: Copy, tmp_path: Path, python: str, message: str
) -> None:
    folder = copy("python")
    (folder / ".venv").unlink()
    bin_folder = stub(tmp_path / "bin", "python3", python)
    run = make("html", cwd=folder, env={"PATH": f"{bin_folder}:{os.environ['PATH']}"})
    assert run.returncode != 0
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert not (folder / ".venv").exists()


def test_no_python_at_all_is_explained(copy: Copy) -> None:
    folder = copy("no python")
    (folder / ".venv").unlink()
    run = make("html", "PYTHON=python3.99", cwd=folder)
    assert run.returncode != 0
    assert "python3.99 is not installed" in run.stderr


@pytest.mark.parametrize(
    ("words", "ci", "code"),
    [(["book"], "", 1), (["--optional", "book"], "", 0), (["--optional", "book"], "true", 1)],
    ids=["needed", "optional", "optional in CI"],
)
def test_missing_packages_are_named_with_the_command_that_installs_them(
    tmp_path: Path, words: list[str], ci: str, code: int
) -> None:
    # A Debian where nothing is installed, and where one may not install either.
    path = stub(tmp_path / "bin", "dpkg-query", "exit 0")
    run = subprocess.run(
        [sys.executable, "-m", "tools.system_packages", *words],
        cwd=ROOT,
        env={"PATH": str(path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code
    assert "sudo apt-get install --no-install-recommends latexmk xindy texlive-luatex" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_shows_a_page_and_then_its_change(copy: Copy) -> None:
    folder = copy("served")
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
            with urlopen(f"http://127.0.0.1:{port}/comprendre/definition.html") as answer:
                return str(answer.read(), "utf-8")
        except (OSError, HTTPException):  # it does not listen yet, or is writing the page
            return ""

    def wait_for(text: str) -> None:
        give_up = time.monotonic() + 120
        while text not in shown():
            assert serving.poll() is None, "the server has ended"
            assert time.monotonic() < give_up, f"never shown: {text}"

    try:
        wait_for("Définition")
        assert "Une phrase nouvelle" not in shown()
        add(folder / "docs" / "comprendre" / "definition.md", "Une phrase nouvelle.")
        wait_for("Une phrase nouvelle")
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait()


def test_every_command_of_the_readme_and_of_the_guide_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {line.split(":")[0] for line in makefile.splitlines() if ": " in line[:40]}
    for page in ("README.md", "docs/contribuer/ecrire.md", "docs/contribuer/construire.md"):
        named = re.findall(r"\bmake ([a-z-]+)", (ROOT / page).read_text("utf-8"))
        assert named
        assert set(named) <= targets


def test_make_alone_lists_the_commands() -> None:
    listed = make().stdout
    for target in ("html", "latexpdf", "check", "serve", "test", "linkcheck", "clean"):
        assert f"make {target}" in listed

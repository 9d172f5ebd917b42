"""What the tests share: one guide built once, one real browser, copies to break.

Whatever is built is built in folders of the session, which its workers share; nothing is written
into the checkout.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.utils import is_connectable
from small import write_catalogs, write_pages

from back_office_guide.commands.system_packages import COMMANDS
from back_office_guide.core.languages import load

ROOT = Path(__file__).resolve().parent.parent
# What a person, or continuous integration, may have set for builds of their own.
for name in (
    "BOOKS",
    "LANGS",
    "PORT",
    "REPOSITORY_EDIT",
    "SITE_URL",
    "SOURCE_DATE_EPOCH",
    "SPHINXOPTS",
    "TESTS",
):
    os.environ.pop(name, None)
LANGUAGES = [language for language in load().all if language.published]
CODES = [language.code for language in LANGUAGES]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)

# Timing says nothing about behaviour, and what a run finds should not depend on the last one.
settings.register_profile("guide", deadline=None, database=None)
settings.load_profile("guide")

UNWANTED = (
    ".git",
    ".venv",
    ".hypothesis",
    "build",
    "node_modules",
    "*.mo",
    "__pycache__",
    ".*_cache",
)
# When the pages of the guide that is built were committed, which results print.
COMMITTED = "2026-03-05T12:00:00+00:00"

# Another user, in another locale and zone.
ELSEWHERE = {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Auckland", "USER": "other"}

Copy = Callable[[str], Path]


def require(*commands: str) -> None:
    """Skip the test if a command is missing; fail in continuous integration."""
    missing = [command for command in commands if not shutil.which(command)]
    if missing:
        unavailable(f"not installed: {', '.join(missing)} (see system-packages.txt)")


def unavailable(reason: str) -> None:
    """Skip the test for a reason; fail in continuous integration."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def make(
    *words: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make in `cwd` as a person would, with `env` over the environment; return what it said."""
    inherited = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", *words],
        cwd=cwd,
        env=inherited | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def made(*words: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run make, which must succeed, and return what it printed."""
    run = make(*words, cwd=cwd, env=env)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under `folder`, by its path."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def add(page: Path, text: str) -> None:
    """Add a paragraph to the end of a Markdown page."""
    page.write_text(f"{page.read_text('utf-8')}\n{text}\n", "utf-8")


def copy_to(folder: Path) -> Path:
    """Copy the checkout, without what was built, and return the folder of the copy."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*UNWANTED))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def copy_with(checkout: Path, folder: Path, *results: str) -> Path:
    """Copy a guide with some of the results that were built in it, and return the copy."""
    others = {"work", "pdf", "epub", "html", "gettext"} - {*results}
    unwanted = shutil.ignore_patterns(*others, "*.lock")
    return Path(shutil.copytree(checkout, folder, ignore=unwanted, symlinks=True))


def commit_all(folder: Path, time: str = COMMITTED) -> None:
    """Commit all files of a folder, as somebody who did it at a time."""
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": time}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    for words in (["init"], ["add", "."], ["commit", "--no-gpg-sign", "--message=All"]):
        command = ["git", *words, *([] if words[0] == "add" else ["--quiet"])]
        subprocess.run(command, cwd=folder, env=os.environ | who, check=True)


Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a function that has a folder of the session filled by the first worker to want it.

    It takes the folder's name and what fills it, which is called with a folder yet to be made.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], object]) -> Path:
        path, begun, done = (shared / f"{name}{end}" for end in ("", ".begun", ".done"))
        with FileLock(shared / f"{name}.lock"):
            if begun.exists() and not done.exists():
                pytest.fail(f"{name} could not be made: see the first test that wanted it")
            if not done.exists():
                begun.touch()
                fill(path)
                done.touch()
        return path

    return folder


@pytest.fixture(scope="session")
def checkout(once: Once) -> Path:
    """Return a copy of the checkout, committed at a known time, in which all builds share work."""

    def begin(folder: Path) -> None:
        copy_to(folder)
        if shutil.which("git"):
            commit_all(folder)

    return once("guide", begin)


@pytest.fixture(scope="session")
def site(once: Once, checkout: Path) -> Path:
    """Return the French site, built with those of the other languages."""

    def build(_: Path) -> None:
        run = make("html", cwd=checkout)
        assert run.returncode == 0, run.stdout + run.stderr
        assert "WARNING" not in run.stderr

    once("html", build)
    return checkout / "build" / "html" / "fr"


@pytest.fixture(scope="session")
def small_guide(once: Once) -> Path:
    """Return a small guide with all our tools, its templates, its catalogs and its site."""

    def begin(folder: Path) -> None:
        write_pages(copy_to(folder))
        made("gettext", cwd=folder)
        write_catalogs(folder)
        made("update-po", cwd=folder)
        made("html", cwd=folder)

    return once("small", begin)


@pytest.fixture(scope="session")
def books(once: Once, checkout: Path) -> dict[str, Path]:
    """Return the books by their language, built."""
    require(*COMMANDS["book"])
    once("latexpdf", lambda _: made("latexpdf", cwd=checkout))
    return {code: checkout / "build" / "pdf" / f"back-office-{code}.pdf" for code in CODES}


@pytest.fixture(scope="session")
def ebook_files(once: Once, checkout: Path) -> dict[str, Path]:
    """Return the e-books by their language, built."""
    require(*COMMANDS["epub"])
    once("epub", lambda _: made("epub", cwd=checkout))
    return {code: checkout / "build" / "epub" / f"back-office-{code}.epub" for code in CODES}


@pytest.fixture(scope="session")
def template_folder(once: Once, checkout: Path) -> Path:
    """Return the folder of the templates, extracted."""
    once("gettext", lambda _: made("gettext", cwd=checkout))
    return checkout / "build" / "gettext"


@pytest.fixture(scope="session")
def again(once: Once, checkout: Path) -> Path:
    """Return the guide once more, built by another user, elsewhere, in another locale and zone.

    The site in both directions, and the e-book from right to left.
    """
    if not shutil.which("git"):
        unavailable("not installed: git, from which pages have their dates")

    def build(folder: Path) -> None:
        shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns("build"), symlinks=True)
        if shutil.which("rsvg-convert"):
            made("epub", cwd=folder, env=ELSEWHERE | {"LANGS": "ar"})
        command = "umask 077 && make html LANGS='fr ar'"
        subprocess.run(["sh", "-c", command], cwd=folder, env=os.environ | ELSEWHERE, check=True)

    return once("un autre, à côté", build)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Return a function that copies the checkout, without what was built, to a folder so named."""

    def to(name: str) -> Path:
        return copy_to(tmp_path / name)

    return to


@pytest.fixture
def small_copy(small_guide: Path, tmp_path: Path) -> Copy:
    """Return a function that copies the small guide with what was built of it."""
    return lambda name: copy_with(small_guide, tmp_path / name, "html", "gettext")


@pytest.fixture
def built_copy(site: Path, checkout: Path, tmp_path: Path) -> Copy:
    """Return a function that copies the guide with its site in every language."""
    assert site.is_dir()
    return lambda name: copy_with(checkout, tmp_path / name, "html")


@pytest.fixture
def extracted_copy(template_folder: Path, checkout: Path, tmp_path: Path) -> Copy:
    """Return a function that copies the guide with its templates."""
    assert template_folder.is_dir()
    return lambda name: copy_with(checkout, tmp_path / name, "gettext")


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return where the site is served, on this machine, under the policy that it claims to bear."""

    class Strict(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Cache-Control", "max-age=31536000")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=site.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class NumericService(Service):
    """Chromedriver, reached by number: a bare machine may not know localhost."""

    @property
    def service_url(self) -> str:
        """Return the address at which Selenium finds chromedriver."""
        return f"http://127.0.0.1:{self.port}"

    def is_connectable(self) -> bool:
        """Say whether chromedriver listens."""
        return is_connectable(self.port, "127.0.0.1")


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    """Return Debian's Chromium, without a window."""
    require("chromium", "chromedriver")
    os.environ["SE_OFFLINE"] = "true"  # Selenium is not to fetch a browser of its own
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--remote-debugging-pipe",  # a bare machine may not know localhost
        "--no-sandbox",  # root, in a container
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-software-rasterizer",  # pages are drawn without the detour by a graphics card
        "--in-process-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--kiosk",  # no frame of a window to draw around each page
        "--disable-back-forward-cache",  # else a page left is kept, in a process of its own
        "--disable-features=RenderDocument",
        "--js-flags=--no-opt --no-maglev",  # a page lives too short for its code to be optimized
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=NumericService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


def python(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with some words in a folder, and return what it said."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )

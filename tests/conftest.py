"""What the tests share: one real site, one real book, one real browser, copies to break."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.utils import is_connectable

from catalogs.status import published
from tools.languages import load
from tools.system_packages import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = published(load())
CODES = [language.code for language in LANGUAGES]

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

Copy = Callable[[str], Path]


def require(*commands: str) -> None:
    """Skip the test if a command is missing; fail in continuous integration."""
    missing = [command for command in commands if not shutil.which(command)]
    if missing:
        reason = f"not installed: {', '.join(missing)} (see system-packages.txt)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


def make(
    *words: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make in `cwd` as a person would, with `env` over the environment; return what it said."""
    inherited = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    inherited.pop("LANGS", None)
    return subprocess.run(
        ["make", *words],
        cwd=cwd,
        env=inherited | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under `folder`, by its path."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def add(page: Path, text: str) -> None:
    """Add a paragraph to the end of a Markdown page."""
    page.write_text(f"{page.read_text('utf-8')}\n{text}\n", "utf-8")


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the French site of this checkout, built with those of the other languages."""
    run = make("html")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "WARNING" not in run.stderr
    return ROOT / "build" / "html" / "fr"


@pytest.fixture(scope="session")
def books() -> dict[str, Path]:
    """Return the books of this checkout by their language, built."""
    require(*COMMANDS["book"])
    run = make("latexpdf")
    assert run.returncode == 0, run.stdout + run.stderr
    return {code: ROOT / "build" / "pdf" / f"back-office-{code}.pdf" for code in CODES}


def copy_to(folder: Path) -> Path:
    """Copy the checkout, without what was built, and return the folder of the copy."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*UNWANTED))
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Return a function that copies the checkout, without what was built, to a folder so named."""

    def to(name: str) -> Path:
        return copy_to(tmp_path / name)

    return to


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address at which the site is served, on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site.parent))
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
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--remote-debugging-pipe",  # a bare machine may not know localhost
        "--no-sandbox",  # root, in a container
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=NumericService(shutil.which("chromedriver")))
    yield driver
    driver.quit()

"""Two commands do on any machine: all they install has wheels, and what is dead is noticed."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from conftest import ROOT, Copy, files_in, made, make, python
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms, parse_tag

from back_office_guide.commands import cards

PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]
# What pip calls each machine, and what its wheels may be named after. Debian 12 has glibc 2.36.
MACHINES: dict[str, tuple[str, str, list[str]]] = {
    f"Linux, {name}": ("linux", name, [f"manylinux_2_{n}_{name}" for n in range(5, 37)]
                       + [f"manylinux{old}_{name}" for old in ("1", "2010", "2014")])
    for name in ("x86_64", "aarch64")
} | {
    f"macOS, {name}": ("darwin", name, list(mac_platforms((13, 0), name)))
    for name in ("x86_64", "arm64")
} | {
    f"Windows, {name}": ("win32", name, [f"win_{name.lower()}"]) for name in ("AMD64", "ARM64")
}  # fmt: skip


def locked() -> Iterator[Requirement]:
    """Yield the packages of the lock, with the conditions under which they are installed."""
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if re.match(r"\w", line):
            yield Requirement(line.removesuffix("\\"))


def wheels() -> dict[str, set[Tag]]:
    """Return the tags of the wheels of each package, by name==version."""
    found: dict[str, set[Tag]] = {}
    for line in (ROOT / "tests/wheels.txt").read_text("utf-8").splitlines():
        name, *tags = line.split()
        found[name] = {tag for each in tags for tag in parse_tag(each)}
    return found


# PyYAML has no wheel for Windows on ARM before Python 3.12.
TRIED = [pair for pair in product(MACHINES, PYTHONS) if pair != ("Windows, ARM64", (3, 11))]


@pytest.mark.parametrize(("machine", "python"), TRIED)
def test_every_package_of_the_lock_has_a_wheel(machine: str, python: tuple[int, int]) -> None:
    system, name, platforms = MACHINES[machine]
    version = "{}.{}".format(*python)
    environment = {
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": name,
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    right = set(cpython_tags(python, platforms=platforms))
    right |= set(compatible_tags(python, platforms=platforms))
    known = wheels()
    needed = [
        f"{each.name}{each.specifier}"
        for each in locked()
        if not each.marker or each.marker.evaluate(environment)
    ]
    assert len(needed) > 40
    assert [each for each in needed if not known[each] & right] == []


def test_the_lock_has_a_hash_for_every_package() -> None:
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    packages = [line for line in lock.splitlines() if re.match(r"\w", line)]
    assert len(packages) > 40
    assert all(line.endswith("\\") for line in packages)


def stub(folder: Path, name: str, script: str) -> Path:
    """Write a shell script in the place of the program `name`, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return folder


PYTHON = shlex.quote(sys.executable)
# Makes a .venv without pip of its own, which would take seconds; it has that of the tests.
QUICK = f'case "$*" in *"-m venv"*) set -- "$@" --without-pip;; esac; exec {PYTHON} "$@"'
PIP = {"PYTHONPATH": sysconfig.get_path("purelib")}


@pytest.fixture
def fresh(copy: Copy) -> Path:
    """Return a copy of the guide with a .venv of its own, in which nothing is installed."""
    folder = copy("fresh")
    (folder / ".venv").unlink()
    (folder / "requirements.txt").write_text("", "utf-8")
    stub(folder / "bin", "python3", QUICK)
    install(folder)
    return folder


def install(folder: Path) -> str:
    """Have make see to it that the packages are there, and return what it said."""
    return made(".venv/installed", "PYTHON=bin/python3", cwd=folder, env=PIP)


def test_nothing_is_installed_twice(fresh: Path) -> None:
    assert install(fresh).endswith("is up to date.\n")


def test_the_packages_of_a_folder_that_was_moved_are_installed_anew(
    fresh: Path, tmp_path: Path
) -> None:
    moved = fresh.rename(tmp_path / "déplacé, ailleurs")
    assert "Installing" in install(moved)
    activate = (moved / ".venv/bin/activate").read_text("utf-8")
    assert str(moved) in activate
    assert str(fresh) not in activate


def test_the_packages_of_a_python_that_is_gone_are_installed_anew(fresh: Path) -> None:
    for link in (fresh / ".venv/bin").glob("python*"):
        link.unlink()
        link.symlink_to("/nowhere/python3")
    assert "Installing" in install(fresh)
    assert (fresh / ".venv/bin/python").exists()


def test_a_venv_that_is_a_link_is_replaced_and_what_it_leads_to_is_left(
    fresh: Path, tmp_path: Path
) -> None:
    elsewhere = (fresh / ".venv").rename(tmp_path / "elsewhere")
    (fresh / ".venv").symlink_to(elsewhere)
    before = files_in(elsewhere)
    os.utime(fresh / "requirements.txt")
    assert "Installing" in install(fresh)
    assert not (fresh / ".venv").is_symlink()
    assert files_in(elsewhere) == before


def test_packages_that_cannot_be_had_are_explained_and_leave_nothing_half_installed(
    fresh: Path,
) -> None:
    (fresh / "requirements.txt").write_text("sphinx==0.0.1 --hash=sha256:00\n", "utf-8")
    offline = PIP | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    run = make(".venv/installed", "PYTHON=bin/python3", cwd=fresh, env=offline)
    assert run.returncode != 0
    assert "Installing the packages of requirements.txt into .venv, once\n" in run.stdout
    why = "for the reason above. Is there a network?"
    assert f"The packages of requirements.txt could not be installed, {why}\n" in run.stderr
    assert not (fresh / ".venv/installed").exists()


# A Python that runs code as an older one would tell its version.
AGED = f"{PYTHON} -c 'import sys; sys.version_info = (3, 10, 2); exec(sys.argv[1])'"


@pytest.mark.parametrize(
    ("python", "message"),
    [
        (
            f'case "$1" in -V) echo Python 3.10.2;; -c) exec {AGED} "$2";; esac',
            "python3 is Python 3.10.2, and the guide needs 3.11 or later.\n"
            "Name a newer one, for instance: make html PYTHON=python3.13\n",
        ),
        (
            f'case "$*" in *ensurepip*) exit 1;; esac; exec {PYTHON} "$@"',
            "python3 has no venv module. On Debian or Ubuntu: sudo apt-get install python3-venv\n",
        ),
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
    assert "python3.99 is not installed. Install Python 3.11 or later.\n" in run.stderr


def test_the_checkers_in_javascript_are_installed_by_npm(copy: Copy, tmp_path: Path) -> None:
    folder, npm = copy("npm"), stub(tmp_path / "bin", "npm", 'echo "$*"')
    path = f"{npm}:{os.environ['PATH']}"
    said = made("node_modules/.package-lock.json", cwd=folder, env={"PATH": path})
    first, second = said.splitlines()
    assert first == "Installing the checkers of package.json into node_modules, once"
    assert second.startswith("ci ")


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
        [sys.executable, "-m", "back_office_guide.commands.system_packages", *words],
        cwd=ROOT,
        env={"PATH": str(path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code
    assert run.stderr.startswith("Not installed: latexmk xindy texlive-luatex ")
    command = "sudo apt-get install --no-install-recommends latexmk xindy texlive-luatex "
    assert f". Install them with:\n\n    {command}" in run.stderr
    assert "Traceback" not in run.stderr


def test_elsewhere_than_on_debian_missing_commands_are_named() -> None:
    run = python("-m", "back_office_guide.commands.system_packages", "epub", cwd=ROOT, PATH="")
    assert run.returncode == 1
    assert run.stderr == (
        "Not installed: rsvg-convert. "
        "Install what your system has of them; system-packages.txt says what each is for.\n"
    )


def test_a_card_that_cannot_be_drawn_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(stub(tmp_path / "bin", "rsvg-convert", "echo why >&2; exit 3")))
    assert cards.main() == 1
    assert capfd.readouterr() == ("", "why\n")


APT = """
echo "$*" >> "$(dirname "$0")/asked"
echo "After this operation, 12.3 MB of additional disk space will be used."
"""


@pytest.mark.parametrize(
    ("user", "setup", "installs"),
    [("0", "", True), ("0", "no", False), ("1000", "", False)],
    ids=["root", "root who refuses", "anyone else"],
)
def test_packages_are_installed_by_root_alone_who_is_told_and_may_refuse(
    tmp_path: Path, user: str, setup: str, installs: bool
) -> None:
    path = stub(tmp_path / "bin", "dpkg-query", "exit 0")
    stub(tmp_path / "bin", "apt-get", APT)
    stub(tmp_path / "bin", "sudo", APT)
    as_user = (
        f"import os, runpy, sys; os.geteuid = lambda: {user}; sys.argv = ['x', 'epub']\n"
        "runpy.run_module('back_office_guide.commands.system_packages', run_name='__main__')"
    )
    variables = {"PATH": f"{path}:/usr/bin:/bin", "SETUP": setup}
    run = python("-c", as_user, cwd=ROOT, **variables)
    asked = path / "asked"
    assert asked.exists() == installs
    if installs:
        said = (
            "Installing Debian packages for epub (12.3 MB), which SETUP=no refuses: librsvg2-bin "
        )
        assert said in run.stdout
        assert "--yes install --no-install-recommends librsvg2-bin" in asked.read_text()
    else:
        assert "sudo apt-get install --no-install-recommends librsvg2-bin" in run.stderr


@pytest.mark.parametrize(
    ("tests", "words"),
    [("", ""), ("site", "-k 'site'"), (" site  search ", "-k 'site or search'")],
)
def test_a_part_of_the_tests_is_run_by_its_name(tests: str, words: str) -> None:
    run = make("--dry-run", "test", f"TESTS={tests}", cwd=ROOT)
    (command,) = (line for line in run.stdout.splitlines() if "-m pytest" in line)
    assert command.partition("worksteal")[2].strip() == words

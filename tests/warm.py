"""Run Sphinx without importing it each time: each run is a fork of one process that has it."""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Nothing of the guide: each run imports that of its own folder.
IMPORTED = [
    "babel.dates",
    "furo",
    "myst_parser.parsers.sphinx_",
    "polib",
    "sphinx.cmd.build",
    "sphinx.builders.gettext",
    "sphinx.builders.html",
    "sphinx.builders.latex",
]


def run_module(
    name: str, words: Sequence[str], cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `python -m name words` in the folder `cwd`, and return what it said and its exit code."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    with tempfile.TemporaryDirectory() as folder:
        said = [str(Path(folder, stream)) for stream in ("stdout", "stderr")]
        arguments = (name, list(words), str(cwd), os.environ | variables, said)
        process = context.Process(target=_run, args=arguments)
        process.start()
        process.join()
        texts = [Path(path).read_text("utf-8", "replace") for path in said]
    assert process.exitcode is not None
    return subprocess.CompletedProcess([name, *words], process.exitcode, *texts)


def _run(name: str, words: list[str], cwd: str, variables: dict[str, str], said: list[str]) -> None:
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(cwd)
    sys.path[:] = [cwd, *(path for path in sys.path if not Path(path).is_relative_to(ROOT)
                          or ".venv" in path)]  # fmt: skip
    sys.argv = [name, *words]
    runpy.run_module(name, run_name="__main__", alter_sys=True)

"""Build the site and the book, each in a fresh folder that then takes the place of the last one.

A build that fails or is killed, at any moment, leaves the last good one as it was. Nothing is
built twice from the same inputs: each result holds the digest of what it was made from.
"""

import argparse
import ctypes
import gc
import io
import multiprocessing
import os
import re
import shlex
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stderr, suppress
from functools import cache, partial
from importlib import import_module
from pathlib import Path

from back_office_guide.commands import root
from back_office_guide.commands.inputs import BYPRODUCTS, INPUTS, digest_of, digests, printed_time
from back_office_guide.commands.typeset import typeset
from back_office_guide.core.faults import GuideError, exit_code, explain
from back_office_guide.core.git import is_shallow
from back_office_guide.core.languages import Language, Languages, load
from back_office_guide.core.paths import BUILD, LOCALE, ROOT, WORK, build_lock, write_file
from back_office_guide.core.progress import published
from back_office_guide.core.typesetting import obstacle

DIGEST = ".inputs"
INPUT_VARIABLES = ("SITE_URL", "REPOSITORY_EDIT", "BOOKS", "SOURCE_DATE_EPOCH", "SPHINXOPTS")
FAILURE = "{}, {}: failed, for the reasons above. What was built before has not changed."
# Variables that a person may set: their form, and what to write.
VARIABLE_FORMS = {
    "BOOKS": (r"(yes)?", "yes"),
    "PORT": (r"(6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]?\d{1,4})?", "8001"),
    "REPOSITORY_EDIT": (r"(https?://\S+)?", "https://example.org/edit/main"),
    "SITE_URL": (r"(https?://\S+)?", "https://example.org"),
    "SOURCE_DATE_EPOCH": (r"\d*", "$(date +%s)"),
    "SPHINXOPTS": (r"""([^'"\\]|'[^']*'|"[^"\\]*")*""", '"-D html_theme=furo"'),
}
# A maker builds the result of one language, and returns its path; a build puts it at a path.
Make = Callable[[Language], Path]
Build = Callable[[Language, Path], None]


def main() -> int:
    """Build what the command line names, for the languages of LANGS. Return the exit code."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("target", choices=TARGETS)
    target = parser.parse_args().target
    gc.disable()  # which takes an eighth of the time of a process that soon ends
    os.umask(0o022)  # a site that only its maker can read cannot be served
    os.environ["FORCE_SOURCE_DATE"] = "1"  # makes TeX follow SOURCE_DATE_EPOCH in \today too
    os.environ["TZ"] = "UTC"  # in which TeX writes the date of a book
    os.environ["LC_ALL"] = "C"  # Sphinx fails where the locale of a person was not generated

    def run() -> int:
        for name, (form, right) in VARIABLE_FORMS.items():
            if not re.fullmatch(form, os.environ.get(name, "")):
                raise GuideError(f"{name}={os.environ[name]} cannot be used. Write {name}={right}.")
        languages = load()
        os.environ["SOURCE_DATE_EPOCH"] = printed_time()
        with build_lock():
            TARGETS[target](languages)
        return 0

    try:
        return exit_code(run)
    except KeyboardInterrupt:
        print("Stopped. What was built before has not changed.", file=sys.stderr)
        return 130


def languages_to_build(languages: Languages) -> tuple[Language, ...]:
    """Return the languages of LANGS, or else the published ones; say which have too little text."""
    ready = tuple(map(languages.get, published_codes()))
    chosen = languages.requested(ready)
    if not chosen:
        raise GuideError("No language is ready to be built. Name one: make html LANGS=fr")
    for language in languages.all:
        if chosen is ready and language.published and language not in ready:
            print(
                f"{language.code}: not built, for less than {languages.threshold} % of it is "
                f"translated (see make status). LANGS={language.code} builds it all the same."
            )
    return chosen


def build_html(languages: Languages) -> None:
    """Build build/html/<code>/ for each language, and the page that leads to them."""
    bring_up_to_date("html/{}", partial(run_sphinx, "html"), languages_to_build(languages))
    write_root(languages)


def build_gettext(languages: Languages) -> None:
    """Extract the messages of the French pages into build/gettext/*.pot."""
    bring_up_to_date("gettext", partial(run_sphinx, "gettext"), [languages.source])


def build_books(languages: Languages) -> None:
    """Build build/pdf/back-office-<code>.pdf for each language."""
    bring_up_to_date("pdf/back-office-{}.pdf", make_book, languages_to_build(languages))


def build_ebooks(languages: Languages) -> None:
    """Build build/epub/back-office-<code>.epub for each language."""
    bring_up_to_date("epub/back-office-{}.epub", make_ebook, languages_to_build(languages))


def make_book(language: Language) -> Path:
    """Return the book of a language, typeset in a fresh folder."""
    if reason := obstacle(language.code):
        raise GuideError(f"latexpdf, {language.name}: {reason}")
    try:
        return typeset(run_sphinx("latex", language))
    except GuideError as error:
        raise GuideError(f"{error}\n{FAILURE.format('latexpdf', language.name)}") from error


def make_ebook(language: Language) -> Path:
    """Return the e-book of a language, made in a fresh folder."""
    return run_sphinx("epub", language) / "back-office.epub"


def bring_up_to_date(place: str, make: Make, languages: Iterable[Language]) -> None:
    """Build the languages whose result, in a place under BUILD, is not what the inputs make."""
    outdated = {}
    for language in languages:
        result = BUILD / place.format(language.code)
        if result.exists() and read_digest(digest_file(result)) == inputs_digest(language):
            report(result, "up to date")
        else:
            outdated[language] = result
    if outdated:
        warn_of_shallow_clone()
        import_sphinx()
        build_in_parallel(partial(replace_result, make), outdated)


def replace_result(make: Make, language: Language, result: Path) -> None:
    """Give `result` the file or folder that `make` makes of a language."""
    fresh = make(language)
    result.parent.mkdir(parents=True, exist_ok=True)
    if fresh.is_dir():
        keep_times(fresh, result)
        digest_file(fresh).write_text(inputs_digest(language), encoding="utf-8")
        replace_folder(fresh, result)
    else:
        fresh.replace(result)
        digest_file(result).write_text(inputs_digest(language), encoding="utf-8")


def warn_of_shallow_clone() -> None:
    """Say why no page will tell when it changed, where git cannot know."""
    if is_shallow(ROOT):
        print(
            "This clone is shallow: no page will say when it changed. "
            "For the days, run: git fetch --unshallow",
            file=sys.stderr,
        )


def report(result: Path, state: str) -> None:
    """Print the state of a result, in one piece: others are built at the same time."""
    sys.stdout.write(f"{os.path.relpath(result, ROOT)}: {state}\n")


def import_sphinx() -> None:
    """Import Sphinx and what conf.py names, for the processes that begin as copies of this one."""
    builtin = import_module("sphinx.application").builtin_extensions
    with suppress(Exception):  # which Sphinx will explain
        for name in ("sphinx.cmd.build", "furo", *builtin, *import_module("conf").extensions):
            import_module(name)


def build_in_parallel(build: Build, results: dict[Language, Path]) -> None:
    """Build each language in a process of its own, as many at a time as there are processors.

    All are tried; then raises GuideError with what the failed ones said.
    """
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    with ProcessPoolExecutor(
        min(len(results), os.cpu_count() or 1),
        multiprocessing.get_context(method),
        initializer=signal.signal,  # Ctrl-C ends them without a word: this process says it
        initargs=(signal.SIGINT, signal.SIG_DFL),
    ) as pool:
        builds = {
            each: pool.submit(build_or_explain, build, each, path) for each, path in results.items()
        }
    errors = []
    for language, done in builds.items():
        try:
            errors.append(done.result())
        except BrokenProcessPool:
            errors.append(f"{language.name}: the system ended the builds. Is there enough memory?")
    if any(errors):
        raise GuideError("\n".join(filter(None, errors)))


def build_or_explain(build: Build, language: Language, result: Path) -> str:
    """Build a language, and return the error in a sentence, or ""."""
    if sys.stdout.isatty():
        report(result, "being built")
    try:
        build(language, result)
    except GuideError as error:
        return str(error)
    except OSError as error:
        return f"{language.name}: {explain(error)}"
    except Exception as error:
        path = WORK / f"error-{language.code}.log"
        path.write_text(traceback.format_exc(), encoding="utf-8")
        return (
            f"{language.name}: failed, for a fault of the guide’s own code ({error!r}). "
            f"Report it with {path.relative_to(ROOT)}."
        )
    report(result, "built")
    return ""


def serve(languages: Languages) -> None:
    """Serve one language on port PORT of this machine, built anew at every change.

    Does not return: the process becomes sphinx-autobuild.
    """
    language = languages.requested((languages.source,))[0]
    result = BUILD / "serve" / language.code
    os.execv(  # noqa: S606
        sys.executable,
        [
            *(sys.executable, "-m", "sphinx_autobuild"),
            *sphinx_options("html", language, result / "doctrees"),
            *(f"--watch={ROOT / name}" for name in INPUTS if name != "docs"),
            *(f"--ignore=*{suffix}" for suffix in BYPRODUCTS),
            *("--port", os.environ.get("PORT") or "8000"),
            *(str(ROOT / "docs"), str(result / "html")),
        ],
    )


def linkcheck(languages: Languages) -> None:
    """Ask the network for every external address of the French pages."""
    run_sphinx("linkcheck", languages.source)


def run_sphinx(builder: str, language: Language) -> Path:
    """Run a Sphinx builder in a fresh folder under build/work, and return that of the result."""
    work = WORK / f"{builder}-{language.code}"
    shutil.rmtree(work, ignore_errors=True)
    result = work / "result"
    quiet = [] if builder == "linkcheck" else ["--quiet", "--no-color"]
    options = sphinx_options(builder, language, work / "doctrees")
    os.chdir(ROOT)
    messages = io.StringIO()
    failed: int | str | None
    with redirect_stderr(messages):
        try:
            failed = import_module("sphinx.cmd.build").main([*quiet, *options, "docs", str(result)])
        except SystemExit as error:  # of an option in SPHINXOPTS that Sphinx does not have
            failed = error.code
    for line in filter(str.strip, messages.getvalue().replace(f"{ROOT}/", "").splitlines()):
        print(f"{language.name}: {line}", file=sys.stderr)
    if failed:
        raise GuideError(FAILURE.format(builder, language.name))
    return result


def sphinx_options(builder: str, language: Language, doctrees: Path) -> list[str]:
    """Return the command line that is the same for every builder, ended by SPHINXOPTS.

    Any warning is an error.
    """
    strict = ["--nitpicky", "--fail-on-warning", "--keep-going"]
    place = ["--conf-dir", str(ROOT), "--doctree-dir", str(doctrees)]
    published = f"--define=published_languages={','.join(published_codes())}"
    own = shlex.split(os.environ.get("SPHINXOPTS", ""))
    language_option = f"--define=language={language.code}"
    return ["--builder", builder, *strict, *place, language_option, published, *own]


@cache
def inputs_digest(language: Language) -> str:
    """Return a digest of files, variables and languages that a result depends on."""
    others, own = "docs/locale/", f"docs/locale/{language.code}/"
    names = [name for name in digests() if name.startswith(own) or not name.startswith(others)]
    variables = [os.environ.get(name, "") for name in INPUT_VARIABLES]
    return digest_of(names, language.code, sys.version, variables, published_codes())


@cache
def published_codes() -> list[str]:
    """Return the codes of the published languages, which are counted when a catalog has changed."""
    catalogs = ("docs/locale/", "languages.toml")
    digest = digest_of(each for each in digests() if each.startswith(catalogs))
    kept = WORK / "published"
    if read_digest(kept).startswith(digest):
        return read_digest(kept).split()[1:]
    codes = [language.code for language in published(load(), LOCALE)]
    write_file(kept, " ".join([digest, *codes]).encode())
    return codes


def read_digest(path: Path) -> str:
    """Return the digest that a build left in `path`, or "" when there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def digest_file(result: Path) -> Path:
    """Return where the digest of what a result was made of is kept: in a folder, beside a file."""
    return result.with_name(f".{result.stem}{DIGEST}") if result.suffix else result / DIGEST


def keep_times(fresh: Path, current: Path) -> None:
    """Give each file of `fresh` that has not changed the time that it has in `current`."""
    for path in fresh.rglob("*"):
        old = current / path.relative_to(fresh)
        if path.is_file() and old.is_file() and old.read_bytes() == path.read_bytes():
            shutil.copystat(old, path)


def replace_folder(fresh: Path, current: Path) -> None:
    """Give `current` the content of the folder `fresh`, in one step where the system can."""
    if not current.exists():
        fresh.rename(current)
    elif not swap_folders(fresh, current):
        old = fresh.with_name("old")
        current.rename(old)
        fresh.rename(current)


def swap_folders(one: Path, other: Path) -> bool:
    """Swap two folders in one step (renameat2, RENAME_EXCHANGE), and say whether it was done.

    False where the kernel or the file system has no such call. Python offers none either:
    https://man7.org/linux/man-pages/man2/rename.2.html
    """
    at_fdcwd, rename_exchange = -100, 2
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return False
    return bool(renameat2(at_fdcwd, bytes(one), at_fdcwd, bytes(other), rename_exchange) == 0)


def write_root(languages: Languages) -> None:
    """Write what is beside the languages that are built, and copy the books if BOOKS asks."""
    html = BUILD / "html"
    for left in html.glob(f"*/{DIGEST}"):
        if left.parent.name not in [language.code for language in languages.all]:
            shutil.rmtree(left.parent)
    there = [language for language in languages.all if (html / language.code).is_dir()]
    books = [
        BUILD / kind / f"back-office-{language.code}.{kind}"
        for language in (there if os.environ.get("BOOKS") else ())
        for kind in ("pdf", "epub")
    ]
    for book in books:
        if not book.is_file():
            where = book.relative_to(ROOT)
            raise GuideError(f"BOOKS: {where} is missing. Run make latexpdf epub first.")
    results = [*(html / language.code for language in there), *books]
    made_of = [(result.name, read_digest(digest_file(result))) for result in results]
    digest = f"{inputs_digest(languages.source)} {made_of}"
    if read_digest(html / DIGEST) == digest:
        return
    (html / DIGEST).unlink(missing_ok=True)
    address = os.environ.get("SITE_URL", "").rstrip("/")
    current = {book.name for book in books} | ({"sitemap.xml"} if address else set())
    for written in (html / "sitemap.xml", *html.glob("back-office-*")):
        if written.name not in current:  # of a build with SITE_URL or BOOKS
            written.unlink(missing_ok=True)
    for name, text in root.files(html, there, languages.source, address, with_books=bool(books)):
        write_file(html / name, text.encode())
    for book in books:
        shutil.copyfile(book, html / book.name)
    write_file(html / DIGEST, digest.encode())


TARGETS: dict[str, Callable[[Languages], None]] = {
    "html": build_html,
    "latexpdf": build_books,
    "epub": build_ebooks,
    "gettext": build_gettext,
    "serve": serve,
    "linkcheck": linkcheck,
}

if __name__ == "__main__":
    sys.exit(main())

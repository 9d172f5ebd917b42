"""Read and write the catalogs of translations: nothing damaged comes in, one form goes out.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

import polib

from back_office_guide.core.faults import Fault
from back_office_guide.core.git import ask_git, changes
from back_office_guide.core.paths import LOCALE, relative, write_file

# The catalogs that belong to no page: settings of conf.py, and the words of Sphinx and the theme.
SETTINGS_DOMAIN = "conf"
INTERFACE_DOMAIN = "sphinx"

# From how many comments on a tool has dropped them, not a person.
SEVERAL = 3
# How many of the last commits of a language are asked for the obsolete entries that they removed.
COMMITS = 50

Catalogs = dict[str, polib.POFile]
"""The catalogs of a language, or the templates, by page: "comprendre/mots"."""


# A line: a comment, or a keyword and a string, or a string that continues it. polib takes more.
_KEYWORD = r"(?:msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)"
_STRING = r'"[^"\\]*+(?:\\["\\bfnrtv][^"\\]*+)*+"'
_LINE = re.compile(rf"(?:#~\|?|#\|)?\s*(?:{_KEYWORD}\s+)?{_STRING}\s*|#(?!~[ |]|\|).*")
_BEGIN = re.compile(r"(?:#~ )?msgstr(?:\[0\])? ")
NO_ENTRY = "this is no entry: look at its keyword, quotation marks and backslashes"
# What polib splits a line at.
_CONTROL = re.compile("[\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029\r]")
# A comment that mutes an alarm for one message, with the name of the check and the reason.
_MUTE = re.compile(r"^\s*mute (?P<code>[\w-]+)(?:: *(?P<reason>.*))?", re.MULTILINE)


class DamagedError(Exception):
    """A catalog cannot be read without loss."""

    def __init__(self, path: Path, line: int, what: str, code: str) -> None:
        """Keep the fault."""
        self.fault = Fault(path, line, what, code)
        super().__init__(str(self.fault))


def folder_of(code: str, locale: Path = LOCALE) -> Path:
    """Return the folder of the catalogs of the language `code`."""
    return locale / code / "LC_MESSAGES"


def names_in(folder: Path, suffix: str) -> list[str]:
    """Return the names of the catalogs or templates in `folder`, sorted: "comprendre/mots"."""
    found = folder.rglob(f"[!.]*{suffix}")  # not what file systems leave, as "._index.po"
    paths = (path.relative_to(folder) for path in found)
    return sorted(path.with_suffix("").as_posix() for path in paths)


def read(path: Path) -> polib.POFile:
    """Return the catalog in the file `path`.

    Raises DamagedError when reading it would lose something: no file, not UTF-8, a syntax error,
    the marks of a merge, no header, a message that is there twice.
    """
    if path.is_dir():
        raise DamagedError(path, 1, "a folder is in the place of the catalog: remove it", "file")
    try:
        return parse(path.read_bytes(), path)
    except OSError as error:
        raise DamagedError(path, 1, f"it cannot be read: {error.strerror}", "file") from error


def parse(content: bytes, path: Path) -> polib.POFile:
    """Return the catalog in `content`, which is or was that of `path`. Raises DamagedError."""
    text = _text(content, path)
    # polib reads the previous message of a live entry alone:
    # https://github.com/izimobil/polib/issues/158
    readable = re.sub(r"^#~\| ", "#| ", text, flags=re.MULTILINE)
    try:
        catalog = polib.pofile(readable, wrapwidth=0)
    except (OSError, ValueError, IndexError) as error:
        named = re.search(r"line (\d+)", str(error))
        raise DamagedError(path, int(named[1]) if named else 1, NO_ENTRY, "syntax") from error
    lines = [n for n, row in enumerate(text.split("\n"), start=1) if _BEGIN.match(row)]
    for entry, line in zip(catalog, lines[-len(catalog) :], strict=False):
        entry.linenum = line
    if not catalog.metadata:
        what = "the header is missing: `make update-po` writes it below an empty msgid"
        raise DamagedError(path, 1, what, "header")
    live: set[str] = set()
    for entry in catalog:
        what = code = ""
        if entry.msgctxt is not None or entry.msgid_plural or entry.msgstr_plural:
            plural = "plural form (msgid_plural, msgstr[0])"
            kind = plural if entry.msgctxt is None else "context (msgctxt)"
            what, code = f"a {kind}, which no message of the guide has: remove it", "source"
        elif not entry.obsolete and not entry.msgid:
            what, code = "a second header, or an empty msgid: remove the entry", "header"
        elif not entry.obsolete and entry.msgid in live:
            what = "this message is in the file twice: remove one of the two entries"
            code = "duplicate"
        if what:
            raise DamagedError(path, line_of(entry), what, code)
        live |= set() if entry.obsolete else {entry.msgid}
    charset = catalog.metadata.get("Content-Type", "").rpartition("charset=")[2]
    if charset.upper() != "UTF-8":
        what = f'charset "{charset}" in the header: write "Content-Type: text/plain; charset=UTF-8"'
        raise DamagedError(path, 1, what, "charset")
    return catalog


def _text(content: bytes, path: Path) -> str:
    restore = f"`git restore {relative(path)}` brings the last good one back"
    if not content.strip():
        raise DamagedError(path, 1, f"the catalog is empty: {restore}", "empty")
    if content.startswith(b"\xef\xbb\xbf"):
        what = "a byte order mark begins the file: save it as UTF-8 without BOM"
        raise DamagedError(path, 1, what, "bom")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"not UTF-8: save it as UTF-8, or {restore}"
        raise DamagedError(path, line, what, "charset") from error
    for number, row in enumerate(text.split("\n"), start=1):
        if _CONTROL.search(row):
            what = "a control character that splits the line: remove it"
            raise DamagedError(path, number, what, "syntax")
        if row.strip() and not _LINE.fullmatch(row):
            if re.match(r"(<{7}|\|{7}|={7}|>{7})(\s|$)", row):
                what = "the mark of a merge in conflict: keep one of the two sides"
                raise DamagedError(path, number, what, "conflict")
            raise DamagedError(path, number, NO_ENTRY, "syntax")
    return text


def read_all(folder: Path, suffix: str = ".po") -> tuple[Catalogs, list[Fault]]:
    """Return the catalogs under `folder` by name, and the faults of those that are damaged."""
    catalogs, faults = {}, []
    for name in names_in(folder, suffix):
        try:
            catalogs[name] = read(folder / f"{name}{suffix}")
        except DamagedError as error:
            faults.append(error.fault)
    return catalogs, faults


def write(path: Path, catalog: polib.POFile) -> bool:
    """Bring the file `path` to the one form of a catalog; say whether it had another."""
    return write_file(path, str(catalog).encode())


def line_of(entry: polib.POEntry) -> int:
    """Return the line, from 1, of an entry's msgstr in the file that it was read from."""
    return int(entry.linenum or 1)


def muted_checks(entry: polib.POEntry) -> dict[str, str]:
    """Return the checks that comments mute for an entry, each with its reason, which may lack."""
    return {match["code"]: match["reason"] or "" for match in _MUTE.finditer(entry.tcomment)}


def translated_msgid(entry: polib.POEntry) -> str:
    """Return the message that the entry's translation was written for."""
    return str((entry.fuzzy and entry.previous_msgid) or entry.msgid)


# What the author of a message typed as code, of which each character counts; and the rest.
_CODE = re.compile(r"(?P<code>(?P<mark>`+).+?(?P=mark))|[^`]+|`+", re.DOTALL)
_SPACE = re.compile(r"(?<!\w) | (?!\w)")
_PLAIN = str.maketrans(
    dict.fromkeys("’ʼ‘", "'")
    | dict.fromkeys("\u2010\u2011\u2012–—\u2015\u2212", "-")
    | {"…": "..."}
)


@lru_cache(maxsize=2**17)
def normalize(message: str) -> str:
    """Return a message with plain apostrophes, dashes, ellipses and spaces, code and ends apart.

    Messages that are equal so differ by typography alone, and share their translation: a space
    counts between two letters or digits only. The ends of a translation must be those of its
    message: https://www.gnu.org/software/gettext/manual/html_node/Normalizing.html
    """

    def folded(match: re.Match[str]) -> str:
        text = " ".join(match[0].split())
        return match["code"] or _SPACE.sub("", text).translate(_PLAIN)

    body = message.strip()
    return message.replace(body, _CODE.sub(folded, body)) if body else message


def changed(folder: Path) -> Catalogs:
    """Return what git holds of the catalogs under `folder` that are no longer as it holds them."""
    found = ((name, _held(folder, name, blob)) for blob, _, name in changes(folder, "diff", "HEAD"))
    return {name.removesuffix(".po"): catalog for name, catalog in found if catalog}


def _held(folder: Path, name: str, blob: str) -> polib.POFile | None:
    with suppress(DamagedError):
        return parse(ask_git(folder, "cat-file", "blob", blob) or b"", folder / name)
    return None


def removed(folder: Path) -> Iterator[tuple[str, polib.POEntry]]:
    """Yield the obsolete entries that commits removed, each after the name of its catalog.

    Asked are the last COMMITS under `folder`, back to one with the trailer "Obsolete: removed":
    https://git-scm.com/docs/git-interpret-trailers
    """
    form = "--format=%H %(trailers:key=Obsolete,valueonly,separator=%x20)"
    log = ask_git(folder, "log", f"--max-count={COMMITS}", form, "--", ".") or b""
    rows = takewhile(lambda row: row.endswith(" "), log.decode().split("\n"))
    commits = [row.strip() for row in rows]
    query = ("log", "--no-walk", "--format=", "--diff-filter=M", "-S#~ msgid", *commits)
    found = changes(folder, *query) if commits else []
    blobs = {blob for before, after, _ in found for blob in (before, after)}
    query = ("grep", "--count", "--full-name", "-z", "#~ msgid", *blobs)
    counted = (ask_git(folder, *query) if blobs else None) or b""
    count = dict(row.split("\0") for row in counted.decode().splitlines())
    for before, after, name in found:
        if int(count.get(before, 0)) > int(count.get(after, 0)):
            catalog = _held(folder, name, before) or ()
            yield from ((name.removesuffix(".po"), entry) for entry in catalog if entry.obsolete)


def vanished(catalogs: Catalogs, held: Catalogs, folder: Path) -> list[Fault]:
    """Return a fault for each file of git whose translations are no longer in any catalog.

    `held` is what `changed` returned. So a catalog that was cut short, between two entries even,
    or removed, is noticed while git can still bring it back.
    """
    known = {normalize(entry.msgid) for catalog in catalogs.values() for entry in catalog}
    faults = []
    for name, catalog in held.items():
        entries = catalog.translated_entries()
        lost = [entry for entry in entries if normalize(entry.msgid) not in known]
        if lost:
            path = folder / f"{name}.po"
            what = (
                f"{len(lost)} messages that git holds are missing, “{lost[0].msgid[:40]}” first: "
                f"`git restore {relative(path)}` brings them back; if they are to go, commit that"
            )
            faults.append(Fault(path, 1, what, "truncated"))
    return faults


def restore(
    catalogs: Catalogs, held: Catalogs, gone: Iterable[tuple[str, polib.POEntry]] = ()
) -> int:
    """Put back into `catalogs` what editors and platforms drop, and git holds; return how much.

    `held` is what `changed` returned, `gone` what `removed` did. It is obsolete entries, and
    comments: where there were several and none is left, for a single one may well have been removed
    by a person.
    """
    known = {
        normalize(translated_msgid(entry)) for catalog in catalogs.values() for entry in catalog
    }
    names = sorted(held.keys() & catalogs.keys())
    live = {(name, e.msgid): e for name in names for e in catalogs[name] if not e.obsolete}
    before = [(name, entry) for name in names for entry in held[name]]
    obsolete = {
        (source, entry.msgstr): (name, entry)
        for name, entry in (*before, *gone)
        if entry.obsolete and name in catalogs
        if (source := normalize(translated_msgid(entry))) not in known
    }
    commented = [
        (live[name, entry.msgid], entry.tcomment)
        for name, entry in before
        if not entry.obsolete and entry.tcomment and (name, entry.msgid) in live
    ]
    for name, entry in obsolete.values():
        catalogs[name].append(entry)
    if len(commented) < SEVERAL or any(entry.tcomment for entry in live.values()):
        return len(obsolete)
    for entry, comment in commented:
        entry.tcomment = comment
    return len(obsolete) + len(commented)


def read_language(code: str) -> tuple[Catalogs, int, list[Fault]]:
    """Return the catalogs of a language, how much of them git brought back, and their faults."""
    folder = folder_of(code)
    catalogs, faults = read_all(folder)
    held = changed(folder)
    faults = faults or vanished(catalogs, held, folder)
    return catalogs, restore(catalogs, held, removed(folder)), faults

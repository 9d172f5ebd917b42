"""Read catalogs strictly, write them in one form, and restore from git what tools drop from them.

The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

import polib

from back_office_guide.core.faults import Fault, GuideError
from back_office_guide.core.git import ask_git, changes
from back_office_guide.core.paths import LOCALE, relative, write_file

# The domains (names of catalogs) of no page: values of conf.py; words of Sphinx and of the theme.
SETTINGS_DOMAIN = "conf"
INTERFACE_DOMAIN = "sphinx"

# If at least so many comments are gone, and none is left, a tool has dropped them, not a person.
MIN_DROPPED_COMMENTS = 3
# How many commits of a language are searched for obsolete entries that they removed.
COMMITS_SEARCHED = 50

Catalogs = dict[str, polib.POFile]
"""The catalogs of a language, or the templates, by domain: "comprendre/mots"."""

# polib accepts more than gettext, so each line is checked: a comment, a keyword and its string, or
# a string that continues the line above.
_KEYWORD = r"(?:msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)"
_STRING = r'"[^"\\]*+(?:\\["\\bfnrtv][^"\\]*+)*+"'
_LINE = re.compile(rf"(?:#~\|?|#\|)?\s*(?:{_KEYWORD}\s+)?{_STRING}\s*|#(?!~[ |]|\|).*")
_MSGSTR = re.compile(r"(?:#~ )?msgstr(?:\[0\])? ")
_SYNTAX_ERROR = "this is no entry: look at its keyword, quotation marks and backslashes"
_CONFLICT_MARKER = re.compile(r"(<{7}|\|{7}|={7}|>{7})(\s|$)")
# polib splits lines at these, too.
_LINE_SEPARATOR = re.compile("[\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029\r]")
# "# mute spelling: a name": the check that a person silences for one message, and the reason.
_MUTE = re.compile(r"^\s*mute (?P<code>[\w-]+)(?:: *(?P<reason>.*))?", re.MULTILINE)


class DamagedError(GuideError):
    """A catalog cannot be read without loss."""

    def __init__(self, path: Path, line: int, what: str, code: str) -> None:
        """Keep the fault."""
        self.fault = Fault(path, line, what, code)
        super().__init__(str(self.fault))


def folder_of(code: str, locale: Path = LOCALE) -> Path:
    """Return the folder of the catalogs of the language `code`."""
    return locale / code / "LC_MESSAGES"


def domain_of(path: Path, folder: Path) -> str:
    """Return the domain of a page, catalog or template under `folder`: "comprendre/mots"."""
    return path.relative_to(folder).with_suffix("").as_posix()


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
    """Return the catalog in `content`, a version of the file `path`. Raises DamagedError."""
    text = _decode(content, path)
    # polib reads "#| msgid" of live entries only: https://github.com/izimobil/polib/issues/158
    readable = re.sub(r"^#~\| ", "#| ", text, flags=re.MULTILINE)
    try:
        catalog = polib.pofile(readable, wrapwidth=0)
    except (OSError, ValueError, IndexError) as error:
        named = re.search(r"line (\d+)", str(error))
        line = int(named[1]) if named else 1
        raise DamagedError(path, line, _SYNTAX_ERROR, "syntax") from error
    lines = [n for n, row in enumerate(text.split("\n"), start=1) if _MSGSTR.match(row)]
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


def _decode(content: bytes, path: Path) -> str:
    """Return a catalog as text, of which each line has the syntax of one. Raises DamagedError."""
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
        if _LINE_SEPARATOR.search(row):
            what = "a control character that splits the line: remove it"
            raise DamagedError(path, number, what, "syntax")
        if _CONFLICT_MARKER.match(row):
            what = "the mark of a merge in conflict: keep one of the two sides"
            raise DamagedError(path, number, what, "conflict")
        if row.strip() and not _LINE.fullmatch(row):
            raise DamagedError(path, number, _SYNTAX_ERROR, "syntax")
    return text


def read_all(folder: Path, suffix: str = ".po") -> tuple[Catalogs, list[Fault]]:
    """Return the catalogs or templates under `folder` by domain, and the faults of damaged ones."""
    catalogs, faults = {}, []
    paths = folder.rglob(f"[!.]*{suffix}")  # macOS leaves files such as "._index.po"
    for domain in sorted(domain_of(path, folder) for path in paths):
        try:
            catalogs[domain] = read(folder / f"{domain}{suffix}")
        except DamagedError as error:
            faults.append(error.fault)
    return catalogs, faults


def write(path: Path, catalog: polib.POFile) -> bool:
    """Write `catalog` to the file `path`; return whether that changed the file."""
    return write_file(path, str(catalog).encode())


def line_of(entry: polib.POEntry) -> int:
    """Return the line, from 1, of an entry's msgstr in the file that it was read from."""
    return int(entry.linenum or 1)


def muted_checks(entry: polib.POEntry) -> dict[str, str]:
    """Return the checks that comments mute for an entry, each with its reason or ""."""
    return {match["code"]: match["reason"] or "" for match in _MUTE.finditer(entry.tcomment)}


def translated_msgid(entry: polib.POEntry) -> str:
    """Return the message that an entry's translation was written for."""
    return str((entry.fuzzy and entry.previous_msgid) or entry.msgid)


# Code, of which each character counts; or what is around it.
_CODE = re.compile(r"(?P<code>(?P<mark>`+).+?(?P=mark))|[^`]+|`+", re.DOTALL)
_INSIGNIFICANT_SPACE = re.compile(r"(?<!\w) | (?!\w)")
_PLAIN = str.maketrans(
    dict.fromkeys("’ʼ‘", "'")
    | dict.fromkeys("\u2010\u2011\u2012–—\u2015\u2212", "-")
    | {"…": "..."}
)


@lru_cache(maxsize=2**17)
def normalize(message: str) -> str:
    """Return a message with plain apostrophes, dashes, ellipses and spaces; code stays as it is.

    Two messages with the same result differ by typography alone, and share their translation.
    Spaces count between letters or digits only, and at both ends, where gettext wants those of a
    message in its translation:
    https://www.gnu.org/software/gettext/manual/html_node/Normalizing.html
    """

    def plain(match: re.Match[str]) -> str:
        text = " ".join(match[0].split())
        return match["code"] or _INSIGNIFICANT_SPACE.sub("", text).translate(_PLAIN)

    body = message.strip()
    return message.replace(body, _CODE.sub(plain, body)) if body else message


def _read_blob(folder: Path, name: str, blob: str) -> polib.POFile:
    """Return a catalog as git holds it; an empty one if that is damaged, or no file at all."""
    with suppress(DamagedError):
        return parse(ask_git(folder, "cat-file", "blob", blob) or b"", folder / name)
    return polib.POFile()


def read_committed(folder: Path) -> Catalogs:
    """Return the last committed version of the catalogs under `folder` that changed since."""
    return {
        name.removesuffix(".po"): _read_blob(folder, name, blob)
        for blob, _, name in changes(folder, "diff", "HEAD")
    }


def find_removed(folder: Path) -> Iterator[tuple[str, polib.POEntry]]:
    """Yield the obsolete entries that commits removed, each after the domain of its catalog.

    The last COMMITS_SEARCHED are searched, back to one with the trailer "Obsolete: removed":
    https://git-scm.com/docs/git-interpret-trailers
    """
    form = "--format=%H %(trailers:key=Obsolete,valueonly,separator=%x20)"
    log = ask_git(folder, "log", f"--max-count={COMMITS_SEARCHED}", form, "--", ".") or b""
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
            entries = _read_blob(folder, name, before).obsolete_entries()
            yield from ((name.removesuffix(".po"), entry) for entry in entries)


def find_lost(catalogs: Catalogs, committed: Catalogs, folder: Path) -> list[Fault]:
    """Return a fault for each of the `committed` catalogs with messages that no catalog has now.

    This notices a catalog that was removed, or cut off between two entries, while git still has it.
    """
    known = {normalize(entry.msgid) for catalog in catalogs.values() for entry in catalog}
    faults = []
    for domain, catalog in committed.items():
        entries = catalog.translated_entries()
        lost = {e.msgid: e.msgstr for e in entries if normalize(e.msgid) not in known}
        made_for = {translation: message for message, translation in lost.items()}
        path = folder / f"{domain}.po"
        for entry in catalogs[domain].translated_entries() if domain in catalogs else ():
            if before := made_for.pop(entry.msgstr, ""):
                del lost[before]
                what = f"the msgid of this translation was edited: write “{before}”"
                faults.append(Fault(path, line_of(entry), what, "source"))
        if lost:
            first = next(iter(lost))[:40]
            what = (
                f"messages that git holds are missing ({len(lost)}), “{first}” first: "
                f"`git restore {relative(path)}` brings them back; if they are to go, commit that"
            )
            faults.append(Fault(path, 1, what, "truncated"))
    return faults


def restore_dropped(
    catalogs: Catalogs, committed: Catalogs, removed: Iterable[tuple[str, polib.POEntry]] = ()
) -> int:
    """Put back into `catalogs` what editors and platforms drop, and return how many things.

    These are obsolete entries, of `committed` catalogs or `removed` by commits, and the comments of
    `committed` catalogs, if none is left: a person may well have removed a single one.
    """
    known = {
        normalize(translated_msgid(entry)) for catalog in catalogs.values() for entry in catalog
    }
    domains = sorted(committed.keys() & catalogs.keys())
    live = {(name, e.msgid): e for name in domains for e in catalogs[name] if not e.obsolete}
    before = [(name, entry) for name in domains for entry in committed[name]]
    obsolete = {
        (message, entry.msgstr): (name, entry)
        for name, entry in (*before, *removed)
        if entry.obsolete and name in catalogs
        if (message := normalize(translated_msgid(entry))) not in known
    }
    for name, entry in obsolete.values():
        catalogs[name].append(entry)
    commented = [
        (live[name, entry.msgid], entry.tcomment)
        for name, entry in before
        if not entry.obsolete and entry.tcomment and (name, entry.msgid) in live
    ]
    if len(commented) < MIN_DROPPED_COMMENTS or any(entry.tcomment for entry in live.values()):
        return len(obsolete)
    for entry, comment in commented:
        entry.tcomment = comment
    return len(obsolete) + len(commented)


def read_language(code: str) -> tuple[Catalogs, int, list[Fault]]:
    """Return the catalogs of a language, how much was restored from git, and their faults."""
    folder = folder_of(code)
    catalogs, faults = read_all(folder)
    committed = read_committed(folder)
    faults = faults or find_lost(catalogs, committed, folder)
    return catalogs, restore_dropped(catalogs, committed, find_removed(folder)), faults

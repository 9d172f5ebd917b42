"""Every fault of a catalog is named with its line, and a right catalog gives no alarm."""

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import polib
import pytest
from conftest import ROOT, Copy, make, python, require
from hypothesis import given
from hypothesis import strategies as st

from back_office_guide.catalogs import values, writing
from back_office_guide.catalogs.check import Check, Context, find_outdated
from back_office_guide.catalogs.content import ContentCheck
from back_office_guide.catalogs.update import update
from back_office_guide.core import markup
from back_office_guide.core.catalog import folder_of, line_of, read, read_all, write
from back_office_guide.core.faults import Fault
from back_office_guide.core.languages import Language, load

LANGUAGES = load()
FRENCH, ENGLISH = LANGUAGES.source, LANGUAGES.get("en")
GERMAN = Language(
    "de", "Deutsch", "ltr", True, "de_DE", "1.234,5", "5\u00a0%", "5\u00a0€", "„…“"
)  # fmt: skip
ARABIC = Language(
    "ar", "العربية", "rtl", True, "ar", "1,234.5", "5%", "5\u00a0يورو", "«…»"
)  # fmt: skip


def matches(pattern: str) -> Callable[[polib.POEntry], bool]:
    """Return whether a translation matches a pattern."""
    return lambda entry: bool(re.search(pattern, entry.msgstr))


def plain(entry: polib.POEntry) -> bool:
    """Return whether a translation is a sentence or more, of words alone."""
    return bool(re.fullmatch(r"[A-Z][\w ,’.]{40,}\.", entry.msgstr))


@dataclass(frozen=True)
class Planted:
    """A fault to plant: the check that names it, in which entry, and what is written there."""

    code: str
    where: Callable[[polib.POEntry], bool]
    change: Callable[[str], str]


def sub(pattern: str, replacement: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, replacement, text, count=1)


def set_to(text: str) -> Callable[[str], str]:
    return lambda _: text


PLANTED = {
    # markup
    "a role’s target changed": Planted(
        "role", matches(r"\{term\}`[^`]*<suspens>`"), sub("<suspens>", "<confirmation>")
    ),
    "a term without its French target": Planted(
        "role", matches(r"\{term\}`[^`<]* <"), sub(r"(\{term\}`[^`<]*?) <[^>]*>`", r"\1`")
    ),
    "a role lost": Planted("role", matches(r"\{term\}`"), sub(r"\{term\}`([^`<]*)[^`]*`", r"\1")),
    "a link’s target changed": Planted(
        "link", matches(r"\]\(#src-"), sub(r"\]\(#src-", "](#source-")
    ),
    "a link lost": Planted("link", matches(r"\[[^]]+\]\(#"), sub(r"\[([^]]+)\]\([^)]*\)", r"\1")),
    "a link added": Planted("link", plain, lambda text: f"{text[:-1]} [here](#page-web)."),
    "an address changed": Planted(
        "link", matches(r"<https://www\.insee"), sub(r"insee\.fr", "insee.com")
    ),
    "a space inside a link": Planted("link", matches(r"\]\(#"), sub(r"\]\(#", "] (#")),
    "an image added": Planted("image", plain, lambda text: f"{text[:-1]} ![x](x.png)."),
    "the name of a role alone": Planted("stray", plain, lambda text: f"{text[:-1]} {{x}}."),
    "code altered": Planted("code", matches("`make html"), sub("`make html", "`make site")),
    "code lost": Planted("code", matches("(?<!})`make [a-z-]+`"), sub("`(make [a-z-]+)`", r"\1")),
    "code added": Planted("code", plain, lambda text: f"{text[:-1]} `x`."),
    "an emphasis not closed": Planted("stray", plain, lambda text: f"**{text}"),
    "a backtick not closed": Planted("stray", plain, lambda text: f"`{text}"),
    "an emphasis added": Planted("emphasis", plain, lambda text: f"*{text}*"),
    "a tag": Planted("html", plain, lambda text: f"<b>{text}</b>"),
    "a block of HTML": Planted("block", plain, lambda text: f"<div>\n{text}\n</div>"),
    "the mark of a title": Planted("block", plain, lambda text: f"# {text}"),
    "the mark of a list": Planted("block", plain, lambda text: f"- {text}"),
    "a number as that of a list": Planted("block", plain, lambda text: f"1. {text}"),
    "the mark of a quotation": Planted("block", plain, lambda text: f"> {text}"),
    "two paragraphs": Planted("block", plain, lambda text: f"{text}\n\n{text}"),
    "two lines": Planted("block", plain, lambda text: f"{text}\n{text}"),
    "a directive": Planted("block", plain, lambda text: f":::{{note}}\n{text}\n:::"),
    "a comment": Planted("block", plain, lambda text: f"% {text}"),
    "a template": Planted("template", plain, lambda text: f"{text[:-1]} {{{{ x }}}}."),
    # values
    "a number changed": Planted("numbers", matches(r"\b2018\b"), sub(r"\b2018\b", "2081")),
    "a number lost": Planted("numbers", matches(r" in \d{4}\b"), sub(r" in \d{4}\b", "")),
    "a decimal comma": Planted("numbers", matches(r"\d\.\d%"), sub(r"(\d)\.(\d%)", r"\1,\2")),
    "a French thousand": Planted(
        "numbers", matches(r"€\d+,\d{3}\b"), sub(r"(€\d+),(\d{3})", "\\1\u202f\\2")
    ),
    "a percentage without its sign": Planted(
        "numbers", matches(r"^[^%]*\d%[^%]*$"), sub(r"(\d)%", r"\1")
    ),
    "an amount the French way": Planted("amounts", matches(r"€\d"), sub(r"€([\d,.]*\d)", r"\1 €")),
    "a percentage the French way": Planted("amounts", matches(r"\d%"), sub(r"(\d)%", "\\1\u00a0%")),
    "a month changed": Planted(
        "dates", matches(r"\d (?:January|November) \d"), sub("January|November", "March")
    ),
    "a month left out": Planted("dates", matches(r"\d April \d"), sub(" April", "")),
    # language
    "left in French": Planted(
        "language",
        lambda entry: plain(entry) and len(entry.msgid) > 60,
        set_to("Il faut toujours relire les dossiers avant de les envoyer au service voisin."),
    ),
    "in a third language": Planted(
        "language",
        plain,
        set_to("Siempre conviene revisar los expedientes antes de enviarlos al otro servicio."),
    ),
    "a linked word that is not the glossary’s": Planted(
        "term",
        matches(r"\{term\}`reconciliation <rapprochement>`"),
        sub(r"reconciliation <", "comparison <"),
    ),
    "a word that is not the glossary’s": Planted(
        "term",
        lambda entry: bool(
            re.search(r"(?<!`)\bexternalisation\b(?![`>])", entry.msgid)
            and re.fullmatch(r"[^`]{60,}utsourc(ing|ed?)\b[^`]*", entry.msgstr)
            and "glossaire" not in entry.occurrences[0][0]
        ),
        lambda text: re.sub("(?i)outsourc(ing|ed?)", "delegation", text),
    ),
    "a misspelt word": Planted("spelling", plain, lambda text: f"{text[:-1]} and thier copies."),
    "French quotation marks": Planted("quotes", matches("“"), sub("“([^”]*)”", "« \\1 »")),
    "straight quotation marks": Planted("quotes", matches("“"), sub("“([^”]*)”", '"\\1"')),
    "a straight apostrophe": Planted("quotes", matches(r"\w’s "), sub("’s ", "'s ")),
    "a space before a colon": Planted("spaces", matches(r"\w: "), sub(r"(\w): ", r"\1 : ")),
    "two spaces": Planted("spaces", plain, sub(" ", "  ")),
    "a space at the end": Planted("spaces", plain, lambda text: f"{text} "),
    "a full stop lost": Planted("end", plain, lambda text: text[:-1]),
    "a question mark lost": Planted("end", matches(r"\?$"), lambda text: text[:-1]),
    # hidden characters
    "a zero-width space": Planted("hidden", plain, sub(" ", " \u200b")),
    "a reversed direction": Planted("hidden", plain, lambda text: f"\u202e{text}"),
    "a soft hyphen": Planted("hidden", plain, lambda text: f"{text[:9]}\u00ad{text[9:]}"),
    "a byte order mark inside": Planted("hidden", plain, lambda text: f"\ufeff{text}"),
}


@pytest.fixture(scope="session")
def context(template_folder: Path) -> Context:
    """Return what the checks of the real guide look things up in."""
    templates, faults = read_all(template_folder, ".pot")
    assert not faults
    return Context(FRENCH, templates)


@pytest.fixture(scope="module")
def planted(
    context: Context, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, tuple[Path, int]], list[Fault]]:
    """Return where each fault was planted in the real English catalogs, and what was found."""
    require("hunspell")
    folder = tmp_path_factory.mktemp("planted") / "en/LC_MESSAGES"
    shutil.copytree(ROOT / "docs/locale/en", folder.parent)
    catalogs, _ = read_all(folder)
    entries = [
        (name, entry)
        for name, catalog in catalogs.items()
        for entry in catalog
        if entry.translated() and name != "sphinx" and not entry.tcomment
    ]
    places = {}
    for what, fault in PLANTED.items():
        found = next(item for item in entries if fault.where(item[1]))
        entries.remove(found)
        before = found[1].msgstr
        found[1].msgstr = fault.change(before)
        assert found[1].msgstr != before, what
        places[what] = (found[0], found[1].msgid)
    for name, catalog in catalogs.items():
        write(folder / f"{name}.po", catalog)
    catalogs, _ = read_all(folder)
    lines = {
        (name, entry.msgid): line_of(entry)
        for name, catalog in catalogs.items()
        for entry in catalog
    }
    where = {
        what: (folder / f"{name}.po", lines[name, msgid]) for what, (name, msgid) in places.items()
    }
    return where, list(Check(context, ENGLISH, catalogs, folder).faults())


@pytest.mark.parametrize("what", PLANTED)
def test_a_fault_is_named_with_its_line(
    what: str, planted: tuple[dict[str, tuple[Path, int]], list[Fault]]
) -> None:
    where, faults = planted
    path, line = where[what]
    codes = {fault.code for fault in faults if (fault.path, fault.line) == (path, line)}
    assert PLANTED[what].code in codes, codes
    assert "msgstr" in path.read_text("utf-8").split("\n")[line - 1]


def test_nothing_is_named_where_nothing_was_planted(
    planted: tuple[dict[str, tuple[Path, int]], list[Fault]],
) -> None:
    where, faults = planted
    assert {(fault.path, fault.line) for fault in faults} == set(where.values())


def checked(folder: Path, context: Context, *, form: bool = False) -> list[str]:
    """Return the codes of the faults in the one catalog of `folder`, and of what they say.

    With its `form`, if that is asked for.
    """
    catalogs, damaged = read_all(folder)
    found = [*damaged, *Check(context, ENGLISH, catalogs, folder).faults()]
    if form and not damaged:
        found += find_outdated(context, ENGLISH, catalogs, folder)
    return [f"{fault.line}: {fault.code}: {fault.message}" for fault in found]


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Context, polib.POFile]:
    """Return the folder of one catalog, of one message, what it is checked by, and itself."""
    template = polib.POFile()
    template.append(polib.POEntry(msgid="Il y a 3 cas."))
    catalog = polib.POFile(wrapwidth=0)
    catalog.metadata = {"Language": "en", "Content-Type": "text/plain; charset=UTF-8"}
    catalog.append(polib.POEntry(msgid="Il y a 3 cas.", msgstr="There are 3 cases."))
    write(tmp_path / "index.po", catalog)
    return tmp_path, Context(FRENCH, {"index": template}), catalog


def test_a_right_catalog_is_right(small: tuple[Path, Context, polib.POFile]) -> None:
    folder, context, _ = small
    assert checked(folder, context) == []


def test_a_false_alarm_is_muted_with_a_reason(small: tuple[Path, Context, polib.POFile]) -> None:
    folder, context, catalog = small
    catalog[0].msgstr = "There are some cases."
    write(folder / "index.po", catalog)
    assert checked(folder, context) == ["8: numbers: 3 is missing: write 3"]
    catalog[0].tcomment = "mute numbers: a word reads better here"
    write(folder / "index.po", catalog)
    assert checked(folder, context) == []
    catalog[0].tcomment = "mute numbers"
    write(folder / "index.po", catalog)
    assert checked(folder, context) == ["9: mute: no reason: write “# mute numbers: ” and why"]
    catalog[0].tcomment = "mute quotes: of another check"
    write(folder / "index.po", catalog)
    assert len(checked(folder, context)) == 2


def test_a_comment_that_mutes_nothing_is_named(small: tuple[Path, Context, polib.POFile]) -> None:
    folder, context, catalog = small
    catalog[0].tcomment = "mute numbers: once needed"
    write(folder / "index.po", catalog)
    (fault,) = checked(folder, context)
    assert fault == "9: mute: nothing to mute for numbers: remove “# mute numbers”"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda c: c.metadata.update({"Language": "fr"}),
            'form: “"Language: fr\\n"” where `make update-po` writes “"Language: en\\n"”: run it',
        ),
        (lambda c: c.metadata.pop("Language"), "form: "),
        (lambda c: c.metadata.update({"Plural-Forms": "nplurals=INTEGER;"}), 'form: “"Plural-Fo'),
        (lambda c: setattr(c, "metadata_is_fuzzy", 1), "form: “#, fuzzy” where"),
        (lambda c: setattr(c, "wrapwidth", 9), "form: "),
        (lambda c: c.reverse(), "form: "),
        (
            lambda c: setattr(c[0], "msgid", "Il y a 4 cas."),
            "source: messages of the page are not here (1), and some here are not of it (1), "
            "“Il y a 4 cas.” first: restore a msgid that was edited; else: run `make update-po`",
        ),
        (
            lambda c: setattr(c[0], "msgctxt", "title"),
            "source: a context (msgctxt), which no message of the guide has: remove it",
        ),
        (
            lambda c: setattr(c[0], "msgid_plural", "Il y a 3 cas."),
            "source: a plural form (msgid_plural, msgstr[0]), which no message of the guide has: "
            "remove it",
        ),
        (lambda c: c[0].flags.append("python-format"), "form: “#, python-format” where"),
        (
            lambda c: c.remove(c[0]),
            "source: messages of the page are not here (1): run `make update-po`",
        ),
    ],
)
def test_what_a_catalog_cannot_be_is_named(
    change: Callable[[polib.POFile], object], said: str, small: tuple[Path, Context, polib.POFile]
) -> None:
    folder, context, catalog = small
    context.templates["index"].append(polib.POEntry(msgid="Deux."))
    catalog.append(polib.POEntry(msgid="Deux.", msgstr="Two."))
    catalog = update(context.templates, {"index": catalog}, ENGLISH, "fr")["index"]
    write(folder / "index.po", catalog)
    assert checked(folder, context, form=True) == []
    change(catalog)
    write(folder / "index.po", catalog)
    found = checked(folder, context, form=True)
    assert any(f": {said}" in fault for fault in found), found


def test_a_missing_dictionary_is_said_and_fails_where_nobody_reads(
    small: tuple[Path, Context, polib.POFile],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, context, catalog = small
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    assert checked(folder, context) == []
    catalog[0].tcomment = "mute spelling: a word that no dictionary can tell here"
    write(folder / "index.po", catalog)
    assert checked(folder, context) == []
    said = "spelling not checked: no hunspell: `make test` names the package to install"
    assert f"en: {said}" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert checked(folder, context) == [f"1: spelling: {said}"]


def test_a_dictionary_that_hunspell_does_not_have_is_named(
    small: tuple[Path, Context, polib.POFile], capsys: pytest.CaptureFixture[str]
) -> None:
    require("hunspell")
    folder, context, catalog = small
    language = replace(ENGLISH, dictionary="en_XX", published=False)
    assert not list(Check(context, language, {"index": catalog}, folder).faults())
    assert "en: spelling not checked: hunspell has no dictionary en_XX: " in capsys.readouterr().err


def test_of_many_files_in_another_form_the_first_is_named(
    small: tuple[Path, Context, polib.POFile],
) -> None:
    folder, context, catalog = small
    context.templates["other"] = context.templates["index"]
    for name in ("index", "other"):
        write(folder / f"{name}.po", catalog)
    (fault,) = checked(folder, context, form=True)
    assert fault.endswith(": run it (the same in other files of the language: 1)")


def test_a_page_without_catalog_is_named(small: tuple[Path, Context, polib.POFile]) -> None:
    folder, context, _ = small
    (folder / "index.po").unlink()
    assert checked(folder, context, form=True) == [
        "1: source: no catalog for this page: `make update-po` creates it"
    ]


def test_the_command_names_file_line_and_what_to_write_and_fails(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    catalog = read(path)
    entry = next(entry for entry in catalog if "{term}`back office`" in entry.msgstr)
    entry.msgstr = entry.msgstr.replace("{term}`back office`", "back office")
    write(path, catalog)
    run = make("check-po", cwd=guide, env={"LANGS": "en"})
    assert run.returncode != 0
    line = path.read_text("utf-8").split("\n").index(f'msgstr "{entry.msgstr}"') + 1
    said = [text for text in run.stderr.split("\n") if f"index.po:{line}: role: " in text]
    assert said[0].startswith("docs/locale/en/LC_MESSAGES/index.po:")
    assert "write {term}`back office <back office>`" in said[0]
    assert re.search(r"^1 language, [\d,]+ messages: 1 fault$", run.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ("reconciliation", True),
        ("Reconciliations", True),
        ("reconciled", True),  # a form that the glossary lists
        ("comparison", False),
        ("reconciliation account", True),
    ],
)
def test_the_inflections_of_a_term_are_taken(shown: str, right: bool) -> None:
    entry = polib.POEntry(
        msgid="rapprochement", msgstr="reconciliation", tcomment="forms: reconcile; reconciled"
    )
    catalog = polib.POFile()
    catalog.append(entry)
    glossary = writing.Glossary(["rapprochement"], [catalog], "en")
    message, text = "Un {term}`rapprochement`.", f"A {{term}}`{shown} <rapprochement>`."
    found = list(glossary.differences(message, text, writing.stemmer("fr")))
    assert (not found) == right


@pytest.mark.parametrize(
    ("french", "english", "right"),
    [
        ("21\u202f876,36\u00a0€", "€21,876.36", True),
        ("21\u202f876,36\u00a0€", "€21.876,36", False),
        ("1,7\u00a0%", "1.7%", True),
        ("11\u00a0h", "11:00", True),
        ("Python 3.11", "Python 3.11", True),
        ("en 2018, 2019 et 2020", "in 2018, 2019 and 2020", True),
        ("le 1er août 2022", "on 1 August 2022", True),
        ("le 1er août 2022", "on 1 July 2022", False),
        ("en mars 2021", "in Mar. 2021", True),
        ("voir https://exemple.fr/a", "see https://exemple.fr/a", True),
        ("voir https://exemple.fr/a", "see https://exemple.fr/b", False),
    ],
)
def test_values_are_compared_as_each_language_writes_them(
    french: str, english: str, right: bool
) -> None:
    assert (not list(values.differences(french, english, FRENCH, ENGLISH))) == right


@pytest.mark.parametrize(
    ("french", "arabic", "right"),
    [
        ("12\u00a0€", "12\u00a0يورو", True),
        ("12\u00a0€", "12 يورو", False),
        ("12\u00a0€", "12\u00a0دولارًا", False),
        ("1\u202f234,5\u00a0%", "1,234.5%", True),
    ],
)
def test_a_currency_may_be_a_word(french: str, arabic: str, right: bool) -> None:
    found = [*values.differences(french, arabic, FRENCH, ARABIC)]
    assert (not [*found, *writing.typography(french, arabic, ARABIC)]) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("المادة \u2066L. 8241-1\u2069", True),
        ("المادة \u2066L. 8241-1", False),
        ("المادة L. 8241-1\u2069", False),
        ("\u2066المادة \u2066L.\u2069 8241-1\u2069", False),
        ("المادة \u202aL. 8241-1\u202c", False),
    ],
)
def test_only_a_language_from_right_to_left_isolates_words(text: str, right: bool) -> None:
    message = "article L. 8241-1"
    assert (not list(writing.hidden(message, text, ARABIC))) == right
    assert list(writing.hidden(message, text, ENGLISH))


@pytest.mark.parametrize(
    "shown", ["مقاصة", "المقاصة", "والمقاصة", "بالمقاصة", "للمقاصة", "مُقاصّة", "ومقاصة"]
)
def test_an_arabic_term_is_known_with_what_is_attached_to_it(shown: str) -> None:
    catalog = polib.POFile()
    catalog.append(polib.POEntry(msgid="compensation", msgstr="مقاصة"))
    glossary = writing.Glossary(["compensation"], [catalog], "ar")
    assert list(glossary.missing(["compensation"], f"تتم {shown} هنا")) == []
    assert list(glossary.missing(["compensation"], "تتم التسوية هنا"))


def test_a_language_has_its_own_list_of_right_words(tmp_path: Path) -> None:
    require("hunspell")
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (template, catalog) = (polib.POFile(), polib.POFile())
    template.append(polib.POEntry(msgid="Un navire."))
    catalog.metadata = {"Language": "en", "Content-Type": "text/plain; charset=UTF-8"}
    catalog.append(polib.POEntry(msgid="Un navire.", msgstr="A invoise."))
    write(folder / "index.po", catalog)
    context = Context(FRENCH, {"index": template})
    (fault,) = checked(folder, context)
    assert fault.startswith("8: spelling: “invoise”: write “invoice”; a right word goes into ")
    (folder.parent / "words.txt").write_text("invoise\n", encoding="utf-8")
    assert checked(folder, context) == []


@pytest.mark.parametrize(
    ("french", "german", "right"),
    [
        ("21\u202f876,36", "21.876,36", True),
        ("CC BY-SA 4.0, Python 3.11", "CC BY-SA 4.0, Python 3.11", True),
        ("21\u202f876", "21.867", False),
        ("4,5", "4.5", True),
    ],
)
def test_a_point_between_digits_may_mark_thousands(french: str, german: str, right: bool) -> None:
    old, new = values.quantities(french, FRENCH), values.quantities(german, GERMAN)
    assert ([each.number for each in old[0]] == [each.number for each in new[0]]) == right


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of this folder, by column."""
    with (ROOT / "tests" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def faults_of(
    pairs: list[tuple[str, str]], code: str, context: Context
) -> dict[tuple[str, str], set[str]]:
    """Return what is found in each message and translation, beside the catalogs of a language."""
    language = LANGUAGES.get(code)
    folder = folder_of(code)
    catalogs, _ = read_all(folder)
    for number, (message, translation) in enumerate(pairs):
        catalogs[f"pair-{number}"] = polib.POFile()
        catalogs[f"pair-{number}"].append(polib.POEntry(msgid=message, msgstr=translation))
    found: dict[tuple[str, str], set[str]] = {pair: set() for pair in pairs}
    for fault in Check(context, language, catalogs, folder).faults():
        if fault.path.stem.startswith("pair-"):
            pair = pairs[int(fault.path.stem.removeprefix("pair-"))]
            found[pair].add(f"{fault.code}: {fault.message}")
    return found


@pytest.mark.parametrize("code", ["en", "es", "de"])
def test_right_translations_in_other_words_raise_no_alarm_and_wrong_ones_do(
    code: str, context: Context
) -> None:
    require("hunspell")
    right = [(row["French"], row[code]) for row in rows_of("rewritten.tsv")]
    wrong = [row for row in rows_of("mistranslated.tsv") if row["language"] == code]
    pairs = [*right, *((row["French"], row["wrong"]) for row in wrong)]
    found = faults_of(pairs, code, context)
    assert {pair: found[pair] for pair in right if found[pair]} == {}
    for row in wrong:
        said = found[row["French"], row["wrong"]]
        assert any(fault.startswith(f"{row['code']}: ") for fault in said), (row, said)


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (
            lambda guide: (guide / "docs/locale/en/words.txt").write_bytes(b"caf\xe9\n"),
            "docs/locale/en/words.txt: Not UTF-8: save it so.",
        ),
        (
            lambda guide: shutil.rmtree(guide / "build/gettext"),
            "build/gettext:1: no messages are here: run `make gettext`",
        ),
        (
            lambda guide: (guide / "languages.toml").write_bytes(b"\xff"),
            "languages.toml: cannot be read",
        ),
    ],
)
def test_what_cannot_be_read_is_named_without_a_traceback(
    break_it: Callable[[Path], object], said: str, extracted_copy: Copy
) -> None:
    guide = extracted_copy("guide")
    break_it(guide)
    run = python("-m", "back_office_guide.catalogs.check", cwd=guide, LANGS="en")
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr


# What is written in English for a message, and what is said of it.
SAID = {
    ("Il y a 7 cas.", "There are some cases."): "numbers: 7 is missing: write 7",
    ("Il y a des cas.", "There are 7 cases."): "numbers: 7 is not in the message",
    ("Il y a sept cas.", "There are eight cases."): (
        "numbers: 7 is missing: write 7; 8 is not in the message"
    ),
    ("Elle vaut 21\u202f876,36.", "It is worth a lot."): (
        "numbers: 21,876.36 is missing: write 21,876.36"
    ),
    ("Un taux de 5\u00a0%.", "A rate of 5\u00a0%."): (
        "amounts: “5[U+00A0, no-break space]%”: write it like 5%"
    ),
    ("La victime attend huit mois.", "The victim waits for eight weeks."): (
        "numbers: 8 counts something else than in the message"
    ),
    ("Un taux de 5\u00a0%.", "A rate of 5."): "numbers: a % is missing: write it like 5%",
    ("Le 2 mai 2024.", "On 2 June 2024."): (
        "dates: the month of a date, “mai”, is missing: write it"
    ),
    ("De 8 à 12 personnes.", "From 12 to 8 people."): ("numbers: 12 comes before 8: write 8 first"),
    ("Voir https://example.fr/a ici.", "See it here."): (
        "address: https://example.fr/a is missing: keep the address"
    ),
    ("Un {term}`suspens`.", "An open item."): (
        "role: {term}`suspens` is missing: write {term}`open item <suspens>`"
    ),
    ("Un {doc}`mot`.", "A word."): (
        "role: {doc}`mot` is missing: write {doc}`(your words for “mot”) <mot>`"
    ),
    ("Voir [la loi](#a).", "See the law."): (
        "link: #a is missing: write [(your words for “la loi”)](#a)"
    ),
    ("Voir [la loi](#a).", "See [the law] (#a)."): (
        "stray: a space parts ] and (: write [text](target)"
    ),
    ("Le `make html`.", "The make."): "code: `make html` is missing: write `make html`",
    ("Une [^1] note.", "A note."): "footnote: [^1] is missing: write [^1]",
    ("Un *mot*.", "A word."): "emphasis: * is missing: write *…*",
    ("Un mot.", "A **word."): (
        "stray: ** shows as text: close it, or write \\** where it is meant so"
    ),
    ("Un mot.", "1. A word."): "block: “1.” begins a list: write 1\\. A word.…",
    ("Un mot.", "- A word."): (
        "block: “-” begins a list, a title, a quotation or a directive: write \\-, or words"
    ),
    ("Un mot.", "A\nword."): "block: two lines: write one",
    ("Un mot.", "A <b>word."): "html: <b> is not in the message: remove it",
    ("Un mot.", "A wo\u200brd."): "hidden: U+200B, ZERO WIDTH SPACE: remove it",
    ("Un mot.", "A “word."): "pairs: a ” is missing: “…” go in pairs",
    ("Un mot.", "A «word»."): "quotes: « »: write “…”",
    ("Un mot.", "A word's end."): "quotes: ': write ’",
    ("Un mot.", "A word ; two."): "spaces: “d ;”: write no space before the mark",
    ("Un mot.", "A  word."): "spaces: two spaces: write one",
    ("Un mot.", "A word. "): "spaces: a space at its beginning or end: remove it",
    ("Un mot.", "A word"): "end: the message ends with “.”: end the translation so",
    ("Un mot\u202f?", "A word."): (
        "question: the message asks a question, the translation does not"
    ),
    ("Un mot.", "a word."): "letter: a sentence begins with “a”: write A",
    ("Un mot.", "A word word."): "doubled: “word word”: write “word” once",
    ("Un mot.", "A thier word."): (
        "spelling: “thier”: write “their”; a right word goes into docs/locale/en/words.txt, "
        "or is muted"
    ),
    ("Un rapprochement.", "A comparison."): (
        "term: “rapprochement” is “reconciliation” in the glossary: write that"
    ),
    ("Il faut relire ici tous les dossiers du mois.",) * 2: (
        "language: it is the French text itself: translate it"
    ),
    ("Voir [2023](#a) et [2024](#b).", "See [2024](#a) and [2023](#b)."): (
        "target: #a and #b changed places: put them back"
    ),
    ("L’Insee publie ce chiffre.", "The figure is published."): (
        "name: Insee is missing: keep the name, as the other messages do"
    ),
    ("L’AMF publie ce texte, et l’AMF le vend.", "The AMF prints it, the ACPR sells it."): (
        "name: ACPR is not in the message: write the name it has"
    ),
    ("Un taux de 5\u00a0%.", "A rate of 5\u202f%."): (
        "amounts: “5[U+202F, narrow one]%”: write it like 5%"
    ),
    ("Un mot.", "A word.\n\nAnother."): "block: more than one paragraph: write one",
    ("Un mot.", "A word::"): "block: “::” or “# noqa” ends it: leave it out",
    ("Un mot ** seul.", "A word alone."): (
        "stray: **, which the message shows as text, is missing: write it"
    ),
    ("Un mot", "A sentence."): "end: the message ends with no mark: end the translation so",
    ("Voir le {term}`rapprochement`.", "See the {term}`comparison <rapprochement>`."): (
        "term: “comparison” is not the glossary’s “reconciliation”: write that, or add the form to "
        "the comment of the term, # forms: …; …"
    ),
    ("Il faut toujours relire les dossiers avant l’envoi.", "Conviene revisar los expedientes."): (
        "language: most words are not English: translate it"
    ),
    ("Elle relit. Dans tous les cas, elle reste responsable envers le client.",
     "She reads. Dans tous les cas, elle reste responsable envers le client."): (
        "language: “cas elle reste responsable envers” is French: translate it"
    ),
    ("L’agent relit le dossier. L’agent le classe.",
     "The clerk reads it. The clerk files it now. The clerk files it now."): (
        "doubled: “The clerk files it now.” is there twice: remove one"
    ),
    ("Le chef relit le dossier avant l’envoi. L’agent le classe ensuite dans l’armoire.",
     "The manager reads the file before it is sent."): (
        "length: 1 sentences for 2, and much shorter: is one missing?"
    ),
    ("Le chef relit le dossier avant de l’envoyer au client, qui attend.", "It is sent."): (
        "length: much shorter than the message: is something missing?"
    ),
    ("La caisse est comptée.", "The cash is counted every evening by two people who do not know "
     "each other and who both sign the sheet before the safe is closed for the night."): (
        "length: much longer than the message: is it that of another?"
    ),
    ("Il faut une date, un nom, une signature, un tampon et un numéro.",
     "It takes a date, a name, a signature and a number."): (
        "list: a list, “une date, un nom, une signature, un tamp…”, lacks an item"
    ),
    ("Par l’équipe, *Le back office*, en ligne.", "By *the team*, The back office, online."): (
        "emphasis: it has moved: write *Le back office*"
    ),
}  # fmt: skip


def test_each_message_says_what_to_write(context: Context) -> None:
    require("hunspell")
    found = faults_of(list(SAID), "en", context)
    for pair, said in SAID.items():
        assert said in found[pair], pair
        if said.startswith("language: most"):  # whose words are not spelt besides
            assert found[pair] == {said}


def test_the_translation_of_another_message_is_named() -> None:
    catalog, text = polib.POFile(), "The invoice is paid by the customer within thirty days."
    catalog.append(polib.POEntry(msgid="Le chef relit le dossier avant de l’envoyer.", msgstr=text))
    paid = "La facture est payée par le client dans les trente jours."
    catalog.append(polib.POEntry(msgid=paid, msgstr=text))
    found = ContentCheck({"p": catalog}, set(), ENGLISH).differences(catalog[0].msgid, text)
    what = f"it is the translation of “{paid[:40]}”: one of the two is wrong"
    assert [each.message for each in found] == [what]
    catalog[0].msgstr = "The manager reads the file again before it is sent."
    assert not list(ContentCheck({"p": catalog}, set(), ENGLISH).differences(paid, text))


def test_french_puts_a_space_before_high_marks() -> None:
    (found,) = writing.typography("Next?", "Suite?", FRENCH)
    assert found.message == "no space in “e?”: put a no-break one before it"
    assert not list(writing.typography("Next?", "Suite\u202f?", FRENCH))


def test_what_the_build_refuses_cannot_be_muted(small: tuple[Path, Context, polib.POFile]) -> None:
    folder, context, catalog = small
    catalog[0].msgstr = "There are **3** <b>cases</b>."
    catalog[0].tcomment = "mute html: bold\nmute emphasis: a figure"
    write(folder / "index.po", catalog)
    (fault,) = checked(folder, context)
    assert "html: <b> is not in the message" in fault
    assert fault.endswith("This cannot be muted: the page would stay French")


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("`{}[]()<>*_#-:|\\\n \u202f«»“”12,.%€"),
    ),
    max_size=60,
)


@given(message=TEXTS, translation=TEXTS)
def test_no_text_whatever_makes_the_check_crash(message: str, translation: str) -> None:
    glossary = writing.Glossary([], [], "en")
    list(markup.differences(message, translation))
    list(markup.interface_differences(message, translation))
    list(values.differences(message, translation, FRENCH, ENGLISH))
    list(writing.hidden(message, translation, ENGLISH))
    list(writing.typography(message, translation, ENGLISH))
    list(glossary.differences(message, translation, writing.stemmer("fr")))
    list(glossary.missing([message], translation))
    writing.words_to_spell(translation, writing.message_words(message))
    list(ContentCheck({}, set(), ENGLISH).differences(message, translation))


@given(content=st.one_of(st.binary(max_size=80), TEXTS.map(str.encode)))
def test_no_file_whatever_makes_the_reading_crash(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.po"
    path.write_bytes(b'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n' + content)
    _, faults = read_all(path.parent)
    assert len(faults) <= 1


@given(message=st.from_regex(markup.PLAIN, fullmatch=True))
def test_a_message_without_any_character_of_markdown_is_text_for_a_parser_too(message: str) -> None:
    found = markup.markup_of(message)
    assert found == markup.Markup(
        ["paragraph_open"], text=found.text, text_without_roles=found.text
    )
    assert found.text == message.strip()
    assert list(markup.differences("`mot`", message)) != []


@given(message=TEXTS)
def test_a_message_is_like_itself(message: str) -> None:
    if (
        message.strip()
        and not re.search(r"\n\s*\n", message)
        and not message.rstrip().endswith("::")
    ):
        assert list(markup.differences(message, message)) == []
    assert list(values.differences(message, message, FRENCH, FRENCH)) == []

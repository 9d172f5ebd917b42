"""No translation is lost: `make update-po`, on catalogs of every kind and in every state."""

import fcntl
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polib
import pytest
from conftest import ROOT, Copy, commit_all, files_in, made, make, require, unavailable
from hypothesis import example, given
from hypothesis import strategies as st
from warm import run_module

from back_office_guide.catalogs.update import LossError, pairs, store, update
from back_office_guide.core.catalog import Catalogs, normalize, read, read_all, read_language, write
from back_office_guide.core.languages import load

ENGLISH = load().get("en")
SUBJECTS = ("caisse", "coffre", "courrier", "facture", "livraison", "paie", "relance", "stock")
VERBS = ("classer", "compter", "relire", "signer")

Pages = dict[str, list[str]]
"""The paragraphs of each page, by name."""


def paragraph(number: int) -> str:
    """Return a paragraph like no other."""
    subject, verb = SUBJECTS[number % 8], VERBS[number // 8 % 4]
    return f"Il faut {verb} la {subject} numéro {number}, puis noter qui l’a fait et quand."


def pages_before() -> Pages:
    """Return the pages of a small guide: 34 messages, titles included."""
    names = {"index": 4, "caisse": 9, "paie": 9, "stock": 8}
    numbers = iter(range(100))
    return {
        name: [f"# Page {name}", *(paragraph(next(numbers)) for _ in range(count))]
        for name, count in names.items()
    }


# What Sphinx made of some pages: it is the same for all tests.
EXTRACTED: dict[str, dict[str, bytes]] = {}


@dataclass
class Workshop:
    """A guide in a folder of its own, with its catalogs as the tools leave them."""

    folder: Path

    def extract(self, pages: Pages) -> Catalogs:
        """Return the templates that Sphinx makes of the pages, and leave them under gettext/."""
        templates = self.folder / "gettext"
        shutil.rmtree(templates, ignore_errors=True)
        key = json.dumps(pages)
        if key not in EXTRACTED:
            self._run_sphinx(pages, templates)
            EXTRACTED[key] = files_in(templates)
        for name, content in EXTRACTED[key].items():
            templates.mkdir(exist_ok=True)
            (templates / name).write_bytes(content)
        found, faults = read_all(templates, ".pot")
        assert not faults
        return found

    def _run_sphinx(self, pages: Pages, templates: Path) -> None:
        docs = self.folder / "docs"
        for old in (docs, self.folder / "doctrees"):
            shutil.rmtree(old, ignore_errors=True)
        docs.mkdir(parents=True)
        for name, paragraphs in pages.items():
            (docs / f"{name}.md").write_text("\n\n".join(paragraphs) + "\n", "utf-8")
        entries = "\n".join(name for name in pages if name != "index")
        with (docs / "index.md").open("a", encoding="utf-8") as index:
            index.write(f"\n:::{{toctree}}\n:hidden:\n\n{entries}\n:::\n")
        place = ["-c", str(ROOT), "-d", str(self.folder / "doctrees")]
        options = ["-D", f"translations_dir={self.folder / 'locale'}"]
        words = ["-q", "-b", "gettext", *place, *options, str(docs), str(templates)]
        run = run_module("sphinx", words, self.folder)
        assert run.returncode == 0, run.stderr
        for other in ("conf.pot", "sphinx.pot"):
            (templates / other).unlink()

    def ours(self, pages: Pages) -> Catalogs:
        """Bring the catalogs under ours/ up to date, as `make update-po` does."""
        folder = self.folder / "ours"
        folder.mkdir(exist_ok=True)
        old, faults = read_all(folder)
        assert not faults
        new = update(self.extract(pages), old, ENGLISH, "fr")
        store(old, new, folder)
        return new


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def translate(catalogs: Catalogs, folder: Path) -> None:
    """Fill the empty entries and write the catalogs: the translation is the message, reversed."""
    for name, catalog in catalogs.items():
        for entry in catalog:
            if not entry.obsolete and not entry.msgstr:
                entry.msgstr = entry.msgid[::-1]
        write(folder / f"{name}.po", catalog)


def survivors(catalogs: Catalogs, pages: Pages) -> int:
    """Return how many messages of the pages have the right translation, not fuzzy."""
    right = 0
    for name in pages:
        for entry in catalogs.get(name, ()):
            if entry.translated():
                right += normalize(entry.msgstr[::-1]) == normalize(entry.msgid)
    return right


def entry_of(catalog: polib.POFile, message: str) -> polib.POEntry:
    """Return the entry of a message that the catalog holds."""
    (entry,) = (entry for entry in catalog if entry.msgid == message)
    return entry


def edit(pages: Pages) -> None:
    pages["paie"][3] = pages["paie"][3].replace("puis noter", "et bien noter")


def add_no_break_space(pages: Pages) -> None:
    pages["paie"][3] = pages["paie"][3].replace(" numéro", "\u00a0numéro")


def change_apostrophe(pages: Pages) -> None:
    pages["paie"][3] = pages["paie"][3].replace("’", "'")


def move(pages: Pages) -> None:
    pages["stock"].insert(2, pages["paie"].pop(3))


def split(pages: Pages) -> None:
    pages["coffre"] = ["# Page coffre", *pages["paie"][5:]]
    del pages["paie"][5:]


def merge(pages: Pages) -> None:
    pages["paie"] += pages.pop("stock")[1:]


def rename(pages: Pages) -> None:
    pages["salaires"] = pages.pop("paie")


def delete(pages: Pages) -> None:
    del pages["paie"][3]


def delete_page(pages: Pages) -> None:
    del pages["paie"]


# What is done to the pages, and how many of their messages were translated before.
OPERATIONS: dict[str, tuple[list[Callable[[Pages], None]], int]] = {
    "edit a paragraph": ([edit], 33),
    "add a no-break space": ([add_no_break_space], 34),
    "change an apostrophe": ([change_apostrophe], 34),
    "move a paragraph to another page": ([move], 34),
    "split a page": ([split], 34),
    "merge two pages": ([merge], 33),
    "rename a page": ([rename], 34),
    "delete a paragraph": ([delete], 33),
    "delete and restore a paragraph": ([delete, lambda pages: None], 34),
    "delete and restore a page": ([delete_page, lambda pages: None], 34),
    "reword a paragraph, then put it back": ([edit, lambda pages: None], 34),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_translation_survives(name: str, workshop: Workshop) -> None:
    steps, expected = OPERATIONS[name]
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    assert survivors(workshop.ours(pages), pages) == 34
    for step in steps:
        pages = pages_before()
        step(pages)
        catalogs = workshop.ours(pages)
    assert survivors(catalogs, pages) == expected


def test_a_reworded_message_is_fuzzy_and_shows_what_it_was(workshop: Workshop) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    before = pages["paie"][3]
    edit(pages)
    entry = entry_of(workshop.ours(pages)["paie"], pages["paie"][3])
    assert entry.fuzzy
    assert entry.previous_msgid == before
    assert entry.msgstr == before[::-1]


def test_a_message_reworded_twice_shows_the_text_that_its_translation_was_made_for(
    workshop: Workshop,
) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    before = pages["paie"][3]
    edit(pages)
    workshop.ours(pages)
    pages["paie"][3] = pages["paie"][3].replace("quand", "à quelle heure")
    catalog = workshop.ours(pages)["paie"]
    assert entry_of(catalog, pages["paie"][3]).previous_msgid == before
    assert [entry.msgid for entry in catalog.obsolete_entries()] == [before]


def test_a_deleted_text_stays_as_an_obsolete_entry(workshop: Workshop) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    before = pages["paie"][3]
    delete(pages)
    obsolete = workshop.ours(pages)["paie"].obsolete_entries()
    assert [(entry.msgid, entry.msgstr) for entry in obsolete] == [(before, before[::-1])]


def test_the_catalog_of_a_vanished_page_stays_as_memory(workshop: Workshop) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    delete_page(pages)
    workshop.ours(pages)
    catalogs, _ = read_all(workshop.folder / "ours")
    assert len(catalogs["paie"].obsolete_entries()) == 10
    assert not catalogs["paie"].translated_entries()


def test_an_update_that_would_lose_a_translation_stops(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    monkeypatch.setattr("back_office_guide.catalogs.update._keep_obsolete", lambda *_: None)
    before = files_in(workshop.folder / "ours")
    delete(pages)
    with pytest.raises(LossError, match=r"\Aen: some translations would be lost \(1\), such as \("):
        workshop.ours(pages)
    assert files_in(workshop.folder / "ours") == before


def test_a_renamed_page_takes_its_catalog_along(workshop: Workshop) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    rename(pages)
    workshop.ours(pages)
    catalogs, _ = read_all(workshop.folder / "ours")
    assert "paie" not in catalogs
    assert len(catalogs["salaires"].translated_entries()) == 10


def test_a_comment_goes_where_its_message_goes(workshop: Workshop) -> None:
    pages = pages_before()
    catalogs = workshop.ours(pages)
    moved = pages["paie"][3]
    entry_of(catalogs["paie"], moved).tcomment = "mute numbers: they are names"
    translate(catalogs, workshop.folder / "ours")
    move(pages)
    there = entry_of(workshop.ours(pages)["stock"], moved)
    assert there.tcomment == "mute numbers: they are names"


def test_a_comment_on_an_empty_entry_stays(workshop: Workshop) -> None:
    pages = pages_before()
    catalogs = workshop.ours(pages)
    entry_of(catalogs["paie"], pages["paie"][3]).tcomment = "ask somebody"
    write(workshop.folder / "ours/paie.po", catalogs["paie"])
    assert entry_of(workshop.ours(pages)["paie"], pages["paie"][3]).tcomment == "ask somebody"


def test_a_second_pass_writes_nothing(workshop: Workshop) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    for step in (edit, move, split):
        step(pages)
        workshop.ours(pages)
        before = files_in(workshop.folder / "ours")
        times = [path.stat().st_mtime_ns for path in (workshop.folder / "ours").glob("*.po")]
        workshop.ours(pages)
        assert files_in(workshop.folder / "ours") == before
        paths = (workshop.folder / "ours").glob("*.po")
        assert [path.stat().st_mtime_ns for path in paths] == times


def test_every_message_is_on_one_line_and_no_flag_of_programs_stays(workshop: Workshop) -> None:
    pages = {"index": ["# Titre", f"Il y a 100 % des gens {'et encore ' * 40}ici."]}
    catalogs = workshop.ours(pages)
    catalogs["index"][1].flags = ["python-format"]
    translate(catalogs, workshop.folder / "ours")
    workshop.ours(pages)
    text = (workshop.folder / "ours/index.po").read_text("utf-8")
    assert f'msgid "{pages["index"][1]}"\n' in text
    assert "format" not in text


def test_the_header_is_that_of_the_language(workshop: Workshop) -> None:
    catalogs = workshop.ours({"index": ["# Titre"]})
    catalogs["index"].metadata |= {"Language": "xx", "Last-Translator": "Somebody", "X-Tool": "1"}
    write(workshop.folder / "ours/index.po", catalogs["index"])
    header = workshop.ours({"index": ["# Titre"]})["index"].metadata
    assert header["Language"] == "en"
    assert header["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    assert header["Last-Translator"] == "Somebody"
    assert header["X-Tool"] == "1"
    assert "POT-Creation-Date" not in header


def test_a_header_as_weblate_writes_it_is_left_alone(workshop: Workshop) -> None:
    """Else a translation that waits there, with a header of its own, could not be rebased."""
    catalog = workshop.ours({"index": ["# Titre"]})["index"]
    theirs = str(catalog).replace("YEAR-MO-DA HO:MI+ZONE", "2026-11-28 01:14+0000")
    theirs = theirs.replace("plural=(n != 1);", "plural=n != 1;")
    (workshop.folder / "ours/index.po").write_text(theirs, "utf-8")
    assert theirs.count("2026") == theirs.count("n != 1;\\n") == 1
    assert str(workshop.ours({"index": ["# Titre"]})["index"]) == theirs


WORDS = st.text("aàbé ’'\"\\-\u00a0–\n", min_size=1, max_size=6).filter(str.strip)
ENTRIES = st.builds(
    lambda msgid, msgstr, obsolete, fuzzy, previous: polib.POEntry(
        msgid=msgid,
        msgstr=msgstr,
        obsolete=obsolete,
        flags=["fuzzy"] if fuzzy and msgstr else [],
        previous_msgid=previous if fuzzy and msgstr else None,
    ),
    WORDS,
    st.one_of(st.just(""), WORDS),
    st.booleans(),
    st.booleans(),
    st.one_of(st.none(), WORDS),
)


def catalog_of(entries: list[polib.POEntry]) -> polib.POFile:
    catalog = polib.POFile(wrapwidth=0)
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalog.extend(entries)
    return catalog


FILES = st.dictionaries(
    st.sampled_from(["a", "b/c", "sphinx"]),
    st.lists(ENTRIES, max_size=6, unique_by=lambda entry: entry.msgid).map(catalog_of),
    max_size=3,
)


def file_of(*pairs: tuple[str, str]) -> Catalogs:
    """Return one catalog of messages and their translations."""
    return {"a": catalog_of([polib.POEntry(msgid=msgid, msgstr=text) for msgid, text in pairs])}


@given(old=FILES, templates=FILES)
@example(old=file_of(("\\", ""), ("'", "\\")), templates=file_of(("''", ""), ("' ’", "")))
def test_no_pair_of_message_and_translation_is_ever_lost(
    old: Catalogs, templates: Catalogs
) -> None:
    for template in templates.values():
        for entry in template:
            entry.obsolete, entry.msgstr, entry.flags, entry.previous_msgid = False, "", [], None
    new = update(templates, old, ENGLISH, "fr")
    assert pairs(old) <= pairs(new)
    again = update(templates, new, ENGLISH, "fr")
    assert {name: str(file) for name, file in again.items()} == {
        name: str(file) for name, file in new.items()
    }
    for name, template in templates.items():
        live = [entry.msgid for entry in new[name] if not entry.obsolete]
        assert live == [entry.msgid for entry in template]


@given(old=FILES, templates=FILES)
def test_what_is_written_is_read_back_the_same(
    old: Catalogs, templates: Catalogs, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("catalogs")
    new = update(templates, old, ENGLISH, "fr")
    store({}, new, folder)
    found, faults = read_all(folder)
    assert not faults
    assert pairs(found) == pairs(new)


def made_from(
    old: dict[str, list[polib.POEntry]], **pages: list[str]
) -> dict[str, list[polib.POEntry]]:
    """Return the entries of each catalog after an update, twice, which must change nothing."""
    catalogs = {name: catalog_of(entries) for name, entries in old.items()}
    templates = {
        name: catalog_of([polib.POEntry(msgid=text) for text in texts])
        for name, texts in pages.items()
    }
    new = update(templates, catalogs, ENGLISH, "fr")
    again = update(templates, new, ENGLISH, "fr")
    assert {name: str(file) for name, file in again.items()} == {
        name: str(file) for name, file in new.items()
    }
    return {name: list(file) for name, file in new.items()}


def entry(msgid: str, msgstr: str = "", **fields: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **fields)


STAMPS, COINS = (
    "Compter les timbres du tiroir chaque soir.",
    "Compter les pièces du tiroir le soir.",
)


def test_a_suggestion_that_was_emptied_stays_away_and_the_comment_of_its_message_too() -> None:
    first = made_from({"p": [entry(STAMPS, "T", tcomment="mute spelling: a name")]}, p=[COINS])["p"]
    assert (first[0].fuzzy, first[0].msgstr) == (True, "T")
    first[0].msgstr, first[0].flags, first[0].previous_msgid = "", [], None
    first[0].tcomment = "ask the cashier"
    second = made_from({"p": first}, p=[COINS])["p"]
    assert (second[0].fuzzy, second[0].msgstr, second[0].tcomment) == (False, "", "ask the cashier")
    assert second[1].tcomment == "mute spelling: a name"


def test_a_filled_entry_joins_the_comments_of_its_message() -> None:
    old = {"p": [entry("Lire", tcomment="ask")], "q": [entry("Lire", "Read", tcomment="forms: r")]}
    assert made_from(old, p=["Lire"], q=["Lire"])["p"][0].tcomment == "ask\nforms: r"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Les salles 1 2 et 3 du bas", "Les salles 12 et 3 du bas"),
        ("Tapez `rm -rf /tmp`.", "Tapez `rm -rf / tmp`."),
        ("Lire la page", "Lire la page\n"),
        ("\nLire la page", "Lire la page"),
        ("Il y a 3 pages à lire.", "Il y a 4 pages à lire."),
        ("Tapez `make`, puis lisez.", "Tapez `male`, puis lisez."),
    ],
)
def test_texts_that_differ_by_a_digit_a_word_code_or_an_end_are_suggestions(
    before: str, after: str
) -> None:
    found = made_from({"p": [entry(before, "T")]}, p=[after])["p"][0]
    assert (found.fuzzy, found.previous_msgid) == (True, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("21\u202f876 pages", "21 876 pages"),
        ("Est-ce « oui »?", "Est-ce «\u00a0oui\u00a0»\u202f?"),
        ("Tapez `a`.", "Tapez\u00a0`a`."),
        ("l'été - ici...", "l’été – ici…"),
    ],
)
def test_texts_that_differ_by_typography_share_a_translation(before: str, after: str) -> None:
    assert made_from({"p": [entry(before, "T")]}, p=[after])["p"][0].translated()


def test_characters_of_markup_make_no_texts_similar() -> None:
    found = made_from({"p": [entry("``os.name``", "N")]}, p=["``docs``", "``sboms``"])["p"]
    assert not found[0].msgstr
    assert not found[1].msgstr


def test_a_message_that_is_put_back_has_its_translation_again() -> None:
    old = entry("Lire la page deux", "P", flags=["fuzzy"], previous_msgid="Lire la page une")
    assert made_from({"p": [old]}, p=["Lire la page une"])["p"][0].translated()
    both = made_from({"p": [old]}, p=["Lire la page une", "Lire la page deux"])["p"]
    assert [each.fuzzy for each in both] == [False, True]


def test_a_message_with_several_translations_is_a_suggestion_but_on_its_page_renamed() -> None:
    old = {
        "a": [entry("Exemple", "Example"), entry("Le chèque est encaissé.", "The cheque is paid.")],
        "b": [entry("Exemple", "Instance"), entry("La facture part.", "The invoice leaves.")],
    }
    new = made_from(old, a=["Exemple"], c=["Exemple", "La facture part."], d=["Exemple", "Autre"])
    assert (new["c"][0].msgstr, new["c"][0].fuzzy) == ("Instance", False)
    assert new["d"][0].fuzzy
    new["d"][0].msgstr, new["d"][0].flags = "", []
    pages = {"a": ["Exemple"], "c": ["Exemple", "La facture part."], "d": ["Exemple", "Autre"]}
    assert not made_from(new, **pages)["d"][0].msgstr


def test_a_text_that_lives_on_is_suggested_for_one_that_is_much_like_it() -> None:
    old = {"p": [entry("Classer la facture de mai, puis la dater.", "T")]}
    texts = [
        "Classer la facture de mai, puis la dater.",
        "Classer la facture de juin, puis la dater.",
    ]
    found = made_from(old, p=texts)["p"]
    assert (found[1].msgstr, found[1].fuzzy) == ("T", True)


def test_the_parts_of_a_split_paragraph_show_where_they_were_until_they_are_translated() -> None:
    whole = f"{paragraph(1)} Le second contrôle vient après. {paragraph(2)}"
    first = made_from(
        {"p": [entry(whole, "ONE. TWO. THREE.")]}, p=["Le second contrôle vient après."]
    )
    found = first["p"][0]
    assert not found.msgstr
    assert found.comment == f"Was part of: {whole}\nTranslated: ONE. TWO. THREE."
    found.msgstr = "TWO."
    assert not made_from(first, p=["Le second contrôle vient après."])["p"][0].comment


def test_a_file_never_holds_a_message_twice_not_even_as_an_obsolete_one() -> None:
    old = {
        "p": [entry("Lire", "R", obsolete=True, flags=["fuzzy"], previous_msgid="Relire")],
        "q": [entry("Lire", "Read")],
    }
    new = made_from(old, p=["Lire"], q=["Lire"])
    assert [each.msgstr for each in new["p"]] == ["Read"]
    assert [each.msgstr for each in new["memory-1"]] == ["R"]


@pytest.mark.parametrize("field", ["msgctxt", "msgid_plural"])
def test_a_context_or_a_plural_is_refused_aloud(field: str, tmp_path: Path) -> None:
    write(tmp_path / "p.po", catalog_of([entry("Ordre", "order", **{field: "verb"})]))
    (fault,) = read_all(tmp_path)[1]
    assert field in fault.message


def git(folder: Path, message: str = "All") -> None:
    """Commit all that is in a folder."""
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", f"--message={message}"]):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True)


def test_what_a_tool_drops_comes_back_from_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("git")
    entries = [
        entry("Lire", "Read", tcomment="forms: reads"),
        entry("Écrire", "Write", tcomment="mute end: a title"),
        entry("Trois", "Three", tcomment="ask the cashier"),
        entry("Ancien", "Old", obsolete=True),
    ]
    monkeypatch.setattr("back_office_guide.core.catalog.folder_of", lambda _: tmp_path)
    write(tmp_path / "p.po", catalog_of(entries))
    git(tmp_path)
    bare = [entry("Lire", "Read"), entry("Écrire", "Write it"), entry("Trois", "Three")]
    write(tmp_path / "p.po", catalog_of(bare))
    catalogs, restored, faults = read_language("en")
    assert (restored, faults) == (4, [])
    assert [each.tcomment for each in catalogs["p"]] == [
        *(each.tcomment for each in entries[:3]),
        "",
    ]
    assert [each.msgid for each in catalogs["p"].obsolete_entries()] == ["Ancien"]
    write(tmp_path / "p.po", catalog_of([*entries[1:], entry("Lire", "Read")]))  # by a person
    assert read_language("en")[1] == 0


def test_old_translations_that_a_commit_dropped_come_back_unless_it_says_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("git")
    monkeypatch.setattr("back_office_guide.core.catalog.folder_of", lambda _: tmp_path)
    live = [entry("Lire", "Read"), entry("Écrire", "Write")]
    old = [entry("Ancien", "Old", obsolete=True), entry("Vieux", "Aged", obsolete=True)]
    path = tmp_path / "dossier, à part/p.po"

    def commit(entries: list[polib.POEntry], message: str = "All") -> int:
        """Commit a catalog, and return how many translations come back into it."""
        write(path, catalog_of(entries))
        git(tmp_path, message)
        catalogs, restored, faults = read_language("en")
        assert not faults
        obsolete = catalogs["dossier, à part/p"].obsolete_entries()
        assert restored == len(obsolete) - sum(each.obsolete for each in entries)
        return restored

    assert commit(live + old) == 0
    assert commit(live) == 2
    assert commit([*live, entry("Relire", "Read again", obsolete=True)]) == 2  # later, too
    catalogs, _, _ = read_language("en")
    assert commit([*catalogs["dossier, à part/p"]]) == 0
    assert commit([*live, entry("Ancien", "Old"), *old[1:], entry("Relire", "Again")]) == 0
    assert commit(live, "Trim\n\nObsolete: removed") == 0
    assert commit([*live, old[0]]) == 0
    assert commit(live) == 1


def test_both_commands_say_what_git_holds(small_copy: Copy) -> None:
    require("git")
    guide = small_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    catalog = read(path)
    catalog.append(entry("Ancien.", "Old.", obsolete=True))
    write(path, catalog)
    commit_all(guide)
    catalog.pop()
    write(path, catalog)
    commit_all(guide)
    gone = (
        "comments and old translations that git holds are gone (1): `make update-po` puts them back"
    )
    back = "; 1 file written; comments and old translations put back from git: 1"
    run = run_module("back_office_guide.catalogs.check", [], guide, LANGS="en")
    assert run.stderr == f"docs/locale/en/LC_MESSAGES:1: form: {gone}\n"
    run = run_module("back_office_guide.catalogs.update", [], guide)
    assert f"en: 66 messages, 66 translated, 0 fuzzy, 0 empty{back}\n" in run.stdout
    run = run_module("back_office_guide.catalogs.check", [], guide, LANGS="en")
    assert (run.stdout, run.stderr) == ("1 language, 66 messages: no fault\n", "")


RESTORE = "`git restore {}` brings the last good one back"
NO_ENTRY = "syntax: this is no entry: look at its keyword, quotation marks and backslashes"
# What may have happened to a catalog, and what is said of it.
DAMAGE: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda _: b"", f"empty: the catalog is empty: {RESTORE}"),
    (
        lambda content: b"\xef\xbb\xbf" + content,
        "bom: a byte order mark begins the file: save it as UTF-8 without BOM",
    ),
    (
        lambda content: content.decode().encode("utf-16"),
        f"charset: not UTF-8: save it as UTF-8, or {RESTORE}",
    ),
    (
        lambda content: content + "# é\n".encode("latin-1"),
        f"charset: not UTF-8: save it as UTF-8, or {RESTORE}",
    ),
    (
        lambda content: content.replace(b"charset=UTF-8", b"charset=ASCII"),
        'charset: charset "ASCII" in the header: write "Content-Type: text/plain; charset=UTF-8"',
    ),
    (
        lambda content: content + b"\n<<<<<<< HEAD\n=======\n>>>>>>> other\n",
        "conflict: the mark of a merge in conflict: keep one of the two sides",
    ),
    (lambda content: content[: content.rindex(b'"')], NO_ENTRY),
    (lambda content: content + b'\nmsgid "Un."\nmsgid "Deux."\n', NO_ENTRY),
    (lambda content: content + b'\nmsgid "Un."\nmsgstr "\\117ne."\n', NO_ENTRY),
    (
        lambda content: content + b'\nmsgid "Un."\nmsgstr[0] "One."\n',
        "source: a plural form (msgid_plural, msgstr[0]), which no message of the guide has: "
        "remove it",
    ),
    (
        lambda content: content.replace(b"\nmsgstr", b"\n# \x0c\nmsgstr", 1),
        "syntax: a control character that splits the line: remove it",
    ),
    (
        lambda content: content[content.index(b"\n#: ") :],
        "header: the header is missing: `make update-po` writes it below an empty msgid",
    ),
    (
        lambda content: content + b'\nmsgid ""\nmsgstr "Language: en\\n"\n',
        "header: a second header, or an empty msgid: remove the entry",
    ),
    (
        lambda content: content + content[content.index(b"\n#: ") :],
        "duplicate: this message is in the file twice: remove one of the two entries",
    ),
]


def test_every_damaged_catalog_is_named_and_nothing_is_written(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    folder = guide / "docs/locale/en/LC_MESSAGES"
    settings = folder / "conf.po"
    settings.write_bytes(settings.read_bytes() + b"\n\n\n")  # which an update would take away
    a_folder, *paths = sorted(folder.glob("*/*.po"))
    a_folder.unlink()
    a_folder.mkdir()
    expected = {a_folder: "file: a folder is in the place of the catalog: remove it"}
    for path, (damage, said) in zip(paths, DAMAGE, strict=False):
        path.write_bytes(damage(path.read_bytes()))
        expected[path] = said.format(path.relative_to(guide))
    before = files_in(folder)
    run = make("update-po", cwd=guide)
    assert run.returncode != 0
    assert files_in(folder) == before
    said_of = {line.split(":")[0]: line for line in run.stderr.splitlines()}
    for path, said in expected.items():
        assert re.search(rf":\d+: {re.escape(said)}", said_of[str(path.relative_to(guide))])
    assert "nothing was changed in this folder" in said_of["docs/locale/en/LC_MESSAGES"]
    assert len(said_of) == len(DAMAGE) + 3, run.stderr  # with the line of make
    assert "Traceback" not in run.stderr


def test_a_catalog_cut_off_between_two_entries_is_named(extracted_copy: Copy) -> None:
    require("git")
    guide = extracted_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\n#: ", len(content) // 2)])
    before = files_in(guide / "docs/locale")
    run = make("update-po", cwd=guide)
    assert run.returncode != 0
    assert files_in(guide / "docs/locale") == before
    place = "docs/locale/en/LC_MESSAGES/index.po"
    said = r"messages that git holds are missing \(\d+\), “"
    assert re.search(rf"^{place}:1: truncated: {said}", run.stderr, re.MULTILINE)
    assert f"`git restore {place}` brings them back; if they are to go, commit that" in run.stderr


def test_a_message_that_was_edited_is_named_with_what_it_was(extracted_copy: Copy) -> None:
    require("git")
    guide = extracted_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    text = path.read_text("utf-8")
    edited = 'msgid "Par où commencer ?"'
    path.write_text(text.replace('msgid "Par où commencer"', edited), "utf-8")
    run = make("update-po", cwd=guide, env={"LANGS": "en"})
    line = path.read_text("utf-8").splitlines().index(edited) + 2
    assert run.returncode != 0
    assert (
        f"docs/locale/en/LC_MESSAGES/index.po:{line}: source: the msgid of this translation was "
        "edited: write “Par où commencer”\n" in run.stderr
    )
    assert "git restore" not in run.stderr


def test_the_lines_of_windows_are_named_and_fixed(small_copy: Copy) -> None:
    guide = small_copy("windows")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\n", b"\r\n"))
    run = make("check-po", cwd=guide, env={"LANGS": "en"})
    said = "index.po:1: form: the lines end as on Windows (CRLF): run `make update-po`\n"
    assert said in run.stderr
    made("update-po", cwd=guide, env={"LANGS": "en"})
    assert path.read_bytes() == content


def test_a_catalog_that_cannot_be_written_is_named(workshop: Workshop) -> None:
    pages = pages_before()
    catalogs = workshop.ours(pages)
    (workshop.folder / "ours/.index.po.new").mkdir()
    catalogs["index"][0].msgstr = "Changed"
    with pytest.raises(OSError, match=r"index\.po\.new"):
        store({}, catalogs, workshop.folder / "ours")
    assert "Changed" not in (workshop.folder / "ours/index.po").read_text("utf-8")


def test_an_update_that_is_killed_leaves_whole_catalogs_and_every_translation(
    workshop: Workshop,
) -> None:
    pages = pages_before()
    translate(workshop.ours(pages), workshop.folder / "ours")
    before = pairs(read_all(workshop.folder / "ours")[0])
    pages["stock"].append(pages["caisse"].pop(3))  # from a catalog that is written earlier
    for step in (split, rename):
        step(pages)
    workshop.extract(pages)
    # The process kills itself at its nth change of a file, for every n.
    script = (
        "import os, pathlib, signal, sys\n"
        "from back_office_guide.core.catalog import read_all\n"
        "from back_office_guide.catalogs.update import store, update\n"
        "from back_office_guide.core.languages import load\n"
        "folder, templates, left = pathlib.Path(sys.argv[1]), sys.argv[2], [int(sys.argv[3])]\n"
        "def counting(change):\n"
        "    def changed(*words):\n"
        "        left[0] -= 1\n"
        "        if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return change(*words)\n"
        "    return changed\n"
        "pathlib.Path.replace = counting(pathlib.Path.replace)\n"
        "pathlib.Path.unlink = counting(pathlib.Path.unlink)\n"
        "old = read_all(folder)[0]\n"
        "new = update(read_all(pathlib.Path(templates), '.pot')[0], old, "
        "load().get('en'), 'fr')\n"
        "store(old, new, folder)\n"
    )
    killed = 0
    for after in range(20):
        folder = workshop.folder / f"killed-{after}"
        shutil.copytree(workshop.folder / "ours", folder)
        words = [str(folder), str(workshop.folder / "gettext"), str(after)]
        run = subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, check=False)
        found, faults = read_all(folder)
        assert not faults
        assert before <= pairs(found)
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL
        killed += 1
        # The next update completes what was left half way.
        done = subprocess.run(
            [sys.executable, "-c", script, *words[:2], "99"], cwd=ROOT, check=True
        )
        assert done.returncode == 0
        assert files_in(folder).keys() >= {"salaires.po", "coffre.po"}
    assert killed >= 4


def holds(process: int, path: Path) -> bool:
    """Return whether a process has a file open at this moment."""
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            if descriptor.readlink() == path:
                return True
    return False


def test_a_second_update_waits_for_the_first(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    shutil.rmtree(guide / ".git", ignore_errors=True)  # else what is removed is asked for
    shutil.rmtree(guide / "docs/locale/en/LC_MESSAGES/comprendre")
    if not Path("/proc/self/fd").exists():
        unavailable("no /proc, which tells who tries a lock")
    with (guide / "build/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as another update would hold it
        command = [sys.executable, "-m", "back_office_guide.catalogs.update"]
        process = subprocess.Popen(command, cwd=guide, stdout=subprocess.DEVNULL)
        while not holds(process.pid, guide / "build/.lock"):
            assert process.poll() is None
        assert not (guide / "docs/locale/en/LC_MESSAGES/comprendre").exists()
    assert process.wait() == 0
    assert (guide / "docs/locale/en/LC_MESSAGES/comprendre/mots.po").exists()


def test_the_catalogs_of_this_guide_are_up_to_date(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    before = files_in(guide / "docs/locale")
    run = make("update-po", cwd=guide)
    assert run.returncode == 0, run.stderr
    assert files_in(guide / "docs/locale") == before


def test_a_new_language_gets_its_catalogs_and_leaves_with_its_site(small_copy: Copy) -> None:
    guide = small_copy("guide")
    listed = guide / "languages.toml"
    before = listed.read_text("utf-8")
    with listed.open("a", encoding="utf-8") as languages:
        languages.write(
            '\n[languages.sv]\nname = "Svenska"\ndirection = "ltr"\npublished = true\n'
            'dictionary = ""\nnumber = "1.234,5"\npercent = "5%"\namount = "5 €"\n'
            'quotes = "«…»"\n'
        )
    said = made("update-po", cwd=guide)
    assert (
        "sv is new. Next:\n  1. Translate docs/locale/sv/LC_MESSAGES/annexes/glossaire.po, then "
        "conf.po and sphinx.po.\n  2. Run make check-po LANGS=sv\n  3. Run make serve LANGS=sv\n"
    ) in said
    assert "en is new" not in said
    swedish, _ = read_all(guide / "docs/locale/sv/LC_MESSAGES")
    english, _ = read_all(guide / "docs/locale/en/LC_MESSAGES")
    assert swedish.keys() == english.keys()
    assert {catalog.metadata["Language"] for catalog in swedish.values()} == {"sv"}
    made("html", cwd=guide, env={"LANGS": "sv"})
    site = guide / "build/html"
    assert "Svenska" in (site / "index.html").read_text("utf-8")
    listed.write_text(before, "utf-8")
    made("html", cwd=guide, env={"LANGS": "fr"})
    assert not (site / "sv").exists()
    assert "Svenska" not in (site / "index.html").read_text("utf-8")

"""`make status` counts honestly, and a language is published from its threshold on."""

import json
import re
import shutil
from pathlib import Path

import polib
from conftest import Copy, made, make

from back_office_guide.core.catalog import read, write


def require_share(guide: Path, share: int) -> None:
    """Set the threshold of publication."""
    path = guide / "languages.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"threshold = \d+", f"threshold = {share}", text), "utf-8")


def empty(path: Path, count: int) -> None:
    """Take the translation from the first messages of a catalog."""
    catalog = read(path)
    for entry in catalog[:count]:
        entry.msgstr = ""
    write(path, catalog)


def test_the_guide_is_wholly_translated(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    run = make("status", cwd=guide)
    assert run.returncode == 0, run.stderr
    report = json.loads((guide / "build/status.json").read_text("utf-8"))["languages"]
    assert {"en", "es", "de", "ar"} < set(report)
    for language in report.values():
        assert language["share"] == 100
        assert language["published"] is True
        assert language["fuzzy"] == language["empty"] == 0
        pages = language["pages"].values()
        assert language["translated"] == sum(page["translated"] for page in pages)


def test_a_fuzzy_message_is_not_a_translated_one(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/comprendre/mots.po"
    catalog = read(path)
    catalog[1].flags = ["fuzzy"]
    write(path, catalog)
    empty(guide / "docs/locale/en/LC_MESSAGES/index.po", 2)
    run = make("status", cwd=guide)
    report = json.loads((guide / "build/status.json").read_text("utf-8"))["languages"]["en"]
    assert (report["fuzzy"], report["empty"], report["share"]) == (1, 2, 99)
    assert report["pages"]["comprendre/mots"]["fuzzy"] == 1
    english = next(line for line in run.stdout.splitlines() if line.startswith("en,"))
    assert english.split() == [
        "en,", "English", str(report["translated"]), "1", "2",
        f"{report['translated_words']}/{report['words']}", "99", "%",
    ]  # fmt: skip


def test_an_obsolete_entry_is_not_counted(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    path = guide / "docs/locale/en/LC_MESSAGES/index.po"
    catalog = read(path)
    catalog.append(polib.POEntry(msgid="Ancien.", msgstr="Old.", obsolete=True))
    write(path, catalog)
    make("status", cwd=guide)
    report = json.loads((guide / "build/status.json").read_text("utf-8"))["languages"]["en"]
    live = [entry for entry in catalog if not entry.obsolete]
    assert report["pages"]["index"]["translated"] == len(live)


def test_a_language_below_the_threshold_is_built_only_when_it_is_named(small_copy: Copy) -> None:
    guide = small_copy("guide")
    empty(guide / "docs/locale/en/LC_MESSAGES/index.po", 1)
    require_share(guide, 100)
    run = make("html", cwd=guide)
    assert run.returncode == 0, run.stderr
    assert "en: not built, for less than 100 % of it is translated" in run.stdout
    assert "build/html/en" not in run.stdout
    assert "build/html/ar: built" in run.stdout
    assert "build/html/en: built" in made("html", cwd=guide, env={"LANGS": "en"})


def test_a_lower_threshold_publishes_it(small_copy: Copy) -> None:
    guide = small_copy("guide")
    empty(guide / "docs/locale/en/LC_MESSAGES/index.po", 1)
    require_share(guide, 90)
    assert "build/html/en: built" in made("html", cwd=guide)


def test_where_nothing_can_be_written_the_table_is_shown_and_that_is_said(
    extracted_copy: Copy,
) -> None:
    guide = extracted_copy("guide")
    (guide / "build/status.json").unlink(missing_ok=True)
    (guide / "build/status.json").mkdir()
    run = make("status", cwd=guide)
    assert run.returncode != 0
    assert "en, English" in run.stdout
    assert "build/status.json: Is a directory. Fix it" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_table_shows_the_languages_that_are_asked_for(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    table = made("status", cwd=guide, env={"LANGS": "es"})
    assert "es, Español" in table
    assert "en, English" not in table
    assert "no language" in make("status", cwd=guide, env={"LANGS": "xx"}).stderr


def test_a_catalog_that_cannot_be_counted_is_named(extracted_copy: Copy) -> None:
    guide = extracted_copy("guide")
    folder = guide / "docs/locale/en/LC_MESSAGES"
    (folder / "index.po").write_bytes(b"")
    (folder / "loop.po").symlink_to(folder / "loop.po")
    run = make("status", cwd=guide)
    assert run.returncode != 0
    assert "docs/locale/en/LC_MESSAGES/index.po:1: empty: " in run.stderr
    assert "docs/locale/en/LC_MESSAGES/loop.po:1: file: it cannot be read: " in run.stderr


def test_pages_without_a_catalog_are_named_and_nothing_is_not_translated(small_copy: Copy) -> None:
    guide = small_copy("missing")
    (guide / "docs/locale/en/LC_MESSAGES/mots.po").unlink()
    shutil.rmtree(guide / "docs/locale/it")
    run = make("status", cwd=guide)
    assert run.returncode == 2
    place = "docs/locale/{}/LC_MESSAGES:1: no catalog for {} (pages without one: {}): run `make "
    for code, first, pages in (("en", "mots", 1), ("it", "glossaire", 3)):
        assert f"{place.format(code, first, pages)}update-po`\n" in run.stderr
    italian = next(line for line in run.stdout.splitlines() if line.startswith("it,"))
    assert italian.endswith(" 0 %")

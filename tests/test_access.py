"""Every reader can use the site: with a screen reader, by the keyboard, at any width."""

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import CODES, POLICY, ROOT, Copy, Once, add, commit_all, copy_to, made, make, require
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_changes, url_contains
from selenium.webdriver.support.wait import WebDriverWait
from test_walk import pages_of, show

NODE = ROOT / "node_modules"


def test_the_html_checker_finds_no_error(site: Path, tmp_path: Path) -> None:
    require("npm", "java")
    (tmp_path / "vnu.jar").symlink_to(NODE / "vnu-jar/build/dist/vnu.jar")  # a name without accents
    checker = ["java", "-jar", "vnu.jar", "--format", "json", "--errors-only", "--skip-non-html"]
    run = subprocess.run(
        [*checker, str(site.parent)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(run.stderr)["messages"] == []


def test_lighthouse_gives_full_marks(address: str, tmp_path: Path) -> None:
    require("npm", "chromium")
    # What it asks beyond axe, which looks at every page in test_walk.py, is of the template: the
    # languages could differ by their direction alone.
    pages = ["fr/index.html", "ar/index.html", "fr/contribuer/ecrire.html"]
    script = Path(__file__).with_name("lighthouse.mjs")
    run = subprocess.run(
        ["node", str(script), *(f"{address}/{page}" for page in pages)],
        env=os.environ | {"CHROME_PATH": shutil.which("chromium") or "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    # Its score for speed depends on the machine; that nothing moves does not.
    right = {"accessibility": 1, "best-practices": 1, "seo": 1, "cumulative-layout-shift": 0}
    assert found == {f"{address}/{page}": right for page in pages}


def files_of(page: str, site: Path) -> set[str]:
    """Return a page and what its head names, by their paths from the root of the site."""
    named = re.findall(
        r'(?:src|href)="([^"?]*_static/[^"?]*)', (site.parent / page).read_text("utf-8")
    )
    return {page, *(os.path.normpath(f"{page}/../{name}") for name in named)}


def test_a_page_weighs_little(site: Path, abroad: Path) -> None:
    heavy = {}
    for root in (site.parent, abroad):
        pages = [page for code in CODES for page in pages_of(root / "fr", code)]
        for page in pages:
            if "404" in page:  # which names its files by their whole addresses
                continue
            files = files_of(page, root / "fr")
            code = any("copybutton" in name for name in files)
            search = page.endswith("search.html")
            if search:
                files.add(page.replace("search.html", "searchindex.js"))
            weight = sum(len(gzip.compress((root / name).read_bytes())) for name in files)
            most = 60 if search else 35 if code else 30
            if weight > most * 1024 or len(files) > (12 if code else 8):
                heavy[page] = weight
    assert heavy == {}


def test_a_page_loads_what_it_names_and_nothing_else(
    browser: webdriver.Chrome, address: str, site: Path
) -> None:
    show(browser, 390)
    for page in ("fr/index.html", "ar/contribuer/ecrire.html"):
        browser.get(f"{address}/{page}")
        loaded = browser.execute_script(
            "return performance.getEntriesByType('resource').map((each) => each.name)"
        )
        files = {re.sub(r"\?.*", "", name.removeprefix(f"{address}/")) for name in loaded}
        assert files <= files_of(page, site)


def focused(browser: webdriver.Chrome) -> str:
    """Return the text of what has the focus, or its identifier."""
    return str(
        browser.execute_script(
            "const it = document.activeElement; return it.id || it.textContent.trim()"
        )
    )


def press(browser: webdriver.Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def test_the_first_key_press_leads_past_the_menu(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 390)
    browser.get(f"{address}/fr/index.html")
    press(browser, Keys.TAB)
    assert focused(browser) == "Aller au contenu"
    press(browser, Keys.ENTER)
    assert focused(browser) == "content"


@pytest.mark.parametrize(("panel", "name"), [("menu", "Menu"), ("contents", "Sur cette page")])
def test_a_drawer_opens_and_closes_from_the_keyboard(
    browser: webdriver.Chrome, address: str, panel: str, name: str
) -> None:
    show(browser, 390)
    browser.get(f"{address}/fr/index.html")
    button = next(
        each
        for each in browser.find_elements(By.CSS_SELECTOR, f"[aria-controls={panel}]")
        if each.is_displayed()
    )
    box = browser.find_element(By.ID, panel)
    link = box.find_elements(By.CSS_SELECTOR, "a")[-1]
    browser.execute_script("arguments[0].focus()", link)
    assert browser.switch_to.active_element != link  # nothing in a closed drawer takes the focus
    browser.execute_script("arguments[0].focus()", button)
    assert focused(browser) == name
    press(browser, Keys.ENTER)
    assert button.get_attribute("aria-expanded") == "true"
    assert browser.execute_script("return arguments[0].contains(document.activeElement)", box)
    assert link.is_displayed()
    press(browser, Keys.ESCAPE)
    assert button.get_attribute("aria-expanded") == "false"
    assert browser.switch_to.active_element == button


# Notes, at each Tab, what a person sees of the focus that it is about to leave: its place, its
# size, its ring, and whether it covers the whole; null where nothing has the focus.
NOTE_STOPS = """
window.stops = [];
addEventListener("keydown", () => {
  const it = document.activeElement;
  if (!it || it === document.body) return stops.push(null);
  const box = it.getBoundingClientRect(), style = getComputedStyle(it);
  const texts = "p, li, td, dd, dt, caption, figcaption, th";
  const inText = style.display === "inline" && it.closest(texts);
  stops.push({
    name: (it.getAttribute("aria-label") || it.textContent || it.title || it.name).trim(),
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight
      && style.visibility === "visible" && parseFloat(style.opacity) > 0.5,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    large: Boolean(inText) || (box.width >= 24 && box.height >= 24),
    next: it.classList.contains("next-page"),
  });
}, true);
"""


def stops_of(browser: webdriver.Chrome) -> list[dict[str, object]]:
    """Return what Tab leads to in the page that is shown, from what has the focus to its end."""
    browser.execute_script(NOTE_STOPS)
    found: list[dict[str, object] | None] = []
    while None not in found[1:]:  # which begins with what has the focus, or nothing
        press(browser, Keys.TAB * 50)
        found = browser.execute_script("return stops")
    return [stop for stop in found[1 : found.index(None, 1)] if stop]


def test_the_guide_is_read_from_end_to_end_with_the_keyboard_alone(
    browser: webdriver.Chrome, address: str, site: Path
) -> None:
    show(browser, 1400)
    browser.get(f"{address}/fr/index.html")
    read: list[str] = []
    while True:
        here = browser.current_url
        if read:  # who has read the menu once skips it
            press(browser, Keys.TAB, Keys.ENTER)
            assert focused(browser) == "content"
        read.append(here.removeprefix(f"{address}/").partition("#")[0])
        stops = stops_of(browser)
        assert len(stops) > (5 if read[1:] else 20), read[-1]
        wrong = [each for each in stops if not (each["seen"] and each["ring"] and each["large"])]
        assert not wrong, read[-1]
        assert all(each["name"] for each in stops), read[-1]
        if not any(each["next"] for each in stops):
            break
        browser.execute_script("document.querySelector('.next-page').focus()")
        press(browser, Keys.ENTER)
        WebDriverWait(browser, 60).until(url_changes(here))
    beside = {"fr/404.html", "fr/changes.html", "fr/genindex.html", "fr/search.html"}
    assert sorted({*read, *beside}) == pages_of(site, "fr")


@pytest.fixture(scope="module")
def nested(once: Once) -> Path:
    """Return the French site of a guide where a page holds another."""

    def build(folder: Path) -> None:
        page = copy_to(folder) / "docs/comprendre/definition.md"
        add(page, ":::{toctree}\n:hidden:\n\nplus\n:::")
        page.with_name("plus.md").write_text("# Pour aller plus loin\n\nUne phrase.\n", "utf-8")
        made("html", cwd=folder, env={"LANGS": "fr"})

    return once("nested", build) / "build/html/fr"


def test_pages_within_a_page_unfold_from_the_keyboard(
    browser: webdriver.Chrome, nested: Path
) -> None:
    show(browser, 1400)
    browser.get((nested / "index.html").as_uri())
    button = browser.find_element(By.CSS_SELECTOR, "#menu .expander")
    link = browser.find_element(By.CSS_SELECTOR, "#menu a[href$='plus.html']")
    assert button.get_attribute("aria-expanded") == "false"
    assert not link.is_displayed()
    browser.execute_script("arguments[0].focus()", button)
    press(browser, Keys.ENTER)
    assert button.get_attribute("aria-expanded") == "true"
    assert link.is_displayed()
    press(browser, Keys.SPACE)
    assert not link.is_displayed()
    browser.get((nested / "comprendre/plus.html").as_uri())  # where one is, it is unfolded
    assert browser.find_element(By.CSS_SELECTOR, "#menu a[aria-current=page]").is_displayed()


def test_nothing_moves_for_who_asks_for_less_motion(
    browser: webdriver.Chrome, address: str
) -> None:
    moving = (
        "return [...document.querySelectorAll('*')].filter(it => {const s = getComputedStyle(it);"
        "return s.scrollBehavior === 'smooth' || s.animationName !== 'none' ||"
        "s.transitionDuration.split(', ').some(each => parseFloat(each) > 0)}).length"
    )
    show(browser, 390)
    browser.get(f"{address}/fr/index.html")
    assert browser.execute_script(moving) == 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert browser.execute_script(moving) > 0


def test_forced_colours_keep_every_edge(browser: webdriver.Chrome, address: str) -> None:
    edge = "return getComputedStyle(document.querySelector(arguments[0])).borderTopStyle"
    show(browser, 390)
    features = [{"name": "forced-colors", "value": "active"}]
    browser.get(f"{address}/fr/index.html")
    assert browser.execute_script(edge, ".drawer-button") == "none"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    assert browser.execute_script("return matchMedia('(forced-colors: active)').matches")
    assert browser.execute_script(edge, ".drawer-button") == "solid"
    browser.find_element(By.CSS_SELECTOR, ".mobile-header [aria-controls=menu]").click()
    assert browser.execute_script(edge, ".sidebar-drawer") == "solid"
    drawn = browser.execute_script(
        "return ['text', '.front', '.back'].map(it =>"
        "getComputedStyle(document.querySelector('.drawing ' + it)))"
        ".map(it => [it.fill, it.stroke])"
    )
    assert all(fill != stroke for fill, stroke in drawn)


def test_the_theme_is_chosen_and_kept(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    browser.get(f"{address}/fr/index.html")
    button = browser.find_element(By.CSS_SELECTOR, ".content-icon-container .theme-toggle")
    names = []
    for _ in range(3):
        button.click()
        names.append(browser.find_element(By.TAG_NAME, "body").get_attribute("data-theme"))
    assert names == ["light", "dark", "auto"]
    button.click()
    browser.get(f"{address}/fr/annexes/glossaire.html")
    assert browser.find_element(By.TAG_NAME, "body").get_attribute("data-theme") == "light"
    browser.execute_script("localStorage.clear()")


def test_another_language_shows_the_same_place(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    browser.get(f"{address}/fr/annexes/glossaire.html#term-suspens")
    browser.find_element(By.LINK_TEXT, "English").click()
    assert browser.current_url == f"{address}/en/annexes/glossaire.html#term-suspens"
    assert browser.find_element(By.ID, "term-suspens").text == "open item"


def test_without_scripts_the_menu_and_the_languages_are_there(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 390)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/fr/comprendre/mots.html")
        assert browser.find_element(By.TAG_NAME, "h1").rect["y"] < 200  # the text comes first
        buttons = browser.find_elements(By.TAG_NAME, "button")
        assert not [each for each in buttons if each.is_displayed()]
        browser.find_element(By.CSS_SELECTOR, "a[href='#menu']").click()
        assert browser.find_element(By.LINK_TEXT, "Se former").is_displayed()
        browser.find_element(By.LINK_TEXT, "English").click()
        assert browser.current_url == f"{address}/en/comprendre/mots.html"
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_definition_of_a_term_is_shown_beside_it_and_put_away(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 1400)
    browser.get(f"{address}/en/index.html")
    link = browser.find_element(By.CSS_SELECTOR, "[data-definition]")
    browser.execute_script("arguments[0].focus()", link)
    box = browser.find_element(By.ID, "definition")
    assert box.text.startswith("The back office is the part of an organisation")
    assert link.get_attribute("aria-describedby") == "definition"
    press(browser, Keys.ESCAPE)
    assert not browser.find_elements(By.ID, "definition")
    ActionChains(browser).move_to_element(link).perform()
    assert browser.find_element(By.ID, "definition").is_displayed()


def test_foreign_words_name_their_language(site: Path) -> None:
    french = (site / "index.html").read_text("utf-8")
    assert '<span lang="en">back office</span>' in french
    english = (site.parent / "en/comprendre/mots.html").read_text("utf-8")
    assert '<span lang="fr">arrière-guichet</span>' in english
    assert 'lang="en">back' not in english
    arabic = (site.parent / "ar/secteurs/web.html").read_text("utf-8")
    assert '(<span dir="ltr" lang="en">back end</span>)' in arabic
    assert '(<span lang="fr">Code des assurances</span>)' in (
        site.parent / "en/annexes/sources-lois.html"
    ).read_text("utf-8")
    titles = (site.parent / "en/annexes/sources-ouvrages.html").read_text("utf-8")
    assert '“<span lang="fr">Les durées de conservation des données</span>”' in titles
    assert '<em><span lang="fr">La Mise en scène de la vie quotidienne</span></em>' in titles
    assert "“A Proof for the Queuing Formula”" in titles
    assert '“<span lang="fr">Département de l’information médicale (DIM)' in titles  # whole
    titles = (site / "annexes/sources-ouvrages.html").read_text("utf-8")
    assert re.search('«<span lang="en">.A Proof for the Queuing Formula.</span>»', titles)
    assert re.search("« ?.Les durées de conservation des données", titles)
    assert "in a Service Operation?" in titles  # which French, around it, parts by a space
    titles = (site.parent / "ar/annexes/sources-ouvrages.html").read_text("utf-8")
    assert '<span dir="ltr" lang="fr">Le comptable</span>' in titles
    assert '<span dir="ltr" lang="en">A Proof for the Queuing Formula</span>' in titles
    german = (site.parent / "de/index.html").read_text("utf-8")
    assert "Backoffice" in german
    assert 'lang="en"' not in german.partition("<article>")[2]


@pytest.fixture(scope="module")
def abroad(once: Once) -> Path:
    """Return the site of a guide with an address."""
    env = {
        "SITE_URL": "https://example.org/guide/",
        "REPOSITORY_EDIT": "https://example.org/edit",
    }

    def build(folder: Path) -> None:
        commit_all(copy_to(folder))
        made("html", cwd=folder, env=env)

    return once("abroad", build) / "build/html"


def test_right_to_left_is_complete(browser: webdriver.Chrome, address: str) -> None:
    page = f"{address}/ar/metier/remuneration.html"
    show(browser, 1400)
    browser.get(page)
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("dir") == "rtl"
    menu = browser.find_element(By.ID, "menu").rect
    text = browser.find_element(By.TAG_NAME, "article").rect
    assert menu["x"] > text["x"]
    following = browser.find_element(By.CSS_SELECTOR, ".next-page").rect
    before = browser.find_element(By.CSS_SELECTOR, ".prev-page").rect
    assert following["x"] < before["x"]
    assert following["y"] == before["y"]
    show(browser, 390)
    browser.get(page)
    for panel, side in (("menu", 390), ("contents", 0)):
        button = browser.find_element(By.CSS_SELECTOR, f".mobile-header [aria-controls={panel}]")
        button.click()
        wide = browser.execute_script(
            "const it = document.getElementById(arguments[0]); it.style.transition = 'none';"
            "const box = it.getBoundingClientRect(); return [box.left, box.right]",
            panel,
        )
        assert side in [round(edge) for edge in wide]
        press(browser, Keys.ESCAPE)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    show(browser, 1400)
    browser.get(f"{address}/ar/contribuer/ecrire.html")
    code = browser.find_element(By.TAG_NAME, "pre")
    assert code.value_of_css_property("direction") == "ltr"
    button = browser.find_element(By.CSS_SELECTOR, ".copybtn")
    assert button.get_attribute("aria-label") == "نسخ"
    browser.get(f"{address}/ar/annexes/colophon.html")
    quotation = browser.find_element(By.TAG_NAME, "blockquote")
    assert quotation.value_of_css_property("border-left-width") == "0px"
    assert quotation.value_of_css_property("border-right-width") == "4px"


def test_each_page_names_its_translations(abroad: Path) -> None:
    base = "https://example.org/guide"
    for code in CODES:
        html = (abroad / code / "comprendre/mots.html").read_text("utf-8")
        assert f'<link rel="canonical" href="{base}/{code}/comprendre/mots.html">' in html
        for other in CODES:
            link = f'hreflang="{other}" href="{base}/{other}/comprendre/mots.html"'
            assert f'<link rel="alternate" {link}>' in html
        default = (
            f'<link rel="alternate" hreflang="x-default" href="{base}/fr/comprendre/mots.html">'
        )
        assert default in html


def test_a_page_can_be_improved_where_it_is_written(abroad: Path) -> None:
    french = (abroad / "fr/comprendre/mots.html").read_text("utf-8")
    assert 'href="https://example.org/edit/docs/comprendre/mots.md"' in french
    english = (abroad / "en/comprendre/mots.html").read_text("utf-8")
    assert (
        'href="https://example.org/edit/docs/locale/en/LC_MESSAGES/comprendre/mots.po"' in english
    )


def test_a_page_that_is_not_wholly_translated_says_so(small_copy: Copy) -> None:
    guide = small_copy("guide")
    path = guide / "docs/locale/ar/LC_MESSAGES/mots.po"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'(msgid "Les mots"\nmsgstr) ".*"', r'\1 ""', text), "utf-8")
    made("html", cwd=guide, env={"LANGS": "ar"})
    partial_page = (guide / "build/html/ar/mots.html").read_text("utf-8")
    assert re.search(r"[1-9]\d?% من هذه الصفحة لم يُترجم بعد", partial_page)
    assert '<h1 dir="ltr" lang="fr">Les mots</h1>' in partial_page
    whole = (guide / "build/html/ar/glossaire.html").read_text("utf-8")
    assert "لم يُترجم بعد" not in whole
    assert '<h1 dir="ltr"' not in whole


def test_the_headers_for_hosts_hold_the_policy_that_is_tested(site: Path) -> None:
    assert POLICY in (site.parent / "_headers").read_text("utf-8")


def test_one_map_holds_every_page_of_every_language(abroad: Path) -> None:
    text = (abroad / "sitemap.xml").read_text("utf-8")
    addresses = re.findall(r"<loc>https://example\.org/guide/(.*)</loc>", text)
    pages = {
        path.relative_to(abroad).as_posix()
        for code in CODES
        for path in (abroad / code).rglob("*.html")
        if path.name not in ("404.html", "search.html")
    }
    assert set(addresses) == pages
    assert len(addresses) == len(pages)
    codes = "|".join(CODES)
    alternates = re.findall(rf'hreflang="(?:{codes})" href="https://example\.org/guide/(.*)"', text)
    assert len(alternates) == len(CODES) * len(pages)
    assert text.count('hreflang="x-default"') == len(pages)
    assert text.count("<lastmod>2") >= len(pages) - 2 * len(CODES)  # the index has no day
    robots = (abroad / "robots.txt").read_text("utf-8")
    assert robots.endswith("Sitemap: https://example.org/guide/sitemap.xml")


def linked_data(page: Path) -> dict[str, dict[str, object]]:
    """Return the linked data of a page, by type."""
    found = re.search(r'ld\+json">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found
    return {each["@type"]: each for each in json.loads(found[1])["@graph"]}


def test_machines_learn_what_a_page_is(abroad: Path) -> None:
    data = linked_data(abroad / "en/comprendre/mots.html")
    assert data["Article"]["headline"] == "The term and its equivalents"
    assert data["Article"]["inLanguage"] == "en"
    assert data["Article"]["url"] == "https://example.org/guide/en/comprendre/mots.html"
    assert re.fullmatch(r"2\d{3}-\d\d-\d\d", str(data["Article"]["dateModified"]))
    trail = data["BreadcrumbList"]["itemListElement"]
    assert isinstance(trail, list)
    assert [(item["name"], item["item"].rpartition("/guide/en/")[2]) for item in trail] == [
        ("The back office", "index.html"),
        ("Understanding", "comprendre/definition.html"),
        ("The term and its equivalents", "comprendre/mots.html"),
    ]
    terms = linked_data(abroad / "en/annexes/glossaire.html")["DefinedTermSet"]["hasDefinedTerm"]
    assert isinstance(terms, list)
    assert len(terms) > 30
    assert {"#term-suspens"} <= {term["@id"] for term in terms}


def test_a_link_to_a_page_shows_its_title_words_and_picture(abroad: Path) -> None:
    html = (abroad / "fr/comprendre/mots.html").read_text("utf-8")
    meta = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', html))
    assert meta["og:title"] == "Le mot et ses équivalents"
    assert meta["og:locale"] == "fr_FR"
    assert len(meta["og:description"]) > 50
    card = abroad / meta["og:image"].removeprefix("https://example.org/guide/")
    content = card.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert (content[16:20], content[20:24]) == ((1200).to_bytes(4), (630).to_bytes(4))


def test_the_books_stand_beside_the_site_when_they_are_asked_for(small_copy: Copy) -> None:
    guide = small_copy("guide")
    shutil.rmtree(guide / "build/html")
    run = make("html", cwd=guide, env={"LANGS": "fr", "BOOKS": "yes"})
    assert run.returncode != 0
    assert "back-office-fr.pdf is missing. Run make latexpdf epub first." in run.stderr
    for kind in ("pdf", "epub"):
        (guide / "build" / kind).mkdir(parents=True)
        (guide / "build" / kind / f"back-office-fr.{kind}").write_bytes(b"a book")
    made("html", cwd=guide, env={"LANGS": "fr", "BOOKS": "yes"})
    page = guide / "build/html/fr/mots.html"
    for book in ("back-office-fr.pdf", "back-office-fr.epub"):
        assert f'href="../{book}"' in page.read_text("utf-8")
        assert (guide / "build/html" / book).is_file()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("fr", r"[1-9] min de lecture</span>\s<br>Dernière modification\u00a0: 5 mars 2026"),
        ("en", r"[1-9] min read</span>\s<br>Last updated: 5 March 2026"),
        ("es", r"[1-9]\smin de lectura</span>\s<br>Última modificación: 5 de marzo de 2026"),
        ("de", r"[1-9]\sMin\. Lesezeit</span>\s<br>Letzte Änderung: 5\. März 2026"),
        ("ar", r"مدة القراءة بالدقائق: [1-9]</span>\s<br>آخر تعديل: 5 مارس 2026"),
    ],
)
def test_a_page_says_how_long_it_takes_and_when_it_changed(
    site: Path, code: str, said: str
) -> None:
    require("git")
    html = (site.parent / code / "comprendre/mots.html").read_text("utf-8")
    assert re.search(said, html)


def test_a_printed_page_holds_the_text_alone(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    browser.get(f"{address}/fr/comprendre/mots.html")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for part in (
            *(".sidebar-drawer", ".toc-drawer", ".skip-to-content", ".related-pages"),
            *(".bottom-of-page ul", ".minutes"),
        ):
            assert not browser.find_element(By.CSS_SELECTOR, part).is_displayed(), part
        for part in ("article", ".breadcrumb"):
            assert browser.find_element(By.CSS_SELECTOR, part).is_displayed(), part
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("language", CODES)
def test_an_address_that_leads_nowhere_leads_back(
    browser: webdriver.Chrome, address: str, language: str
) -> None:
    browser.get(f"{address}/{language}/404.html")
    browser.find_element(By.ID, "again").send_keys("suspens", Keys.ENTER)
    WebDriverWait(browser, 60).until(url_contains(f"/{language}/search.html?q=suspens"))
    browser.back()
    browser.find_element(By.CSS_SELECTOR, "article a").click()
    assert browser.current_url == f"{address}/{language}/index.html"


def test_the_page_for_lost_addresses_works_at_any_depth(abroad: Path) -> None:
    html = (abroad / "en/404.html").read_text("utf-8")
    assert "canonical" not in html
    assert 'hreflang="de"' in html
    assert 'href="/guide/de/index.html"' in html
    assert 'href="/guide/de/index.html"' in (abroad / "404.html").read_text("utf-8")
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    assert len(addresses) > 30
    local = [each for each in addresses if not each.startswith(("https://", "#"))]
    assert all(each.startswith("/guide/") for each in local), local
    for each in local:
        assert (abroad / re.split("[?#]", each.removeprefix("/guide/"))[0]).is_file(), each

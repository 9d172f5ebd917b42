"""The site, as built, and as a real browser shows it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from conftest import CODES, LANGUAGES, ROOT
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from back_office_guide.extensions.folded_search import fold

PAGES = sorted(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md"))
WIDTHS = {"desktop": 1280, "phone": 360}


class Page(HTMLParser):
    """The identifiers, links and figures of an HTML page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str]] = []  # class and address
        self.figures: list[dict[str, str]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.ids |= {values["id"]} if "id" in values else set()
        if tag == "a" and "href" in values:
            self.links.append((values.get("class", ""), values["href"]))
        if tag == "svg" and values.get("class") == "drawing":
            self.figures.append(values)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.parent.rglob("*.html")}


def internal_links(path: Path, page: Page) -> Iterator[tuple[Path, str]]:
    for _, href in page.links:
        if not re.match(r"[a-z]+:", href):
            address, fragment = urldefrag(href)
            address = unquote(address).lstrip("/")  # in the page for lost ones, from the root
            target = path if not address else (path.parent / address).resolve()
            yield target, unquote(fragment)


def test_every_source_page_becomes_a_page(site: Path) -> None:
    missing = [page for page in PAGES if not (site / page).with_suffix(".html").is_file()]
    assert not missing


def test_the_front_door_leads_to_each_language_without_scripts(site: Path) -> None:
    door = (site.parent / "index.html").read_text(encoding="utf-8")
    assert len(LANGUAGES) > 1
    for language in LANGUAGES:
        assert f'<a href="{language.code}/index.html"' in door
        assert f">{language.name}</a>" in door


def test_every_internal_link_lands_on_a_page_and_an_anchor(pages: dict[Path, Page]) -> None:
    lost = [
        f"{path.name}: {target}#{fragment}"
        for path, page in pages.items()
        for target, fragment in internal_links(path, page)
        if (fragment and fragment not in pages[target].ids) or not target.is_file()
    ]
    assert not lost


def test_every_page_can_be_reached_from_the_home_page(site: Path, pages: dict[Path, Page]) -> None:
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            links = internal_links(path, pages[path])
            waiting += [target for target, _ in links if target in pages]
    assert {(site / page).with_suffix(".html") for page in PAGES} <= reached
    assert {site / "genindex.html", site / "changes.html"} <= reached


def test_following_next_from_the_home_page_passes_every_page_once(
    site: Path, pages: dict[Path, Page]
) -> None:
    path, chain = site / "index.html", [site / "index.html"]
    while following := [href for kind, href in pages[path].links if kind == "next-page"]:
        path = (path.parent / following[0]).resolve()
        chain.append(path)
    assert len(chain) == len(set(chain))
    assert set(chain) == {(site / page).with_suffix(".html") for page in PAGES}
    backwards = [href for kind, href in pages[chain[1]].links if kind == "prev-page"]
    assert (chain[1].parent / backwards[0]).resolve() == chain[0]


def test_every_glossary_term_is_linked_from_a_page(site: Path, pages: dict[Path, Page]) -> None:
    glossary = site / "annexes" / "glossaire.html"
    terms = {name for name in pages[glossary].ids if name.startswith("term-")}
    linked = {
        fragment
        for path, page in pages.items()
        for target, fragment in internal_links(path, page)
        if target == glossary and path not in (glossary, site / "genindex.html")
    }
    assert terms
    assert not terms - linked


@pytest.mark.parametrize("code", CODES)
def test_terms_are_in_the_order_of_the_alphabet(site: Path, code: str) -> None:
    orders = []
    for page, terms in (("annexes/glossaire", ".glossary dt"), ("genindex", ".index-entries > li")):
        html = BeautifulSoup(
            (site.parent / code / f"{page}.html").read_text("utf-8"), "html.parser"
        )
        orders.append([term.get_text().strip() for term in html.select(terms)])
        foreign = [each.get_text() for each in html.select(f"{terms} [lang]")]
        assert "front office" in foreign or code in ("de", "en")
        assert "suivi de marché" in foreign or code in ("de", "fr")
    keys = [re.sub(r"^ال|[^\w ]", "", fold(term)) for term in orders[0]]
    assert keys == sorted(keys)
    assert orders[0] == orders[1]


def test_every_figure_stands_in_a_page_with_its_name_and_description(
    pages: dict[Path, Page],
) -> None:
    shown = [(page, figure) for page in pages.values() for figure in page.figures]
    drawings = list((ROOT / "docs" / "figures").glob("*.svg"))
    assert len(shown) == len(LANGUAGES) * len(drawings)
    for page, figure in shown:
        assert figure["role"] == "img"
        assert figure["aria-label"]
        assert figure["aria-describedby"] in page.ids


def test_the_theme_speaks_french(site: Path) -> None:
    page = (site / "comprendre" / "mots.html").read_text(encoding="utf-8")
    for english in ("Back to top", "On this page", "Skip to content", ">Next<", ">Previous<"):
        assert english not in page


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//")
    assert not [path for path in site.rglob("*.html") if loads.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_the_first_screen_of_the_home_page_answers_the_question(
    browser: webdriver.Chrome, address: str, width: str
) -> None:
    set_width(browser, WIDTHS[width])
    browser.get(f"{address}/fr/index.html")
    paragraph = browser.find_element(By.CSS_SELECTOR, "article h1 + p, article section > p")
    assert paragraph.text.startswith("Le back office est")
    assert paragraph.rect["y"] + paragraph.rect["height"] <= 800


def test_a_figure_reads_the_way_its_language_does(browser: webdriver.Chrome, address: str) -> None:
    set_width(browser, WIDTHS["desktop"])
    for code, sign in (("fr", 1), ("ar", -1)):
        browser.get(f"{address}/{code}/comprendre/front-middle-back.html")
        (lanes, arrows, letters) = browser.execute_script(READING)
        assert lanes == sorted(lanes, key=lambda x: sign * x)
        assert all(sign * step > 0 for step in arrows)
        assert arrows
        assert all(scale > 0 for scale in letters)  # no letter is seen in a mirror
    browser.get(f"{address}/ar/metier/remuneration.html")
    years = browser.execute_script(
        "return [...document.querySelectorAll('svg.drawing text')]"
        ".filter(text => /^20\\d\\d$/.test(text.textContent))"
        ".sort((one, other) => one.textContent - other.textContent)"
        ".map(text => text.getBoundingClientRect().left)"
    )
    assert len(years) == 5
    assert years == sorted(years)  # a chart keeps its axes


# Of the first figure: where its lanes are, in their order; how far its level arrows lead to the
# right; how wide its letters are drawn.
READING = """
const drawing = document.querySelector("svg.drawing");
const parts = selector => [...drawing.querySelectorAll(selector)];
return [
  parts("text.title").map(text => text.getBoundingClientRect().left),
  parts("[marker-end]").filter(path => /H\\d+$/.test(path.getAttribute("d"))).map(path => {
    const length = path.getTotalLength(), place = path.getScreenCTM();
    const [start, end] = [0, length].map(n => path.getPointAtLength(n).matrixTransform(place));
    return end.x - start.x;
  }),
  parts("text").map(text => text.getScreenCTM().a),
];
"""


def test_the_copy_button_leaves_the_prompt_behind(browser: webdriver.Chrome, address: str) -> None:
    set_width(browser, WIDTHS["desktop"])
    permission = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", permission)
    browser.get(f"{address}/fr/contribuer/ecrire.html")
    block = browser.find_element(By.CSS_SELECTOR, "div.highlight")
    assert block.text.startswith("$ make serve")
    button = block.find_element(By.TAG_NAME, "button")
    # The button shows under the pointer, and the clipboard opens to a real click alone.
    ActionChains(browser).move_to_element(block).click(button).perform()
    read = "navigator.clipboard.readText().then(arguments[0])"
    WebDriverWait(browser, 10).until(lambda _: browser.execute_async_script(read))
    assert browser.execute_async_script(read) == "make serve\nmake check"


def set_width(browser: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.mark.parametrize(
    ("accepted", "code"),
    [("fr-CA,fr", "fr"), ("en-US,fr", "en"), ("ja,en-GB", "en"), ("ar-MA", "ar"), ("ja", "fr")],
)
def test_the_root_page_leads_to_the_language_of_the_browser(
    browser: webdriver.Chrome, address: str, accepted: str, code: str
) -> None:
    agent = browser.execute_script("return navigator.userAgent")
    change = {"userAgent": agent, "acceptLanguage": accepted}
    browser.execute_cdp_cmd("Emulation.setUserAgentOverride", change)
    try:
        browser.get(f"{address}/index.html")
        WebDriverWait(browser, 10).until(lambda _: f"/{code}/index.html" in browser.current_url)
    finally:
        browser.execute_cdp_cmd(
            "Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "en-US"}
        )


def test_the_pages_of_each_language_speak_it_to_assistive_technology_too(site: Path) -> None:
    for code, words in (
        ("fr", ("Thème\u00a0: automatique", "Aller au contenu", "Langues")),
        ("en", ("Theme: automatic", "Skip to content", "Languages")),
        ("es", ("Tema: automático", "Saltar al contenido", "Idiomas")),
        ("de", ("Farbschema: automatisch", "Zum Inhalt springen", "Sprachen")),
        ("ar", ("المظهر: تلقائي", "الانتقال إلى المحتوى", "فهرس المصطلحات")),
    ):
        html = (site.parent / code / "index.html").read_text("utf-8")
        assert all(word in html for word in words)


def test_the_ending_of_a_french_ordinal_is_raised(site: Path) -> None:
    page = (site / "metier/remuneration.html").read_text("utf-8")
    assert "1<sup>er</sup>\u00a0juin" in page
    assert "1er" not in page.partition("<article>")[2].partition("</article>")[0]
    assert "<sup>" not in (site.parent / "de/metier/remuneration.html").read_text("utf-8")

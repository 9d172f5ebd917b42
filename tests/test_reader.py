"""What a reader meets around the text: definitions, places, copies, files, print, Firefox."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.dates import format_date
from bs4 import BeautifulSoup
from conftest import CODES, require
from firefox import firefox
from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.wait import WebDriverWait
from test_access import press
from test_walk import show


def test_firefox_opens_drawers_and_finds_nothing_against_the_policy(
    address: str, site: Path, tmp_path: Path
) -> None:
    require("firefox-esr")
    pages = ["404.html", "fr/index.html", "ar/index.html", "en/comprendre/mots.html"]
    pages += ["de/metier/remuneration.html", "fr/contribuer/ecrire.html", "fr/genindex.html"]
    pages += ["es/search.html?q=banco"]
    with firefox(tmp_path) as browser:
        for page in pages:
            browser.get(f"{address}/{page}")
            assert browser.evaluate("getComputedStyle(document.body).margin") == "0px", page
        # The search tells what it found. Drawers take the focus, and give it back to their buttons:
        # no key reaches a Firefox without a window, so its events are made here.
        assert "resultados" in str(
            browser.evaluate("document.querySelector('#search-status').textContent")
        )
        browser.narrow()
        browser.get(f"{address}/ar/comprendre/mots.html")
        for panel in ("menu", "contents"):
            button = f"document.querySelector('.mobile-header [aria-controls={panel}]')"
            browser.evaluate(f"{button}.click()")
            assert browser.evaluate(f"{button}.ariaExpanded") == "true"
            within = f"document.getElementById('{panel}').contains(document.activeElement)"
            assert browser.evaluate(within) is True
            escape = "new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})"
            browser.evaluate(f"document.activeElement.dispatchEvent({escape})")
            assert browser.evaluate(f"{button}.ariaExpanded") == "false"
            assert browser.evaluate(f"{button} === document.activeElement") is True
        # The policy that each page bears holds without a server, too, and lets it work.
        browser.get((site / "index.html").as_uri())
        assert browser.evaluate("document.documentElement.className") == ""
        browser.get((site / "annexes/glossaire.html").as_uri())
        browser.evaluate("document.querySelector('form').requestSubmit()")
        # To load another page meanwhile would leave Firefox without an answer.
        assert any("search.html" in browser.address() for _ in range(5000))
    assert browser.messages == []


# Moves a link to below a box.
UNDER = """
const [link, box] = arguments;
const {left, top, width, height} = box.getBoundingClientRect();
const place = {position: "fixed", left, top, width, height};
for (const [name, value] of Object.entries(place)) {
  link.style[name] = typeof value === "number" ? `${value}px` : value;
}
"""


def test_the_definition_of_a_term_waits_for_the_pointer(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 1400)
    browser.get(f"{address}/en/index.html")
    link, other = browser.find_elements(By.CSS_SELECTOR, "[data-definition]")[:2]
    ActionChains(browser).move_to_element(link).perform()
    box = browser.find_element(By.ID, "definition")
    browser.execute_script(UNDER, other, box)
    down = box.rect["y"] - link.rect["y"] + box.rect["height"] / 2
    for _ in range(round(down)):  # slowly, over what is between them
        ActionChains(browser, duration=0).move_by_offset(0, 1).perform()
    assert box.is_displayed()
    press(browser, Keys.ESCAPE)
    # The other link is under the pointer now, which has not moved.
    assert browser.execute_script("return arguments[0].matches(':hover')", other)
    assert not browser.find_elements(By.ID, "definition")
    ActionChains(browser).move_by_offset(0, 200).move_to_element(other).perform()
    assert browser.find_element(By.ID, "definition").is_displayed()
    browser.execute_script("arguments[0].focus()", link)
    ActionChains(browser).move_to_element(link).move_by_offset(0, 300).perform()
    assert browser.find_element(By.ID, "definition").is_displayed()  # the link has the focus yet


# What can have the focus in the text of a page and is hidden by its header when it has, from the
# last to the first.
HIDDEN = """
const header = document.querySelector(".mobile-header").getBoundingClientRect().bottom;
return [...document.querySelectorAll("main a[href], main button, footer a, main [tabindex='0']")]
  .filter(part => part.getClientRects().length).reverse().filter(part => {
    part.focus();
    const {top, bottom} = part.getBoundingClientRect();
    return top < header - 1 || bottom > innerHeight + 1;
  }).map(part => part.textContent);
"""


@pytest.mark.parametrize(("width", "height"), [(360, 740), (820, 1180), (640, 400)])
def test_no_header_hides_what_has_the_focus(
    browser: webdriver.Chrome, address: str, width: int, height: int
) -> None:
    for page in ("fr/metier/remuneration.html", "ar/annexes/sources-ouvrages.html"):
        show(browser, width, height=height)
        browser.get(f"{address}/{page}")
        assert browser.execute_script(HIDDEN) == []


def test_a_page_without_its_script_is_one_without_scripts(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 390)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*guide.js*"]})
    try:
        browser.get(f"{address}/fr/comprendre/mots.html")
        assert not [
            button
            for button in browser.find_elements(By.TAG_NAME, "button")
            if button.is_displayed()
        ]
        assert browser.find_element(By.CSS_SELECTOR, "a[href='#menu']").is_displayed()
    finally:
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_a_printed_glossary_begins_with_its_terms(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/fr/annexes/glossaire.html")
    printed = browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
    first = PdfReader(BytesIO(b64decode(printed))).pages[0].extract_text()
    assert "administration des ventes" in first


def test_amounts_are_under_each_other(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    for code in ("fr", "ar"):
        browser.get(f"{address}/{code}/metier/remuneration.html")
        rows = browser.find_elements(By.CSS_SELECTOR, "table:first-of-type tr")[:5]
        for row in rows:
            cells = row.find_elements(By.CSS_SELECTOR, "th, td")
            aligned = [cell.value_of_css_property("text-align") == "right" for cell in cells]
            assert aligned == [False, True, True, True]
        assert "tabular-nums" in cells[1].value_of_css_property("font-variant-numeric")


def test_a_column_of_amounts_may_hold_units_but_no_sentence(site: Path) -> None:
    for code in CODES:
        for page, each_row in (("piloter", 3), ("proteger", 0)):  # "6 minutes"; "5 years (…)"
            html = (site.parent / code / f"entreprise/{page}.html").read_text("utf-8")
            table = BeautifulSoup(html, "html.parser").select("table")[0]
            assert {len(row.select(".amount")) for row in table.select("tr")} == {each_row}, code


def test_each_part_says_where_one_is(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    hues = {}
    for part, page in (
        ("Comprendre", "comprendre/mots"),
        ("Les secteurs", "secteurs/assurance"),
        ("Le métier", "metier/formation"),
        ("L’entreprise", "entreprise/piloter"),
    ):
        browser.get(f"{address}/fr/{page}.html")
        name = browser.find_element(By.CSS_SELECTOR, ".breadcrumb li:last-child a")
        assert name.text == part
        hues[name.value_of_css_property("color")] = part
        answer = browser.find_element(By.CSS_SELECTOR, "h1 + p")
        assert answer.value_of_css_property("background-color") != "rgba(0, 0, 0, 0)"
        current = browser.find_element(By.CSS_SELECTOR, "#menu [aria-current=page]")
        assert float(current.value_of_css_property("border-left-width")[:-2]) >= 3
        line = browser.execute_script(LETTERS_A_LINE)
        assert 60 <= line <= 80
    assert len(hues) == 4


# How many letters a whole line of the longest paragraph holds.
LETTERS_A_LINE = """
const paragraphs = [...document.querySelectorAll("article section > p")];
const longest = paragraphs.sort((a, b) => b.textContent.length - a.textContent.length)[0];
const lines = longest.clientHeight / parseFloat(getComputedStyle(longest).lineHeight);
return longest.textContent.length / lines;
"""


def test_the_first_page_leads_three_kinds_of_readers(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 1366, height=900)
    browser.get(f"{address}/fr/index.html")
    ways = browser.find_elements(By.CSS_SELECTOR, ".cards dt")
    assert len(ways) == 3
    for way in ways:  # all on the first screen, with the languages and for whom the guide is
        assert way.rect["y"] < 700
    front = browser.find_element(By.CSS_SELECTOR, ".front").text
    assert "étudier, chercher un emploi ou diriger un service" in front
    shown = [each for each in browser.find_elements(By.LINK_TEXT, "Español") if each.is_displayed()]
    assert len(shown) == 1  # in the menu; where that is a drawer, below the title
    show(browser, 390)
    assert "Español" in browser.find_element(By.CSS_SELECTOR, ".front").text
    show(browser, 1366, height=900)
    browser.find_element(By.LINK_TEXT, "Se former").click()
    assert browser.current_url.endswith("/fr/metier/formation.html")


def test_the_glossary_has_letters(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 390)
    for code, letter, term in (("fr", "C", "centre de services partagés"), ("ar", "ش", "شباك")):
        browser.get(f"{address}/{code}/annexes/glossaire.html")
        browser.find_element(By.CSS_SELECTOR, ".index-letters").find_element(
            By.LINK_TEXT, letter
        ).click()
        shown = browser.find_element(By.CSS_SELECTOR, "dt:target")
        assert shown.text.startswith(term)
        assert shown.value_of_css_property("background-color") != "rgba(0, 0, 0, 0)"


def test_the_source_that_a_link_names_is_set_off(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/fr/annexes/sources-ouvrages.html#src-levitt")
    cited = browser.find_element(By.ID, "src-levitt")
    assert cited.value_of_css_property("background-color") != "rgba(0, 0, 0, 0)"


def test_the_slash_leads_to_the_search(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    browser.get(f"{address}/fr/comprendre/mots.html")
    press(browser, "/")
    assert browser.switch_to.active_element.get_attribute("name") == "q"
    press(browser, "/")
    assert browser.switch_to.active_element.get_attribute("value") == "/"
    show(browser, 390)
    browser.get(f"{address}/fr/comprendre/mots.html")
    assert browser.find_element(By.CSS_SELECTOR, ".mobile-header .search-link").is_displayed()
    press(browser, "/")
    WebDriverWait(browser, 10).until(url_contains("/fr/search.html"))


def test_sections_and_pages_are_cited(browser: webdriver.Chrome, address: str) -> None:
    show(browser, 1400)
    permission = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", permission)
    read = "navigator.clipboard.readText().then(arguments[0])"
    page = f"{address}/de/comprendre/mots.html"
    browser.get(page)
    link = browser.find_element(By.CSS_SELECTOR, "h2 > .headerlink")
    browser.execute_script("arguments[0].focus()", link)
    press(browser, Keys.ENTER)
    assert browser.execute_async_script(read) == browser.current_url
    assert browser.current_url.startswith(f"{page}#")
    button = browser.find_element(By.CSS_SELECTOR, ".cite")
    browser.execute_script("arguments[0].focus()", button)
    press(browser, Keys.ENTER)
    today = format_date(datetime.now().astimezone().date(), "long", locale="de_DE")
    cited = browser.execute_async_script(read)
    title = browser.find_element(By.TAG_NAME, "h1").text.strip("#")
    assert cited.startswith("Das Team des Leitfadens, Das Backoffice, ")
    assert cited.endswith(f"Online-Ausgabe, „{title}“, abgerufen am {today}, {page}")
    assert browser.find_element(By.CSS_SELECTOR, "[role=status]").text.endswith(cited)


def test_a_drawing_is_kept_in_the_words_of_the_page(site: Path) -> None:
    page = (site.parent / "en/comprendre/definition.html").read_text("utf-8")
    found = re.search(r'<a class="download" href="\.\./(_images/\w+\.svg)" download', page)
    assert found
    drawing = (site.parent / "en" / found[1]).read_text("utf-8")
    assert ET.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314
    assert "report" in drawing
    assert ".drawing .front {" in drawing


def test_files_that_are_kept_long_are_named_by_their_version(site: Path) -> None:
    headers = (site.parent / "_headers").read_text("utf-8")
    assert "/fr/_static/*\n  Cache-Control: public, max-age=31536000" in headers
    assert "/fr/searchindex.js\n  Cache-Control: no-cache" in headers  # which bears none
    for page in site.parent.rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r'(?:src|href)="([^"]*_static/[^"]*)"', text)
        assert loaded
        assert all(re.search(r"\?v=\w+$", each) for each in loaded), (page, loaded)

"""Every page of every language is loaded once, and all that a browser can see of it is looked at.

Accessibility, policy, layout and figures: a page is given each width and colour scheme in turn,
since to load it again for each question would take most of the time of all tests.
"""

from pathlib import Path
from typing import Any

import pytest
from conftest import CODES, ROOT, require
from selenium import webdriver
from selenium.webdriver.common.by import By

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = ROOT / "node_modules/axe-core/axe.min.js"


def show(browser: webdriver.Chrome, width: int, scheme: str = "light", height: int = 900) -> None:
    """Give the browser a width in CSS pixels and a colour scheme."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce"},  # a drawer is open at once
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def messages(browser: webdriver.Chrome) -> list[str]:
    """Return what the browser complained of since it was last asked."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [str(entry["message"]) for entry in entries]


def pages_of(site: Path, language: str) -> list[str]:
    """Return the paths of the pages of a language, from the root of the site."""
    return sorted(
        path.relative_to(site.parent).as_posix()
        for path in (site.parent / language).rglob("*.html")
    )


def axe(browser: webdriver.Chrome, rules: list[str]) -> list[Any]:
    """Return the rules, by their tags or names, that a page breaks, and where."""
    return list(
        browser.execute_async_script(
            "const [rules, done] = arguments;"
            "axe.run({runOnly: rules, resultTypes: ['violations'], preload: false}).then("
            "(result) => done(result.violations.map("
            "(each) => [each.id, each.nodes.map((node) => node.html)])));",
            rules,
        )
    )


# The parts of a page that are wider than their place, but for tables and code, which may scroll.
SCROLLS_SIDEWAYS = """
return [...document.querySelectorAll("html, body, body *")].filter(part =>
  part.scrollWidth > part.clientWidth && part.clientWidth > 0
  && (part.localName === "html" || ["auto", "scroll"].includes(getComputedStyle(part).overflowX))
  && !part.closest(".table-wrapper, pre")
).map(part => `${part.localName}.${part.className}`);
"""
# The size in CSS pixels and the lightness, from 0 to 1, of each text of the figures.
LEGIBLE = """
return [...document.querySelectorAll("svg.drawing text")].map(text => {
  const scale = text.ownerSVGElement.getScreenCTM().a, style = getComputedStyle(text);
  const [r, g, b] = style.fill.match(/[\\d.]+/g).map(Number);
  return [parseFloat(style.fontSize) * scale, (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255];
});
"""
# The texts of the figures that leave the drawing, cross the edge of a box, or cover another text
# or the curve of a chart; a text's box is a little higher than its letters.
MISPLACED = """
const within = (one, other) => one.left >= other.left && one.right <= other.right
  && one.top >= other.top - 2 && one.bottom <= other.bottom + 2;
const apart = (one, other) => one.right <= other.left || one.left >= other.right
  || one.bottom <= other.top + 5 || one.top >= other.bottom - 5;
const box = part => part.getBoundingClientRect();
return [...document.querySelectorAll("svg.drawing text")].filter(text => {
  const drawing = text.ownerSVGElement, place = box(text);
  const edges = [...drawing.querySelectorAll("rect")].map(box);
  const others = [...drawing.querySelectorAll("text")].filter(each => each !== text).map(box);
  const points = [...drawing.querySelectorAll(".curve")].flatMap(curve => [...Array(101).keys()]
    .map(n => curve.getPointAtLength(curve.getTotalLength() * n / 100))
    .map(point => point.matrixTransform(curve.getScreenCTM())));
  return !within(place, box(drawing))
    || edges.some(edge => !within(place, edge) && !apart(place, edge))
    || others.some(other => !apart(place, other))
    || points.some(({x, y}) => x > place.left && x < place.right
      && y > place.top + 4 && y < place.bottom - 4);
}).map(text => text.textContent);
"""
# The links of the text whose line has too little contrast to be told by, and a search field whose
# hint cannot be read (WCAG 1.4.1, 1.4.3).
FAINT = """
const light = colour => {
  const scale = colour.startsWith("color(") ? 1 : 255;
  const [r, g, b] = colour.match(/[\\d.]+/g).map(each => each / scale)
    .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [lighter, darker] = [light(one), light(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
};
const ground = part => {
  const colour = getComputedStyle(part).backgroundColor;
  return /, 0\\)|transparent/.test(colour) ? ground(part.parentElement) : colour;
};
const links = [...document.querySelectorAll("main a[href]:not(.headerlink)")].filter(link => {
  const style = getComputedStyle(link);
  return style.textDecorationLine !== "underline"
    || contrast(style.textDecorationColor, ground(link)) < 3;
});
const fields = [...document.querySelectorAll("input[placeholder]")].filter(field =>
  contrast(getComputedStyle(field, "::placeholder").color, ground(field)) < 4.5);
return [...links, ...fields].map(part => part.outerHTML);
"""
# The tables that scroll without a name, a place for the keyboard and a hint; the captions cut.
UNSEEN = """
const tables = [...document.querySelectorAll(".table-wrapper")].filter(box =>
  box.scrollWidth > box.clientWidth && !(box.tabIndex === 0
    && box.getAttribute("role") === "region" && box.ariaLabel && box.dataset.hint));
const captions = [...document.querySelectorAll("caption .caption-text")].filter(caption => {
  const {left, right} = caption.getBoundingClientRect();
  return left < 0 || right > innerWidth;
});
return [...tables, ...captions].map(part => part.textContent.slice(0, 60));
"""
# Spaces text as some readers do (WCAG 1.4.12), and returns what that cuts.
SPACED = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
document.adoptedStyleSheets = [sheet];
return [...document.querySelectorAll("body *")].filter(part => {
  const style = getComputedStyle(part);
  return ["hidden", "clip"].includes(style.overflowX) && style.clipPath === "none"
    && (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1)
    && part.clientWidth && part.localName !== "html" && !part.closest("svg");
}).map(part => part.outerHTML.slice(0, 80));
"""
# How far parts have moved since the page began to load.
SHIFTS = (
    "const done = arguments[0], found = [];"
    "new PerformanceObserver(list => found.push(...list.getEntries().map(e => e.value)))"
    ".observe({type: 'layout-shift', buffered: true});"
    "requestAnimationFrame(() => requestAnimationFrame(() => done(found)));"
)


def look_at_figures(browser: webdriver.Chrome, scheme: str) -> list[str]:
    """Return what is wrong with the texts of a page's figures on a phone, in a colour scheme."""
    texts = browser.execute_script(LEGIBLE)
    wrong = [f"{size} px" for size, _ in texts if size < 11]
    wrong += [
        f"lightness {light}"
        for _, light in texts
        if (light >= 0.35 if scheme == "light" else light <= 0.65)
    ]
    return wrong


def look_at(browser: webdriver.Chrome, address: str, schemes: bool) -> dict[str, list[Any]]:
    """Load a page, and return what is wrong with it, by what was asked and how it was shown.

    A desktop is light and a phone dark; `schemes` says whether their colours are also looked at
    the other way round.
    """
    wrong: dict[str, list[Any]] = {}
    show(browser, 1400)
    browser.get(address)
    wrong["policy"] = messages(browser)
    wrong["moves while it loads"] = browser.execute_async_script(SHIFTS)
    wrong["words of figures out of place"] = browser.execute_script(MISPLACED)
    browser.execute_script(AXE.read_text("utf-8"))
    wrong["axe, desktop, light"] = axe(browser, RULES)
    wrong["faint, light"] = browser.execute_script(FAINT)
    show(browser, 390, "dark")
    wrong["axe, phone, dark"] = axe(browser, RULES)
    wrong["faint, dark"] = browser.execute_script(FAINT)
    wrong["unseen"] = browser.execute_script(UNSEEN)
    if schemes:
        show(browser, 1400, "dark")
        wrong["axe, desktop, dark"] = axe(browser, ["color-contrast"])
        show(browser, 390)
        wrong["axe, phone, light"] = axe(browser, ["color-contrast"])
    for width in (1280, 360, 320):
        show(browser, width)
        wrong[f"wider than {width}"] = browser.execute_script(SCROLLS_SIDEWAYS)
    if browser.find_elements(By.CSS_SELECTOR, "svg.drawing"):
        for scheme in ("light", "dark"):
            show(browser, 360, scheme)
            wrong[f"figures, {scheme}"] = look_at_figures(browser, scheme)
    wrong["cut when spaced"] = browser.execute_script(SPACED)
    wrong["words of figures out of place when spaced"] = browser.execute_script(MISPLACED)
    wrong["wider when spaced"] = browser.execute_script(SCROLLS_SIDEWAYS)
    return {what: found for what, found in wrong.items() if found}


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("language", CODES)
def test_nothing_is_wrong_with_any_page(
    browser: webdriver.Chrome, address: str, site: Path, language: str, half: int
) -> None:
    require("npm")
    messages(browser)
    schemes = language in {"fr", "ar"}  # one of each direction
    wrong = {
        page: found
        for page in pages_of(site, language)[half::2]
        if (found := look_at(browser, f"{address}/{page}", schemes))
    }
    assert wrong == {}


def test_nothing_is_wrong_with_the_pages_at_the_root(
    browser: webdriver.Chrome, address: str, site: Path
) -> None:
    require("npm")
    for code in CODES:  # the page for lost addresses says so in each
        assert f'<a href="/{code}/index.html">' in (site.parent / "404.html").read_text("utf-8")
    messages(browser)
    assert look_at(browser, f"{address}/404.html", schemes=True) == {}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*lead.js*"]})
    try:
        found = look_at(browser, f"{address}/index.html", schemes=True)
        assert [each for each in found.pop("policy", []) if "lead.js" not in each] == []
        assert found == {}
    finally:
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_nothing_moves_while_a_page_loads_on_a_phone(
    browser: webdriver.Chrome, address: str, site: Path
) -> None:
    show(browser, 390)
    for page in pages_of(site, "fr"):
        browser.get(f"{address}/{page}")
        assert browser.execute_async_script(SHIFTS) == [], page


def test_the_pages_that_need_no_language_keep_to_the_policy(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 1400)
    messages(browser)
    browser.get(f"{address}/index.html")  # which leads to a language
    assert messages(browser) == []
    browser.get(f"{address}/fr/search.html?q=controle")
    assert browser.find_elements(By.CSS_SELECTOR, "#search-results li")
    assert messages(browser) == []

"""Every page of every language is loaded once, and all that a browser can see of it is looked at.

Accessibility, policy, layout and figures: a page is given each width and colour scheme in turn,
since to load it again for each question would take most of the time of all tests. For the same
reason axe measures the contrast of a look once, and not that of every word that has it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import CODES, ROOT, require
from selenium import webdriver
from selenium.webdriver.common.by import By

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]


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


@contextmanager
def axe_loaded(browser: webdriver.Chrome) -> Iterator[None]:
    """Have every page that is loaded begin with axe, which measures contrast where NEW says."""
    source = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    source += "axe.configure({rules: [{id: 'color-contrast', selector: '[data-new]'}]});"
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


# Finds the words that look as none of those already seen: by the kind of their element and of that
# around it, what is behind them, their colour, size and weight. Notes them for axe.
NEW = """
const seen = new Set(arguments[0]), found = [], backs = new Map([[null, ""]]);
const kind = it => it && `${it.localName}.${it.className.baseVal ?? it.className}`;
const back = it => {
  if (!backs.has(it)) {
    const style = getComputedStyle(it);
    const own = [style.backgroundColor, style.backgroundImage, style.opacity].join();
    backs.set(it, back(it.parentElement) + (own === "rgba(0, 0, 0, 0),none,1" ? "" : own));
  }
  return backs.get(it);
};
for (const it of document.body.querySelectorAll("*")) {
  it.removeAttribute("data-new");
  const words = [...it.childNodes].some(part => part.nodeType === 3 && part.data.trim());
  if (!words || !it.checkVisibility({visibilityProperty: true})) continue;
  const {color, fontSize, fontWeight} = getComputedStyle(it);
  const look = [kind(it.parentElement), kind(it), back(it), color, fontSize, fontWeight].join();
  if (seen.has(look)) continue;
  seen.add(look);
  found.push(look);
  it.setAttribute("data-new", "");
}
return found;
"""


def shows_new(browser: webdriver.Chrome, seen: set[str]) -> bool:
    """Say whether a page shows words that look as none before, which axe is to look at."""
    found = browser.execute_script(NEW, list(seen))
    seen.update(found)
    return bool(found)


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
# What has moved since the page began to load, but for the cells of a table: on a busy machine it is
# drawn before its last rows have arrived, which may change its columns.
SHIFTS = (
    "const done = arguments[0], found = [];"
    "const moved = ({node, previousRect}) => previousRect.width"
    " && !(node?.closest ? node : node?.parentElement)?.closest('table');"
    "new PerformanceObserver(list => found.push(...list.getEntries()))"
    ".observe({type: 'layout-shift', buffered: true});"
    "requestAnimationFrame(() => requestAnimationFrame(() => done(found"
    ".flatMap(each => each.sources.filter(moved)).map(each => each.node?.textContent ?? ''))));"
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


def look_at(browser: webdriver.Chrome, address: str, seen: set[str]) -> dict[str, list[Any]]:
    """Load a page, and return what is wrong with it, by what was asked and how it was shown.

    All that is asked of every page is asked on the smallest phone, where no text is hidden but the
    menus, which are the same everywhere. What no page before had is looked at in all other ways
    too: `seen` holds the looks of words on those pages, and then of this one.
    """
    wrong: dict[str, list[Any]] = {}
    show(browser, 1400)
    browser.get(address)
    wrong["policy"] = messages(browser)
    wrong["moves while it loads"] = browser.execute_async_script(SHIFTS)
    wrong["words of figures out of place"] = browser.execute_script(MISPLACED)
    wrong["faint, light"] = browser.execute_script(FAINT)
    if shows_new(browser, seen):
        wrong["axe, desktop, light"] = axe(browser, RULES)
        show(browser, 1400, "dark")
        shows_new(browser, seen)
        wrong["axe, desktop, dark"] = axe(browser, ["color-contrast"])
        show(browser, 1280)
        wrong["wider than 1280"] = browser.execute_script(SCROLLS_SIDEWAYS)
    show(browser, 320)
    wrong["wider than 320"] = browser.execute_script(SCROLLS_SIDEWAYS)
    shows_new(browser, seen)
    wrong["axe, phone, light"] = axe(browser, RULES)
    wrong["unseen"] = browser.execute_script(UNSEEN)
    show(browser, 320, "dark")
    wrong["faint, dark"] = browser.execute_script(FAINT)
    if shows_new(browser, seen):
        wrong["axe, phone, dark"] = axe(browser, ["color-contrast"])
    if browser.find_elements(By.CSS_SELECTOR, "svg.drawing"):
        for scheme in ("dark", "light"):
            show(browser, 360, scheme)
            wrong[f"figures, {scheme}"] = look_at_figures(browser, scheme)
    wrong["cut when spaced"] = browser.execute_script(SPACED)
    wrong["words of figures out of place when spaced"] = browser.execute_script(MISPLACED)
    wrong["wider when spaced"] = browser.execute_script(SCROLLS_SIDEWAYS)
    return {what: found for what, found in wrong.items() if found}


@pytest.mark.parametrize("language", CODES)
def test_nothing_is_wrong_with_any_page(
    browser: webdriver.Chrome, address: str, site: Path, language: str
) -> None:
    require("npm")
    messages(browser)
    seen: set[str] = set()
    with axe_loaded(browser):
        wrong = {
            page: found
            for page in pages_of(site, language)
            if (found := look_at(browser, f"{address}/{page}", seen))
        }
    assert wrong == {}


def test_nothing_is_wrong_with_the_pages_at_the_root(
    browser: webdriver.Chrome, address: str, site: Path
) -> None:
    require("npm")
    for code in CODES:  # the page for lost addresses says so in each
        assert f'<a href="/{code}/index.html">' in (site.parent / "404.html").read_text("utf-8")
    messages(browser)
    browser.execute_cdp_cmd("Network.enable", {})
    with axe_loaded(browser):
        assert look_at(browser, f"{address}/404.html", set()) == {}
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*lead.js*"]})
        try:
            found = look_at(browser, f"{address}/index.html", set())
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


def test_nothing_around_the_text_moves_while_a_page_arrives_in_pieces(
    browser: webdriver.Chrome, address: str
) -> None:
    conditions = {"offline": False, "latency": 0, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.enable", {})
    pages = [(390, "fr/metier/competences"), (390, "ar/metier/competences")]
    try:
        for width, page in [*pages, (1400, "es/contribuer/traduire")]:
            show(browser, width)
            browser.get(f"{address}/{page}.html")  # so that only the page itself is slow
            slow = conditions | {"downloadThroughput": 20_000}
            browser.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
            browser.get(f"{address}/{page}.html?slowly")
            # Words of a line may: it is set anew when its end arrives.
            around = SHIFTS.replace("'table'", "'main'")
            assert browser.execute_async_script(around) == [], page
    finally:
        quick = conditions | {"downloadThroughput": -1}
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", quick)


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

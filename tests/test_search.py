"""Search, as readers use it: what is meant is found, in every language, by every browser."""

import gzip
import re
import tomllib
from pathlib import Path
from unicodedata import category

import pytest
import sphinx
from bs4 import BeautifulSoup
from conftest import CODES, ROOT
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_changes
from selenium.webdriver.support.wait import WebDriverWait
from sphinx import search
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search.ja import SearchJapanese
from sphinx.search.zh import SearchChinese
from test_walk import SHIFTS, messages, show
from warm import run_module

from back_office_guide.extensions.folded_search import STEMMERS, fold, folded_language

# Asked by somebody who did not write the search, with the right pages, the best one first;
# "glossary:" comes before a French term. https://toml.io/en/v1.0.0
QUERIES = Path(__file__).with_name("queries")
FIND = (
    "return arguments[0].map((query) => Search.find(query).results.map((each) => each.name.link))"
)


STEM = "const stemmer = new Stemmer(); return arguments[0].map((word) => stemmer.stemWord(word))"


def found(browser: webdriver.Chrome, page: Path, queries: list[str]) -> list[list[str]]:
    """Return what a page of results finds for each query, best first."""
    browser.get(page.as_uri())
    answers: list[list[str]] = browser.execute_script(FIND, queries)
    return answers


def page_of(link: str) -> str:
    """Return the page that a result leads to, and of its anchors only those of terms."""
    return re.sub(r"\.html(#(?!term-).*)?", "", link)


@pytest.mark.parametrize("language", CODES)
def test_what_people_ask_for_is_found_first(
    browser: webdriver.Chrome, site: Path, language: str
) -> None:
    glossary = BeautifulSoup((site / "annexes/glossaire.html").read_text("utf-8"), "html.parser")
    terms = {term.get_text(): term["id"] for term in glossary.select("dl.glossary dt")}
    asked = tomllib.loads((QUERIES / f"{language}.toml").read_text("utf-8"))["query"]
    answers = found(
        browser, site.parent / language / "search.html", [each["text"] for each in asked]
    )
    places, nothing = [], []
    for query, links in zip(asked, answers, strict=True):
        pages = list(map(page_of, links))
        right = {
            f"annexes/glossaire#{terms[page.partition(':')[2]]}" if ":" in page else page
            for page in query["pages"]
        }
        if right:
            places.append(next((n for n, page in enumerate(pages) if page in right), len(pages)))
            nothing += [query["text"]] if not pages else []
        else:
            assert pages == [], query["text"]
    assert len(places) >= 60
    assert sum(place == 0 for place in places) >= 0.85 * len(places)
    assert sum(place < 3 for place in places) >= 0.95 * len(places)
    assert len(nothing) <= 0.02 * len(places), nothing


# What the first readers asked for, and the page that they looked for.
READERS = {
    "fr": {
        "entreprise/piloter": ["combien de personnes", "taille de l’équipe"],
        "secteurs/separer": [
            "double validation",
            "double contrôle",
            "quatre yeux",
            "maker checker",
        ],
        "metier/remuneration": ["prime", "bonus", "convention collective"],
        "annexes/colophon": ["auteur"],
    },
    "en": {
        "entreprise/piloter": ["how many people", "how many staff", "team size"],
        "secteurs/separer": ["four eyes", "dual control", "maker checker"],
        "metier/remuneration": ["collective agreement"],
        "annexes/colophon": ["author"],
        "annexes/glossaire#term-suspens": ["break", "fail"],
    },
    "es": {
        "entreprise/piloter": ["cuántas personas", "cuántos empleados", "tamaño del equipo"],
        "secteurs/separer": ["cuatro ojos", "doble validación", "doble firma"],
        "metier/remuneration": ["bonus", "incentivo"],
        "metier/formation": ["prácticas", "beca"],
        "annexes/colophon": ["autor"],
    },
    "de": {
        "entreprise/piloter": ["Personalplanung", "Mitarbeiterzahl", "Teamgröße"],
        "secteurs/separer": ["Vier-Augen-Prinzip"],
        "metier/remuneration": ["Einstiegsgehalt", "Gehaltsspanne"],
        "annexes/colophon": ["Autor"],
        "annexes/glossaire#term-controle-interne": ["internes Kontrollsystem", "IKS"],
    },
    "ar": {
        "metier/candidature": ["مقابلة", "مقابلة شخصية", "أسئلة المقابلة"],
        "annexes/colophon": ["مؤلف", "اقتباس", "استشهاد"],
        "annexes/sources": ["مصادر", "مراجع", "المراجع", "قائمة مراجع"],
    },
}


@pytest.mark.parametrize("language", CODES)
def test_what_readers_looked_for_is_among_the_first_results(
    browser: webdriver.Chrome, site: Path, language: str
) -> None:
    asked = {query: page for page, queries in READERS[language].items() for query in queries}
    answers = found(browser, site.parent / language / "search.html", list(asked))
    firsts = {
        query: list(map(page_of, links[:3])) for query, links in zip(asked, answers, strict=True)
    }
    assert {query: pages for query, pages in firsts.items() if asked[query] not in pages} == {}


MARKS = "".join(chr(code) for code in range(0x300, 0x1000) if category(chr(code))[0] == "M")
SHOWN = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[\u202f\u00a0,.]\d{3})+(?!\d)"  # 1,250
    rf"|(?:[^\W_]|[{MARKS}])+"
)


def shown_words(text: str) -> list[str]:
    """Return the words and numbers of a text; Arabic writes "and" in one with a number."""
    text = re.sub("[\u2066-\u2069]", "", text.lower())  # which isolate, and are not seen
    return SHOWN.findall(re.sub(r"(?<=[\u0621-\u064a])(?=\d)", " ", text))


@pytest.mark.parametrize("language", CODES)
def test_every_word_of_a_page_finds_it(
    browser: webdriver.Chrome, site: Path, language: str
) -> None:
    folder = site.parent / language
    holding: dict[str, set[str]] = {}
    for path in [*folder.glob("*/*.html"), folder / "index.html"]:
        article = BeautifulSoup(path.read_text("utf-8"), "html.parser").select_one("article")
        assert article
        for printed in article.select("a.address"):  # whose parts nobody asks for
            printed.decompose()
        for word in shown_words(article.get_text("\n")):
            holding.setdefault(word, set()).add(path.relative_to(folder).as_posix())
    words = sorted(holding)[::7]
    answers = found(browser, folder / "search.html", words)
    lost = {
        word: missing
        for word, links in zip(words, answers, strict=True)
        if (missing := holding[word] - {link.partition("#")[0] for link in links})
    }
    assert lost == {}


# One sentence in each language of which Sphinx knows the words, and in some that it does not know.
SENTENCES = {
    "da": "Afdelingen kontrollerer 1.250 fakturaer og bogfører dem før årsskiftet 2026",
    "fi": "Osasto tarkistaa 1 250 laskua ja kirjaa ne ennen vuodenvaihdetta 2026 päivittäin",
    "hu": "Az osztály 2026-ban ellenőrzi a számlákat, és könyveli őket határidőre",
    "it": "L’ufficio verifica le fatture elettroniche e le registra prima del 31 dicembre 2026",
    "ja": "管理部門は2026年に請求書を確認し、システムに登録します",
    "nl": "De afdeling controleert 1.250 facturen en boekt ze vóór eind 2026",
    "no": "Avdelingen kontrollerer 1250 fakturaer og bokfører dem før nyttår 2026",
    "pt": "O setor verifica as faturas eletrônicas e faz a conciliação até 31 de dezembro de 2026",
    "ro": "Departamentul verifică facturile și le înregistrează înainte de sfârșitul anului 2026",
    "ru": "Отдел проверяет счета и отражает их в учёте до конца 2026 года",
    "sv": "Avdelningen kontrollerar fakturor och bokför dem före årsskiftet 2026",
    "tr": "Bölüm faturaları İstanbul’da denetler ve 2026 yılının sonuna kadar kaydeder",
    "zh": "后台部门在2026年核对发票，并在系统中登记 ERP 数据",
    "th": "ฝ่ายปฏิบัติการตรวจสอบใบแจ้งหนี้ 250 ฉบับภายในปี 2026",
    "ko": "후선 부서는 2026년에 송장을 확인하고 기록한다",
    "el": "Το τμήμα ελέγχει τα τιμολόγια και τα καταχωρίζει ως το τέλος του 2026",
    "he": "המחלקה בודקת חשבוניות ורושמת אותן עד סוף 2026",
    "hi": "विभाग २०२६ में चालान जाँचता है और उन्हें दर्ज करता है",
}
# Words as they are shown, and parts of sentences where no spaces show what a word is.
WITHIN = {
    "ja": ["請求書", "請求", "管理部門", "登録"],
    "zh": ["发票", "核对发票", "票", "系统"],
    "th": ["ตรวจสอบ"],
}
STEMS = """
const stopwords = new Set(arguments[0]);
{code}
const stemmer = new Stemmer();
const stems = (word) => [word, fold(word)].map((form) => stemmer.stemWord(form));
return arguments[1].map((word) => splitQuery(word).map(stems));
"""


@pytest.mark.parametrize("code", sorted({*search.languages, *SENTENCES} - {"en", "fr", "es", "de"}))
def test_every_word_is_asked_for_as_it_is_indexed_in_every_language(
    browser: webdriver.Chrome, code: str
) -> None:
    language = folded_language(code)({})
    sentence = SENTENCES[code]
    indexed = {
        language.stem(form) for form in language.split(sentence) if language.word_filter(form)
    }
    words = [*shown_words(sentence), *WITHIN.get(code, [])]
    browser.get("about:blank")
    script = STEMS.replace("{code}", language.js_stemmer_code)
    asked = browser.execute_script(script, sorted(language.stopwords), words)
    assert all(asked)
    lost = [
        word
        for word, parts in zip(words, asked, strict=True)
        if not all(indexed & set(stems) for stems in parts)
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("language", "query", "first"),
    [
        ("fr", "controle interne", "contrôle interne (Glossaire)"),
        ("fr", "contrôle interne", "contrôle interne (Glossaire)"),
        ("fr", "CONTRÔLES INTERNES", "contrôle interne (Glossaire)"),
        ("fr", "l'externalisation", "externalisation (Glossaire)"),
        ("fr", "l’externalisation", "externalisation (Glossaire)"),
        ("fr", "main d'oeuvre", "prêt illicite de main-d’œuvre (Glossaire)"),
        ("fr", "backoffice", "back office (Glossaire)"),
        ("fr", "fonctions support", "fonction support (Glossaire)"),
        ("fr", "metiers", "Métiers et compétences"),
        ("fr", "smic", "SMIC (Glossaire)"),
        ("en", "reconciliations", "reconciliation (Glossary)"),
        ("en", "backoffice", "back office (Glossary)"),
        ("en", "arriere-guichet", "arrière-guichet (Glossary)"),
        ("es", "conciliacion", "conciliación (Glosario)"),
        ("es", "CONCILIACIONES", "conciliación (Glosario)"),
        ("es", "auditorías internas", "auditoría interna (Glosario)"),
        ("es", "backoffice", "back office (Glosario)"),
        ("de", "Prüfpfad", "Prüfpfad (Glossar)"),
        ("de", "prufpfad", "Prüfpfad (Glossar)"),
        ("de", "Pruefpfade", "Prüfpfad (Glossar)"),
        ("de", "backoffice", "Backoffice (Glossar)"),
        ("de", "back office", "Backoffice (Glossar)"),
        ("de", "Verwahrung", "Wertpapierverwahrung (Glossar)"),
        ("ar", "مكتب خلفي", "مكتب خلفي (back office) (مسرد المصطلحات)"),
        ("ar", "المَكْتَب الخَلْفيّ", "مكتب خلفي (back office) (مسرد المصطلحات)"),
        ("ar", "backoffice", "مكتب خلفي (back office) (مسرد المصطلحات)"),
        ("ar", "والرقابه الداخليه", "رقابة داخلية (مسرد المصطلحات)"),
        ("ar", "واجهة الاداره", "لوحة تحكم (واجهة الإدارة) (مسرد المصطلحات)"),
        ("ar", "بالتعهيد", "تعهيد (مسرد المصطلحات)"),
    ],
)
def test_a_search_finds_what_is_meant(
    browser: webdriver.Chrome, site: Path, language: str, query: str, first: str
) -> None:
    show(browser, 1400)
    page = site.parent / language / "search.html"
    browser.get(f"{page.as_uri()}?q={query}")  # from a file: no server is needed
    items = browser.find_elements(By.CSS_SELECTOR, "#search-results li")
    results = [each.text.partition("\n")[0] for each in items]
    assert first in results[:3], results
    status = browser.find_element(By.ID, "search-status")
    assert status.get_attribute("role") == "status"
    many = status.get_attribute("data-many") or ""
    assert status.text == many.replace("{count}", str(len(results)))


def test_a_search_for_nothing_known_says_so(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/fr/search.html?q=zzzz")
    assert browser.find_element(By.ID, "search-status").text == "Aucune page ne contient ces mots."


@pytest.mark.parametrize(
    ("query", "heard"),
    [("denouement", "intervention manuelle"), ("suspens", "pas achevée à la date prévue")],
)
def test_a_result_shows_how_the_page_speaks_of_the_words(
    browser: webdriver.Chrome, address: str, query: str, heard: str
) -> None:
    show(browser, 390)
    browser.get(f"{address}/fr/search.html?q={query}")
    results = browser.find_elements(By.CSS_SELECTOR, "#search-results li")
    WebDriverWait(browser, 60).until(
        lambda _: all(each.find_element(By.TAG_NAME, "p").text for each in results)
    )
    assert any(heard in result.text for result in results)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert messages(browser) == []


def test_a_result_shows_where_its_page_says_what_is_meant(
    browser: webdriver.Chrome, address: str
) -> None:
    show(browser, 1400)
    browser.get(f"{address}/es/search.html?q=bonus")
    shown = browser.find_element(By.CSS_SELECTOR, "#search-results p")
    WebDriverWait(browser, 60).until(lambda _: "complemento" in shown.text)  # the same
    assert shown.find_element(By.TAG_NAME, "mark").text.startswith("complemento")


@pytest.mark.parametrize(
    ("language", "query", "part"),
    [("fr", "denouement", "dénou"), ("de", "pruefpfad", "prüfpfad"), ("ar", "تعهيد", "تعهيد")],
)
def test_the_words_searched_for_are_marked_in_the_page(
    browser: webdriver.Chrome, address: str, language: str, query: str, part: str
) -> None:
    browser.get(f"{address}/{language}/search.html?q={query}")
    browser.find_element(By.CSS_SELECTOR, "#search-results a").click()
    WebDriverWait(browser, 60).until(url_changes(f"{address}/{language}/search.html?q={query}"))
    marks = {mark.text.lower() for mark in browser.find_elements(By.CSS_SELECTOR, "article mark")}
    assert marks
    assert all(part in mark for mark in marks)


def test_the_index_of_another_guide_works_in_another_theme(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        'extensions = ["myst_parser", "back_office_guide.extensions.folded_search"]\n'
        'language = "zh_CN"\nhtml_theme = "basic"\n',
        "utf-8",
    )
    (tmp_path / "index.md").write_text(f"# 后台\n\n{SENTENCES['zh']}\n", "utf-8")
    run = run_module("sphinx", ["-q", ".", "html"], tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    for query in ("核对发票", "ERP"):  # its own script passes over numbers
        browser.get(f"{(tmp_path / 'html/search.html').as_uri()}?q={query}")
        link = WebDriverWait(browser, 60).until(
            lambda _: browser.find_elements(By.CSS_SELECTOR, "#search-results li a")
        )
        assert link[0].text == "后台"
    messages(browser)  # which are that no page can be read from a file


def test_results_lead_to_folders_where_pages_are_folders(
    browser: webdriver.Chrome, tmp_path: Path
) -> None:
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "extensions = ['myst_parser', 'back_office_guide.extensions.folded_search',\n"
        "              'back_office_guide.extensions.website']\n"
        f"html_theme = 'guide'\nhtml_theme_path = [{str(ROOT / 'docs/_theme')!r}]\n",
        "utf-8",
    )
    (tmp_path / "index.md").write_text("# Home\n\nAn apple.\n\n```{toctree}\na/two\n```\n", "utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/two.md").write_text("# Two\n\nA pear.\n\n## A plum\n\nIt is blue.\n", "utf-8")
    run = run_module("sphinx", ["-q", "-b", "dirhtml", ".", "html"], tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    page = tmp_path / "html/search/index.html"
    links = found(browser, page, ["apple", "pear", "plum"])
    assert [each[0] for each in links] == ["../", "../a/two/", "../a/two/#a-plum"]


def test_sphinx_still_has_what_is_added_to(site: Path) -> None:
    assert (STEMMERS / "french-stemmer.js").is_file(), "Sphinx has moved its stemmers: STEMMERS"
    assert StandaloneHTMLBuilder.indexer_format is search.js_index, "Sphinx has another index"
    index = (site / "searchindex.js").read_text("utf-8")
    assert index.startswith("Search.setIndex(unpackIndex("), "Sphinx writes its own index"


def test_sphinx_still_needs_what_is_done_in_its_place() -> None:
    builder = object.__new__(search.IndexBuilder)
    builder.lang = SearchChinese({})
    code = builder.get_js_stemmer_code()
    # 9.0 is the last for Python 3.11; later versions have it right.
    late = sphinx.version_info >= (9, 1)
    assert late or "window.Stemmer = ChineseStemmer" in code, "Sphinx #14229 is fixed"
    assert not search.SearchLanguage({}).word_filter("2014"), "Sphinx #776 is fixed"
    assert not SearchJapanese({}).js_splitter_code, "Sphinx #13395 is fixed"


# What browsers of 2021 do not know yet.
YOUNG = """
delete Object.hasOwn; delete Object.groupBy; delete Map.groupBy; delete window.structuredClone;
for (const name of ["at", "findLast", "toSpliced", "toSorted", "toReversed", "with"]) {
  delete Array.prototype[name];
}
delete String.prototype.at; delete String.prototype.isWellFormed; delete URL.canParse;
for (const name of ["union", "intersection", "difference"]) delete Set.prototype[name];
for (const name of ["map", "filter", "some", "every", "find", "reduce", "toArray", "flatMap"]) {
  delete Object.getPrototypeOf(Object.getPrototypeOf([].values()))[name];
}
"""


def test_a_search_works_in_browsers_of_2021(browser: webdriver.Chrome, address: str) -> None:
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": YOUNG})
    try:
        browser.get(f"{address}/fr/search.html?q=backoffice+remuneraton")
        assert browser.execute_script("return document.links.length") > 30
        assert messages(browser) == []
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
    scripts = [ROOT / "docs/_theme/guide/static/search.js.jinja"]
    scripts += (ROOT / "back_office_guide/extensions").glob("*.js")
    for script in scripts:
        assert "(?<" not in script.read_text("utf-8"), "unknown to Safari before 16.4"


@pytest.mark.parametrize("language", CODES)
def test_results_are_light_and_nothing_moves(
    browser: webdriver.Chrome, address: str, site: Path, language: str
) -> None:
    show(browser, 390)
    browser.get(f"{address}/{language}/search.html?q=back+office")
    assert browser.execute_async_script(SHIFTS) == []
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((each) => each.name)"
    )
    files = {re.sub(r"\?.*", "", name.removeprefix(f"{address}/")) for name in loaded}
    files = {name for name in files if not name.endswith(".html")}  # which results are read from
    files |= {f"{language}/search.html", f"{language}/_static/icon.svg"}
    weight = sum(len(gzip.compress((site.parent / name).read_bytes())) for name in files)
    assert weight <= 60 * 1024
    index = site.parent / language / "searchindex.js"
    assert len(gzip.compress(index.read_bytes())) <= 40 * 1024


def test_a_search_says_what_was_found_and_how_the_query_was_understood(
    browser: webdriver.Chrome, address: str
) -> None:
    browser.get(f"{address}/fr/search.html?q=remuneraton")
    status = browser.find_element(By.ID, "search-status").text
    assert "« remuneraton »" in status
    assert "vouliez-vous dire « rémunération »" in status
    assert browser.title.startswith("remuneraton – ")
    assert "résultat" in browser.title
    first = browser.find_element(By.CSS_SELECTOR, "#search-results a")
    assert first.text == "Rémunération"


@pytest.mark.parametrize("missing", ["searchindex.js", "search.js", "language_data.js", "guide.js"])
def test_a_search_that_cannot_be_loaded_says_so(
    browser: webdriver.Chrome, address: str, missing: str
) -> None:
    show(browser, 390)
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [f"*{missing}*"]})
    try:
        browser.get(f"{address}/fr/search.html?q=salaire")
        status = browser.find_element(By.ID, "search-status")
        if missing == "guide.js":  # a search needs nothing of it
            assert "résultats" in status.text
        else:
            WebDriverWait(browser, 60).until(lambda _: "n’a pas pu être chargée" in status.text)
            assert status.find_element(By.TAG_NAME, "a").is_displayed()
    finally:
        browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        messages(browser)


def test_a_query_without_a_word_finds_nothing(browser: webdriver.Chrome, site: Path) -> None:
    characters = ["%", "😀", "…", "« »", "--", "؟", "_", "️"]
    assert found(browser, site / "search.html", characters) == [[] for _ in characters]


def test_a_long_query_is_answered_like_its_beginning(browser: webdriver.Chrome, site: Path) -> None:
    long = ["rémunération " * 250, "rémunération", "x" * 3000, "zqxwv " * 500]
    again, once, *nothing = found(browser, site / "search.html", long)
    assert again == once
    assert nothing == [[], []]


def test_other_words_for_a_thing_are_kept_in_a_file_for_each_language(
    browser: webdriver.Chrome, site: Path
) -> None:
    for language in CODES:
        folder = ROOT / "docs" / ("" if language == "fr" else f"locale/{language}")
        lines = (folder / "synonyms.txt").read_text("utf-8").splitlines()
        groups = [line.split(", ") for line in lines if not line.startswith("#")]
        assert all(len(group) > 1 for group in groups)
        firsts = [group[0] for group in groups]
        assert all(found(browser, site.parent / language / "search.html", firsts)), language


@pytest.mark.parametrize(
    "word", ["Contrôlée", "CŒUR", "Straße", "Übergröße", "señal", "مُوَظَّف", "إدارة", "Łódź", "œuvre"]
)
def test_words_are_folded_alike_when_they_are_indexed_and_searched_for(
    browser: webdriver.Chrome, address: str, word: str
) -> None:
    browser.get(f"{address}/fr/search.html")
    assert browser.execute_script("return fold(arguments[0])", word) == fold(word)
    assert fold(word).isascii() or fold(word) == fold(fold(word))


@pytest.mark.parametrize(
    ("code", "written", "asked"),
    [
        ("fr", "contrôlée", "contrôle"),
        ("fr", "contrôlée", "controle"),
        ("fr", "achevée", "achevee"),
        ("fr", "Œuvres", "oeuvre"),
        ("es", "señales", "senal"),
        ("de", "Größe", "groesse"),
        ("de", "Größe", "grosse"),
        ("ar", "والموظفون", "مُوَظَّف"),
        ("ar", "الأوراق", "اوراق"),
        ("ar", "مستوى", "مستوي"),
        ("ar", "التسويـــة", "تسويه"),
    ],
)
def test_a_word_is_found_in_its_other_forms_and_without_accents(
    code: str, written: str, asked: str
) -> None:
    language = folded_language(code)({})

    def forms(word: str) -> set[str]:
        return {language.stem(form) for form in language.split(word)}

    assert forms(written) & forms(asked)


@pytest.mark.parametrize("language", CODES)
def test_every_word_of_the_glossary_has_one_stem_in_the_index_and_in_the_browser(
    browser: webdriver.Chrome, address: str, site: Path, language: str
) -> None:
    index = folded_language(language)({})
    html = (site.parent / language / "annexes/glossaire.html").read_text("utf-8")
    words = list(dict.fromkeys(index.split(BeautifulSoup(html, "html.parser").get_text(" "))))
    browser.get(f"{address}/{language}/search.html")
    assert browser.execute_script(STEM, words) == [index.stem(word) for word in words]


def test_pages_are_read_for_the_passages_of_the_results_that_are_seen(
    browser: webdriver.Chrome, address: str
) -> None:
    read = (
        "return performance.getEntriesByType('resource').map((each) => each.name)"
        ".filter((name) => name.endsWith('.html')).length"
    )
    show(browser, 390, height=600)
    browser.get(f"{address}/fr/search.html?q=barings")
    results = browser.find_elements(By.CSS_SELECTOR, "#search-results li")
    WebDriverWait(browser, 60).until(lambda _: results[0].find_elements(By.CSS_SELECTOR, "p mark"))
    assert "Barings" in results[0].text
    assert browser.execute_script(read) < len(results)
    assert browser.execute_async_script(SHIFTS) == []
    assert not results[-1].find_elements(By.CSS_SELECTOR, "p mark")
    browser.execute_script("arguments[0].scrollIntoView()", results[-1])
    WebDriverWait(browser, 60).until(lambda _: results[-1].find_elements(By.CSS_SELECTOR, "p mark"))

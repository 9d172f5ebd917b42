"""The guide as a text: what it must answer, how long it is, what it defines."""

import re

from conftest import ROOT

DOCS = ROOT / "docs"
# The facts of the article that the guide starts from; a page that answers one says so: % clé : B2
FACTS = {
    "A1": "the term spread with online and remote work; the jobs are in demand",
    "A2": "the questions: what it is, what for, how it differs, how to become one",
    "B1": "literal translation: « arrière-plan »",
    "B2": "the person keeps the main activity running in the background",
    "B3": "administrative staff, without direct contact with customers",
    "B4": "every sector may need one: banking, marketing, sales, IT",
    "B5": "to develop a back office, one needs a developer: the sense of the web",
    "C1": "essential tasks, invisible but no less important",
    "C2": "brings in no revenue, at least directly",
    "C3": "coordinates the commercial functions and the operations",
    "C4": "can be outsourced or offshored, hence telework, to cut costs",
    "C5": "saves rents",
    "C6": "raises productivity",
    "C7": "widens the range of skills",
    "D1": "what customers do not see; the wings, the back of the shop",
    "D2": "front office: what is visible, the shop",
    "E1": "seven qualities",
    "E2": "bac+2 or bac+3 in commerce, management, banking or insurance",
    "E3": "bac+5 in management, banking or finance",
    "E4": "training in negotiation and digitalisation of customer relations",
    "E5": "training in operational commercial management",
    "E6": "training in marketing techniques",
    "E7": "training in business administration, accounting and finance option",
    "F1": "20,000 to 25,000 euros gross a year",
    "F2": "more with the kind of back office and the company",
    "G1": "digitalisation: customer service, web development, online shops recruit",
    "H1": "the reader now knows role, training and salary, and can decide",
    "H2": "how a company creates its back office is left out",
}
CHAPTERS = [
    path for path in sorted(DOCS.rglob("*.md")) if path.parent.name not in ("annexes", "contribuer")
]


def test_every_fact_of_the_article_is_answered_somewhere() -> None:
    texts = [path.read_text("utf-8") for path in CHAPTERS]
    answered = {
        key for text in texts for key in re.findall(r"^% clé : (\w\d)$", text, re.MULTILINE)
    }
    assert sorted(answered) == sorted(FACTS)


def test_only_the_sources_and_the_colophon_speak_of_the_article() -> None:
    spoken = re.compile(
        r"l’article (?:d’origine|dont|de départ|du web|annonce|dit|cite|donne)", re.IGNORECASE
    )
    assert [path.name for path in CHAPTERS if spoken.search(path.read_text("utf-8"))] == []


def test_the_glossary_defines_the_words_of_the_article() -> None:
    text = (DOCS / "annexes" / "glossaire.md").read_text("utf-8")
    terms = re.findall(r"^[^\s:(#].*$", text.split(":sorted:")[1], re.MULTILINE)
    assert {"back office", "front office", "arrière-boutique"} <= set(terms)
    assert len(terms) == len(set(terms))


def test_every_source_is_cited_by_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in DOCS.rglob("*.md"))
    sources = re.findall(r"\((src-[\w-]+)\)=", pages)
    assert sources
    assert not [source for source in sources if f"(#{source})" not in pages]

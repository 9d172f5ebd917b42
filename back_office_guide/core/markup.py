"""Compare a message and its translation as parsed Markdown, not as text.

The build and `make check-po` ask the same questions here. A translation may say things in its own
words; it may not change what a message is made of.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from markdown_it.token import Token

from back_office_guide.core.pages import ROLE, TEXT_ROLES, markdown_parser

# Stands for words that are not those of the message.
UNKNOWN = "□"

# A message without any character of Markdown, which needs no parser: one line of words.
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ \u00A0\u202F.,;!?،؛؟’'“”«»„()/%€–—…-]|:(?!:))*")
# A line that begins with a letter, which can be nothing but a paragraph.
_LINE = re.compile(r"[^\W\d_].*")

_REPEATABLE = {"role", "link", "code"}


@dataclass
class Markup:
    """What a message is made of."""

    blocks: list[str] = field(default_factory=list)
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Each role, link, image, footnote, code, HTML and stray sign: what it is, and its text."""
    shown: list[tuple[str, str]] = field(default_factory=list)
    """The roles and links as (target, shown text)."""
    marked: list[tuple[str, str]] = field(default_factory=list)
    """What is emphasised, as (* or **, text)."""
    text: str = ""
    """What a reader reads, without addresses, and with UNKNOWN for code and the titles of pages."""
    running: str = ""
    """The same without the shown text of roles."""

    def counted(self, kind: str) -> Counter[str]:
        """Return the parts of a kind, once each where a sentence that is split may repeat them."""
        parts = {item: count for (each, item), count in self.parts.items() if each == kind}
        return Counter(parts.keys() if kind in _REPEATABLE else parts)


@dataclass(frozen=True)
class Difference:
    """A difference that is a fault: the name of the check, what is wrong, and what to write.

    A comment mutes what people can judge, and not what the build could not show safely.
    """

    code: str
    message: str
    mutable: bool = True


@cache  # what is counted once is not parsed again in any language
def markup_of(message: str) -> Markup:
    """Return what a message, one paragraph of Markdown, is made of."""
    found = Markup()
    # Trailing spaces would be a line break for the parser, leading ones code.
    text = message.strip()
    if _LINE.fullmatch(text):
        tokens = markdown_parser().parseInline(text)
        found.blocks = ["paragraph_open"]
    else:
        tokens = markdown_parser().parse(text)
        found.blocks = [token.type for token in tokens if token.level == 0 and token.nesting >= 0]
    for token in tokens:
        if token.type == "html_block":
            found.parts["html", token.content.strip()] += 1
        opened: list[tuple[str, int]] = []
        for child in token.children or ():
            _add(found, child)
            if child.type in _SPANS:
                opened.append((str(child.attrGet("href") or child.markup), len(found.text)))
            elif child.type == "link_close":
                target, start = opened.pop()
                found.text += UNKNOWN * (len(found.text) == start)
                found.shown.append((target, found.text[start:]))
            elif child.type in ("em_close", "strong_close"):
                sign, start = opened.pop()
                found.marked.append((sign.replace("_", "*"), found.text[start:]))
    return found


# Tokens that are counted as they are, and their text.
_COUNTED: dict[str, tuple[str, Callable[[Token], str]]] = {
    "link_open": ("link", lambda token: str(token.attrGet("href"))),
    "image": ("image", lambda token: str(token.attrGet("src"))),
    "footnote_ref": ("footnote", lambda token: f"[^{token.meta['label']}]"),
    "code_inline": ("code", lambda token: f"`{token.content}`"),
    "html_inline": ("html", lambda token: token.content),
    "substitution_inline": ("stray", lambda _: "{{"),
}
_SPANS = {"link_open", "em_open", "strong_open"}
_LINES = {"softbreak", "hardbreak", "s_open", "span_open"}
_SIGNS = re.compile(r"\*+|`+|\]\s*\(|\{\{|\{%|\}\}|%\}|\{[\w:-]+\}")


def _add(found: Markup, token: Token) -> None:
    text = token.content
    if token.type in _COUNTED:
        kind, key = _COUNTED[token.type]
        found.parts[kind, key(token)] += 1
    if token.type == "code_inline":
        found.text += UNKNOWN
    elif token.type == "myst_role" and token.meta["name"] in TEXT_ROLES:
        found.parts["role", f"{{{token.meta['name']}}}"] += 1
        found.text += text
    elif token.type == "myst_role":
        match = ROLE.fullmatch(text)
        shown, target = (match["shown"], match["target"]) if match else (text, text)
        found.parts["role", f"{{{token.meta['name']}}}`{target}`"] += 1
        found.shown.append((target, shown))
        found.text += shown
        found.running += " | "
    elif token.type in _LINES:
        found.blocks.append(token.type)
        found.text += " "
        found.running += " "
    elif token.type in ("text", "text_special", "image"):
        found.text += text
        found.running += text
        found.parts.update(("stray", re.sub(r"\s", "", sign)) for sign in _SIGNS.findall(text))


# What a translation writes for a part that it lacks.
_SHAPES = {
    "role": "{item}",
    "link": "[{words}]({item})",
    "image": "![…]({item})",
    "footnote": "{item}",
    "code": "{item}",
    "html": "{item}",
}


def differences(
    message: str, translation: str, words: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Difference]:
    """Yield the faults in the markup of a translation.

    `words` are the translations of the terms of the glossary, for what is said.
    """
    if PLAIN.fullmatch(message) and PLAIN.fullmatch(translation):
        return
    if re.search(r"\n\s*\n", translation):
        yield Difference("block", "more than one paragraph: write one", mutable=False)
        return
    before, after = markup_of(message), markup_of(translation)
    if after.blocks != before.blocks and translation.strip():
        yield Difference("block", _block(translation), mutable=False)
        return
    for code, shape in _SHAPES.items():
        old, new = before.counted(code), after.counted(code)
        if old != new:
            fewer = new.total() <= old.total()
            sites = all(link.startswith("https://") for link in (new - old))
            safe = fewer and (code == "code" or (code == "link" and sites))
            yield Difference(code, _changes(before, old, new, shape, words), safe)
    yield from _stray(before.counted("stray"), after.counted("stray"))
    # Sphinx would take these for its own marks.
    if re.search(r"::\s*\Z|#\s*noqa\s*\Z", translation):
        what = "“::” or “# noqa” ends it: leave it out"
        yield Difference("block", what, mutable=False)


def _stray(old: Counter[str], new: Counter[str]) -> Iterator[Difference]:
    """Yield the signs of Markdown that a text shows, and the other does not."""
    for sign in new - old:
        what = f"{sign} shows as text: close it, or write \\{sign} where it is meant so"
        if sign == "](":
            what = "a space parts ] and (: write [text](target)"
        unsafe = sign in ("{{", "{%")
        yield Difference("template" if unsafe else "stray", what, not unsafe)
    for sign in old - new:
        yield Difference("stray", f"{sign}, which the message shows as text, is missing: write it")


def _block(translation: str) -> str:
    """Return why a translation is more than a paragraph, and what to write."""
    first, _, rest = " ".join(translation.split()).partition(" ")
    if "\n" in translation.strip():
        return "two lines: write one"
    number = re.fullmatch(r"(\d+)([.)])", first)
    if number:
        return f"“{first}” begins a list: write {number[1]}\\{number[2]} {rest[:12]}…"
    return (
        f"“{first}” begins a list, a title, a quotation or a directive: write \\{first}, or words"
    )


def _changes(
    before: Markup, old: Counter[str], new: Counter[str], shape: str, words: Mapping[str, str]
) -> str:
    """Return in words what `new` lacks of `old`, and what it has beyond it."""
    said = []
    for item in old - new:
        role = re.fullmatch(r"(\{[\w:-]+\})`(.*)`", item, re.DOTALL)
        target = role[2] if role else item
        french = dict(before.shown).get(target, "")
        word = words.get(target) or (f"(your words for “{french}”)" if french else "")
        written = f"{role[1]}`{word} <{target}>`" if role else shape.format(item=item, words=word)
        said.append(f"{item} is missing: write {written}")
    said += [f"{item} is not in the message: remove it" for item in (new - old)]
    return " ".join("; ".join(said).split())


def refused(message: str, translation: str, muted: Collection[str] = ()) -> list[Difference]:
    """Return why the build cannot show a translation; nothing if it can.

    It shows those whose harmless faults a person `muted`, by check.
    """
    return [
        each
        for each in differences(message, translation)
        if not (each.mutable and each.code in muted)
    ]


def interface_differences(message: str, translation: str) -> Iterator[Difference]:
    """Yield the faults in a translation of the theme's words, which go into HTML as they are."""
    placeholder = r"%\(\w+\)s|\{\w+\}"
    old, new = (Counter(re.findall(placeholder, text)) for text in (message, translation))
    if old != new:
        yield Difference("placeholder", _changes(Markup(), old, new, "{item}", {}), mutable=False)
    elif old and "%" in re.sub(f"{placeholder}|%%", "", translation):
        yield Difference("placeholder", "a lone % breaks the page: write %%", mutable=False)
    for sign in '<>"':
        if sign in translation:
            what = f"{sign} would become HTML: write words alone"
            yield Difference("html", what, mutable=False)

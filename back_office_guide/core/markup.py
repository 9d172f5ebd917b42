"""Compare a message and its translation as parsed Markdown, not as text.

The build and `make check-po` ask the same questions here. A translation may say things in its own
words; it may not change what a message is made of.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from markdown_it.token import Token

from back_office_guide.core.pages import ROLE, TEXT_ROLES, markdown_parser

# Stands for words that are not those of the message.
UNKNOWN = "□"

# A message without any character of Markdown, which needs no parser: one line of words.
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ \u00A0\u202F.,;!?،؛؟’'“”«»„()/%€–—…-]|:(?!:))*")

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


# Tokens that are counted, as what, and how their text shows them.
_COUNTED = {
    "link_open": ("link", "{0.attrs[href]}"),
    "image": ("image", "{0.attrs[src]}"),
    "footnote_ref": ("footnote", "[^{0.meta[label]}]"),
    "code_inline": ("code", "`{0.content}`"),
    "html_inline": ("html", "{0.content}"),
    "html_block": ("html", "{0.content}"),
    "substitution_inline": ("stray", "{{{{"),
}
_LINES = {"softbreak", "hardbreak", "s_open", "span_open"}
_SIGNS = re.compile(r"\*+|`+|\]\s*\(|\{\{|\{%|\}\}|%\}|\{[\w:-]+\}")


@lru_cache(maxsize=2**16)  # what is counted once is not parsed again in any language
def markup_of(message: str) -> Markup:
    """Return what a message, one paragraph of Markdown, is made of."""
    # Trailing spaces would be a line break for the parser, leading ones code.
    tokens = markdown_parser().parse(message.strip())
    blocks = [token.type for token in tokens if token.level == 0 and token.nesting >= 0]
    found = Markup(blocks)
    opened: list[tuple[str, int]] = []
    for token in (each for block in tokens for each in (block, *(block.children or ()))):
        _add(found, token)
        if token.type in ("link_open", "em_open", "strong_open"):
            opened.append((str(token.attrGet("href") or token.markup), len(found.text)))
        elif token.type == "link_close":
            target, start = opened.pop()
            found.text += UNKNOWN * (len(found.text) == start)
            found.shown.append((target, found.text[start:]))
        elif token.type in ("em_close", "strong_close"):
            sign, start = opened.pop()
            found.marked.append((sign.replace("_", "*"), found.text[start:]))
    return found


def _add(found: Markup, token: Token) -> None:
    text = token.content
    if token.type in _COUNTED:
        kind, form = _COUNTED[token.type]
        found.parts[kind, form.format(token)] += 1
    if token.type == "code_inline":
        found.text += UNKNOWN
    elif token.type == "myst_role":
        role = f"{{{token.meta['name']}}}"
        if token.meta["name"] in TEXT_ROLES:
            found.parts["role", role] += 1
            found.text += text
            return
        match = ROLE.fullmatch(text)
        shown, target = match.groups() if match else (text, text)
        found.parts["role", f"{role}`{target}`"] += 1
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
    french = {target: f"(your words for “{shown}”)" for target, shown in before.shown if shown}
    for code in ("role", "link", "image", "footnote", "code", "html"):
        old, new = before.counted(code), after.counted(code)
        if old != new:
            fewer = new.total() <= old.total()
            sites = all(link.startswith("https://") for link in (new - old))
            safe = fewer and (code == "code" or (code == "link" and sites))
            yield Difference(code, _changes(old, new, code, {**french, **words}), safe)
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
    if number := re.fullmatch(r"(\d+)([.)])", first):
        return f"“{first}” begins a list: write {number[1]}\\{number[2]} {rest[:12]}…"
    what = "begins a list, a title, a quotation or a directive"
    return f"“{first}” {what}: write \\{first}, or words"


def _changes(old: Counter[str], new: Counter[str], code: str, words: Mapping[str, str]) -> str:
    """Return in words what `new` lacks of `old`, and what it has beyond it."""
    said = []
    for item in old - new:
        role, _, target = (
            item.removesuffix("`").partition("`") if code == "role" else ("", "", item)
        )
        word = words.get(target, "")
        forms = {"link": f"[{word}]({item})", "image": f"![…]({item})"}
        written = f"{role}`{word} <{target}>`" if role and target else forms.get(code, item)
        said.append(f"{item} is missing: write {written}")
    said += [f"{item} is not in the message: remove it" for item in (new - old)]
    return " ".join("; ".join(said).split())


def refused(message: str, translation: str, muted: Collection[str] = ()) -> list[Difference]:
    """Return why the build cannot show a translation; nothing if it can.

    It shows those whose harmless faults a person `muted`, by check.
    """
    found = differences(message, translation)
    return [each for each in found if not (each.mutable and each.code in muted)]


def interface_differences(message: str, translation: str) -> Iterator[Difference]:
    """Yield the faults in a translation of the theme's words, which go into HTML as they are."""
    placeholder = r"%\(\w+\)s|\{\w+\}"
    old, new = (Counter(re.findall(placeholder, text)) for text in (message, translation))
    if old != new:
        yield Difference("placeholder", _changes(old, new, "placeholder", {}), mutable=False)
    elif old and "%" in re.sub(f"{placeholder}|%%", "", translation):
        yield Difference("placeholder", "a lone % breaks the page: write %%", mutable=False)
    for sign in sorted(set(translation) & set('<>"')):
        what = f"{sign} would become HTML: write words alone"
        yield Difference("html", what, mutable=False)

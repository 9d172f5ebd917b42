"""Compare the markup of a message and of its translation, both parsed as Markdown.

The build and `make check-po` share this comparison. A translation may use other words, in another
order, but needs the same roles, links, images, footnotes, code and HTML.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from markdown_it.token import Token

from back_office_guide.core.pages import ROLE, TEXT_ROLES, markdown_parser

# In a text: code, or the title of a page, which the message does not hold.
MASK = "□"

# One line of words without any character of Markdown, which needs no parser.
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ \u00A0\u202F.,;!?،؛؟’'“”«»„()/%€–—…-]|:(?!:))*")

_REPEATABLE = {"role", "link", "code"}


@dataclass
class Markup:
    """The markup of a message, and its text without that."""

    blocks: list[str] = field(default_factory=list)
    """The types of the blocks, and of the line breaks, that the parser finds."""
    elements: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Each role, link, image, footnote, code, HTML and stray character: its kind, its source."""
    references: list[tuple[str, str]] = field(default_factory=list)
    """The terms and links as (target, text)."""
    emphases: list[tuple[str, str]] = field(default_factory=list)
    """The emphasised texts, each after its delimiter, * or **."""
    text: str = ""
    """The text that readers see, without addresses, and with MASK for what is not in it."""
    text_without_roles: str = ""

    def count(self, kind: str) -> Counter[str]:
        """Return the elements of a kind, once each where a sentence that is split repeats them."""
        found = {source: count for (each, source), count in self.elements.items() if each == kind}
        return Counter(found.keys() if kind in _REPEATABLE else found)


@dataclass(frozen=True)
class Difference:
    """A fault in a translation: the name of the check, what is wrong, and what to write.

    A comment can mute it unless the build cannot show the translation safely.
    """

    code: str
    message: str
    mutable: bool = True


# The kind of each token that is an element, and its source.
_ELEMENTS = {
    "link_open": ("link", "{0.attrs[href]}"),
    "image": ("image", "{0.attrs[src]}"),
    "footnote_ref": ("footnote", "[^{0.meta[label]}]"),
    "code_inline": ("code", "`{0.content}`"),
    "html_inline": ("html", "{0.content}"),
    "html_block": ("html", "{0.content}"),
    "substitution_inline": ("stray", "{{{{"),
}
_BREAKS = {"softbreak", "hardbreak", "s_open", "span_open"}
_STRAY = re.compile(r"\*+|`+|\]\s*\(|\{\{|\{%|\}\}|%\}|\{[\w:-]+\}")


@lru_cache(maxsize=2**16)  # each message is compared with its translation into every language
def markup_of(message: str) -> Markup:
    """Return the markup of a message, which is one paragraph of Markdown."""
    # Trailing spaces would be a line break for the parser, leading ones code.
    tokens = markdown_parser().parse(message.strip())
    found = Markup([token.type for token in tokens if token.level == 0 and token.nesting >= 0])
    opened: list[tuple[str, int]] = []
    for token in (each for block in tokens for each in (block, *(block.children or ()))):
        _add_token(found, token)
        if token.type in ("link_open", "em_open", "strong_open"):
            opened.append((str(token.attrGet("href") or token.markup), len(found.text)))
        elif token.type == "link_close":
            target, start = opened.pop()
            found.text += MASK * (len(found.text) == start)
            found.references.append((target, found.text[start:]))
        elif token.type in ("em_close", "strong_close"):
            delimiter, start = opened.pop()
            found.emphases.append((delimiter.replace("_", "*"), found.text[start:]))
    return found


def _add_token(found: Markup, token: Token) -> None:
    text = token.content
    if token.type in _ELEMENTS:
        kind, source = _ELEMENTS[token.type]
        found.elements[kind, source.format(token)] += 1
    if token.type == "code_inline":
        found.text += MASK
    elif token.type == "myst_role":
        role = f"{{{token.meta['name']}}}"
        if token.meta["name"] in TEXT_ROLES:
            found.elements["role", role] += 1
            found.text += text
            return
        match = ROLE.fullmatch(text)
        words, target = match.groups() if match else (text, text)
        found.elements["role", f"{role}`{target}`"] += 1
        found.references.append((target, words))
        found.text += words
        found.text_without_roles += " | "
    elif token.type in _BREAKS:
        found.blocks.append(token.type)
        found.text += " "
        found.text_without_roles += " "
    elif token.type in ("text", "text_special", "image"):
        found.text += text
        found.text_without_roles += text
        found.elements.update(("stray", re.sub(r"\s", "", each)) for each in _STRAY.findall(text))


def differences(
    message: str, translation: str, words: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Difference]:
    """Yield the faults in the markup of a translation.

    `words` are the translations of the glossary's terms, which the advice of a fault quotes.
    """
    if PLAIN.fullmatch(message) and PLAIN.fullmatch(translation):
        return
    if re.search(r"\n\s*\n", translation):
        yield Difference("block", "more than one paragraph: write one", mutable=False)
        return
    before, after = markup_of(message), markup_of(translation)
    if after.blocks != before.blocks and translation.strip():
        yield Difference("block", _explain_blocks(translation), mutable=False)
        return
    french = {
        target: f"(your words for “{text}”)"
        for target, text in before.references
        if text.strip(MASK)  # else the link shows the title of what it leads to
    }
    for code in ("role", "link", "image", "footnote", "code", "html"):
        old, new = before.count(code), after.count(code)
        if old != new:
            fewer = new.total() <= old.total()
            sites = all(link.startswith("https://") for link in (new - old))
            safe = fewer and (code == "code" or (code == "link" and sites))
            what = _describe_changes(old, new, code, {**french, **words})
            yield Difference(code, what, safe)
    yield from _compare_stray(before.count("stray"), after.count("stray"))
    # Sphinx gives these a meaning.
    if re.search(r"::\s*\Z|#\s*noqa\s*\Z", translation):
        what = "“::” or “# noqa” ends it: leave it out"
        yield Difference("block", what, mutable=False)


def _compare_stray(old: Counter[str], new: Counter[str]) -> Iterator[Difference]:
    """Yield the characters of markup that one of two texts shows, and the other does not."""
    for stray in new - old:
        what = f"{stray} shows as text: close it, or write \\{stray} where it is meant so"
        if stray == "](":
            what = "a space parts ] and (: write [text](target)"
        unsafe = stray in ("{{", "{%")
        yield Difference("template" if unsafe else "stray", what, not unsafe)
    for stray in old - new:
        what = f"{stray}, which the message shows as text, is missing: write it"
        yield Difference("stray", what)


def _explain_blocks(translation: str) -> str:
    """Return why a translation is more than a paragraph, and what to write."""
    first, _, rest = " ".join(translation.split()).partition(" ")
    if "\n" in translation.strip():
        return "two lines: write one"
    if number := re.fullmatch(r"(\d+)([.)])", first):
        return f"“{first}” begins a list: write {number[1]}\\{number[2]} {rest[:12]}…"
    what = "begins a list, a title, a quotation or a directive"
    return f"“{first}” {what}: write \\{first}, or words"


def _describe_changes(
    old: Counter[str], new: Counter[str], code: str, words: Mapping[str, str]
) -> str:
    """Return in words which of the `old` elements are missing, and which of the `new` are added."""
    changes = []
    for source in old - new:
        role, target = "", source
        if code == "role":
            role, _, target = source.removesuffix("`").partition("`")
        word = words.get(target, "")
        forms = {"link": f"[{word}]({source})", "image": f"![…]({source})"}
        written = f"{role}`{word} <{target}>`" if role and target else forms.get(code, source)
        changes.append(f"{source} is missing: write {written}")
    changes += [f"{source} is not in the message: remove it" for source in new - old]
    return " ".join("; ".join(changes).split())


def interface_differences(message: str, translation: str) -> Iterator[Difference]:
    """Yield the faults in a translation of words of the theme, which go into HTML unescaped."""
    placeholder = r"%\(\w+\)s|\{\w+\}"
    old, new = (Counter(re.findall(placeholder, text)) for text in (message, translation))
    if old != new:
        yield Difference(
            "placeholder", _describe_changes(old, new, "placeholder", {}), mutable=False
        )
    elif old and "%" in re.sub(f"{placeholder}|%%", "", translation):
        yield Difference("placeholder", "a lone % breaks the page: write %%", mutable=False)
    for character in sorted(set(translation) & set('<>"')):
        what = f"{character} would become HTML: write words alone"
        yield Difference("html", what, mutable=False)

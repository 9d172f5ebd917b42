"""What the book of each language needs of TeX: the one list of the languages that have a book."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Typesetting:
    """How a language is typeset.

    `babel` loads babel with the options of the language; Sphinx names the language to the class.
    `files` are those that TeX must find, such as patterns of hyphenation, which its Debian
    `package` has. What else a language needs is in docs/_latex/guide-<code>.sty (fonts, words)
    and docs/_latex/index-<code>.xdy (the order of the index, where xindy knows none).
    """

    babel: str = r"\usepackage{babel}"
    files: tuple[str, ...] = ()
    package: str = ""


# Spanish comes without its shorthands, which read text as commands, and with the lists and page
# numbers of the others.
_SPANISH = Typesetting(
    r"\usepackage[spanish,es-noshorthands,es-nolists,es-lcroman]{babel}",
    ("spanish.ldf", "hyph-es.tex"),
    "texlive-lang-spanish",
)
BOOKS = {
    "fr": Typesetting(files=("french.ldf", "hyph-fr.tex"), package="texlive-lang-french"),
    # Spelt as in Britain, and cut as there.
    "en": Typesetting(r"\usepackage[british]{babel}", ("hyph-en-gb.tex",), "texlive-lang-english"),
    "es": _SPANISH,
    "es_419": _SPANISH,
    "de": Typesetting(files=("ngerman.ldf", "hyph-de-1996.tex"), package="texlive-lang-german"),
    # From right to left, its Latin words from left to right, each script in its own font.
    "ar": Typesetting(
        r"""
        \usepackage[provide=*,bidi=basic,
          layout=sectioning.lists.contents.footnotes.captions.columns.tabular]{babel}
        \babelprovide[onchar=ids fonts]{arabic}
        \babelprovide[import,onchar=ids fonts]{english}"""
    ),
    "it": Typesetting(files=("italian.ldf", "hyph-it.tex"), package="texlive-lang-italian"),
    "pl": Typesetting(
        r"\usepackage[polish]{babel}", ("polish.ldf", "hyph-pl.tex"), "texlive-lang-polish"
    ),
    "pt_BR": Typesetting(
        r"\usepackage[brazilian]{babel}",
        ("brazilian.ldf", "hyph-pt.tex"),
        "texlive-lang-portuguese",
    ),
    # Without ligatures, which would hide whether an i has its dot.
    "tr": Typesetting(
        r"\usepackage[turkish,shorthands=off]{babel}\defaultfontfeatures{Ligatures=NoCommon}",
        ("turkish.ldf", "hyph-tr.tex"),
        "texlive-lang-european",
    ),
}


def obstacle(code: str) -> str:
    """Return why a language can have no book here, and what to do; or "".

    Asks TeX for the files that the language needs.
    """
    if code not in BOOKS:
        return (
            f"{code}: no book yet: nobody has tried its script and fonts. Add it to BOOKS in "
            "back_office_guide/core/typesetting.py, which says what it needs, its fonts in "
            f"docs/_latex/guide-{code}.sty, and the packages of both to system-packages.txt."
        )
    needs = BOOKS[code]
    command = ["kpsewhich", *needs.files]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {Path(line).name for line in run.stdout.splitlines()}
    missing = [name for name in needs.files if name not in found]
    if missing:
        return (
            f"{code}: TeX has no {' and no '.join(missing)}. Add the line “book {needs.package} "
            "hyphenation” to system-packages.txt, and run make latexpdf again."
        )
    return ""

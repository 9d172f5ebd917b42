"""Settings of Sphinx. What depends on the language is left to the extensions."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
from back_office_guide.core.pages import DIALECT  # noqa: E402

# https://www.sphinx-doc.org/en/master/usage/configuration.html#project-information
project = "Le back office"
author = "L’équipe du guide"
copyright = "L’équipe du guide, CC BY-SA 4.0"
version = release = "1.0"

# https://www.sphinx-doc.org/en/master/usage/configuration.html#general-configuration
language = "fr"
extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "back_office_guide.extensions.accessible",
    "back_office_guide.extensions.book",
    "back_office_guide.extensions.ebook",
    "back_office_guide.extensions.figures",
    "back_office_guide.extensions.folded_search",
    "back_office_guide.extensions.messages",
    "back_office_guide.extensions.website",
    "back_office_guide.extensions.translations",
]
exclude_patterns = ["_theme", "locale", "figures"]
smartquotes = False  # the sources hold the typography itself, so that catalogs hold it too

# https://myst-parser.readthedocs.io/en/latest/configuration.html
myst_enable_extensions = list(DIALECT)
myst_disable_syntax = ["html_inline", "html_block"]
myst_footnote_transition = False
myst_ref_domains = ["std"]  # else each [](#label) is looked up as a name of C++, too

# https://www.sphinx-doc.org/en/master/usage/advanced/intl.html
locale_dirs = [str(ROOT / "docs/locale")]  # which the extension translations reads itself
gettext_compact = False
gettext_additional_targets = ["index"]

# https://pradyunsg.me/furo/customisation/
html_theme = "guide"
html_theme_path = ["docs/_theme"]
html_title = project
html_baseurl = os.environ.get("SITE_URL", "")
html_permalinks = False
repository_edit = os.environ.get("REPOSITORY_EDIT", "")
with_books = os.environ.get("BOOKS", "")
html_static_path = ["docs/figures/figures.css"]
html_css_files = ["figures.css"]
# Terms of the glossary that stay foreign in the other languages, by the language they are in, and
# written from left to right. "Backoffice" in one word is German.
foreign_words = {
    "en": ["back office", "front office", "middle office", "back end", "front end"],
    "fr": [
        "arrière-guichet",
        "guichet",
        "marchandage",
        "service d’appui",
        "service de clientèle",
        "suivi de marché",
    ],
}
html_copy_source = False
html_show_sphinx = False
# Pages that a search shows after the others; words that mean the same to it, the first file found.
search_last = ["annexes/sources*", "annexes/colophon", "contribuer/*"]
search_synonyms = ["locale/{language}/synonyms.txt", "synonyms.txt"]

# https://sphinx-copybutton.readthedocs.io/en/latest/use.html
copybutton_prompt_text = "$ "

# https://www.sphinx-doc.org/en/master/usage/configuration.html#options-for-latex-output
latex_engine = "lualatex"
latex_documents = [("index", "back-office.tex", "", "", "manual")]  # by the project and the author
latex_additional_files = sorted(map(str, (ROOT / "docs/_latex").glob("*")))
latex_table_style = ["booktabs"]
latex_show_urls = "footnote"
latex_show_pagerefs = True
latex_elements = {
    "papersize": "",
    "pointsize": "11pt",
    "extraclassoptions": "openany,twoside",
    "fncychap": "",
    "passoptionstopackages": r"\PassOptionsToPackage{hyphens}{url}",
    "fontpkg": "",
    "polyglossia": "",  # babel for every language, as Sphinx has it for French
    "babel": r"\usepackage{babel}",
    "geometry": "",
    "preamble": r"\usepackage{guide}",
    "figure_align": "htbp",
    "printindex": r"\guideindex",
}

# https://www.sphinx-doc.org/en/master/usage/configuration.html#options-for-epub-output
epub_basename = "back-office"
epub_identifier = "cbb4c85a-6e2c-414e-b4d0-133fb4bda4ec"  # each language makes its own of it
epub_theme = "ebook"
epub_show_urls = "no"  # a link can be followed

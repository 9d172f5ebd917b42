"""Settings of Sphinx. What depends on the language is left to the extensions."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "extensions")]

# https://www.sphinx-doc.org/en/master/usage/configuration.html#project-information
project = "Le back office"
author = "L’équipe du guide"
copyright = "L’équipe du guide, CC BY-SA 4.0"
release = "1.0"
today_fmt = "%-d %B %Y"

# https://www.sphinx-doc.org/en/master/usage/configuration.html#general-configuration
language = "fr"
extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "sphinxcontrib.rsvgconverter",
    "book",
    "figures",
    "interface",
    "messages",
    "titles",
    "translations",  # after myst_parser, whose parser it takes the place of
]
exclude_patterns = ["locale", "figures"]
templates_path = ["docs/_templates"]
smartquotes = False  # the sources hold the typography itself, so that catalogs hold it too

# https://myst-parser.readthedocs.io/en/latest/configuration.html
myst_enable_extensions = ["colon_fence", "deflist"]
myst_disable_syntax = ["html_inline", "html_block"]
myst_footnote_transition = False

# https://www.sphinx-doc.org/en/master/usage/advanced/intl.html
translations_dir = str(ROOT / "docs/locale")  # which the extension reads, in Sphinx's place
gettext_compact = False
gettext_additional_targets = ["index"]

# https://pradyunsg.me/furo/customisation/
html_theme = "furo"
html_title = project
html_static_path = ["docs/_static", "docs/figures/figures.css"]
html_css_files = ["figures.css", "guide.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b4f8a", "color-brand-content": "#1b4f8a"},
    "dark_css_variables": {"color-brand-primary": "#8fbdf0", "color-brand-content": "#8fbdf0"},
}
html_copy_source = False
html_show_sphinx = False

# https://sphinx-copybutton.readthedocs.io/en/latest/use.html
copybutton_prompt_text = "$ "

# https://www.sphinx-doc.org/en/master/usage/configuration.html#options-for-latex-output
latex_engine = "lualatex"
latex_use_xindy = True
latex_documents = [("index", "back-office.tex", project, author, "manual")]
latex_additional_files = ["docs/_latex/guide.sty"]
latex_table_style = ["booktabs"]
latex_show_urls = "footnote"
latex_show_pagerefs = True
latex_elements = {
    "papersize": "",
    "pointsize": "11pt",
    "extraclassoptions": "openright,twoside",
    "fncychap": "",
    "fontpkg": "",
    "polyglossia": "",  # babel for every language, as Sphinx has it for French
    "babel": r"\usepackage{babel}",
    "geometry": "",
    "preamble": r"\usepackage{guide}",
}

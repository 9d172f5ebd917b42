"""The languages of a project and the paths of its catalogs, for the other extensions.

languages_file names the list of the languages; without one, a project has that of its build.
Catalogs are in the first of Sphinx's locale_dirs, a file a page: gettext_compact = False.
"""

from functools import cache
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.core.catalog import folder_of
from back_office_guide.core.languages import Language, Languages, LanguagesError, load, unlisted


@cache
def languages_of(config: Config) -> Languages:
    """Return the languages of a project. Raises ConfigError when their file cannot be used."""
    path = Path(config.languages_file)
    if not path.is_file():
        only = unlisted(config.language)
        return Languages(only, (only,), 0)
    try:
        return load(path)
    except LanguagesError as error:
        raise ConfigError(str(error)) from error


def language_of(config: Config) -> Language:
    """Return the language of the build."""
    return languages_of(config).get(config.language)


def catalog_path(config: Config, name: str) -> Path:
    """Return the file of the catalog `name` in the language of the build."""
    return folder_of(config.language, Path(config.catalogs_dir)) / f"{name}.po"


def resolve_paths(app: Sphinx, config: Config) -> None:
    """Make the paths absolute, and keep that of the catalogs, which translations.py hides."""
    config.languages_file = str(Path(app.confdir, config.languages_file))
    folder = config.catalogs_dir or next(iter(config.locale_dirs), "locale")
    config.catalogs_dir = str(Path(app.srcdir, folder))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the settings, which are ready before the other extensions look at them."""
    app.add_config_value("languages_file", "languages.toml", "env", str)
    app.add_config_value("catalogs_dir", "", "env", str)
    app.connect("config-inited", resolve_paths, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

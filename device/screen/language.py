"""The texts of the screen: one file a language, and every language says everything."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from device.errors import ConfigurationError
from device.screen.errors import UnknownTextError

LANGUAGES_FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True, slots=True)
class Language:
    """All texts in one language."""

    tag: str
    """BCP 47 tag, such as `ja`; it also decides the shape of Han characters."""
    name: str
    """What the language calls itself."""
    texts: Mapping[str, str]
    """Key such as `page.idle.title` to text with `{words}` to fill in."""

    def text(self, key: str, **values: str | int) -> str:
        """The text of `key`, filled in.

        Raises:
            UnknownTextError: There is no such text.
        """
        if key not in self.texts:
            raise UnknownTextError(key)
        return self.texts[key].format_map(values)


def load_language(path: Path) -> Language:
    """Reads one language file; its name is the language's tag."""
    with path.open("rb") as file:
        tables = tomllib.load(file)
    texts = dict(_flatten("", tables))
    name = texts.pop("language.name", path.stem)
    return Language(path.stem, name, texts)


def load_languages(default_tag: str, folder: Path = LANGUAGES_FOLDER) -> dict[str, Language]:
    """Reads all languages, the default one first.

    Raises:
        ConfigurationError: The default language has no file, or a file lacks texts.
    """
    languages = {path.stem: load_language(path) for path in sorted(folder.glob("*.toml"))}
    if default_tag not in languages:
        known = ", ".join(languages)
        raise ConfigurationError(f"screen: set language to one of {known}, not {default_tag!r}")
    default = languages.pop(default_tag)
    for language in languages.values():
        differing = sorted(language.texts.keys() ^ default.texts.keys())
        if differing:
            keys = ", ".join(differing)
            raise ConfigurationError(
                f"screen: {language.tag}.toml and {default_tag}.toml differ in {keys}"
            )
    return {default_tag: default, **languages}


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            texts += _flatten(f"{prefix}{key}.", value)
        else:
            texts.append((f"{prefix}{key}", str(value)))
    return texts

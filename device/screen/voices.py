"""Recorded clips of what the screen says: one folder a language, one file a sentence.

`<folder>/<language>/index.json` maps each sentence to its file, so that a sentence that was changed
is silent until it is recorded again, and never says something else than the page does. Whoever
wants another voice replaces the files. Names of patients and the digits of a pad are no sentences:
nothing here can say them.

Source: facts/screens_and_agent.md §6.3.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from string import Formatter
from urllib.parse import quote

from device.errors import ConfigurationError
from device.screen.language import Language
from hostlink.terms import CONSENT_HOURS

INDEX = "index.json"
NAME_KEY = "language.name"
"""Of the clip in which a language says its own name."""
_FOUR = ("1", "2", "3", "4")
_FILLED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "label.tries_left": {"tries_left": _FOUR[:3]},
    "label.entered": {"entered": _FOUR},
    "label.code_entered": {"entered": tuple(map(str, range(1, 15)))},
    "label.position": {"position": _FOUR[:3], "count": _FOUR[:3]},
    "label.warning_text": {"seconds": ("10", "15", "20", "30")},
    "label.consent_terms": {"hours": (str(CONSENT_HOURS),)},
    "label.consent_terms_ambulance": {"hours": (str(CONSENT_HOURS),)},
}
"""What can stand in the sentences that are filled in. All others are filled in with something that
nobody recorded, such as a name, and are not said."""


def sentences(language: Language) -> Iterator[tuple[str, dict[str, str]]]:
    """Key and filled-in values of each sentence that can be recorded."""
    for key, text in language.texts.items():
        words = {word for _, word, _, _ in Formatter().parse(text) if word}
        filled = _FILLED.get(key, {})
        if words == set(filled):
            for values in product(*filled.values()):
                chosen = dict(zip(filled, values, strict=True))
                if chosen.get("position", "") <= chosen.get("count", ""):
                    yield key, chosen


def clip_name(key: str, values: Mapping[str, str]) -> str:
    """The file of one sentence, such as `label.tries_left-2.opus`."""
    return "-".join([key, *values.values()]) + ".opus"


class Voices:
    """The clips of all languages that were recorded."""

    def __init__(self, folder: Path | None) -> None:
        """Reads the indexes.

        Args:
            folder: None: nothing was recorded, the screen is silent.

        Raises:
            ConfigurationError: There is no such folder, or an index cannot be used.
        """
        self.folder = folder
        self.names: dict[str, str] = {}
        """Where each language says its own name, by that name."""
        self._clips: dict[str, dict[str, str]] = {}
        if folder is None:
            return
        if not folder.is_dir():
            raise ConfigurationError(f"[screen] voices: there is no folder {folder}")
        for index in sorted(folder.glob(f"*/{INDEX}")):
            self._clips[index.parent.name] = _read_index(index)
        self.names.update(
            (text, address)
            for clips in self._clips.values()
            for text, address in clips.items()
            if address.endswith(f"/{NAME_KEY}.opus")
        )

    def clips(self, tag: str, texts: Iterable[str]) -> dict[str, str]:
        """Where the clips of these sentences are, for those that have one."""
        known = self._clips.get(tag, {})
        return {text: known[text] for text in texts if text in known}


def _read_index(index: Path) -> dict[str, str]:
    try:
        files = json.loads(index.read_text(encoding="utf-8"))
        present = {path.name for path in index.parent.iterdir()}
        clips = {str(text): str(name) for text, name in files.items() if name in present}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(f"[screen] voices: {index} cannot be used: {error}") from error
    tag = quote(index.parent.name)
    return {text: f"voices/{tag}/{quote(name)}" for text, name in clips.items()}

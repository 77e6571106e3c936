"""Recordings of the screen's sentences. All say the same: which one is played is what counts."""

import json
import subprocess
from functools import cache
from pathlib import Path

from device.screen.voices import INDEX, clip_name, sentences
from tests.device.screen.test_language import LANGUAGES
from tests.hw_sim.card.keys import temporary_folder


def record_one_word(folder: Path) -> Path:
    """Makes a folder with a clip for every sentence of every language; its path."""
    for tag, language in LANGUAGES.items():
        own = folder / tag
        own.mkdir(parents=True)
        index = {language.name: "language.name.opus"}
        for key, values in sentences(language):
            index.setdefault(language.text(key, **values), clip_name(key, values))
        (own / INDEX).write_text(json.dumps(index), encoding="utf-8")
        for name in index.values():
            (own / name).write_bytes(_word())
    return folder


@cache
def one_word() -> Path:
    """As `record_one_word`, once for all tests of a process that change nothing there."""
    return record_one_word(temporary_folder() / "voices")


@cache
def _word() -> bytes:
    speech = subprocess.run(["espeak-ng", "--stdout", "a"], capture_output=True, check=True)
    encoder = ["opusenc", "--quiet", "-", "-"]
    return subprocess.run(encoder, input=speech.stdout, capture_output=True, check=True).stdout

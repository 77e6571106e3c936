"""The screen's voice is recorded by the real espeak-ng, sentence by sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.factory import voices
from device.factory.errors import FactoryError
from device.screen.language import Language
from device.screen.voices import INDEX, sentences
from tests.device.screen.test_language import LANGUAGES

FEW = ("page.idle.title", "label.tries_left", "choice.end", "label.close")


@pytest.fixture(autouse=True)
def only_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As every sentence of a language takes half a minute."""
    every = sentences

    def few(language: Language) -> Iterator[tuple[str, dict[str, str]]]:
        yield from ((key, values) for key, values in every(language) if key in FEW)

    monkeypatch.setattr(voices, "sentences", few)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_has_a_voice(tag: str, tmp_path: Path) -> None:
    assert voices.record(tag, tmp_path) >= len(FEW) + 2
    index = json.loads((tmp_path / INDEX).read_text(encoding="utf-8"))
    assert LANGUAGES[tag].text("page.idle.title") in index
    assert LANGUAGES[tag].name in index
    for name in index.values():
        clip = (tmp_path / name).read_bytes()
        assert clip.startswith(b"OggS")
        assert len(clip) > 2_000, f"{name} is as good as silent"


def test_what_was_recorded_stays_until_its_sentence_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices.record("en", tmp_path)
    own = b"OggS spoken by somebody"
    for name in ("page.idle.title.opus", "choice.end.opus"):
        (tmp_path / name).write_bytes(own)
    assert voices.record("en", tmp_path) == 0
    texts = {**LANGUAGES["en"].texts, "page.idle.title": "Lay your card here"}
    monkeypatch.setattr(voices, "_load", lambda tag: Language(tag, "English", texts))
    assert voices.record("en", tmp_path) == 1
    assert (tmp_path / "page.idle.title.opus").read_bytes() != own
    assert (tmp_path / "choice.end.opus").read_bytes() == own


def test_japanese_is_read_from_kana(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(voices, "_speak", lambda voice, text, clip: said.append(text))
    voices.record("ja", tmp_path)
    assert not [text for text in said if any("一" <= sign <= "龥" for sign in text)]
    assert "にほんご" in said


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FactoryError, match="file"):
        voices.record("en", tmp_path / "file" / "en")


def test_what_the_recorder_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(voices.VOICES, "en", voices.Voice("klingon-of-the-sea"))
    with pytest.raises(FactoryError, match="espeak-ng"):
        voices.record("en", tmp_path)

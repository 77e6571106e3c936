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


def test_japanese_says_the_very_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In kana as it is pronounced, since espeak-ng knows no kanji."""
    said: list[bytes] = []
    run = voices._run

    def listen(command: list[str], given: bytes) -> bytes:
        if command[0] == "espeak-ng":
            said.append(given)
        return run(command, given)

    monkeypatch.setattr(voices, "_run", listen)
    voices.record("ja", tmp_path)
    spoken = "".join(each.decode() for each in said)
    assert not [sign for sign in spoken if "一" <= sign <= "龥"]
    for word in ("ニホンゴ", "マイナンバーカード", "シューリョースル"):
        assert word in spoken, spoken


def test_what_a_studio_put_there_first_stays(tmp_path: Path) -> None:
    own = b"OggS spoken by somebody"
    (tmp_path / "page.idle.title.opus").write_bytes(own)
    voices.record("en", tmp_path)
    assert (tmp_path / "page.idle.title.opus").read_bytes() == own
    assert (tmp_path / "choice.end.opus").exists()


def test_a_recording_that_breaks_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak, said = voices._speak, []

    def fail_at_the_third(voice: voices.Voice, text: str, clip: Path) -> None:
        said.append(text)
        if len(said) == 3:
            raise FactoryError("no room")
        speak(voice, text, clip)

    monkeypatch.setattr(voices, "_speak", fail_at_the_third)
    with pytest.raises(FactoryError, match="no room"):
        voices.record("en", tmp_path)
    voices.record("en", tmp_path)
    assert len(said) == len(set(said)) + 1


def test_a_damaged_index_is_named(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(FactoryError, match="damaged"):
        voices.record("en", tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FactoryError, match="file"):
        voices.record("en", tmp_path / "file" / "en")


def test_what_the_recorder_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(voices.VOICES, "en", voices.Voice("klingon-of-the-sea"))
    with pytest.raises(FactoryError, match="espeak-ng"):
        voices.record("en", tmp_path)

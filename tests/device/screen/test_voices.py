"""Which sentences can be said aloud, and that a sentence never says something else."""

import json
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.screen.language import Language
from device.screen.voices import INDEX, Voices, clip_name, sentences
from tests.device.screen.recordings import record_one_word
from tests.device.screen.test_language import LANGUAGES

SPOKEN = Language(
    "en",
    "English",
    {
        "page.idle.title": "Place the card",
        "label.tries_left": "Tries left: {tries_left}",
        "label.patient": "{patient_name}",
        "page.staff_password.wait": "Wait {seconds} s",
    },
)


def test_what_is_filled_in_is_said_for_each_value_that_is_known() -> None:
    names = [clip_name(key, values) for key, values in sentences(SPOKEN)]
    tries = [f"label.tries_left-{left}.opus" for left in (1, 2, 3)]
    assert names == ["page.idle.title.opus", *tries]


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_nearly_everything_can_be_said(language: Language) -> None:
    said = {key for key, _ in sentences(language)}
    assert language.texts.keys() - said == {
        *("label.patient", "label.agent", "label.digits_entered"),
        *("page.staff_password.wait", "page.staff_password.wait_minutes"),
    }


def test_a_sentence_has_its_clip_and_another_one_has_none(tmp_path: Path) -> None:
    voices = Voices(record_one_word(tmp_path))
    title = LANGUAGES["ko"].text("page.idle.title")
    assert voices.clips("ko", [title, "試験 花子", "7"]) == {
        title: "voices/ko/page.idle.title.opus"
    }
    assert voices.clips("ja", [title]) == {}
    assert voices.clips("eo", [title]) == {}
    assert voices.names["한국어"] == "voices/ko/language.name.opus"


def test_a_sentence_whose_clip_is_gone_is_silent(tmp_path: Path) -> None:
    folder = record_one_word(tmp_path)
    (folder / "en" / "page.idle.title.opus").unlink()
    assert Voices(folder).clips("en", [LANGUAGES["en"].text("page.idle.title")]) == {}


def test_an_index_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("1234")
    folder = tmp_path / "voices" / "en"
    folder.mkdir(parents=True)
    (folder / INDEX).write_text(json.dumps({"Hello": "../../secret", "Bye": "/etc/passwd"}))
    assert Voices(folder.parent).clips("en", ["Hello", "Bye"]) == {}


def test_without_a_folder_nothing_is_said() -> None:
    assert Voices(None).clips("en", ["Hello"]) == {}


@pytest.mark.parametrize("index", ["", "[]", "3", '["a"]', "\xff"])
def test_an_index_that_cannot_be_read_is_named(tmp_path: Path, index: str) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / INDEX).write_bytes(index.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"voices.*en/index\.json"):
        Voices(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"voices.*there is no folder"):
        Voices(tmp_path / "nowhere")

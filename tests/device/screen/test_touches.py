import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.screen.touches import (
    ChoiceTouched,
    LanguageTouched,
    PadTouched,
    PreviewWanted,
    Touch,
    read_touch,
)


@pytest.mark.parametrize(
    ("text", "touch"),
    [
        ('{"type": "choice", "turn": 3, "choice": "face"}', ChoiceTouched(3, "face")),
        ('{"type": "pad", "turn": 3, "position": 11}', PadTouched(3, 11)),
        ('{"type": "language", "tag": "en"}', LanguageTouched("en")),
        ('{"type": "preview"}', PreviewWanted()),
    ],
)
def test_known_words_are_understood(text: str, touch: Touch) -> None:
    assert read_touch(text) == touch


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"type": "pin", "digits": "1"}',
        '{"type": "choice", "turn": "3", "choice": "face"}',
        '{"type": "choice", "turn": 3, "choice": ""}',
        '{"type": "choice", "turn": 3, "choice": 4}',
        '{"type": "choice", "turn": true, "choice": "face"}',
        '{"type": "choice", "turn": 3, "choice": "' + "x" * 41 + '"}',
        '{"type": "pad", "turn": 3, "position": 12}',
        '{"type": "pad", "turn": 3, "position": -1}',
        '{"type": "pad", "turn": 3, "position": 1.0}',
        '{"type": "pad", "turn": 3}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_nothing(text: str) -> None:
    assert read_touch(text) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read_touch(text)


def test_a_pad_touch_never_prints_its_position() -> None:
    assert "7" not in repr(PadTouched(1, 7))

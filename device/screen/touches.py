"""What a browser may say: the only words the screen's server understands."""

import json
from dataclasses import dataclass

PAD_POSITIONS = 12
_MAX_WORD_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ChoiceTouched:
    """A button was touched."""

    turn: int
    choice: str


@dataclass(frozen=True, slots=True)
class PadTouched:
    """A pad position was touched. Never printed: the order of positions is half a PIN."""

    turn: int
    position: int

    def __repr__(self) -> str:
        return "PadTouched(hidden)"


@dataclass(frozen=True, slots=True)
class LanguageTouched:
    """Another language was asked for."""

    tag: str


@dataclass(frozen=True, slots=True)
class PreviewWanted:
    """The browser has drawn the last camera picture and asks for the next."""


@dataclass(frozen=True, slots=True)
class Alive:
    """The browser draws its page; it does not hang."""


Touch = Alive | ChoiceTouched | PadTouched | LanguageTouched | PreviewWanted


def read_touch(text: str) -> Touch | None:
    """One message of the browser, or None if it is not one we know."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    match fields:
        case {"type": "choice", "turn": turn, "choice": choice}:
            return ChoiceTouched(turn, choice) if _is_number(turn) and _is_word(choice) else None
        case {"type": "pad", "turn": turn, "position": position}:
            is_on_pad = _is_number(position) and 0 <= position < PAD_POSITIONS
            return PadTouched(turn, position) if _is_number(turn) and is_on_pad else None
        case {"type": "language", "tag": tag}:
            return LanguageTouched(tag) if _is_word(tag) else None
        case {"type": "alive"}:
            return Alive()
        case {"type": "preview"}:
            return PreviewWanted()
        case _:
            return None


def _is_number(value: object) -> bool:
    return type(value) is int


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_WORD_CHARACTERS

"""A physical PIN pad as the reader sees it: keys, one at a time."""

from enum import Enum, unique
from typing import Protocol


@unique
class Key(Enum):
    """One key of a pad. Digits never print, so a log line with a key gives nothing away."""

    DIGIT_0 = 0
    DIGIT_1 = 1
    DIGIT_2 = 2
    DIGIT_3 = 3
    DIGIT_4 = 4
    DIGIT_5 = 5
    DIGIT_6 = 6
    DIGIT_7 = 7
    DIGIT_8 = 8
    DIGIT_9 = 9
    ERASE = "erase"
    CONFIRM = "confirm"
    CANCEL = "cancel"

    @property
    def digit(self) -> int | None:
        """0 to 9, or None for a key without a digit."""
        return self.value if isinstance(self.value, int) else None

    def __repr__(self) -> str:
        return "Key.DIGIT" if self.digit is not None else f"Key.{self.name}"

    __str__ = __repr__


class KeypadListener(Protocol):
    """Who hears the keys. Called from the keypad's own thread; must return at once."""

    def key_pressed(self, key: Key) -> None:
        """A key went down."""
        ...


class Keypad(Protocol):
    """A PIN pad beside the screen."""

    def watch(self, listener: KeypadListener) -> None:
        """Starts reporting keys, and goes on after the pad was unplugged and came back."""
        ...

    def close(self) -> None:
        """Stops reporting; harmless when repeated."""
        ...

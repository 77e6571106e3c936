"""Entering a PIN key by key, by position on the pad or on a physical pad.

The screen knows positions only; which digit lies where is decided and kept here.

Source: facts/screens_and_agent.md §4; facts/security.md §3.4 and §3.5.
"""

import secrets
from collections.abc import Callable

from device.pinpad.errors import PinIncompleteError, PinStaleError
from device.pinpad.pin import Pin

PIN_LENGTH = 4
"""Digits of the PIN of the user-authentication key."""

MAX_AGE_S = 30.0
"""A PIN whose last key was pressed longer ago is never sent."""

PAD_POSITIONS = 12
"""Three columns, four rows, counted from the top left."""

_DIGIT_POSITIONS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10)
_FIXED_ORDER = (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)


class PinEntry:
    """The digits typed so far, of a card's PIN or of one of the reader's own.

    Positions 9 and 11, beside the last digit, hold no digit.
    """

    def __init__(
        self,
        now_s: Callable[[], float],
        *,
        shuffle: bool,
        least: int = PIN_LENGTH,
        most: int = PIN_LENGTH,
    ) -> None:
        """Starts empty.

        Args:
            now_s: A clock that never jumps (s).
            shuffle: Scramble the digits anew for each PIN. Off when voice guidance speaks.
            least: Digits a whole PIN has at least.
            most: And at most.
        """
        self._now_s = now_s
        self._shuffle = shuffle
        self._least = least
        self._buffer = bytearray(most)
        self._entered = 0
        self._last_key_s = 0.0
        self._digit_at: dict[int, int] = {}
        self._deal()

    @property
    def entered(self) -> int:
        """How many digits are in."""
        return self._entered

    @property
    def is_complete(self) -> bool:
        """Whether they can be all."""
        return self._entered >= self._least

    def positions(self) -> tuple[str, ...]:
        """The face of each of the 12 pad positions, "" where there is no digit.

        For the patient's page only. It stays the same until `take` or `forget`.
        """
        return tuple(str(self._digit_at.get(place, "")) for place in range(PAD_POSITIONS))

    def press(self, position: int) -> None:
        """A pad position was touched. Ignored without a digit there, or when full."""
        digit = self._digit_at.get(position)
        if digit is not None:
            self.type_digit(digit)

    def type_digit(self, digit: int) -> None:
        """A digit key of a physical pad was pressed. Ignored when full."""
        if self._entered == len(self._buffer):
            return
        self._buffer[self._entered] = ord("0") + digit
        self._entered += 1
        self._last_key_s = self._now_s()

    def erase(self) -> None:
        """Takes the last digit back."""
        if self._entered:
            self._entered -= 1
            self._buffer[self._entered] = 0

    def clear(self) -> None:
        """Takes all digits back; the pad stays as it is."""
        self._buffer[:] = bytes(len(self._buffer))
        self._entered = 0

    def forget(self) -> None:
        """Takes all digits back and deals a new pad: nobody is entering a PIN any more."""
        self.clear()
        self._deal()

    def take(self) -> Pin:
        """Hands the PIN over, keeps nothing of it, and deals a new pad. It goes stale there too.

        Raises:
            PinIncompleteError: Too few digits; those entered stay.
            PinStaleError: The last key was pressed more than 30 s ago; all digits were wiped.
        """
        if not self.is_complete:
            raise PinIncompleteError
        typed_s = self._last_key_s

        def is_fresh() -> bool:
            return self._now_s() - typed_s <= MAX_AGE_S

        if not is_fresh():
            self.forget()
            raise PinStaleError
        # Cutting the buffer would leave its digits where the allocator moves it from.
        exact = bytearray(self._entered)
        exact[:] = memoryview(self._buffer)[: self._entered]
        pin = Pin(exact, is_fresh)
        self.forget()
        return pin

    def _deal(self) -> None:
        digits = list(_FIXED_ORDER)
        if self._shuffle:
            secrets.SystemRandom().shuffle(digits)
        self._digit_at = dict(zip(_DIGIT_POSITIONS, digits, strict=True))

    def __repr__(self) -> str:
        return "PinEntry(hidden)"

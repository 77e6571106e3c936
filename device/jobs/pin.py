"""A PIN on its way from the fingers to whoever compares it: typed here, kept nowhere else."""

import threading
from collections.abc import Callable

from device.pinpad.entry import PinEntry
from device.pinpad.errors import PinpadError
from device.pinpad.pin import Pin
from device.screen.port import Screen
from device.visit import events


class PinDesk:
    """Takes key presses for the turn that asks for this PIN and ignores all others."""

    def __init__(
        self,
        entry: PinEntry,
        screen: Screen,
        post: Callable[[events.Event], None],
        entered: Callable[[int], events.Event] = events.PinEntered,
    ) -> None:
        """Takes nothing yet.

        Args:
            entry: Where the digits are kept.
            screen: Shows how many there are.
            post: Posts an event to the visit.
            entered: The event that tells, of a turn, that they are confirmed.
        """
        self._entry = entry
        self._screen = screen
        self._post = post
        self._entered = entered
        self._lock = threading.Lock()
        """Keys come from the screen's and the keypad's threads, the rest from the visit's."""
        self._turn: int | None = None

    def open(self, turn: int) -> tuple[str, ...]:
        """Take digits from now on; returns what is drawn on the twelve pad positions."""
        with self._lock:
            self._entry.forget()
            self._turn = turn
            return self._entry.positions()

    def press(self, turn: int, position: int) -> None:
        """A position of the pad on the screen was touched."""
        self._change(turn, lambda: self._entry.press(position))

    def type_digit(self, digit: int) -> None:
        """A digit of a physical pad was pressed."""
        if (turn := self._turn) is not None:
            self._change(turn, lambda: self._entry.type_digit(digit))

    def erase(self, turn: int) -> None:
        """Take the last digit back."""
        self._change(turn, self._entry.erase)

    def confirm(self, turn: int) -> None:
        """Whoever typed says the digits are right; where some are missing nothing happens.

        From then on no key changes them: what is sent is what was confirmed.
        """
        with self._lock:
            if turn != self._turn or not self._entry.is_complete:
                return
            self._turn = None
        self._post(self._entered(turn))

    @property
    def turn(self) -> int | None:
        """The turn that asks for a PIN now."""
        return self._turn

    def take(self) -> Pin | None:
        """Hand the PIN over for its one use; nothing when it is incomplete or too old."""
        with self._lock:
            self._turn = None
            try:
                return self._entry.take()
            except PinpadError:
                self._entry.forget()
                return None

    def forget(self) -> None:
        """Wipe what was typed and take no more digits."""
        with self._lock:
            self._turn = None
            self._entry.forget()

    def _change(self, turn: int, change: Callable[[], None]) -> None:
        with self._lock:
            if turn != self._turn:
                return
            change()
            entered = self._entry.entered
        self._screen.show_pin_length(turn, entered)

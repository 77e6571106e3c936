"""The code printed on a card, typed by hand where it cannot be read: kept here, nowhere else."""

import threading
from collections.abc import Callable
from datetime import date

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.printed_code import PrintedCode
from device.screen.port import Screen
from device.visit import events

LENGTH = 14
"""Birth date 6, expiry year 4, security code 4 (facts/card.md §5)."""
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")
"""What is drawn on the pad. Not shuffled: the digits stand on the card, and on the screen too,
as whoever types compares the two."""


class PrintedCodeDesk:
    """Takes key presses for the turn that asks for a printed code and ignores all others."""

    def __init__(self, screen: Screen, post: Callable[[events.Event], None]) -> None:
        self._screen = screen
        self._post = post
        self._lock = threading.Lock()
        """Keys come from the screen's thread, the rest from the visit's."""
        self._turn: int | None = None
        self._digits = ""
        self._expiry: date | None = None
        self._code: PrintedCode | None = None

    def open(self, turn: int, expiry: date | None) -> tuple[str, ...]:
        """Take digits from now on; returns what is drawn on the twelve pad positions.

        Args:
            turn: The turn that asks for them.
            expiry: The card's last day as its chip tells it; a code with another is not its code.
        """
        with self._lock:
            self._forget()
            self._turn, self._expiry = turn, expiry
        return PAD

    def press(self, turn: int, position: int) -> None:
        """A position of the pad on the screen was touched."""
        digit = PAD[position] if 0 <= position < len(PAD) else ""
        self._change(turn, lambda typed: (typed + digit)[:LENGTH])

    def type_digit(self, digit: int) -> None:
        """A digit of a physical pad was pressed."""
        if (turn := self._turn) is not None:
            self._change(turn, lambda typed: f"{typed}{digit}"[:LENGTH])

    def erase(self, turn: int) -> None:
        """Take the last digit back."""
        self._change(turn, lambda typed: typed[:-1])

    def confirm(self, turn: int) -> None:
        """Whoever typed says that the digits are right.

        Digits that this card cannot bear stay on the page with a word about it; none of the
        card's tries is spent on them.
        """
        with self._lock:
            if turn != self._turn or len(self._digits) < LENGTH:
                return
            digits = self._digits
            is_doubted = not self._is_taken_over(digits)
        if is_doubted:
            self._screen.show_printed_code(turn, digits, is_doubted=True)
        else:
            self._post(events.PrintedCodeEntered(turn))

    @property
    def turn(self) -> int | None:
        """The turn that asks for a printed code now."""
        return self._turn

    def take(self) -> PrintedCode | None:
        """Hand the code over; nothing when none was confirmed."""
        with self._lock:
            code = self._code
            self._forget()
            return code

    def forget(self) -> None:
        """Drop what was typed and take no more digits."""
        with self._lock:
            self._forget()

    def _is_taken_over(self, digits: str) -> bool:
        try:
            self._code = PrintedCode.from_digits(digits, self._expiry)
        except PrintedCodeUnreadableError:
            return False
        self._forget_digits()
        return True

    def _change(self, turn: int, change: Callable[[str], str]) -> None:
        with self._lock:
            if turn != self._turn:
                return
            digits = self._digits = change(self._digits)
        self._screen.show_printed_code(turn, digits, is_doubted=False)

    def _forget(self) -> None:
        self._forget_digits()
        self._code = None

    def _forget_digits(self) -> None:
        self._turn = self._expiry = None
        self._digits = ""

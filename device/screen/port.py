"""The patient's screen as the rest of the reader sees it: show a page, hear a touch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import Protocol


@unique
class Move(Enum):
    """What somebody wants who cannot touch the screen, or does not see it."""

    NEXT = "next"
    PREVIOUS = "previous"
    PRESS = "press"
    LEAVE = "leave"
    """As the button `end`, where there is one."""


PageValue = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """One page with what is written on it."""

    name: str
    """Such as `idle`, `choose_method`, `pin`; the language files know all of them."""
    turn: int
    """The moment of the visit this page belongs to. Touches carry it back."""
    values: Mapping[str, PageValue] = field(default_factory=dict, repr=False)
    """What differs from patient to patient: `patient_name`, `tries_left`, `failure`, `items`,
    `consent_hours`, `notices`, `wait_s`, and on the pages that take digits the twelve faces of
    the `pad`. Never printed."""
    choices: tuple[str, ...] = ()
    """The choices offered, such as `face`, `pin`, `end`."""


class ScreenListener(Protocol):
    """Who hears the touches. Called from the screen's own thread; must return at once."""

    def chosen(self, turn: int, choice: str) -> None:
        """The patient touched a choice on the page of `turn`."""
        ...

    def pad_pressed(self, turn: int, position: int) -> None:
        """The patient touched pad position 0 to 11 on the page of `turn`."""
        ...


class Screen(Protocol):
    """The patient's screen. Every call returns at once and may come from any thread.

    What belongs to another turn than the page that is shown is dropped.
    """

    def show(self, page: PageView) -> None:
        """Puts a page in place of the one before.

        Raises:
            UnknownTextError: No language file describes something on it.
        """
        ...

    def show_hint(self, turn: int, hint: str) -> None:
        """Tells the patient how to stand before the camera.

        Raises:
            UnknownTextError: No language file describes the hint.
        """
        ...

    def wants_preview(self) -> bool:
        """Whether somebody waits for a camera picture; else none needs to be made."""
        ...

    def show_preview(self, turn: int, jpeg: bytes) -> None:
        """Shows the newest camera picture; older ones nobody asked for yet are dropped.

        Args:
            turn: of the page.
            jpeg: mirrored already, as people expect to see themselves; it is shown as it is.
        """
        ...

    def show_pin_length(self, turn: int, entered: int) -> None:
        """Shows how many digits of a PIN or password are in."""
        ...

    def show_printed_code(self, turn: int, digits: str, *, is_doubted: bool) -> None:
        """Shows the digits of the printed code typed so far, 0 to 14.

        Args:
            turn: The page they were typed on.
            digits: Birth date, expiry year, security code, as far as they are in.
            is_doubted: This card cannot bear them; say so.
        """
        ...

    def warn_of_end(self, turn: int, left_s: int) -> None:
        """Says over the page that it ends in so many seconds, and offers `more_time`.

        Args:
            turn: of the page.
            left_s: 0 takes the warning back.
        """
        ...

    def warned_turn(self) -> int | None:
        """The turn of the page that lies under a warning; None: none does."""
        ...

    def move(self, move: Move) -> None:
        """Goes to another button of the page, or presses the one that was gone to."""
        ...

    def text_hash(self) -> bytes:
        """SHA-256 of the sentences on the page, without the patient's name.

        Meant to be asked while a touch is heard: then it is what the patient answered to.
        """
        ...

    def close(self) -> None:
        """Switches the screen's server off; harmless when repeated."""
        ...

"""What the reader needs from card hardware, and nothing more."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class CardConnection(Protocol):
    """One powered card, ours alone until closed."""

    def transmit(self, command: bytearray) -> bytes:
        """One command APDU to the card; blocks as long as the card takes.

        Args:
            command: an encoded command APDU; may hold a secret, so never log it and keep no
                copy: the caller wipes this one.

        Returns:
            The encoded response APDU: data and two status bytes.

        Raises:
            CardLostError: the card was pulled.
            SlotLostError: the slot or its service went away.
        """
        ...

    def close(self) -> None:
        """Takes the power off the card: nothing less clears its security status.

        May be called more than once and never raises.

        Source: facts/card.md §1.3.
        """
        ...


class SlotListener(Protocol):
    """Who is told what happens at the slot, on the slot's own thread: must return quickly."""

    def card_placed(self) -> None:
        """A card lies on the slot."""
        ...

    def card_removed(self) -> None:
        """The card is gone."""
        ...

    def slot_lost(self) -> None:
        """The reader hardware or its service is gone, and with it any card."""
        ...

    def slot_ready(self) -> None:
        """The slot works; a card that already lies there is announced next."""
        ...


class CardSlot(Protocol):
    """A place where a card can be laid."""

    def watch(self, listener: SlotListener) -> None:
        """Starts to tell `listener` what happens, until `close`. Called at most once."""
        ...

    def connect(self) -> CardConnection:
        """Powers the laid card for our exclusive use.

        Raises:
            CardLostError: no card lies there.
            SlotLostError: the slot or its service is gone.
            SlotBusyError: someone else still holds the card.
            CardUnresponsiveError: what lies there does not answer as a chip card.
        """
        ...

    def close(self) -> None:
        """Stops watching."""
        ...


class CardPicture(Protocol):
    """One picture of what lies on the reader."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """`uint8[H, W, 3], RGB`, row 0 at the top; belongs to the receiver, who wipes it."""
        ...

    @property
    def taken_at_s(self) -> float:
        """Monotonic time at which it was taken."""
        ...


class CardCamera(Protocol):
    """The camera that looks at the place where cards are laid."""

    def read(self) -> CardPicture:
        """Waits for the next picture.

        Raises:
            DeviceError: it gives none any more.
        """
        ...

    def close(self) -> None:
        """Switches the camera off; calling it again does nothing."""
        ...


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """What an engine read in the picture of one line."""

    text: str = field(repr=False)
    """Characters of the alphabet only; empty when nothing was read."""
    confidence: float
    """How sure the engine is of its least certain character, 0 to 1."""


class OcrEngine(Protocol):
    """Reads printed characters."""

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        """Reads the picture of one printed line.

        Args:
            line: `uint8[H, W]`, dark print on light ground, upright, no other line in it.
            alphabet: the characters that can occur.

        Raises:
            OcrUnavailableError: the engine does not work on this machine.
        """
        ...

"""What the reader needs from card hardware, and nothing more."""

from typing import Protocol


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

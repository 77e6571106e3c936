"""Turns what a slot driver sees into what its listener needs to hear, each thing once."""

from collections.abc import Hashable

from device.reader.port import SlotListener


class SlotReport:
    """Remembers what the listener was told. Used from the driver's own thread only."""

    def __init__(self, listener: SlotListener) -> None:
        self._listener = listener
        self._is_ready: bool | None = None
        self._card: Hashable = None

    def saw_slot(self) -> None:
        """The slot works."""
        if self._is_ready is not True:
            self._is_ready = True
            self._listener.slot_ready()

    def missed_slot(self) -> None:
        """The slot is gone, and nothing is known of its card any more."""
        if self._is_ready is not False:
            self._is_ready = False
            self._card = None
            self._listener.slot_lost()

    def saw_card(self, card: Hashable) -> None:
        """What lies on the slot now.

        Args:
            card: anything that differs for every laying of a card; None for no card.
        """
        if card == self._card:
            return
        was_there, self._card = self._card is not None, card
        if was_there:
            self._listener.card_removed()
        if card is not None:
            self._listener.card_placed()

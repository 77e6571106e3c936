"""Two readers of one pcscd, for tests that lay many cards.

Cards lie on them in turn, so that nobody waits until pcscd has noticed an empty reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

import pytest

from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.vicc import VPCD_PORT, VirtualSlot
from tests.hw_sim.namespace import is_isolated
from tests.hw_sim.pcscd import NOT_ISOLATED, READER_NAME, Pcscd
from tests.hw_sim.plain_client import wait_for_card

READERS = (READER_NAME, READER_NAME[:-1] + "1")
"""Their names."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the two readers."""

    reader: str
    """Its name."""
    slot: VirtualSlot
    """Its place for a card."""

    @contextmanager
    def laid(self, card: SimulatedCard) -> Iterator[SimulatedCard]:
        """The card lies here until the end of the block."""
        self.lay(card)
        try:
            yield card
        finally:
            self.slot.remove()

    def lay(self, card: SimulatedCard) -> None:
        """Lay the card as soon as pcscd knows that the place is empty."""
        wait_for_card(is_present=False, reader=self.reader)
        self.slot.lay(card)
        wait_for_card(reader=self.reader)


@contextmanager
def seats_in_turn() -> Iterator[Iterator[Seat]]:
    """First one, then the other, for ever; one pcscd, which needs the private namespace."""
    if not is_isolated():
        pytest.fail(NOT_ISOLATED, pytrace=False)
    with Pcscd(), VirtualSlot(VPCD_PORT) as first, VirtualSlot(VPCD_PORT + 1) as second:
        yield cycle((Seat(READERS[0], first), Seat(READERS[1], second)))

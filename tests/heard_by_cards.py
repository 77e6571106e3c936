"""Every simulated card is listened to: nothing may ask for the 12-digit number on it, or get it.

Importing the fixture into a `conftest.py` watches every test beside and below it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.my_number_watch import addresses_my_number
from tests.hw_sim.card.trace import Exchange, Trace


@dataclass(frozen=True)
class Heard:
    """What one card heard."""

    card: SimulatedCard
    """Kept, so that no other card gets its identity while the test runs."""
    trace: Trace = field(default_factory=Trace)

    def require_no_number_asked(self) -> None:
        """Fails if a command may have asked for the number, or the card told it all the same."""
        assert addresses_my_number(self.trace) == []
        assert not self.card.has_disclosed_my_number


@pytest.fixture(autouse=True)
def heard_by_cards(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, Heard]]:
    """All that was said to each card in this test, by the card's identity."""
    heard: dict[int, Heard] = {}
    transmit = SimulatedCard.transmit

    def transmit_overheard(card: SimulatedCard, raw: bytes) -> bytes:
        response = None
        try:
            response = transmit(card, raw)
        finally:
            said = heard.setdefault(id(card), Heard(card))
            said.trace.exchanges.append(Exchange(raw, response, 0.0, 0.0))
        return response

    monkeypatch.setattr(SimulatedCard, "transmit", transmit_overheard)
    yield heard
    for said in heard.values():
        said.require_no_number_asked()

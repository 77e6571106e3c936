"""The product's slot on a running pcscd."""

from collections.abc import Iterator

import pytest

from device.reader.port import CardSlot
from device.reader.slots.pcsc import Settings, create
from tests.device.reader.heard import Heard
from tests.hw_sim.card.vicc import VirtualSlot


@pytest.fixture
def reader(slot: VirtualSlot) -> Iterator[CardSlot]:
    """The product's slot on a running pcscd; the simulated place is empty."""
    assert slot.card is None
    reader = create(Settings())
    yield reader
    reader.close()


@pytest.fixture
def heard(reader: CardSlot) -> Heard:
    heard = Heard()
    reader.watch(heard)
    assert heard.wait_for("slot_ready")
    return heard

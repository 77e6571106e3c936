"""Cards and sessions for the tests of the reader."""

from collections.abc import Iterator

import pytest

from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from tests.device.reader.visit_steps import PHOTO, session_with
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    """A common card with a photo."""
    return issuer.issue(catalog.MY_NUMBER, PHOTO)


@pytest.fixture
def anchors(issuer: Issuer) -> RecordAnchors:
    """Whom the reader trusts that read that card."""
    return RecordAnchors([issuer.record_ca])


@pytest.fixture
def session(card: SimulatedCard, anchors: RecordAnchors) -> Iterator[CardSession]:
    """A session with that card, as the product makes it."""
    session = session_with(card, anchors)
    yield session
    session.close()

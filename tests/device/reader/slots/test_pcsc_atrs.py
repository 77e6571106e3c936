"""No kind of card is told by its ATR: each one that readers report is laid behind the real pcscd.

Source: facts/card.md §1.1.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.errors import CardNotAcceptedError
from device.reader.port import CardConnection, CardSlot, SlotListener
from device.reader.session import CardSession
from device.reader.slots.pcsc import Settings, create
from hostlink.terms import CardKind, FailureCode
from tests.device.reader.calendar_day import known_day
from tests.device.reader.visit_steps import CHALLENGE, NOBODY, check_signature
from tests.hw_sim.card import catalog
from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.seats import Seat, seats_in_turn

LISTED = {ATRS[name] for name in ("contactless", "contactless_41", "contactless_fast")}
"""What somebody might have seen on his own reader."""


@pytest.fixture(scope="module")
def seats() -> Iterator[Iterator[Seat]]:
    """One pcscd for all cards."""
    with seats_in_turn() as seats:
        yield seats


@pytest.fixture
def seat(seats: Iterator[Seat]) -> Seat:
    return next(seats)


@pytest.fixture
def reader(seat: Seat) -> Iterator[CardSlot]:
    """The product's slot on that seat."""
    with closing(create(Settings(reader=seat.reader))) as reader:
        yield reader


def reported_atr(seat: Seat) -> bytes:
    """What pcscd says of the card that lies there."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, [(_, _, atr)] = scard.SCardGetStatusChange(context, 0, [(seat.reader, 0)])
    scard.SCardReleaseContext(context)
    return bytes(atr)


class SlotThatGoesByAtr:
    """A bad design: it takes only cards whose ATR it has seen before."""

    def __init__(self, slot: CardSlot, seat: Seat) -> None:
        self._slot = slot
        self._seat = seat

    def watch(self, listener: SlotListener) -> None:
        self._slot.watch(listener)

    def connect(self) -> CardConnection:
        if reported_atr(self._seat) not in LISTED:
            raise CardNotAcceptedError
        return self._slot.connect()

    def close(self) -> None:
        self._slot.close()


def judge(slot: CardSlot) -> None:
    """It is a My Number card, and it signs."""
    with closing(CardSession(slot, anchors=NOBODY, today=known_day)) as session:
        facts = session.identify()
        assert (facts.kind, facts.pin_tries_left) == (CardKind.MY_NUMBER, 3)
        session.verify_pin(b"1234")
        check_signature(session.sign_challenge(CHALLENGE))


@pytest.mark.parametrize("name", ATRS)
def test_a_my_number_card_is_recognised_whatever_its_atr(
    seat: Seat, reader: CardSlot, issuer: Issuer, name: str
) -> None:
    with seat.laid(issuer.issue(replace(catalog.MY_NUMBER, atr=ATRS[name]))):
        assert reported_atr(seat) == ATRS[name]
        judge(reader)


def test_the_persona_with_an_atr_that_no_list_holds(
    seat: Seat, reader: CardSlot, issuer: Issuer
) -> None:
    with seat.laid(issuer.issue(catalog.UNKNOWN_ATR)):
        assert catalog.UNKNOWN_ATR.unique_id in reported_atr(seat)
        judge(reader)


@pytest.mark.parametrize("name", ["contactless_slow", "contact", "bank", "reader_scheme_00"])
def test_an_old_card_is_refused_whatever_its_atr(
    seat: Seat, reader: CardSlot, issuer: Issuer, name: str
) -> None:
    with seat.laid(issuer.issue(replace(catalog.JUKI, atr=ATRS[name]))):
        assert reported_atr(seat) == ATRS[name]
        with (
            closing(CardSession(reader, anchors=NOBODY, today=known_day)) as session,
            pytest.raises(CardNotAcceptedError) as refusal,
        ):
            session.identify()
    assert refusal.value.failure is FailureCode.OLD_RESIDENT_CARD


@pytest.mark.parametrize(
    "name", ["contact", "contact_short", "reader_scheme_b3", "contactless_other_pupi"]
)
def test_a_reader_that_goes_by_the_atr_would_not_pass(
    seat: Seat, reader: CardSlot, issuer: Issuer, name: str
) -> None:
    """Negative control: the judge above finds it out."""
    with (
        seat.laid(issuer.issue(replace(catalog.MY_NUMBER, atr=ATRS[name]))),
        pytest.raises(CardNotAcceptedError),
    ):
        judge(SlotThatGoesByAtr(reader, seat))

"""Which laid card the slot serves: silent ones, several, and those lost without an event."""

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.errors import (
    CardNotAcceptedError,
    CardUnresponsiveError,
    ReaderError,
)
from device.reader.port import CardSlot
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.silent_cards import MOST_LOSSES
from device.reader.slots import pcsc
from device.reader.slots.pcsc import Settings, create
from hostlink.terms import CardKind, FailureCode
from tests.device.reader.calendar_day import known_day
from tests.device.reader.heard import Heard
from tests.device.reader.visit_steps import check_signature, use_card
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.vicc import VPCD_PORT, VirtualSlot
from tests.hw_sim.pcscd import READER_NAME

SECOND_READER_NAME, SECOND_READER_PORT = READER_NAME[:-1] + "1", VPCD_PORT + 1


PRESENT, EMPTY = scard.SCARD_STATE_PRESENT, scard.SCARD_STATE_EMPTY


@pytest.mark.parametrize(
    ("states", "laid"),
    [
        ({"a": EMPTY, "b": EMPTY}, []),
        ({"a": EMPTY, "b": PRESENT}, [("b", 0)]),
        ({"a": PRESENT, "b": PRESENT}, [("a", 0), ("b", 0)]),
        ({"a": PRESENT | scard.SCARD_STATE_MUTE, "b": EMPTY}, [("a", 0)]),
        ({"a": EMPTY | 2 << 16, "b": EMPTY}, []),
        ({"a": PRESENT | 3 << 16, "b": EMPTY}, [("a", 3)]),
    ],
)
def test_which_cards_lie_there(states: dict[str, int], laid: list[tuple[str, int]]) -> None:
    assert pcsc._laid_cards(states, ["a", "b"]) == laid


@pytest.mark.parametrize("of_the_staff", [catalog.TRANSIT, catalog.SILENT])
def test_a_card_that_stays_on_another_reader_is_refused_once_and_disturbs_nobody(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    issuer: Issuer,
    anchors: RecordAnchors,
    of_the_staff: CardProfile,
) -> None:
    with VirtualSlot(SECOND_READER_PORT) as second:
        second.lay(issuer.issue(of_the_staff))
        assert heard.wait_for("card_placed")
        session = CardSession(reader, anchors=anchors, today=known_day)
        with pytest.raises((CardNotAcceptedError, CardUnresponsiveError)):
            session.identify()
        session.close()
        for before in (["card_removed"], []):
            slot.lay(card)
            assert heard.wait_for(*before, "card_placed")
            session = CardSession(reader, anchors=anchors, today=known_day)
            check_signature(use_card(session))
            session.close()
            slot.remove()
            assert heard.wait_for("card_removed")


def test_several_readers_may_be_named(
    slot: VirtualSlot, card: SimulatedCard, issuer: Issuer, anchors: RecordAnchors
) -> None:
    reader, heard = create(Settings(reader=f"Another; {SECOND_READER_NAME}")), Heard()
    reader.watch(heard)
    assert heard.wait_for("slot_ready")
    slot.lay(issuer.issue(catalog.TRANSIT))
    wait_until_seen(READER_NAME)
    with VirtualSlot(SECOND_READER_PORT) as second:
        second.lay(card)
        assert heard.wait_for("card_placed")
        session = CardSession(reader, anchors=anchors, today=known_day)
        assert session.identify().kind is CardKind.MY_NUMBER
        session.close()
    reader.close()


def test_what_does_not_answer_to_reset_is_laid_all_the_same_and_says_so(
    issuer: Issuer, reader: CardSlot, heard: Heard, slot: VirtualSlot, anchors: RecordAnchors
) -> None:
    """Else nobody could tell the patient why nothing happens."""
    slot.lay(issuer.issue(catalog.SILENT))
    assert heard.wait_for("card_placed")
    with pytest.raises(CardUnresponsiveError):
        CardSession(reader, anchors=anchors, today=known_day).identify()
    slot.remove()
    assert heard.wait_for("card_removed")
    slot.lay(issuer.issue(catalog.MY_NUMBER))
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    session.close()


def test_cards_on_two_readers_are_both_refused_until_one_lies_alone(
    reader: CardSlot, slot: VirtualSlot, card: SimulatedCard, issuer: Issuer, anchors: RecordAnchors
) -> None:
    with VirtualSlot(SECOND_READER_PORT) as second:
        slot.lay(card)
        second.lay(issuer.issue(catalog.FACE_ONLY))
        wait_until_seen(SECOND_READER_NAME)
        wait_until_seen(READER_NAME)
        heard = Heard()
        reader.watch(heard)
        assert heard.wait_for("slot_ready", "card_placed")
        with pytest.raises(CardNotAcceptedError) as refusal:
            CardSession(reader, anchors=anchors, today=known_day).identify()
        assert refusal.value.failure is FailureCode.SEVERAL_CARDS
        assert card.trace.exchanges == []
        slot.remove()
        assert heard.wait_for("card_removed", "card_placed")
        session = CardSession(reader, anchors=anchors, today=known_day)
        assert session.identify().kind is CardKind.FACE_ONLY
        session.close()


def test_a_second_card_does_not_disturb_the_one_that_is_served(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    issuer: Issuer,
    anchors: RecordAnchors,
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    with VirtualSlot(SECOND_READER_PORT) as second:
        second.lay(issuer.issue(catalog.FACE_ONLY))
        wait_until_seen(SECOND_READER_NAME)
        check_signature(use_card(session))
        assert heard.events == []
    session.close()


def test_a_configured_reader_is_not_disturbed_by_what_lies_on_another(
    slot: VirtualSlot, card: SimulatedCard, issuer: Issuer, anchors: RecordAnchors
) -> None:
    reader, heard = create(Settings(reader=READER_NAME)), Heard()
    with VirtualSlot(SECOND_READER_PORT) as second:
        second.lay(issuer.issue(catalog.FACE_ONLY))
        wait_until_seen(SECOND_READER_NAME)
        slot.lay(card)
        reader.watch(heard)
        assert heard.wait_for("slot_ready", "card_placed")
        session = CardSession(reader, anchors=anchors, today=known_day)
        assert session.identify().kind is CardKind.MY_NUMBER
        session.close()
    reader.close()


def wait_until_seen(name: str) -> None:
    """Until the service knows of the card on this reader."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    state = scard.SCARD_STATE_EMPTY
    while not state & scard.SCARD_STATE_PRESENT:
        _, [(_, state, _)] = scard.SCardGetStatusChange(context, 5000, [(name, state)])
    scard.SCardReleaseContext(context)


def no_answer(*_: object) -> tuple[int, list[int]]:
    """What the service says of a command to a card in a weak field."""
    return scard.SCARD_E_NOT_TRANSACTED, []


def visit_unanswered(reader: CardSlot, anchors: RecordAnchors) -> None:
    """What every visit begins with, to a card that does not answer."""
    session = CardSession(reader, anchors=anchors, today=known_day)
    with pytest.raises(ReaderError):
        session.identify()
    session.close()


def test_a_card_that_stays_but_never_answers_is_given_up_until_it_is_laid_again(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    monkeypatch: pytest.MonkeyPatch,
    anchors: RecordAnchors,
) -> None:
    """The virtual reader cannot lose a card that stays, so its driver's word is put in here."""
    with monkeypatch.context() as edge_of_the_field:
        edge_of_the_field.setattr(scard, "SCardTransmit", no_answer)
        slot.lay(card)
        assert heard.wait_for("card_placed")
        for _ in range(MOST_LOSSES - 1):
            visit_unanswered(reader, anchors)
            assert heard.wait_for("card_removed", "card_placed")
        visit_unanswered(reader, anchors)
        assert heard.wait_for("card_removed")
        assert not heard.wait_for("card_placed", timeout_s=3 * pcsc._SERVICE_POLL_S)
        assert slot.card is card
    slot.remove()
    wait_until_seen_empty()
    slot.lay(card)
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    check_signature(use_card(session))
    session.close()


def wait_until_seen_empty() -> None:
    """Until the service knows that the card is gone: the product tells it no second time."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    lies_there = [(READER_NAME, scard.SCARD_STATE_PRESENT)]
    _, [(_, state, _)] = scard.SCardGetStatusChange(context, 0, lies_there)
    while state & scard.SCARD_STATE_PRESENT:
        _, [(_, state, _)] = scard.SCardGetStatusChange(context, 5000, [(READER_NAME, state)])
    scard.SCardReleaseContext(context)


def test_a_card_that_was_lost_once_without_an_event_is_served_again(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    monkeypatch: pytest.MonkeyPatch,
    anchors: RecordAnchors,
) -> None:
    """Lifted for a moment and laid back between two looks of the service (decision 0005)."""
    slot.lay(card)
    assert heard.wait_for("card_placed")
    with monkeypatch.context() as lifted:
        lifted.setattr(scard, "SCardTransmit", no_answer)
        visit_unanswered(reader, anchors)
    assert heard.wait_for("card_removed", "card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    check_signature(use_card(session))
    session.close()
    assert heard.events == []

import signal
import time
from threading import Thread

import pytest

from device.reader.errors import (
    CardLostError,
    CardTimeoutError,
    ReaderError,
    SlotBusyError,
    SlotLostError,
)
from device.reader.port import CardSlot
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots import pcsc
from device.reader.slots.pcsc import Settings, create
from tests.device.reader.calendar_day import known_day
from tests.device.reader.heard import Heard
from tests.device.reader.visit_steps import check_signature, use_card
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.pcscd import READER_NAME, Pcscd


def test_a_visit_and_the_next_one(
    reader: CardSlot, heard: Heard, slot: VirtualSlot, card: SimulatedCard, anchors: RecordAnchors
) -> None:
    for _ in range(2):
        slot.lay(card)
        assert heard.wait_for("card_placed")
        session = CardSession(reader, anchors=anchors, today=known_day)
        check_signature(use_card(session))
        session.close()
        slot.remove()
        assert heard.wait_for("card_removed")
    with pytest.raises(CardLostError):
        reader.connect()


def test_closing_takes_the_power_off(
    reader: CardSlot, heard: Heard, slot: VirtualSlot, card: SimulatedCard, anchors: RecordAnchors
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.verify_pin(b"1234")
    with pytest.raises(SlotBusyError):
        reader.connect()
    session.close()
    next_session = CardSession(reader, anchors=anchors, today=known_day)
    with pytest.raises(ReaderError, match="6982"):
        next_session.sign_challenge(b"challenge")
    next_session.close()
    assert heard.events == []


@pytest.mark.parametrize("nth", [1, 9, 14])
def test_a_card_pulled_while_it_works(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    nth: int,
    anchors: RecordAnchors,
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    card.physics.pull_at(nth)
    session = CardSession(reader, anchors=anchors, today=known_day)
    with pytest.raises(CardLostError):
        use_card(session)
    session.close()
    assert heard.wait_for("card_removed")
    slot.lay(card)
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    check_signature(use_card(session))
    session.close()


def test_a_card_that_hangs_is_given_up_and_works_again_once_it_answers(
    reader: CardSlot, heard: Heard, slot: VirtualSlot, card: SimulatedCard, anchors: RecordAnchors
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    card.physics.hang_at(9)
    session = CardSession(reader, anchors=anchors, apdu_deadline_s=0.2, today=known_day)
    with pytest.raises(CardTimeoutError):
        use_card(session)
    session.close()
    with pytest.raises((SlotBusyError, CardTimeoutError)):
        CardSession(reader, anchors=anchors, apdu_deadline_s=0.2, today=known_day).identify()

    card.physics.release()
    session = session_once_free(reader, anchors)
    check_signature(use_card(session))
    session.close()


def session_once_free(reader: CardSlot, anchors: RecordAnchors) -> CardSession:
    """A session on a card whose late connection is just being given up."""
    deadline_s = time.monotonic() + 5
    while True:
        session = CardSession(reader, anchors=anchors, today=known_day)
        try:
            session.identify()
        except ReaderError:
            session.close()
            if time.monotonic() > deadline_s:
                raise
        else:
            return session


def test_a_service_that_dies_in_the_middle_and_comes_back(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    pcscd: Pcscd,
    anchors: RecordAnchors,
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    pcscd.kill()
    with pytest.raises(SlotLostError):
        session.read_certificate()
    session.close()
    assert heard.wait_for("slot_lost")
    with pytest.raises(SlotLostError):
        reader.connect()

    pcscd.start()
    assert heard.wait_for("slot_ready", "card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    check_signature(use_card(session))
    session.close()


def test_a_service_that_starts_late(issuer: Issuer, pcscd: Pcscd) -> None:
    pcscd.kill()
    reader, heard = create(Settings(reader=READER_NAME)), Heard()
    reader.watch(heard)
    assert heard.wait_for("slot_lost")
    pcscd.start()
    assert heard.wait_for("slot_ready")
    reader.close()


def test_another_reader_than_the_configured_one_does_not_count(pcscd: Pcscd) -> None:
    assert pcscd.is_running
    reader, heard = create(Settings(reader="Another")), Heard()
    reader.watch(heard)
    assert heard.wait_for("slot_lost")
    with pytest.raises(SlotLostError):
        reader.connect()
    reader.close()


def test_closing_ends_the_watching(reader: CardSlot, heard: Heard, slot: VirtualSlot) -> None:
    reader.close()
    reader.close()
    assert heard.events == []


def test_a_card_that_lies_long_is_told_once(
    heard: Heard, slot: VirtualSlot, card: SimulatedCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pcsc, "_LONGEST_WAIT_MS", 20)
    slot.lay(card)
    assert heard.wait_for("card_placed")
    slot.remove()
    assert heard.wait_for("card_removed")


def test_closing_does_not_wait_for_a_service_that_hangs(pcscd: Pcscd) -> None:
    reader, heard = create(Settings(reader=READER_NAME)), Heard()
    reader.watch(heard)
    assert heard.wait_for("slot_ready")
    assert pcscd._process is not None
    pcscd._process.send_signal(signal.SIGSTOP)
    try:
        closing = Thread(target=reader.close, daemon=True)
        closing.start()
        closing.join(5)
        assert not closing.is_alive()
    finally:
        pcscd._process.send_signal(signal.SIGCONT)
    closing.join(5)

"""No card keeps its power, and with it what was opened, beyond the session that opened it."""

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.errors import CardAnswerError, CardLostError
from device.reader.port import CardSlot
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots import pcsc
from device.reader.slots.pcsc import PcscConnection
from tests.device.reader.calendar_day import known_day
from tests.device.reader.heard import Heard
from tests.device.reader.visit_steps import CHALLENGE
from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.talk import select, select_file, verify
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.pcscd import READER_NAME


def no_answer(*_: object) -> tuple[int, list[int]]:
    """What the service says of a command to a card in a weak field."""
    return scard.SCARD_E_NOT_TRANSACTED, []


def lose_answer_after_pin(
    reader: CardSlot, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit whose card takes the PIN, stays, and does not answer for a moment.

    The virtual reader cannot lose a card that stays, so its driver's word is put in here.
    """
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.verify_pin(b"1234")
    with monkeypatch.context() as glitch:
        glitch.setattr(scard, "SCardTransmit", no_answer)
        with pytest.raises(CardLostError):
            session.sign_challenge(CHALLENGE)
    session.close()


def test_a_card_that_stays_without_an_answer_loses_its_power_all_the_same(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    anchors: RecordAnchors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    lose_answer_after_pin(reader, anchors, monkeypatch)
    assert not card._is_powered
    assert heard.wait_for("card_removed", "card_placed")


def test_one_that_is_left_with_its_power_is_caught(
    reader: CardSlot,
    heard: Heard,
    slot: VirtualSlot,
    card: SimulatedCard,
    anchors: RecordAnchors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: whoever takes every lost card for gone."""
    monkeypatch.setattr(PcscConnection, "_is_still_there", lambda *_: False)
    slot.lay(card)
    assert heard.wait_for("card_placed")
    lose_answer_after_pin(reader, anchors, monkeypatch)
    assert card._is_powered


def open_by_another_process(card_reader: str) -> None:
    """A reader process that verified the PIN and ended before it could take the power."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    result, handle, protocol = scard.SCardConnect(
        context, card_reader, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T1
    )
    assert result == scard.SCARD_S_SUCCESS
    for command in (select(aids.JPKI), select_file(0x0018), verify("1234")):
        _, answer = scard.SCardTransmit(handle, protocol, list(command))
    assert bytes(answer) == b"\x90\x00"
    scard.SCardDisconnect(handle, scard.SCARD_RESET_CARD)
    scard.SCardReleaseContext(context)


def sign_without_pin(reader: CardSlot, anchors: RecordAnchors) -> None:
    session = CardSession(reader, anchors=anchors, today=known_day)
    try:
        session.sign_challenge(CHALLENGE)
    finally:
        session.close()


def test_what_a_process_before_this_one_opened_is_closed(
    reader: CardSlot, heard: Heard, slot: VirtualSlot, card: SimulatedCard, anchors: RecordAnchors
) -> None:
    slot.lay(card)
    assert heard.wait_for("card_placed")
    open_by_another_process(READER_NAME)
    with pytest.raises(CardAnswerError, match="6982"):
        sign_without_pin(reader, anchors)


def test_a_start_that_trusts_the_card_is_caught(
    reader: CardSlot, heard: Heard, slot: VirtualSlot, card: SimulatedCard, anchors: RecordAnchors
) -> None:
    """Negative control."""
    assert isinstance(reader, pcsc.PcscSlot)
    reader._needs_cold_start = False
    slot.lay(card)
    assert heard.wait_for("card_placed")
    open_by_another_process(READER_NAME)
    sign_without_pin(reader, anchors)

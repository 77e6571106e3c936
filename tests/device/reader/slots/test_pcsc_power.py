"""No card keeps its power, and with it what was opened, beyond the session that opened it."""

import time
from contextlib import closing

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.apdu import CommandApdu
from device.reader.errors import CardAnswerError, CardLostError
from device.reader.port import CardSlot
from device.reader.record_anchors import RecordAnchors
from device.reader.record_signature import digest_info
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

SEVERAL_POLLS_S = 3.0
"""The service looks for cards every 0.4 s."""
OPEN = (select(aids.JPKI), select_file(0x0018), verify("1234"))
SIGN = (
    select(aids.JPKI),
    select_file(0x0017),
    bytes(CommandApdu(0x80, 0x2A, 0x00, 0x80, digest_info(bytes(32)), 256).encode()),
)
PIN_NEEDED = b"\x69\x82"
SIGNATURE_BYTES = 256


@pytest.fixture
def laid(heard: Heard, slot: VirtualSlot, card: SimulatedCard) -> SimulatedCard:
    """A card that the product's slot has announced."""
    slot.lay(card)
    assert heard.wait_for("card_placed")
    return card


def lose_answer_after_pin(
    reader: CardSlot, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit whose card takes the PIN, stays, and does not answer for a moment.

    The virtual reader cannot lose a card that stays, so its driver's word is put in here.
    """
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.verify_pin(b"1234")
    with monkeypatch.context() as glitch:
        glitch.setattr(scard, "SCardTransmit", lambda *_: (scard.SCARD_E_NOT_TRANSACTED, []))
        with pytest.raises(CardLostError):
            session.sign_challenge(CHALLENGE)
    session.close()


def by_another_program(*commands: bytes) -> bytes:
    """What the card answers to the last of some commands of a program that trusts its state."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    result, handle, protocol = scard.SCardConnect(
        context, READER_NAME, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T1
    )
    assert result == scard.SCARD_S_SUCCESS
    for command in commands:
        _, answer = scard.SCardTransmit(handle, protocol, list(command))
    # As the service itself does for a program that died.
    scard.SCardDisconnect(handle, scard.SCARD_RESET_CARD)
    scard.SCardReleaseContext(context)
    return bytes(answer)


@pytest.mark.usefixtures("laid")
def test_a_card_that_stays_without_an_answer_loses_its_power_all_the_same(
    reader: CardSlot, heard: Heard, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_answer_after_pin(reader, anchors, monkeypatch)
    assert by_another_program(*SIGN) == PIN_NEEDED
    assert heard.wait_for("card_removed", "card_placed")


@pytest.mark.usefixtures("laid")
def test_one_that_is_left_with_its_power_is_caught(
    reader: CardSlot, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: whoever takes every lost card for gone.

    The service takes the power itself when nobody is connected, but only 0.8 s later.
    """
    monkeypatch.setattr(PcscConnection, "_is_still_there", lambda *_: False)
    lose_answer_after_pin(reader, anchors, monkeypatch)
    assert len(by_another_program(*SIGN)) == SIGNATURE_BYTES + 2


def let_go_after_s(
    reader: CardSlot, laid: SimulatedCard, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> float:
    """How long the end of a session waits for a card that was lifted in the middle of a command.

    The time after which it gives up is drawn out, so that it does not count as knowing.
    """
    monkeypatch.setattr(pcsc, "_SERVICE_POLL_S", SEVERAL_POLLS_S + 1)
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    laid.physics.pull_at(1)
    with pytest.raises(CardLostError):
        session.read_certificate()
    begun_s = time.monotonic()
    session.close()
    return time.monotonic() - begun_s


def test_a_card_that_was_lifted_is_let_go_as_soon_as_the_service_knows(
    reader: CardSlot, laid: SimulatedCard, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next card would meet a reader that is in use."""
    assert let_go_after_s(reader, laid, anchors, monkeypatch) < SEVERAL_POLLS_S


def test_one_that_is_held_for_the_whole_time_is_caught(
    reader: CardSlot, laid: SimulatedCard, anchors: RecordAnchors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: whoever waits without listening to the service."""

    def sleep_through(_context: int, _reader: str, known: int, within_s: float) -> int:
        time.sleep(within_s)
        return known or scard.SCARD_STATE_PRESENT

    monkeypatch.setattr(pcsc, "_state_of", sleep_through)
    assert let_go_after_s(reader, laid, anchors, monkeypatch) > SEVERAL_POLLS_S


def sign_without_pin(reader: CardSlot, anchors: RecordAnchors) -> None:
    with closing(CardSession(reader, anchors=anchors, today=known_day)) as session:
        session.sign_challenge(CHALLENGE)


@pytest.mark.usefixtures("laid")
def test_what_a_process_before_this_one_opened_is_closed(
    reader: CardSlot, anchors: RecordAnchors
) -> None:
    assert by_another_program(*OPEN) == b"\x90\x00"
    with pytest.raises(CardAnswerError, match="6982"):
        sign_without_pin(reader, anchors)


@pytest.mark.usefixtures("laid")
def test_a_start_that_trusts_the_card_is_caught(reader: CardSlot, anchors: RecordAnchors) -> None:
    """Negative control."""
    assert isinstance(reader, pcsc.PcscSlot)
    reader._needs_cold_start.clear()
    assert by_another_program(*OPEN) == b"\x90\x00"
    sign_without_pin(reader, anchors)

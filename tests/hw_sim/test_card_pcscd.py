"""The simulated card behind the real pcscd, seen by a plain client."""

import threading
from itertools import pairwise
from statistics import median

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.catalog import CONTACT, MY_NUMBER, SILENT, TRANSIT
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.talk import READ_256, select, select_file, verify
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.plain_client import (
    PlainClientError,
    PlainConnection,
    connection,
    reader_state,
    wait_for_card,
)

SELECT_JPKI = select(aids.JPKI)
WRONG = verify("9999", p2=0x98)
WAIT_S = 5.0
SLOW_GAP_S = 0.03
"""Without TCP_QUICKACK every command would wait 40 ms for the other side's acknowledgement."""
T1 = 2
QUERY = bytes.fromhex("00200098")
MUTE = 0x200
UNRESPONSIVE = {0x80100066, 0x80100067}
"""SCARD_W_UNRESPONSIVE_CARD, SCARD_W_UNPOWERED_CARD."""
LONGEST_VPCD_MESSAGE = 0xFFFF


def read_all(terminal: PlainConnection, file_id: int) -> bytes:
    terminal.transmit(select_file(file_id))
    content = b""
    while (piece := terminal.transmit(read_at(len(content))))[-2:] == b"\x90\x00":
        content += piece[:-2]
    assert piece == b"\x6b\x00"
    return content


def read_at(offset: int) -> bytes:
    return b"\x00\xb0" + offset.to_bytes(2, "big") + b"\x00"


def test_reads_the_photo_through_the_whole_stack(slot: VirtualSlot, issuer: Issuer) -> None:
    photo = bytes(range(256)) * 60
    card = issuer.issue(MY_NUMBER, photo)
    slot.lay(card)
    wait_for_card()

    with connection() as terminal:
        terminal.transmit(select(aids.CARD_SURFACE))
        assert terminal.transmit(verify(MY_NUMBER.matching_code_b, p2=0x92)) == b"\x90\x00"
        front = read_all(terminal, 0x0002)
        assert terminal.protocol == T1

    assert photo in front
    assert len(card.trace.presented_pins()) == 1
    reads = card.trace.with_ins(0xB0)
    gaps_s = [b.received_at_s - a.answered_at_s for a, b in pairwise(reads)]
    assert median(gaps_s) < SLOW_GAP_S


def test_disconnecting_without_power_forgets_the_pin(slot: VirtualSlot, issuer: Issuer) -> None:
    slot.lay(issuer.issue(CONTACT))
    wait_for_card()
    read_signature_certificate = (SELECT_JPKI, select_file(0x0001), READ_256)

    with connection() as terminal:
        terminal.transmit(SELECT_JPKI)
        assert terminal.transmit(verify("ABC123", p2=0x9B)) == b"\x90\x00"
    with connection() as terminal:
        answers = [terminal.transmit(command) for command in read_signature_certificate]

    assert answers == [b"\x90\x00", b"\x90\x00", b"\x69\x82"]


def test_a_lying_card_survives_the_death_of_pcscd(
    pcscd: Pcscd, slot: VirtualSlot, issuer: Issuer
) -> None:
    card = issuer.issue(MY_NUMBER)
    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        terminal.transmit(SELECT_JPKI)
        terminal.transmit(WRONG)

    pcscd.kill()
    with pytest.raises(PlainClientError), connection():
        pass
    pcscd.start()
    wait_for_card()

    with connection() as terminal:
        assert terminal.transmit(SELECT_JPKI) == b"\x90\x00"
    assert slot.card is card
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 2


def test_pulled_in_the_middle_of_verify_and_laid_again(slot: VirtualSlot, issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    card.physics.pull_at(2)
    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        assert terminal.transmit(SELECT_JPKI) == b"\x90\x00"
        assert terminal.transmit(WRONG) == b""
        with pytest.raises(PlainClientError):
            terminal.transmit(SELECT_JPKI)
    wait_for_card(is_present=False)

    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        terminal.transmit(SELECT_JPKI)
        assert terminal.transmit(QUERY) == b"\x63\xc2"


@pytest.mark.parametrize(
    ("nth", "fault", "tries"),
    [
        (1, Fault.PULL_BEFORE_COMMAND, 3),
        (2, Fault.PULL_BEFORE_COMMAND, 3),
        (2, Fault.PULL_BEFORE_ANSWER, 2),
        (3, Fault.PULL_BEFORE_COMMAND, 2),
        (3, Fault.PULL_BEFORE_ANSWER, 1),
    ],
)
def test_pulled_at_each_command_the_counters_are_kept(
    slot: VirtualSlot, issuer: Issuer, nth: int, fault: Fault, tries: int
) -> None:
    card = issuer.issue(MY_NUMBER)
    card.physics.pull_at(nth, fault)
    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        answers = [terminal.transmit(c) for c in (SELECT_JPKI, WRONG, WRONG)[:nth]]
    wait_for_card(is_present=False)

    assert answers[-1] == b""
    assert b"" not in answers[:-1]
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == tries
    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        terminal.transmit(SELECT_JPKI)
        assert terminal.transmit(QUERY) == bytes((0x63, 0xC0 | tries))


def test_a_silent_chip_is_present_and_mute(slot: VirtualSlot, issuer: Issuer) -> None:
    card = issuer.issue(SILENT)
    slot.lay(card)
    wait_for_card()

    assert reader_state() & MUTE
    with pytest.raises(PlainClientError) as refusal, connection():
        pass
    assert refusal.value.code in UNRESPONSIVE
    assert reader_state() & MUTE
    assert card.trace.exchanges == []
    slot.remove()
    wait_for_card(is_present=False)
    slot.lay(issuer.issue(MY_NUMBER))
    wait_for_card()
    assert not reader_state() & MUTE


def test_an_evil_cards_longest_answer_comes_through(slot: VirtualSlot, issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    longest = bytes(65_536) + b"\x90\x00"
    card.physics.distort_at(1, lambda _answer: longest)
    slot.lay(card)
    wait_for_card()
    with connection() as terminal:
        answer = terminal.transmit(SELECT_JPKI)
        assert terminal.transmit(SELECT_JPKI) == b"\x90\x00"

    assert answer == longest[:LONGEST_VPCD_MESSAGE]


def test_taken_away_by_hand_while_the_card_hangs(slot: VirtualSlot, issuer: Issuer) -> None:
    card = issuer.issue(TRANSIT)
    card.physics.hang_at(1)
    slot.lay(card)
    wait_for_card()
    answers: list[bytes] = []
    with connection() as terminal:
        asking = threading.Thread(target=lambda: answers.append(terminal.transmit(SELECT_JPKI)))
        asking.start()
        assert card.physics.wait_until_hanging(WAIT_S)
        slot.remove()
        asking.join(WAIT_S)

    assert answers == [b""]

"""Manners in which cards differ: short ids, T=0 answers, data objects, refusals."""

from dataclasses import replace

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import CONTACT_T0, MY_NUMBER, NO_SHORT_IDS
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.talk import read_file, select, select_file, send, status_words, verify

SELECT_JPKI = select(aids.JPKI)
SIGN = bytes.fromhex("802A039705") + b"proof" + b"\x00"


def powered(issuer: Issuer, profile: CardProfile) -> SimulatedCard:
    card = issuer.issue(profile)
    card.power_on()
    return card


@pytest.mark.parametrize("refusal", [0x6A82, 0x6A86, 0x6B00, 0x6D00])
def test_a_card_may_know_no_short_ids(issuer: Issuer, refusal: int) -> None:
    card = powered(issuer, replace(NO_SHORT_IDS, short_id_status_word=refusal))
    by_short_id = [
        bytes.fromhex("00B0860000"),
        bytes.fromhex("00200098"),
        verify("9999", p2=0x98),
        SIGN,
    ]

    assert status_words(card, SELECT_JPKI, *by_short_id) == [0x9000] + [refusal] * 4
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 3
    record = bytes.fromhex("00B2010C00")
    assert status_words(card, select(aids.COMMON_DATA), record) == [0x9000, refusal]
    by_select = [SELECT_JPKI, select_file(0x0018), bytes.fromhex("00200080"), verify("1234")]
    assert status_words(card, *by_select) == [0x9000, 0x9000, 0x63C3, 0x9000]


def test_a_refused_short_id_leaves_the_selected_file(issuer: Issuer) -> None:
    card = powered(issuer, NO_SHORT_IDS)
    commands = [SELECT_JPKI, select_file(0x0006), bytes.fromhex("00B08A0000")]
    assert status_words(card, *commands) == [0x9000, 0x9000, 0x6A82]

    assert send(card, bytes.fromhex("00B0000004")) == (b"JPKI", 0x9000)


def test_a_t0_card_announces_its_data(issuer: Issuer) -> None:
    plain, t0 = powered(issuer, MY_NUMBER), powered(issuer, CONTACT_T0)
    for card in (plain, t0):
        status_words(card, SELECT_JPKI, select_file(0x0006))
    whole, _ = send(plain, bytes.fromhex("00B00000A0"))

    assert send(t0, bytes.fromhex("00B0000000")) == (b"", 0x6CA0)
    assert send(t0, bytes.fromhex("00B00000A0")) == (b"", 0x61A0)
    assert send(t0, bytes.fromhex("00C0000010")) == (whole[:16], 0x6190)
    assert send(t0, bytes.fromhex("00C0000000")) == (b"", 0x6C90)
    assert send(t0, bytes.fromhex("00C0000090")) == (whole[16:], 0x9000)
    assert send(t0, bytes.fromhex("00C0000010")) == (b"", 0x6985)


def test_a_t0_card_forgets_what_was_not_fetched(issuer: Issuer) -> None:
    card = powered(issuer, CONTACT_T0)
    status_words(card, SELECT_JPKI, select_file(0x0006), bytes.fromhex("00B00000A0"))
    send(card, select_file(0x0008))

    assert send(card, bytes.fromhex("00C00000A0"))[1] == 0x6985


def test_a_t0_card_signs_in_two_steps(issuer: Issuer) -> None:
    card = powered(issuer, CONTACT_T0)
    words = status_words(card, SELECT_JPKI, verify("1234", p2=0x98), SIGN)
    signature, status_word = send(card, bytes.fromhex("00C0000000"))

    assert words == [0x9000, 0x9000, 0x6100]
    assert (len(signature), status_word) == (256, 0x9000)


def test_a_card_without_t0_manners_knows_no_get_response(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)

    assert status_words(card, SELECT_JPKI, bytes.fromhex("00C0000000")) == [0x9000, 0x6D00]


OBJECTS = {
    "00CA00F200": b"20350314",
    "00CA00F000": b"99999",
    "00CA004500": b"900000000000001",
}


def test_the_card_manager_tells_its_data(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)

    told = {command: send(card, bytes.fromhex(command))[0] for command in OBJECTS}

    assert told == OBJECTS
    assert status_words(card, *map(bytes.fromhex, ("00CA004200", "00CA006600"))) == [0x9000] * 2
    assert status_words(card, SELECT_JPKI, bytes.fromhex("00CA00F200")) == [0x9000, 0x6D00]
    assert status_words(card, select(aids.CARD_MANAGER), bytes.fromhex("00CA00F200"))[1] == 0x9000


@pytest.mark.parametrize("tag", ["00F7", "00F8", "7F21"])
def test_a_large_object_needs_the_extended_length(issuer: Issuer, tag: str) -> None:
    card = powered(issuer, MY_NUMBER)

    assert send(card, bytes.fromhex(f"00CA{tag}00"))[1] == 0x6700
    certificate, status_word = send(card, bytes.fromhex(f"00CA{tag}000000"))
    assert (len(certificate), certificate[:2].hex(), status_word) == (568, "7f21", 0x9000)


def test_absent_objects_and_unknown_commands_are_refused_as_switched(issuer: Issuer) -> None:
    expiry, unknown = bytes.fromhex("00CA00F200"), bytes.fromhex("0046000000")
    odd = replace(
        MY_NUMBER,
        absent_data_objects=frozenset({0x00F2}),
        unknown_data_status_word=0x6A82,
        unknown_instruction_status_word=0x6E00,
        unknown_application_status_word=0x6A81,
    )
    commands = [expiry, unknown, select(aids.CONTACT_PAYMENT)]

    assert status_words(powered(issuer, MY_NUMBER), *commands) == [0x9000, 0x6D00, 0x6A82]
    assert status_words(powered(issuer, odd), *commands) == [0x6A82, 0x6E00, 0x6A81]


@pytest.mark.parametrize("word", [0x6281, 0x6282])
def test_a_short_answer_may_come_with_a_warning(issuer: Issuer, word: int) -> None:
    card = powered(issuer, replace(MY_NUMBER, end_of_file_status_word=word))
    status_words(card, SELECT_JPKI, select_file(0x0006))

    assert send(card, bytes.fromhex("00B0009E00")) == (b"99", word)
    assert send(card, bytes.fromhex("00B000A000")) == (b"", word)


def test_filler_follows_every_object(issuer: Issuer) -> None:
    card = powered(issuer, replace(MY_NUMBER, filler_bytes=9))
    send(card, SELECT_JPKI)

    assert read_file(card, 0x000A).endswith(b"\xff" * 9)

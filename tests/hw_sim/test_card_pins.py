import re
from dataclasses import replace

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import ANDROID, FACE_ONLY, MY_NUMBER, ODD_MANNERS, PIN_LAST_TRY
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.talk import (
    QUERY_TRIES,
    READ_256,
    select,
    select_file,
    send,
    status_words,
    verify,
)

PIN = PinName.JPKI_AUTHENTICATION
RIGHT, WRONG = verify("1234"), verify("9999")
PROBE = bytes.fromhex("802A0097") + b"\x01\x00\x00"
"""Sign with the authentication key: 6982 shows that the PIN is not verified."""


def at_pin(issuer: Issuer, profile: CardProfile, file_id: int = 0x0018) -> SimulatedCard:
    card = issuer.issue(profile)
    card.power_on()
    send(card, select(aids.JPKI))
    send(card, select_file(file_id))
    return card


def test_the_counter_falls_to_blocked_and_stays(issuer: Issuer) -> None:
    card = at_pin(issuer, MY_NUMBER)

    commands = [QUERY_TRIES, WRONG, WRONG, QUERY_TRIES, WRONG, RIGHT, QUERY_TRIES]
    expected = [0x63C3, 0x63C2, 0x63C1, 0x63C1, 0x63C0, 0x6984, 0x63C0]
    assert status_words(card, *commands) == expected

    card.power_off()
    card.power_on()
    assert card.tries_left(PIN) == 0


def test_success_restores_the_counter(issuer: Issuer) -> None:
    card = at_pin(issuer, PIN_LAST_TRY)

    assert status_words(card, QUERY_TRIES, RIGHT, QUERY_TRIES) == [0x63C1, 0x9000, 0x63C3]


@pytest.mark.parametrize("blocked", [0x6983, 0x6984, 0x63C0])
def test_blocked_answers(issuer: Issuer, blocked: int) -> None:
    profile = replace(MY_NUMBER, tries_left={PIN: 0}, blocked_status_word=blocked)

    assert status_words(at_pin(issuer, profile), RIGHT) == [blocked]


def test_an_unlimited_counter_never_blocks(issuer: Issuer) -> None:
    card = at_pin(issuer, replace(MY_NUMBER, tries_left={PIN: None}))

    assert status_words(card, *[WRONG] * 12, RIGHT) == [0x6300] * 12 + [0x9000]


def test_the_empty_verify_after_success(issuer: Issuer) -> None:
    odd = replace(MY_NUMBER, is_empty_verify_ok_once_verified=True)

    assert status_words(at_pin(issuer, MY_NUMBER), RIGHT, QUERY_TRIES) == [0x9000, 0x63C3]
    assert status_words(at_pin(issuer, odd), RIGHT, QUERY_TRIES) == [0x9000, 0x9000]


def test_a_short_identifier_names_the_reference(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.JPKI))

    commands = [bytes.fromhex("0020009B"), verify("1234", p2=0x98), verify("1234", p2=0x97)]
    assert status_words(card, *commands) == [0x63C5, 0x9000, 0x6981]


def test_a_wrong_pin_closes_what_was_open(issuer: Issuer) -> None:
    card = at_pin(issuer, MY_NUMBER)

    assert status_words(card, PROBE, RIGHT, PROBE, WRONG, PROBE) == [
        0x6982,
        0x9000,
        0x9000,
        0x63C2,
        0x6982,
    ]


@pytest.mark.parametrize(
    ("is_kept", "after"), [(True, [0x9000, 0x9000]), (False, [0x6982, 0x6982])]
)
def test_reselect_and_reset_keep_or_lose(issuer: Issuer, is_kept: bool, after: list[int]) -> None:
    profile = replace(
        MY_NUMBER, is_status_kept_on_reselect=is_kept, is_status_kept_on_reset=is_kept
    )
    card = at_pin(issuer, profile)
    send(card, RIGHT)
    reselected = status_words(card, select(aids.JPKI), PROBE)[1]

    card = at_pin(issuer, profile)
    send(card, RIGHT)
    card.reset()
    reset = status_words(card, select(aids.JPKI), PROBE)[1]

    assert [reselected, reset] == after


@pytest.mark.parametrize("profile", [MY_NUMBER, ODD_MANNERS])
def test_power_off_always_forgets(issuer: Issuer, profile: CardProfile) -> None:
    card = at_pin(issuer, replace(profile, is_first_command_lost=False))
    send(card, RIGHT)
    card.power_off()
    card.power_on()

    assert status_words(card, select(aids.JPKI), PROBE) == [0x9000, 0x6982]


def test_certificates_and_their_pins(issuer: Issuer) -> None:
    card = at_pin(issuer, MY_NUMBER, 0x000A)
    assert send(card, READ_256)[1] == 0x9000
    signature = [select_file(0x0001), READ_256, verify("ABC123", p2=0x9B), READ_256]
    assert status_words(card, *signature) == [0x9000, 0x6982, 0x9000, 0x9000]

    phone = at_pin(issuer, ANDROID, 0x000A)
    commands = [READ_256, verify("1234", p2=0x98), READ_256]
    assert status_words(phone, *commands) == [0x6982, 0x9000, 0x9000]


def test_a_face_only_card_has_no_usable_pin_and_no_signature(issuer: Issuer) -> None:
    card = at_pin(issuer, FACE_ONLY)

    assert status_words(card, QUERY_TRIES, RIGHT) == [0x63C0, 0x6984]
    assert status_words(card, select_file(0x0001), select_file(0x000A)) == [0x6A82, 0x9000]
    send(card, select_file(0x0008))
    assert send(card, READ_256) == (b"\x00\x8f\x00", 0x9000)


@pytest.mark.parametrize(
    ("aid", "reference", "old", "change"),
    [
        (aids.JPKI, 0x18, "1234", "00240180"),
        (aids.CARD_TEXT, 0x11, "2345", "00240180"),
        (aids.COMMON_DATA, 0x1C, "3456", "80320080"),
        (aids.RESIDENT_RECORD, 0x1C, "3456", "80320080"),
    ],
)
def test_the_holder_changes_a_pin(
    issuer: Issuer, aid: bytes, reference: int, old: str, change: str
) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    status_words(card, select(aid), select_file(reference))
    to_new = bytes.fromhex(change) + b"\x048765"
    too_long = bytes.fromhex(change) + b"\x0587654"

    assert status_words(card, to_new, verify(old), too_long) == [0x6982, 0x9000, 0x6700]
    assert status_words(card, to_new, verify(old), verify("8765")) == [0x9000, 0x63C2, 0x9000]


def test_a_printed_code_can_never_be_changed(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    code = MY_NUMBER.matching_code_b
    commands = [select(aids.CARD_SURFACE), select_file(0x0012), verify(code)]
    change = bytes.fromhex("002401800E") + code.encode()

    assert status_words(card, *commands, change) == [0x9000, 0x9000, 0x9000, 0x6985]


def test_secrets_stay_out_of_representations(issuer: Issuer) -> None:
    card = at_pin(issuer, MY_NUMBER)
    send(card, RIGHT)

    times = re.compile(r"\d+\.\d+")
    shown = times.sub("", repr(card.profile) + repr(card.trace) + repr(card.profile.pins))

    for secret in ("1234", "ABC123", MY_NUMBER.matching_code_a, MY_NUMBER.matching_code_b):
        assert secret not in shown

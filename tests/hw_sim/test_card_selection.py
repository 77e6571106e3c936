from dataclasses import replace

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import (
    ANDROID,
    CONTACT,
    FACE_ONLY,
    IPHONE,
    JUKI,
    MY_NUMBER,
    ODD_MANNERS,
)
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.talk import READ_256, read_file, select, select_file, send, status_words


def powered(issuer: Issuer, profile: CardProfile) -> SimulatedCard:
    card = issuer.issue(profile)
    card.power_on()
    return card


@pytest.mark.parametrize(
    ("profile", "label"),
    [
        (MY_NUMBER, b"JPKIAPICCTOKEN2"),
        (FACE_ONLY, b"JPKIAPICCTOKEN2"),
        (ANDROID, b"JPKIAPGPSETOKEN"),
        (IPHONE, b"JPKIAPIOSTOKEN"),
        (JUKI, b"JPKIAPICCTOKEN"),
    ],
)
def test_the_token_label_tells_the_kind(issuer: Issuer, profile: CardProfile, label: bytes) -> None:
    card = powered(issuer, profile)
    send(card, select(aids.JPKI))

    token = read_file(card, 0x0006)

    assert len(token) == 160
    assert token[:32] == label.ljust(32)


@pytest.mark.parametrize("profile", [ANDROID, IPHONE])
def test_a_phone_has_no_card_surface(issuer: Issuer, profile: CardProfile) -> None:
    card = powered(issuer, profile)

    assert status_words(card, select(aids.CARD_SURFACE), select(aids.JPKI)) == [0x6A82, 0x9000]


def test_applications_are_found_by_prefix(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)

    assert status_words(card, select(aids.JPKI[:6]), select(aids.JPKI + b"\x00")) == [
        0x9000,
        0x6A82,
    ]


def test_selecting_nothing_differs_cold_and_inside_an_application(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)
    select_nothing, select_root = bytes.fromhex("00A40000"), bytes.fromhex("00A40000023F00")

    commands = [select_nothing, select(aids.JPKI), select_nothing, select_root]
    assert status_words(card, *commands) == [0x6A86, 0x9000, 0x9000, 0x6A82]


def test_politely_refuses_what_other_clients_probe(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)
    probes = {
        "00CADF3005": 0x6A88,
        "00CB3FFF00": 0x6D00,
        "00A4040C07A0000000031010": 0x6A82,
        "00A4040C00": 0x6A82,
        "01A4040C0AD392F000260100000001": 0x6881,
        "0CB0000000": 0x69FC,
        "90AF000000": 0x6E00,
        "00B00000": 0x6700,
        "00B0000000": 0x6986,
        "00A4": 0x6700,
    }

    answers = {probe: send(card, bytes.fromhex(probe))[1] for probe in probes}

    assert answers == probes


def test_reading_needs_a_current_transparent_file(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)

    commands = [select(aids.JPKI), READ_256, select_file(0x0018), READ_256, select_file(0x0099)]
    assert status_words(card, *commands) == [0x9000, 0x6986, 0x9000, 0x6981, 0x6A82]


JPKI_FILES = {
    *(0x0001, 0x0002, 0x0005, 0x0006, 0x0008, 0x0009, 0x000A, 0x000B),
    *(0x0010, 0x0016, 0x0017, 0x0018, 0x0019, 0x001A, 0x001B, 0x001C, 0x001E),
}
SURFACE_FILES = {*range(0x0001, 0x0007), *range(0x0011, 0x0016), 0x001A, 0x001C, 0x001E}
"""As listed in facts/card.md §3.2 and §3.3."""


@pytest.mark.parametrize(
    ("application", "files"), [(aids.JPKI, JPKI_FILES), (aids.CARD_SURFACE, SURFACE_FILES)]
)
def test_the_files_that_cards_are_known_to_have_and_no_others(
    issuer: Issuer, application: bytes, files: set[int]
) -> None:
    card = powered(issuer, MY_NUMBER)
    send(card, select(application))
    found = {file for file in range(0x0001, 0x0020) if send(card, select_file(file))[1] == 0x9000}
    assert found == files


@pytest.mark.parametrize(
    ("application", "file", "status_word"),
    [(aids.JPKI, 0x0009, 0x6982), (aids.JPKI, 0x0019, 0x6981), (aids.CARD_SURFACE, 0x0014, 0x6981)],
)
def test_a_file_of_unknown_content_gives_nothing(
    issuer: Issuer, application: bytes, file: int, status_word: int
) -> None:
    card = powered(issuer, MY_NUMBER)
    assert status_words(card, select(application), select_file(file), READ_256) == [
        0x9000,
        0x9000,
        status_word,
    ]


def test_a_short_identifier_selects_and_reads_at_once(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)
    send(card, select(aids.JPKI))

    assert send(card, bytes.fromhex("00B0860004")) == (b"JPKI", 0x9000)
    assert send(card, bytes.fromhex("00B0000404")) == (b"APIC", 0x9000)


def test_end_of_file_in_both_manners(issuer: Issuer) -> None:
    past, last = bytes.fromhex("00B000A000"), bytes.fromhex("00B0009E00")
    answers = []
    for profile in (MY_NUMBER, replace(MY_NUMBER, end_of_file_status_word=0x6282)):
        card = powered(issuer, profile)
        send(card, select(aids.JPKI))
        send(card, select_file(0x0006))
        answers.append((send(card, last), send(card, past)))

    assert answers[0] == ((b"99", 0x9000), (b"", 0x6B00))
    assert answers[1] == ((b"99", 0x6282), (b"", 0x6282))


def test_extended_lengths_only_where_accepted(issuer: Issuer) -> None:
    read_4096 = bytes.fromhex("00B00000001000")
    for profile, expected in ((MY_NUMBER, 0x6700), (CONTACT, 0x9000)):
        card = powered(issuer, profile)
        send(card, select(aids.JPKI))
        send(card, select_file(0x000A))
        data, status_word = send(card, read_4096)
        assert status_word == expected
        assert (len(data) > 256) == (expected == 0x9000)


def test_get_challenge_gives_at_most_256_bytes(issuer: Issuer) -> None:
    card = powered(issuer, CONTACT)
    first, _ = send(card, bytes.fromhex("0084000000"))
    second, _ = send(card, bytes.fromhex("0084000000"))

    assert len(first) == len(second) == 256
    assert first != second
    for extended in ("00840000000101", "00840000000010"):
        assert send(card, bytes.fromhex(extended))[1] == 0x6985


def test_the_first_command_after_power_up_may_be_lost(issuer: Issuer) -> None:
    card = powered(issuer, ODD_MANNERS)
    assert status_words(card, select(aids.JPKI), select(aids.JPKI)) == [0x6F00, 0x9000]

    card.power_off()
    card.power_on()
    assert status_words(card, select(aids.JPKI)) == [0x6F00]


def test_card_expiry_is_free(issuer: Issuer) -> None:
    card = powered(issuer, MY_NUMBER)
    by_short_id, by_current = bytes.fromhex("00B2010C00"), bytes.fromhex("00B2010400")
    send(card, select(aids.COMMON_DATA))

    record, status_word = send(card, by_short_id)

    assert (record, status_word) == (b"\x01\x1c" + b"9000000000000019999920350314", 0x9000)
    assert send(card, by_current) == (record, 0x9000)
    assert send(card, bytes.fromhex("00B2020400"))[1] == 0x6A83


@pytest.mark.parametrize("is_at_card_manager", [True, False])
def test_the_contact_atr_is_told_in_one_place(issuer: Issuer, is_at_card_manager: bool) -> None:
    profile = replace(MY_NUMBER, is_contact_atr_at_card_manager=is_at_card_manager)
    card = powered(issuer, profile)
    get_atr = bytes.fromhex("00CA5F5100")

    cold, _, inside = (send(card, c)[0] for c in (get_atr, select(aids.JPKI), get_atr))

    assert (cold[:2] == b"\xda\x13", inside[:2] == b"\xda\x13") == (
        is_at_card_manager,
        not is_at_card_manager,
    )


def test_only_an_iphone_knows_the_last_command(issuer: Issuer) -> None:
    last = bytes.fromhex("80FC0000")

    assert status_words(powered(issuer, IPHONE), select(aids.JPKI), last)[1] == 0x9000
    assert status_words(powered(issuer, MY_NUMBER), select(aids.JPKI), last)[1] == 0x6700

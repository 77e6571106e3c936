"""What patients lay down instead of a My Number card."""

from dataclasses import replace

import pytest

from tests.hw_sim.card import aids, catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.talk import READ_256, select, select_file, send, status_words

GET_UNIQUE_ID = bytes.fromhex("FFCA000000")
MY_NUMBER_AIDS = (aids.JPKI, aids.CARD_SURFACE, aids.CARD_TEXT, aids.COMMON_DATA)
PAYMENT = (aids.CONTACTLESS_PAYMENT, aids.CONTACT_PAYMENT)
KNOWN_AIDS = (
    *MY_NUMBER_AIDS,
    aids.RESIDENT_RECORD,
    aids.CARD_MANAGER,
    *aids.DRIVING_LICENCE,
    *aids.RESIDENCE_CARD,
    *PAYMENT,
)


def powered(issuer: Issuer, profile: CardProfile) -> SimulatedCard:
    card = issuer.issue(profile)
    card.power_on()
    return card


def select_with_answer(aid: bytes) -> bytes:
    return bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid + b"\x00"


@pytest.mark.parametrize(
    ("profile", "known"),
    [
        (catalog.DRIVING_LICENCE, aids.DRIVING_LICENCE),
        (catalog.RESIDENCE_CARD, aids.RESIDENCE_CARD),
        (catalog.BANK_CARD, (aids.CONTACTLESS_PAYMENT,)),
        (catalog.BANK_CARD_CONTACT, (aids.CONTACT_PAYMENT,)),
        (catalog.WALLET_PHONE, (aids.CONTACTLESS_PAYMENT,)),
        (catalog.TRANSIT, ()),
        (catalog.NEXT_GENERATION, ()),
        (catalog.JUKI_WITHOUT_JPKI, (aids.RESIDENT_RECORD, aids.CARD_MANAGER)),
        (catalog.JUKI, (aids.JPKI, aids.RESIDENT_RECORD, aids.CARD_MANAGER)),
        (
            catalog.LICENCE_ON_MY_NUMBER,
            (*MY_NUMBER_AIDS, aids.RESIDENT_RECORD, aids.CARD_MANAGER, *aids.DRIVING_LICENCE[:2]),
        ),
    ],
)
def test_which_applications_answer(
    issuer: Issuer, profile: CardProfile, known: tuple[bytes, ...]
) -> None:
    card = powered(issuer, profile)

    answering = {aid for aid in KNOWN_AIDS if status_words(card, select(aid)) == [0x9000]}

    assert answering == set(known)


@pytest.mark.parametrize(
    ("profile", "refusal"),
    [(catalog.TRANSIT, 0x6A81), (catalog.TRANSIT_6D00, 0x6D00), (catalog.NEXT_GENERATION, 0x6A82)],
)
def test_a_card_without_applications_refuses_every_select(
    issuer: Issuer, profile: CardProfile, refusal: int
) -> None:
    card = powered(issuer, profile)

    commands = [select(aids.JPKI), select(aids.CARD_MANAGER), select_file(0x0006), READ_256]
    assert status_words(card, *commands) == [refusal, refusal, refusal, 0x6D00]


@pytest.mark.parametrize(
    ("profile", "size_bytes"),
    [
        (catalog.TRANSIT, 8),
        (catalog.MY_NUMBER, 4),
        (catalog.BANK_CARD, 7),
        (catalog.WALLET_PHONE, 4),
    ],
)
def test_the_reader_tells_the_unique_id(
    issuer: Issuer, profile: CardProfile, size_bytes: int
) -> None:
    data, status_word = send(powered(issuer, profile), GET_UNIQUE_ID)

    assert (len(data), status_word) == (size_bytes, 0x9000)


def test_asking_for_the_unique_id_never_reaches_the_card(issuer: Issuer) -> None:
    card = powered(issuer, replace(catalog.CONTACT, is_first_command_lost=True))

    assert status_words(card, GET_UNIQUE_ID, select(aids.JPKI)) == [0x6A81, 0x6F00]
    assert (card.trace.exchanges[0].link_s, card.trace.exchanges[0].card_s) == (0.0, 0.0)


def test_a_payment_card_tells_its_directory(issuer: Issuer) -> None:
    card = powered(issuer, catalog.BANK_CARD)

    answer, status_word = send(card, select_with_answer(aids.CONTACTLESS_PAYMENT))

    assert status_word == 0x9000
    assert answer[:1] == b"\x6f"
    assert answer[1] == len(answer) - 2
    assert aids.CONTACTLESS_PAYMENT in answer


def test_some_payment_cards_know_select_with_an_answer_only(issuer: Issuer) -> None:
    card = powered(issuer, catalog.BANK_CARD_EMV)
    aid = aids.CONTACTLESS_PAYMENT

    assert status_words(card, select(aid), select_with_answer(aid)) == [0x6A86, 0x9000]
    assert status_words(card, select(aids.JPKI)) == [0x6A82]


def test_a_my_number_card_knows_select_without_an_answer_only(issuer: Issuer) -> None:
    card = powered(issuer, catalog.MY_NUMBER)

    assert status_words(card, select_with_answer(aids.JPKI), select(aids.JPKI)) == [0x6A86, 0x9000]


def test_an_iphone_opens_by_its_holder_alone(issuer: Issuer) -> None:
    read = [select(aids.JPKI), select_file(0x000A), READ_256]
    sign = bytes.fromhex("802A039705") + b"proof" + b"\x00"

    assert status_words(powered(issuer, catalog.IPHONE), *read, sign)[2:] == [0x9000, 0x9000]
    assert status_words(powered(issuer, catalog.IPHONE_LOCKED), *read, sign)[2:] == [0x6982] * 2


def test_no_pin_given_to_the_reader_opens_a_locked_iphone(issuer: Issuer) -> None:
    card = powered(issuer, catalog.IPHONE_LOCKED)
    pin = bytes.fromhex("002000980431323334")
    sign = bytes.fromhex("802A039705") + b"proof" + b"\x00"

    assert status_words(card, select(aids.JPKI), pin, sign) == [0x9000, 0x9000, 0x6982]

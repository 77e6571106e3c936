import pytest

from device.reader.cards.my_number import recognise
from hostlink.terms import CardKind
from tests.device.reader.answering_card import AnsweringCard, jpki_card


def test_claims_its_own_label_and_no_other() -> None:
    facts = recognise(jpki_card("JPKIAPICCTOKEN2", tries="63C2").lie())
    assert facts is not None
    assert (facts.kind, facts.has_pin, facts.has_face_photo) == (CardKind.MY_NUMBER, True, True)
    assert facts.pin_tries_left == 2
    for label in ("JPKIAPICCTOKEN", "JPKIAPICCTOKEN22", "JPKIAPIOSTOKEN"):
        assert recognise(jpki_card(label).lie()) is None
    assert recognise(AnsweringCard().lie()) is None


def test_a_child_s_card_without_signing_certificate() -> None:
    assert recognise(jpki_card("JPKIAPICCTOKEN2", available="009000").lie()) is not None


@pytest.mark.parametrize("tries", ["63C0", "6983", "6984"])
def test_a_locked_pin_is_no_reason_for_another_kind(tries: str) -> None:
    facts = recognise(jpki_card("JPKIAPICCTOKEN2", tries).lie())
    assert facts is not None
    assert (facts.has_pin, facts.pin_tries_left) == (True, 0)


@pytest.mark.parametrize("available", ["009000", "6A82"])
def test_a_card_issued_without_pin_is_of_another_kind(available: str) -> None:
    assert recognise(jpki_card("JPKIAPICCTOKEN2", "63C0", available).lie()) is None


def test_the_file_of_certificates_is_read_only_when_the_pin_tells_nothing() -> None:
    card = jpki_card("JPKIAPICCTOKEN2")
    recognise(card.lie())
    assert not [command for command in card.sent if command[:3] == b"\x00\xb0\x88"]

from device.reader.card_map import Application, ForeignApplication
from tests.device.reader.answering_card import AnsweringCard, jpki_card
from tests.device.reader.named_commands import named


def test_a_card_without_the_application_has_no_token() -> None:
    card = AnsweringCard()
    assert card.lie().token is None
    assert named(card.sent) == ["SELECT common", "SELECT JPKI"]


def test_a_phone_tells_its_name_with_its_kind() -> None:
    card = jpki_card("JPKIAPGPSETOKEN")
    token = card.lie().token
    assert token is not None
    assert token.token_id == b"serial of token."
    assert named(card.sent) == ["SELECT common", "SELECT JPKI", "READ EF 0006, 96 bytes"]


def test_every_question_is_asked_once_and_only_when_somebody_wants_to_know() -> None:
    card = jpki_card("JPKIAPICCTOKEN2", tries="63C1")
    laid = card.lie()
    before = len(card.sent)
    for _ in range(2):
        assert laid.pin_tries_left == 1
        assert laid.has_signing_certificate
        assert laid.has_application(ForeignApplication.DRIVING_LICENCE)
        assert laid.unique_id == b""
    assert named(card.sent[before:]) == [
        "ASK TRIES EF 0018",
        "READ EF 0008, 1 bytes",
        "SELECT driving licence",
        "ASK READER FOR ID",
    ]


def test_a_pin_of_which_the_card_says_nothing_cannot_be_typed() -> None:
    assert jpki_card("JPKIAPICCTOKEN2", tries="6A88").lie().pin_tries_left == 0


def test_a_card_without_the_file_has_no_signing_certificate() -> None:
    card = jpki_card("JPKIAPICCTOKEN2", available="6A82")
    assert not card.lie().has_signing_certificate


def test_the_name_of_a_reader_without_names_is_empty() -> None:
    assert AnsweringCard(Application.COMMON).lie().unique_id == b""

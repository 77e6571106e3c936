import pytest

from device.reader.card_map import Application, ForeignApplication
from device.reader.errors import CardAnswerError
from tests.device.reader.answering_card import AnsweringCard, jpki_card
from tests.device.reader.named_commands import named

READ_RECORD = 0xB2
CARD_DATA = b"\x01\x1c" + b"400000012719843" + b"13221" + b"20350217" + b"\x90\x00"


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
        "SELECT JPKI",
        "ASK TRIES EF 0018",
        "READ EF 0008, 1 bytes",
        "SELECT driving licence",
        "ASK READER FOR ID",
    ]


@pytest.mark.parametrize("word", ["6A82", "6A83", "6A88", "63C0", "6983", "6984"])
def test_a_pin_that_is_not_there_or_locked_cannot_be_typed(word: str) -> None:
    assert jpki_card("JPKIAPICCTOKEN2", tries=word).lie().pin_tries_left == 0


@pytest.mark.parametrize("word", ["6F00", "6400", "6985", "6982", "6700", "6D00", "6282"])
def test_no_other_word_makes_a_pin_a_locked_one(word: str) -> None:
    card = jpki_card("JPKIAPICCTOKEN2", tries=word).lie()
    with pytest.raises(CardAnswerError):
        _ = card.pin_tries_left


class Slipping(AnsweringCard):
    """A My Number card that answers READ RECORD with a mere word, the first so many times."""

    def __init__(self, word: str, times: int) -> None:
        super().__init__(Application.COMMON, Application.JPKI, label=b"JPKIAPICCTOKEN2")
        self._word, self._times = bytes.fromhex(word), times

    def _reply(self, command: bytes) -> bytes:
        if command[1] != READ_RECORD:
            return super()._reply(command)
        self._times -= 1
        return CARD_DATA if self._times < 0 else self._word


@pytest.mark.parametrize("word", ["6F00", "6985", "6282", "6A83", "5AA5", "9000"])
def test_a_my_number_card_that_told_no_last_day_is_asked_once_more(word: str) -> None:
    card = Slipping(word, times=1)
    assert str(card.lie().expiry) == "2035-02-17"
    assert named(card.sent) == [
        "SELECT common",
        "READ RECORD 1 of EF 0001",
        "SELECT JPKI",
        "READ EF 0006, 96 bytes",
        "SELECT common",
        "READ RECORD 1 of EF 0001",
    ]


@pytest.mark.parametrize("word", ["6F00", "6985", "6282"])
def test_one_that_does_not_say_whether_it_has_ended_is_not_read_on(word: str) -> None:
    with pytest.raises(CardAnswerError):
        Slipping(word, times=2).lie()


@pytest.mark.parametrize("word", ["6A83", "9000"])
def test_one_that_says_twice_that_it_knows_no_last_day_is_believed(word: str) -> None:
    assert Slipping(word, times=2).lie().expiry is None


def test_a_slip_does_not_make_a_card_one_without_signing_certificate() -> None:
    card = jpki_card("JPKIAPICCTOKEN2", available="6F00").lie()
    with pytest.raises(CardAnswerError):
        _ = card.has_signing_certificate


@pytest.mark.parametrize("word", ["6A82", "6A83", "6A88", "6982", "6985", "6282", "6B00"])
def test_who_shows_no_list_of_certificates_has_none_for_signing(word: str) -> None:
    card = jpki_card("JPKIAPICCTOKEN2", available=word)
    assert not card.lie().has_signing_certificate


def test_the_name_of_a_reader_without_names_is_empty() -> None:
    assert AnsweringCard(Application.COMMON).lie().unique_id == b""

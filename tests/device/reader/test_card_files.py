import pytest

from device.reader.card_files import CardFiles, SecretReference
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    MalformedAnswerError,
)
from device.reader.exchange import Exchange
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot

AID = bytes.fromhex("D392F000260100000001")
SELECT_AID = "00a4040c0a" + AID.hex()
OK = b"\x90\x00"
PIN = SecretReference(0x0018, full_tries=3)


def files_on(card: ScriptedConnection) -> CardFiles:
    return CardFiles(Exchange(ScriptedSlot(card), apdu_deadline_s=2))


def sent(card: ScriptedConnection) -> list[str]:
    return [command.hex() for command in card.sent]


def test_nothing_is_selected_twice() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    for _ in range(2):
        files.open_application(AID)
        files.open_file(0x0006)
    assert sent(card) == [SELECT_AID, "00a4020c020006"]


def test_another_application_has_files_of_its_own() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    for aid in (AID, AID[:-1] + b"\x02"):
        files.open_application(aid)
        files.open_file(0x0002)
    assert sent(card)[3] == "00a4020c020002"


def test_a_file_that_could_not_be_selected_is_not_taken_for_the_current_one() -> None:
    card = ScriptedConnection([OK, b"\x6a\x82", OK])
    files = files_on(card)
    files.open_file(0x0006)
    with pytest.raises(CardAnswerError):
        files.open_file(0x0007)
    files.open_file(0x0006)
    assert len(card.sent) == 3


def test_a_select_lost_after_power_up_is_sent_again_once() -> None:
    card = ScriptedConnection([b"\x6f\x00", OK])
    files_on(card).open_application(AID)
    assert sent(card) == [SELECT_AID, SELECT_AID]

    card = ScriptedConnection(lambda _: b"\x6f\x00")
    with pytest.raises(ApplicationMissingError):
        files_on(card).open_application(AID)
    assert len(card.sent) == 2


def test_reads_in_whole_blocks_and_not_a_byte_more() -> None:
    content = bytes(range(256)) * 3

    def answer(command: bytes) -> bytes:
        offset, ne = int.from_bytes(command[2:4], "big"), command[4] or 256
        return content[offset : offset + ne] + OK

    card = ScriptedConnection(answer)
    assert files_on(card).read(10, 600) == content[10:610]
    assert sent(card) == ["00b0000a00", "00b0010a00", "00b0020a58"]


@pytest.mark.parametrize("answer", [OK, b"short" + OK, b"short\x62\x82", bytes(200) + OK])
def test_a_card_that_gives_less_or_more_than_asked_is_not_believed(answer: bytes) -> None:
    card = ScriptedConnection(lambda _: answer)
    with pytest.raises(MalformedAnswerError):
        files_on(card).read(0, 100)
    assert len(card.sent) == 1


def test_no_file_is_longer_than_offsets_reach() -> None:
    card = ScriptedConnection(lambda _: OK)
    with pytest.raises(MalformedAnswerError):
        files_on(card).read(0x7F00, 0x100)
    assert card.sent == []


@pytest.mark.parametrize(
    ("answer", "tries"),
    [("63C2", 2), ("63CA", 10), ("63C0", 0), ("6983", 0), ("6984", 0), ("9000", 3), ("6300", 3)],
)
def test_tries_left_in_every_dialect(answer: str, tries: int) -> None:
    card = ScriptedConnection([OK, bytes.fromhex(answer)])
    assert files_on(card).tries_left(PIN) == tries
    assert sent(card) == ["00a4020c020018", "00200080"]


def test_tries_that_the_card_does_not_tell() -> None:
    card = ScriptedConnection([OK, b"\x6a\x88"])
    with pytest.raises(CardAnswerError):
        files_on(card).tries_left(PIN)

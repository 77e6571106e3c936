from collections.abc import Callable
from contextlib import nullcontext

import pytest

from device.reader.apdu import CommandApdu
from device.reader.card_files import CardFiles, SecretReference
from device.reader.card_map import (
    Application,
    CommonFile,
    ForeignApplication,
    JpkiFile,
    SurfaceFile,
)
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    CardLostError,
    MalformedAnswerError,
    ReadingStoppedError,
)
from device.reader.exchange import Exchange
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot
from tests.device.reader.named_commands import named

OK = b"\x90\x00"
PIN = SecretReference(JpkiFile.AUTHENTICATION_PIN, full_tries=3)
TOKEN, CERTIFICATE = JpkiFile.TOKEN_INFORMATION, JpkiFile.AUTHENTICATION_CERTIFICATE
NAMING_REFUSED = ("6A86", "6A82", "6A81", "6A88", "6B00", "6D00", "6981", "6986")


def files_on(card: ScriptedConnection) -> CardFiles:
    return CardFiles(Exchange(ScriptedSlot(card), apdu_deadline_s=2))


def without_short_ids(refusal: str, answer: bytes = OK) -> Callable[[bytes], bytes]:
    """A card that knows only the selected file."""

    def reply(command: bytes) -> bytes:
        ins, p1, p2 = command[1:4]
        is_named = (ins == 0xB0 and p1 & 0x80) or (ins in (0x20, 0x2A) and p2 & 0x1F)
        if is_named:
            return bytes.fromhex(refusal)
        return OK if ins == 0xA4 else answer

    return reply


def test_nothing_is_selected_twice() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    for _ in range(2):
        files.open_file(TOKEN)
    assert [command.hex() for command in card.sent] == [
        "00a4040c0ad392f000260100000001",
        "00a4020c020006",
    ]


def test_a_file_opens_its_own_application() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    files.open_file(TOKEN)
    files.open_file(SurfaceFile.FACE)
    files.open_file(TOKEN)
    assert named(card.sent) == [
        "SELECT JPKI",
        "SELECT EF 0006",
        "SELECT surface",
        "SELECT EF 0002",
        "SELECT JPKI",
        "SELECT EF 0006",
    ]


def test_a_file_that_could_not_be_selected_is_not_taken_for_the_current_one() -> None:
    card = ScriptedConnection([OK, OK, b"\x6a\x82", OK])
    files = files_on(card)
    files.open_file(TOKEN)
    with pytest.raises(CardAnswerError):
        files.open_file(CERTIFICATE)
    files.open_file(TOKEN)
    assert len(card.sent) == 4


def test_an_application_that_is_not_there_is_asked_for_again() -> None:
    files = files_on(ScriptedConnection([b"\x6a\x82", OK]))
    with pytest.raises(ApplicationMissingError):
        files.open_application(Application.JPKI)
    files.open_application(Application.JPKI)


@pytest.mark.parametrize("word", ["6F00", "6985", "6982", "6400", "6300", "6700", "5AA5"])
def test_a_word_that_tells_nothing_is_no_missing_application(word: str) -> None:
    files = files_on(ScriptedConnection([OK, bytes.fromhex(word), OK, OK]))
    files.open_application(Application.JPKI)
    with pytest.raises(CardAnswerError):
        files.open_application(Application.SURFACE)
    files.open_application(Application.SURFACE)
    files.open_application(Application.JPKI)


@pytest.mark.parametrize("word", ["6282", "6283", "6200"])
def test_what_is_selected_with_a_warning_is_selected(word: str) -> None:
    card = ScriptedConnection(lambda _: bytes.fromhex(word))
    files = files_on(card)
    for _ in range(2):
        files.open_file(TOKEN)
    assert named(card.sent) == ["SELECT JPKI", "SELECT EF 0006"]
    assert files.has_application(ForeignApplication.RESIDENT_RECORD)


@pytest.mark.parametrize("application", ForeignApplication)
def test_looking_for_another_kind_of_card_leaves_nothing_selected(
    application: ForeignApplication,
) -> None:
    card = ScriptedConnection([OK, OK, b"\x6a\x82", OK])
    files = files_on(card)
    files.open_application(Application.JPKI)
    assert files.has_application(application)
    assert not files.has_application(application)
    files.open_application(Application.JPKI)
    assert len(card.sent) == 4


def test_payment_cards_are_selected_with_an_answer_and_others_without() -> None:
    card = ScriptedConnection(lambda command: OK if command[3] else b"\x6f\x00\x90\x00")
    files = files_on(card)
    assert all(files.has_application(application) for application in ForeignApplication)
    is_payment = [command.endswith(b".SYS.DDF01\x00") for command in card.sent]
    assert [command[3] for command in card.sent] == [0x00 if p else 0x0C for p in is_payment]
    assert sum(is_payment) == 2


@pytest.mark.parametrize(("answer", "unique_id"), [("01020304 9000", "01020304"), ("6E00", "")])
def test_the_name_of_a_card_is_told_by_the_reader(answer: str, unique_id: str) -> None:
    card = ScriptedConnection([bytes.fromhex(answer)])
    assert files_on(card).unique_id() == bytes.fromhex(unique_id)
    assert card.sent == [bytes.fromhex("FFCA000000")]


def test_reads_in_whole_blocks_and_not_a_byte_more() -> None:
    content = bytes(range(256)) * 3

    def answer(command: bytes) -> bytes:
        if command[1] == 0xA4:
            return OK
        offset, ne = int.from_bytes(command[2:4], "big"), command[4] or 256
        return content[offset : offset + ne] + OK

    card = ScriptedConnection(answer)
    assert files_on(card).read(CERTIFICATE, 10, 600) == content[10:610]
    reads = [command.hex() for command in card.sent[2:]]
    assert reads == ["00b0000a00", "00b0010a00", "00b0020a58"]


@pytest.mark.parametrize("answer", [OK, b"short" + OK, b"short\x62\x82", bytes(200) + OK])
def test_a_card_that_gives_less_or_more_than_asked_is_not_believed(answer: bytes) -> None:
    card = ScriptedConnection([OK, OK, answer])
    with pytest.raises(MalformedAnswerError):
        files_on(card).read(CERTIFICATE, 0, 100)
    card = ScriptedConnection([OK, answer])
    with pytest.raises(MalformedAnswerError):
        files_on(card).read_start(CERTIFICATE, 100)


@pytest.mark.parametrize(("word", "is_believed"), [("6282", True), ("6B00", True), ("6281", False)])
def test_a_whole_block_may_come_with_the_end_of_the_file_but_not_damaged(
    word: str, is_believed: bool
) -> None:
    files = files_on(ScriptedConnection([OK, OK, bytes(100) + bytes.fromhex(word)]))
    with nullcontext() if is_believed else pytest.raises(CardAnswerError):
        assert files.read(CERTIFICATE, 0, 100) == bytes(100)


@pytest.mark.parametrize(
    ("answer", "is_believed"), [("01029000", True), ("01026282", True), ("6282", False)]
)
def test_a_record_may_come_with_the_word_that_it_ends(answer: str, is_believed: bool) -> None:
    files = files_on(ScriptedConnection([OK, bytes.fromhex(answer)]))
    with nullcontext() if is_believed else pytest.raises(CardAnswerError):
        assert files.read_record(CommonFile.CARD_DATA, 1) == b"\x01\x02"


def test_no_file_is_longer_than_offsets_reach() -> None:
    card = ScriptedConnection(lambda _: OK)
    with pytest.raises(MalformedAnswerError):
        files_on(card).read(CERTIFICATE, 0x7F00, 0x100)
    assert card.sent == []


def test_a_reading_that_nobody_needs_ends_before_the_next_command() -> None:
    card = ScriptedConnection(lambda command: (b"" if command[1] == 0xA4 else bytes(256)) + OK)
    files = files_on(card)
    with pytest.raises(ReadingStoppedError):
        files.read(CERTIFICATE, 0, 2048, lambda: len(card.sent) == 5)
    assert named(card.sent) == ["SELECT JPKI", "SELECT EF 000A", "READ ×3"]
    assert len(files.read(CERTIFICATE, 768, 256)) == 256


def test_a_short_identifier_saves_the_select() -> None:
    card = ScriptedConnection([OK, b"data" + OK, b"\x63\xc3", OK, b"signature" + OK])
    files = files_on(card)
    assert files.read_start(TOKEN, 4) == b"data"
    assert files.tries_left(PIN) == 3
    assert files.verify(PIN, b"1234").is_ok
    assert files.sign(JpkiFile.AUTHENTICATION_KEY, b"digest") == b"signature"
    assert named(card.sent) == [
        "SELECT JPKI",
        "READ EF 0006, 4 bytes",
        "ASK TRIES EF 0018",
        "VERIFY EF 0018",
        "SIGN EF 0017",
    ]


@pytest.mark.parametrize("refusal", NAMING_REFUSED)
def test_a_card_that_does_not_know_short_identifiers_is_asked_for_one_only_once(
    refusal: str,
) -> None:
    card = ScriptedConnection(without_short_ids(refusal, b"data" + OK))
    files = files_on(card)
    assert files.read_start(TOKEN, 4) == b"data"
    assert files.tries_left(PIN) == 3
    files.verify(PIN, b"1234")
    assert files.sign(JpkiFile.AUTHENTICATION_KEY, b"digest") == b"data"
    assert named(card.sent) == [
        "SELECT JPKI",
        "READ EF 0006, 4 bytes",
        "SELECT EF 0006",
        "READ",
        "SELECT EF 0018",
        "ASK TRIES selected",
        "VERIFY selected",
        "SELECT EF 0017",
        "SIGN selected",
    ]


@pytest.mark.parametrize("answer", ["9000", "63C2", "63C0", "6983", "6984", "6300"])
def test_an_answer_about_the_secret_is_no_reason_to_ask_again(answer: str) -> None:
    card = ScriptedConnection(lambda c: bytes.fromhex(answer) if c[1] == 0x20 else OK)
    files_on(card).tries_left(PIN)
    assert named(card.sent) == ["SELECT JPKI", "ASK TRIES EF 0018"]


def test_a_word_that_tells_no_tries_is_asked_again_of_the_selected_file() -> None:
    card = ScriptedConnection([OK, b"\x69\x85", OK, b"\x63\xc2"])
    assert files_on(card).tries_left(PIN) == 2
    assert named(card.sent)[1:] == ["ASK TRIES EF 0018", "SELECT EF 0018", "ASK TRIES selected"]


@pytest.mark.parametrize("slips_at", [3, 4])
def test_without_short_identifiers_the_tries_are_asked_again_too(slips_at: int) -> None:
    honest = without_short_ids("6A82", b"\x63\xc2")

    def answer(command: bytes) -> bytes:
        return b"\x6f\x00" if len(card.sent) == slips_at else honest(command)

    card = ScriptedConnection(answer)
    assert files_on(card).tries_left(PIN) == 2
    assert named(card.sent)[1:3] == ["ASK TRIES EF 0018", "SELECT EF 0018"]
    again = {3: ["SELECT EF 0018", "ASK TRIES selected"], 4: ["ASK TRIES selected"] * 2}
    assert named(card.sent)[3:] == again[slips_at]


def test_a_file_that_is_missing_either_way_says_nothing_about_short_identifiers() -> None:
    def answer(command: bytes) -> bytes:
        is_missing = command[1:3] == b"\xb0\x88" or command[5:7] == b"\x00\x08"
        return (
            b"\x6a\x82" if is_missing else b"data"[: command[4] if command[1] == 0xB0 else 0] + OK
        )

    card = ScriptedConnection(answer)
    files = files_on(card)
    with pytest.raises(CardAnswerError):
        files.read_start(JpkiFile.AVAILABLE_CERTIFICATES, 1)
    files.read_start(TOKEN, 4)
    assert named(card.sent)[-1] == "READ EF 0006, 4 bytes"


def test_a_secret_is_sent_by_short_identifier_only_after_that_worked_without_secret() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    files.verify(PIN, b"1234")
    assert named(card.sent) == ["SELECT JPKI", "SELECT EF 0018", "VERIFY selected"]

    other = SecretReference(SurfaceFile.PRINTED_CODE, full_tries=10)
    files.tries_left(other)
    files.verify(other, b"code")
    files.verify(PIN, b"1234")
    assert named(card.sent)[3:] == [
        "SELECT surface",
        "ASK TRIES EF 0012",
        "VERIFY EF 0012",
        "SELECT JPKI",
        "SELECT EF 0018",
        "VERIFY selected",
    ]


def test_asking_about_the_selected_file_proves_nothing_about_short_identifiers() -> None:
    card = ScriptedConnection(lambda _: OK)
    files = files_on(card)
    files.open_file(PIN.file)
    files.tries_left(PIN)
    files.open_file(TOKEN)
    files.verify(PIN, b"1234")
    assert named(card.sent)[3:] == ["SELECT EF 0006", "SELECT EF 0018", "VERIFY selected"]


@pytest.mark.parametrize("answer", [*NAMING_REFUSED, "6F00", "6C00", "6700"])
def test_a_secret_is_never_sent_twice_whatever_the_card_says_to_it(answer: str) -> None:
    card = ScriptedConnection(lambda c: bytes.fromhex(answer) if c[1] == 0x20 and c[4:] else OK)
    files = files_on(card)
    files.tries_left(PIN)
    files.verify(PIN, b"1234")
    assert len([command for command in card.sent if b"1234" in command]) == 1


@pytest.mark.parametrize(
    ("answer", "tries"),
    [("63C2", 2), ("63CA", 10), ("63C0", 0), ("6983", 0), ("6984", 0), ("9000", 3), ("6300", 3)],
)
def test_tries_left_in_every_dialect(answer: str, tries: int) -> None:
    card = ScriptedConnection([OK, bytes.fromhex(answer)])
    assert files_on(card).tries_left(PIN) == tries
    assert card.sent[-1].hex() == "00200098"


def test_tries_that_the_card_does_not_tell() -> None:
    card = ScriptedConnection([OK, b"\x6f\x00"] * 2)
    with pytest.raises(CardAnswerError):
        files_on(card).tries_left(PIN)
    assert named(card.sent)[1:] == ["ASK TRIES EF 0018", "SELECT EF 0018", "ASK TRIES selected"]


def test_a_card_lost_before_the_secret_is_lost_before_the_secret() -> None:
    def pulled(_: bytes) -> bytes:
        raise CardLostError

    with pytest.raises(CardLostError):
        files_on(ScriptedConnection(pulled)).get_ready_to_verify(PIN)


@pytest.mark.parametrize("ins", [0xA4, 0xB0, 0xB1, 0xB2, 0xB3, 0x20, 0x21, 0x24, 0xCA, 0xCB, 0x2C])
def test_no_command_of_its_own_making_can_reach_a_file(ins: int) -> None:
    card = ScriptedConnection(lambda _: OK)
    with pytest.raises(ValueError, match="files are selected"):
        files_on(card).send_ok(CommandApdu(0x00, ins, 0x02, 0x0C, b"\x00\x05"))
    assert card.sent == []

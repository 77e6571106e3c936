from dataclasses import replace

import pytest

from device.reader.card_files import CardFiles
from device.reader.card_surface import CardSurface
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    MalformedAnswerError,
    PhotoMissingError,
    PrintedCodeLockedError,
    PrintedCodeRejectedError,
)
from device.reader.exchange import Exchange
from device.reader.port import CardSlot
from device.reader.printed_code import PrintedCode
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256)) * 20
CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
WRONG_CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4827")
OK = b"\x90\x00"
CODE_B = PinName.SURFACE_CODE_B


def surface_on(slot: CardSlot) -> CardSurface:
    return CardSurface(CardFiles(Exchange(slot, apdu_deadline_s=2)))


@pytest.mark.parametrize("profile", [catalog.MY_NUMBER, catalog.FACE_ONLY, catalog.ODD_MANNERS])
def test_reads_the_photo(issuer: Issuer, profile: CardProfile) -> None:
    card = issuer.issue(profile, PHOTO)
    assert surface_on(InProcessSlot(card)).read_photo(CODE) == PHOTO
    assert not card.has_disclosed_my_number


@pytest.mark.parametrize("photo_bytes", [1, 100, 4096, 20000])
def test_reads_no_more_than_the_photo(issuer: Issuer, photo_bytes: int) -> None:
    card = issuer.issue(catalog.MY_NUMBER, bytes(photo_bytes))
    assert surface_on(InProcessSlot(card)).read_photo(CODE) == bytes(photo_bytes)
    header_bytes = 3 if photo_bytes < 128 else 5
    blocks = -(-(photo_bytes + header_bytes) // 256)
    assert len(card.trace.with_ins(0xB0)) == 1 + blocks


def test_a_wrong_code_costs_one_try(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    with pytest.raises(PrintedCodeRejectedError) as rejection:
        surface_on(InProcessSlot(card)).read_photo(WRONG_CODE)
    assert rejection.value.tries_left == card.tries_left(CODE_B) == 9


def test_the_last_five_tries_are_never_spent(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    for _ in range(5):
        with pytest.raises(PrintedCodeRejectedError):
            surface_on(InProcessSlot(card)).read_photo(WRONG_CODE)
    for code in (WRONG_CODE, CODE):
        with pytest.raises(PrintedCodeLockedError):
            surface_on(InProcessSlot(card)).read_photo(code)
    assert card.tries_left(CODE_B) == 5
    assert len(card.trace.presented_pins()) == 5


@pytest.mark.parametrize(
    "profile",
    [catalog.CODE_B_LOCKED, replace(catalog.CODE_B_LOCKED, blocked_status_word=0x6983)],
)
def test_a_locked_code_is_not_sent(issuer: Issuer, profile: CardProfile) -> None:
    card = issuer.issue(profile, PHOTO)
    with pytest.raises(PrintedCodeLockedError):
        surface_on(InProcessSlot(card)).read_photo(CODE)
    assert card.trace.presented_pins() == []


def test_a_phone_has_no_photo(issuer: Issuer) -> None:
    with pytest.raises(ApplicationMissingError):
        surface_on(InProcessSlot(issuer.issue(catalog.ANDROID))).read_photo(CODE)


def test_an_empty_photo_object_is_no_photo(issuer: Issuer) -> None:
    with pytest.raises(PhotoMissingError):
        surface_on(InProcessSlot(issuer.issue(catalog.MY_NUMBER, b""))).read_photo(CODE)


def face_file(
    *, begin: int = 40, end: int = 44, table: str = "DF2112", photo: str = "DF270141"
) -> bytes:
    offsets = [32, 32, 32, 32, 32, begin, end, end, end]
    table_bytes = b"".join(offset.to_bytes(2, "big") for offset in offsets)
    value = bytes.fromhex(table) + table_bytes
    content = value.ljust(35, b"\0") + bytes.fromhex(photo)
    return b"\xff\x20\x82" + (300).to_bytes(2, "big") + content + bytes(300)


def surface_with(file: bytes) -> CardSurface:
    def answer(command: bytes) -> bytes:
        if command[1] == 0xB0:
            offset, ne = int.from_bytes(command[2:4], "big"), command[4] or 256
            return file[offset : offset + ne] + OK
        return b"\x63\xca" if command == bytes.fromhex("00200080") else OK

    return surface_on(ScriptedSlot(ScriptedConnection(answer)))


def test_the_file_of_the_hostile_tests_is_itself_readable() -> None:
    assert surface_with(face_file()).read_photo(CODE) == b"A"


@pytest.mark.parametrize(
    "file",
    [
        face_file(begin=44, end=40),
        face_file(begin=44, end=44),
        face_file(begin=4),
        face_file(end=0xFFFF),
        face_file(table="DF2110"),
        face_file(table="DF2212"),
        face_file(photo="DF280141"),
        face_file(photo="DF277F41"),
        b"\xff" * 400,
        bytes(400),
        b"",
    ],
)
def test_a_file_that_breaks_its_format_is_no_photo(file: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        surface_with(file).read_photo(CODE)


def test_a_table_without_photo() -> None:
    with pytest.raises(PhotoMissingError):
        surface_with(face_file(begin=0)).read_photo(CODE)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("6300", PrintedCodeRejectedError),
        ("63C0", PrintedCodeLockedError),
        ("6984", PrintedCodeLockedError),
        ("6F00", CardAnswerError),
    ],
)
def test_answers_to_the_code(answer: str, error: type[Exception]) -> None:
    def answer_of(command: bytes) -> bytes:
        if command == bytes.fromhex("00200080"):
            return b"\x63\xca"
        return bytes.fromhex(answer) if command[1] == 0x20 else OK

    card = ScriptedConnection(answer_of)
    with pytest.raises(error):
        surface_on(ScriptedSlot(card)).read_photo(CODE)
    assert card.sent[-1][1] == 0x20

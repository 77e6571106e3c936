from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.reader.card_files import CardFiles, never
from device.reader.card_surface import CardSurface
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    CardNotGenuineError,
    MalformedAnswerError,
    PhotoMissingError,
    PrintedCodeLockedError,
    PrintedCodeRejectedError,
    ReaderError,
    ReadingStoppedError,
)
from device.reader.exchange import Exchange
from device.reader.port import CardSlot
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from hostlink.terms import FailureCode
from tests.device.reader.calendar_day import known_day
from tests.device.reader.issued_records import (
    CERTIFICATE,
    CODE,
    FACE,
    ScriptedSurface,
    Surface,
    offsets_of,
    record_of,
    surface_of,
)
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.device.reader.unwatched import unwatched
from tests.device.reader.visit_steps import NOBODY
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256)) * 20
WRONG_CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4827")
OK = b"\x90\x00"
CODE_B = PinName.SURFACE_CODE_B


def photo_on(
    slot: CardSlot,
    anchors: RecordAnchors = NOBODY,
    code: PrintedCode = CODE,
    is_stopped: Callable[[], bool] = never,
) -> bytes:
    files = CardFiles(Exchange(slot, apdu_deadline_s=2))
    return CardSurface(files, anchors, known_day).read_photo(code, is_stopped, unwatched)


def code_of(profile: CardProfile) -> PrintedCode:
    return PrintedCode.from_digits(profile.matching_code_b, profile.card_expiry)


def commands_of(card: SimulatedCard) -> list[bytes]:
    return [exchange.command for exchange in card.trace.exchanges]


def selected(file_id: int) -> bytes:
    return bytes.fromhex("00A4020C02") + file_id.to_bytes(2, "big")


def reads(begin: int, end: int) -> list[bytes]:
    return [
        b"\x00\xb0" + at.to_bytes(2, "big") + bytes((min(256, end - at) % 256,))
        for at in range(begin, end, 256)
    ]


@pytest.mark.parametrize(
    "profile",
    [
        catalog.MY_NUMBER,
        catalog.FACE_ONLY,
        catalog.ODD_MANNERS,
        catalog.CONTACT_T0,
        catalog.NO_SHORT_IDS,
        catalog.ATTRIBUTES_TAMPERED,
    ],
)
def test_reads_the_photo(issuer: Issuer, anchors: RecordAnchors, profile: CardProfile) -> None:
    """Also of a card whose name and address were changed: they are never read."""
    card = issuer.issue(profile, PHOTO)
    assert photo_on(InProcessSlot(card), anchors, code_of(profile)) == PHOTO
    assert not card.has_disclosed_my_number


@pytest.mark.parametrize(
    ("profile", "failure"),
    [
        (catalog.PHOTO_TAMPERED, FailureCode.CARD_PHOTO_SWAPPED),
        (catalog.PHOTO_SWAPPED, FailureCode.CARD_PHOTO_SWAPPED),
        (catalog.BIRTH_DATE_TAMPERED, FailureCode.CARD_RECORD_ALTERED),
        (catalog.RECORD_SWAPPED, FailureCode.CARD_CLONED),
        (catalog.CLONED, FailureCode.CARD_CLONED),
        (catalog.CV_CERTIFICATE_TAMPERED, FailureCode.CARD_RECORD_UNTRUSTED),
        (catalog.RECORD_ISSUER_UNKNOWN, FailureCode.CARD_RECORD_UNTRUSTED),
    ],
)
def test_no_photo_is_given_out_before_every_check(
    issuer: Issuer, anchors: RecordAnchors, profile: CardProfile, failure: FailureCode
) -> None:
    card, code = issuer.issue(profile, PHOTO), code_of(profile)
    with pytest.raises(CardNotGenuineError) as error:
        photo_on(InProcessSlot(card), anchors, code)
    assert error.value.failure is failure
    assert record_of(surface_of(card)).photo


@pytest.mark.parametrize("photo_bytes", [1, 100, 4096, 8192, 20000])
def test_every_command_is_planned(issuer: Issuer, anchors: RecordAnchors, photo_bytes: int) -> None:
    card = issuer.issue(catalog.MY_NUMBER, bytes(photo_bytes))
    assert photo_on(InProcessSlot(card), anchors) == bytes(photo_bytes)
    offsets = offsets_of(surface_of(card).face)
    planned = [
        bytes.fromhex("00A4040C0AD3921000310001010402"),
        bytes.fromhex("00200092"),
        bytes.fromhex("002000920E") + CODE.reference(),
        selected(FACE),
        *reads(0, 256),
        *reads(256, 311),
        *reads(offsets[5], offsets[8]),
        selected(CERTIFICATE),
        *reads(0, 568),
    ]
    *sent, proof = commands_of(card)
    assert sent == planned
    assert proof.startswith(bytes.fromhex("802A0000333031"))


def test_name_address_and_security_code_stay_unread(issuer: Issuer, anchors: RecordAnchors) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    photo_on(InProcessSlot(card), anchors)
    offsets, commands = offsets_of(surface_of(card).face), commands_of(card)
    face = commands[commands.index(selected(FACE)) + 1 : commands.index(selected(CERTIFICATE))]
    read = {
        at
        for command in face
        for begin in [int.from_bytes(command[2:4], "big")]
        for at in range(begin, begin + (command[4] or 256))
    }
    assert read == {*range(offsets[3]), *range(offsets[5], offsets[8])}


def test_a_wrong_code_costs_one_try(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    with pytest.raises(PrintedCodeRejectedError) as rejection:
        photo_on(InProcessSlot(card), code=WRONG_CODE)
    assert rejection.value.tries_left == card.tries_left(CODE_B) == 9


def test_the_last_five_tries_are_never_spent(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    for _ in range(5):
        with pytest.raises(PrintedCodeRejectedError):
            photo_on(InProcessSlot(card), code=WRONG_CODE)
    for code in (WRONG_CODE, CODE):
        with pytest.raises(PrintedCodeLockedError):
            photo_on(InProcessSlot(card), code=code)
    assert card.tries_left(CODE_B) == 5
    assert len(card.trace.presented_pins()) == 5


@pytest.mark.parametrize(
    "profile",
    [catalog.CODE_B_LOCKED, replace(catalog.CODE_B_LOCKED, blocked_status_word=0x6983)],
)
def test_a_locked_code_is_not_sent(issuer: Issuer, profile: CardProfile) -> None:
    card = issuer.issue(profile, PHOTO)
    with pytest.raises(PrintedCodeLockedError):
        photo_on(InProcessSlot(card))
    assert card.trace.presented_pins() == []


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
        if command[1] == 0x20:
            return b"\x63\xca" if len(command) == 4 else bytes.fromhex(answer)
        return OK

    card = ScriptedConnection(answer_of)
    with pytest.raises(error):
        photo_on(ScriptedSlot(card))
    assert card.sent[-1].endswith(CODE.reference())


def test_a_phone_has_no_photo(issuer: Issuer) -> None:
    with pytest.raises(ApplicationMissingError):
        photo_on(InProcessSlot(issuer.issue(catalog.ANDROID)))


def test_an_empty_photo_object_is_no_photo(issuer: Issuer, anchors: RecordAnchors) -> None:
    card = issuer.issue(catalog.PHOTO_ABSENT, PHOTO)
    with pytest.raises(PhotoMissingError):
        photo_on(InProcessSlot(card), anchors, code_of(catalog.PHOTO_ABSENT))


def test_reading_stops_at_every_command(issuer: Issuer, anchors: RecordAnchors) -> None:
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    photo_on(InProcessSlot(card), anchors)
    total = len(card.trace.exchanges)
    for wanted in range(total):
        card.trace.exchanges.clear()

        def has_sent_enough(wanted: int = wanted) -> bool:
            return len(card.trace.exchanges) >= wanted

        with pytest.raises(ReadingStoppedError):
            photo_on(InProcessSlot(card), anchors, is_stopped=has_sent_enough)
        assert len(card.trace.exchanges) == wanted


def lies() -> dict[str, bytes]:
    return {
        "nothing": b"",
        "filler": b"\xff" * 700,
        "zeros": bytes(700),
        "endless": bytes.fromhex("7F2184FFFFFFFF") + bytes(40000),
        "long": bytes.fromhex("7F21820400") + bytes(2000),
        "short": bytes.fromhex("7F2120") + bytes(700),
    }


@pytest.mark.parametrize("lie", lies())
def test_a_certificate_file_that_lies(issuer: Issuer, anchors: RecordAnchors, lie: str) -> None:
    surface = surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO))
    slot = ScriptedSurface(replace(surface, certificate=lies()[lie])).slot()
    with pytest.raises(MalformedAnswerError):
        photo_on(slot, anchors)
    sent = slot.connection.sent
    assert len(sent) - sent.index(selected(CERTIFICATE)) <= 2


def test_a_face_file_that_lies_is_read_no_further() -> None:
    for face in (b"", b"\xff" * 400, bytes(400), bytes.fromhex("FF208200FFDF2112") + bytes(400)):
        slot = ScriptedSurface(Surface(face, b"", None)).slot()
        with pytest.raises((MalformedAnswerError, PhotoMissingError)):
            photo_on(slot)
        assert len(slot.connection.sent) == 5


def test_the_longest_reading(issuer: Issuer, anchors: RecordAnchors) -> None:
    surface = surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO))
    for photo_bytes in (24 * 1024, 30000):
        slot = ScriptedSurface(surface.with_objects({0xDF27: bytes(photo_bytes)})).slot()
        with pytest.raises(MalformedAnswerError):
            photo_on(slot, anchors)
        assert len(slot.connection.sent) == 5


ANSWERS = st.builds(
    bytes.__add__,
    st.one_of(st.just(b""), st.binary(min_size=256, max_size=256), st.binary(max_size=300)),
    st.sampled_from([b"\x90\x00"] * 8 + [b"\x63\xca", b"\x62\x82", b"\x61\x10", b"\x6c\x10", b""]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | ANSWERS, min_size=1, max_size=60))
def test_a_card_that_says_anything(issuer: Issuer, drawn: list[bytes | None]) -> None:
    """None: what an honest card says, so that the lies come late as well as early."""
    face = surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO)).face
    lies = cycle(drawn)

    def answer(command: bytes) -> bytes:
        lie = next(lies)
        match command[1]:
            case 0x20:
                return b"\x63\xca" if len(command) == 4 else OK
            case 0xB0 if lie is None:
                offset, ne = int.from_bytes(command[2:4], "big"), command[4] or 256
                return face[offset : offset + ne] + OK
        return OK if lie is None else lie

    connection = ScriptedConnection(answer)
    with pytest.raises(ReaderError):
        photo_on(ScriptedSlot(connection), RecordAnchors([issuer.record_ca]))
    assert len(connection.sent) < 200

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from device.reader.card_files import CardFiles
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    CardLostError,
    CertificateMissingError,
    MalformedAnswerError,
    PinBlockedError,
    PinMalformedError,
    PinOutcomeUnknownError,
    PinRejectedError,
    ReaderError,
)
from device.reader.exchange import Exchange
from device.reader.jpki import Jpki
from device.reader.port import CardSlot
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.device.reader.named_commands import named
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName

OK = b"\x90\x00"


def jpki_on(slot: CardSlot) -> Jpki:
    return Jpki(CardFiles(Exchange(slot, apdu_deadline_s=2)))


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    return issuer.issue(catalog.MY_NUMBER)


@pytest.fixture
def jpki(card: SimulatedCard) -> Jpki:
    return jpki_on(InProcessSlot(card))


def pin_tries(card: SimulatedCard) -> int | None:
    return card.tries_left(PinName.JPKI_AUTHENTICATION)


def test_the_token_of_a_card_takes_two_commands(card: SimulatedCard, jpki: Jpki) -> None:
    token = jpki.read_token(is_named=False)
    assert token.has_label(b"JPKIAPICCTOKEN2")
    assert not token.has_label(b"JPKIAPICCTOKEN")
    assert token.token_id == token.label
    assert named([exchange.command for exchange in card.trace.exchanges]) == [
        "SELECT JPKI",
        "READ EF 0006, 32 bytes",
    ]


def test_the_token_of_a_phone_has_a_name_of_its_own(issuer: Issuer) -> None:
    token = jpki_on(InProcessSlot(issuer.issue(catalog.ANDROID))).read_token(is_named=True)
    assert token.has_label(b"JPKIAPGPSETOKEN")
    assert token.token_id == catalog.ANDROID.holder.serial.rjust(16, "0").encode("ascii")
    assert catalog.ANDROID.holder.serial not in repr(token)


def test_a_phone_with_a_shorter_file_is_called_by_its_label() -> None:
    label = b"JPKIAPGPSETOKEN".ljust(32)

    def answer(command: bytes) -> bytes:
        return (label[: command[4]] if command[1] == 0xB0 else b"") + OK

    phone = ScriptedConnection(answer)
    token = jpki_on(ScriptedSlot(phone)).read_token(is_named=True)
    assert (token.label, token.token_id) == (label, label)
    assert len(phone.sent) == 3


@pytest.mark.parametrize("is_named", [True, False])
def test_an_application_that_was_not_selected_by_a_slip_has_no_other_name(is_named: bool) -> None:
    phone = ScriptedConnection([b"\x6f\x00", b"\x6f\x00"])
    with pytest.raises(CardAnswerError):
        jpki_on(ScriptedSlot(phone)).read_token(is_named=is_named)


def test_which_cards_have_a_signing_certificate(issuer: Issuer, jpki: Jpki) -> None:
    assert jpki.has_signing_certificate()
    assert not jpki_on(InProcessSlot(issuer.issue(catalog.FACE_ONLY))).has_signing_certificate()


def test_another_card_has_no_such_application(issuer: Issuer) -> None:
    with pytest.raises(ApplicationMissingError):
        jpki_on(InProcessSlot(issuer.issue(catalog.TRANSIT))).read_token(is_named=True)


def test_the_certificate_is_read_once_and_whole(
    issuer: Issuer, card: SimulatedCard, jpki: Jpki
) -> None:
    der = jpki.read_certificate()
    certificate = x509.load_der_x509_certificate(der)
    certificate.verify_directly_issued_by(issuer.authentication_ca)
    blocks = -(-len(der) // 256)
    assert len(card.trace.with_ins(0xB0)) == blocks


def test_filler_after_the_certificate_is_left_on_the_card(issuer: Issuer) -> None:
    der = jpki_on(InProcessSlot(issuer.issue(catalog.ODD_MANNERS))).read_certificate()
    assert x509.load_der_x509_certificate(der).public_bytes(Encoding.DER) == der


@pytest.mark.parametrize(
    "first_block", ["308200F0", "FFFFFFFF", "30", "308480000000", "3082FFFF", "3080"]
)
def test_a_certificate_of_impossible_size_is_not_read(first_block: str) -> None:
    def answer(command: bytes) -> bytes:
        is_read = command[1] == 0xB0
        return (bytes.fromhex(first_block).ljust(256, b"\0") if is_read else b"") + OK

    with pytest.raises(MalformedAnswerError):
        jpki_on(ScriptedSlot(ScriptedConnection(answer))).read_certificate()


def jpki_that_answers(*answers: str) -> Jpki:
    """Selected, and after the last answer there are no more."""
    script = [OK, *map(bytes.fromhex, answers)]
    return jpki_on(ScriptedSlot(ScriptedConnection(script)))


@pytest.mark.parametrize(
    "answers",
    [
        ("6A82",),
        ("9000", "6A82"),
        ("9000", "6A83"),
        ("9000", "6B00", "6B00"),
        ("9000", "6282", "6282"),
        ("6F00", "9000", "6A82"),
        ("9000", "FF" * 256 + "9000"),
        ("9000", "00" * 256 + "9000"),
    ],
)
def test_a_certificate_that_is_not_there(answers: tuple[str, ...]) -> None:
    with pytest.raises(CertificateMissingError):
        jpki_that_answers(*answers).require_certificate()


@pytest.mark.parametrize(
    "reads",
    [("6982",), ("6F00", "6F00"), ("6281", "6281"), ("6282", "6F00"), ("6985", "6982")],
)
def test_a_certificate_that_is_refused_may_be_there(reads: tuple[str, ...]) -> None:
    with pytest.raises(CardAnswerError):
        jpki_that_answers("9000", *reads).require_certificate()


@pytest.mark.parametrize("slip", ["6282", "6B00", "6F00", "6281", "6985"])
def test_one_unclear_word_hides_no_certificate(slip: str) -> None:
    jpki_that_answers("9000", slip, "30820300" + "00" * 252 + "9000").require_certificate()


@pytest.mark.parametrize("slip", ["6982", "6985", "6282", "6F00", "5AA5"])
@pytest.mark.parametrize(("told", "is_there"), [("8F9000", True), ("009000", False)])
def test_one_unclear_word_hides_no_list_of_certificates(
    slip: str, told: str, is_there: bool
) -> None:
    assert jpki_that_answers(slip, told).has_signing_certificate() is is_there


def test_knowing_that_there_is_a_certificate_costs_no_command(
    card: SimulatedCard, jpki: Jpki
) -> None:
    jpki.require_certificate()
    before = len(card.trace.exchanges)
    jpki.require_certificate()
    assert len(card.trace.exchanges) == before
    der = jpki.read_certificate()
    assert len(card.trace.with_ins(0xB0)) == -(-len(der) // 256)


def test_wrong_pins_are_counted_down_until_the_card_takes_none(
    card: SimulatedCard, jpki: Jpki
) -> None:
    assert jpki.pin_tries_left() == 3
    for left in (2, 1):
        with pytest.raises(PinRejectedError) as rejection:
            jpki.verify_pin(b"9999")
        assert rejection.value.tries_left == left
    for digits in (b"9999", b"1234"):
        with pytest.raises(PinBlockedError):
            jpki.verify_pin(digits)
    assert jpki.pin_tries_left() == pin_tries(card) == 0


@pytest.mark.parametrize("profile", [catalog.PIN_LOCKED, catalog.PIN_LOCKED_7816])
def test_every_dialect_of_a_locked_pin(issuer: Issuer, profile: CardProfile) -> None:
    jpki = jpki_on(InProcessSlot(issuer.issue(profile)))
    assert jpki.pin_tries_left() == 0
    with pytest.raises(PinBlockedError):
        jpki.verify_pin(b"1234")


@pytest.mark.parametrize("digits", ["", "123", "12345", "12a4", "１２３４", "²²²²"])
def test_what_is_no_pin_is_never_sent(card: SimulatedCard, jpki: Jpki, digits: str) -> None:
    with pytest.raises(PinMalformedError):
        jpki.verify_pin(digits.encode())
    assert card.trace.exchanges == []


def test_the_pin_may_come_in_a_buffer_that_is_wiped(jpki: Jpki) -> None:
    jpki.verify_pin(bytearray(b"1234"))


@pytest.mark.parametrize(
    "answer", [b"", b"\x90", b"\x6f\x00", b"\x65\x81", b"\x67\x00", b"\x6c\x04", b"\x61\x10"]
)
def test_nonsense_after_the_pin_leaves_its_outcome_unknown_and_is_not_repeated(
    answer: bytes,
) -> None:
    card = ScriptedConnection(lambda command: answer if command[1] in (0x20, 0xC0) else OK)
    with pytest.raises(PinOutcomeUnknownError):
        jpki_on(ScriptedSlot(card)).verify_pin(b"1234")
    assert len([command for command in card.sent if command[1] == 0x20]) == 1


def test_a_card_lost_with_the_pin_leaves_its_outcome_unknown(
    card: SimulatedCard, jpki: Jpki
) -> None:
    jpki.pin_tries_left()
    card.physics.pull_at(1)
    with pytest.raises(PinOutcomeUnknownError) as failure:
        jpki.verify_pin(b"9999")
    assert isinstance(failure.value.__cause__, CardLostError)
    assert pin_tries(card) == 2
    assert len(card.trace.presented_pins()) == 1


def test_the_pin_and_the_signature_are_one_command_each(card: SimulatedCard, jpki: Jpki) -> None:
    jpki.pin_tries_left()
    card.trace.clear()
    jpki.verify_pin(b"1234")
    jpki.sign(b"challenge")
    commands = [exchange.command for exchange in card.trace.exchanges]
    assert named(commands) == ["VERIFY EF 0018", "SIGN EF 0017"]


def test_a_card_lost_before_the_pin_is_only_lost(card: SimulatedCard, jpki: Jpki) -> None:
    card.physics.pull_at(2)
    with pytest.raises(CardLostError):
        jpki.verify_pin(b"1234")
    assert card.trace.presented_pins() == []


def test_a_hung_card_leaves_the_outcome_unknown(card: SimulatedCard) -> None:
    jpki = Jpki(CardFiles(Exchange(InProcessSlot(card), apdu_deadline_s=0.4)))
    jpki.pin_tries_left()
    card.physics.hang_at(1)
    with pytest.raises(PinOutcomeUnknownError):
        jpki.verify_pin(b"1234")
    card.physics.release()


def test_no_error_tells_the_pin() -> None:
    for answer in (b"\x63\xc1", b"\x69\x84", b"\x6f\x00", b""):
        card = ScriptedConnection(lambda c, a=answer: a if c[1] == 0x20 else OK)  # type: ignore[misc]  # bound now
        with pytest.raises(ReaderError) as failure:
            jpki_on(ScriptedSlot(card)).verify_pin(b"7391")
        assert "7391" not in repr(failure.value) + str(failure.value)
        assert "7391" not in repr(failure.value.__cause__)


def test_signs_what_the_certificate_verifies(jpki: Jpki) -> None:
    jpki.verify_pin(b"1234")
    signature = jpki.sign(b"challenge")
    key = x509.load_der_x509_certificate(jpki.read_certificate()).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, b"challenge", PKCS1v15(), SHA256())


def test_signs_nothing_before_the_pin(jpki: Jpki) -> None:
    with pytest.raises(CardAnswerError) as refusal:
        jpki.sign(b"challenge")
    assert refusal.value.status_word.value == 0x6982


def test_a_phone_shows_its_certificate_only_after_the_pin(issuer: Issuer) -> None:
    jpki = jpki_on(InProcessSlot(issuer.issue(catalog.ANDROID)))
    with pytest.raises(CardAnswerError):
        jpki.read_certificate()
    jpki.verify_pin(b"1234")
    x509.load_der_x509_certificate(jpki.read_certificate())

"""Each manipulation gets its own failure, and a reader without that one check would be fooled."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from device.reader import authenticity
from device.reader.apdu import CommandApdu
from device.reader.card_files import CardFiles, never
from device.reader.errors import (
    CardLostError,
    CardNotGenuineError,
    MalformedAnswerError,
    ReadingStoppedError,
)
from device.reader.exchange import Exchange
from device.reader.face_record import FaceRecord
from device.reader.record_anchors import RecordAnchors
from device.reader.record_signature import RecordDigests
from hostlink.terms import FailureCode
from tests.device.reader.issued_records import (
    OBJECT_TAGS,
    Surface,
    objects_of,
    photo_of,
    record_of,
    surface_of,
    value_of,
)
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.record_keys import public_key_objects
from tests.hw_sim.card.signature import digest_info, pad_and_sign, sign_digests
from tests.hw_sim.card.tlv import tlv

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256))
OTHER_PHOTO = PHOTO[:-1] + b"X"
UNTRUSTED = FailureCode.CARD_RECORD_UNTRUSTED
ALTERED = FailureCode.CARD_RECORD_ALTERED
SWAPPED = FailureCode.CARD_PHOTO_SWAPPED
CLONED = FailureCode.CARD_CLONED
BIRTH_DATE, SEX, CHIP_KEY, NAME, ADDRESS, PHOTO_TAG, SIGNATURE, EXPIRY, SECURITY_CODE = OBJECT_TAGS


@pytest.fixture(scope="module")
def genuine(issuer: Issuer) -> Surface:
    return surface_of(issuer.issue(catalog.MY_NUMBER, PHOTO))


@pytest.fixture(scope="module")
def other(issuer: Issuer) -> Surface:
    """What another genuine card shows."""
    profile = catalog.MY_NUMBER.issued_to(catalog.HANAKO)
    return surface_of(issuer.issue(profile, OTHER_PHOTO))


@pytest.fixture(scope="module")
def thief(issuer: Issuer) -> RSAPrivateKey:
    """A key that nobody certified."""
    return issuer._keys.key("thief")


@pytest.fixture(scope="module")
def issuing_key(issuer: Issuer) -> RSAPrivateKey:
    return issuer._keys.key("record-issuer")


@pytest.fixture(scope="module")
def anchors(issuer: Issuer) -> RecordAnchors:
    return RecordAnchors([issuer.record_ca])


def assert_refused(surface: Surface, anchors: RecordAnchors, failure: FailureCode) -> None:
    with pytest.raises(CardNotGenuineError) as error:
        photo_of(surface, anchors)
    assert error.value.failure is failure


class Skip:
    """Negative controls: one check of the reader believes whatever it is shown."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def check(self, name: str) -> None:
        self._patch.setattr(authenticity, f"_check_{name}", lambda *_: None)

    def opening(self, record: FaceRecord) -> None:
        self._patch.setattr(authenticity, "open_signature", lambda *_: digests_of(record))


@pytest.fixture
def skip(monkeypatch: pytest.MonkeyPatch) -> Skip:
    return Skip(monkeypatch)


def digests_of(record: FaceRecord) -> RecordDigests:
    return RecordDigests(sha256(record.identity).digest(), sha256(record.photo_object).digest())


def signed_by(surface: Surface, key: RSAPrivateKey) -> Surface:
    objects = objects_of(surface.face)
    parts = b"".join(objects[:3]), b"".join(objects[3:5]), objects[5]
    return surface.with_objects({SIGNATURE: sign_digests(key, *parts)})


def certificate_for(key: RSAPublicKey, signer: RSAPrivateKey, genuine: Surface) -> bytes:
    body = genuine.certificate[10:42] + public_key_objects(key)
    return tlv(0x7F21, tlv(0x5F4E, body) + tlv(0x5F37, sign_digests(signer, body)))


def test_genuine_cards_pass(genuine: Surface, other: Surface, anchors: RecordAnchors) -> None:
    assert photo_of(genuine, anchors) == PHOTO
    assert photo_of(other, anchors) == OTHER_PHOTO


def test_a_hierarchy_of_the_thiefs_own(
    genuine: Surface, thief: RSAPrivateKey, anchors: RecordAnchors, skip: Skip
) -> None:
    forged = signed_by(
        genuine.with_objects(
            {PHOTO_TAG: OTHER_PHOTO, CHIP_KEY: public_key_objects(thief.public_key())}
        ),
        thief,
    )
    certificate = certificate_for(thief.public_key(), thief, genuine)
    forged = replace(forged, certificate=certificate, chip_key=thief)
    assert_refused(forged, anchors, UNTRUSTED)
    assert photo_of(forged, RecordAnchors([thief.public_key()])) == OTHER_PHOTO
    skip.check("issuer")
    assert photo_of(forged, anchors) == OTHER_PHOTO


def test_a_certificate_with_another_key_in_it(
    genuine: Surface, thief: RSAPrivateKey, anchors: RecordAnchors
) -> None:
    swapped = bytearray(genuine.certificate)
    swapped[42:307] = public_key_objects(thief.public_key())
    assert_refused(
        replace(signed_by(genuine, thief), certificate=bytes(swapped)), anchors, UNTRUSTED
    )


def test_a_chip_key_certifies_nobody(
    genuine: Surface, thief: RSAPrivateKey, anchors: RecordAnchors
) -> None:
    """A genuine chip signs anything it is given, so a thief can have a CVC signed by one."""
    assert genuine.chip_key is not None
    certificate = certificate_for(thief.public_key(), genuine.chip_key, genuine)
    assert_refused(replace(signed_by(genuine, thief), certificate=certificate), anchors, UNTRUSTED)


@pytest.mark.parametrize("signature", [b"", bytes(255), bytes(256), b"\xff" * 256, bytes(257)])
def test_a_signature_that_opens_to_nothing(
    genuine: Surface, anchors: RecordAnchors, signature: bytes
) -> None:
    assert_refused(genuine.with_objects({SIGNATURE: signature}), anchors, UNTRUSTED)


def test_a_record_of_another_signer(
    genuine: Surface, thief: RSAPrivateKey, anchors: RecordAnchors, skip: Skip
) -> None:
    forged = signed_by(genuine.with_objects({PHOTO_TAG: OTHER_PHOTO}), thief)
    assert_refused(forged, anchors, UNTRUSTED)
    skip.opening(record_of(forged))
    assert photo_of(forged, anchors) == OTHER_PHOTO


@pytest.mark.parametrize(
    "changes",
    [{BIRTH_DATE: b"19580315"}, {SEX: b"2"}, {SEX: b""}, {SEX: b"1 "}],
)
def test_changed_attributes(
    genuine: Surface, anchors: RecordAnchors, skip: Skip, changes: dict[int, bytes]
) -> None:
    changed = genuine.with_objects(changes)
    assert_refused(changed, anchors, ALTERED)
    skip.check("identity")
    assert photo_of(changed, anchors) == PHOTO


def test_another_chip_key_in_the_record(
    genuine: Surface, thief: RSAPrivateKey, anchors: RecordAnchors, skip: Skip
) -> None:
    copied = genuine.with_objects({CHIP_KEY: public_key_objects(thief.public_key())})
    copied = replace(copied, chip_key=thief)
    assert_refused(copied, anchors, ALTERED)
    skip.check("identity")
    assert photo_of(copied, anchors) == PHOTO


def test_a_byte_moved_from_one_attribute_to_the_next(
    genuine: Surface, anchors: RecordAnchors
) -> None:
    birth_date, sex = value_of(genuine.face, BIRTH_DATE), value_of(genuine.face, SEX)
    moved = {BIRTH_DATE: birth_date[:-1], SEX: birth_date[-1:] + sex}
    assert_refused(genuine.with_objects(moved), anchors, ALTERED)


def test_a_swapped_photo(
    genuine: Surface, other: Surface, anchors: RecordAnchors, skip: Skip
) -> None:
    swapped = genuine.with_objects({PHOTO_TAG: value_of(other.face, PHOTO_TAG)})
    assert_refused(swapped, anchors, SWAPPED)
    skip.check("photo")
    assert photo_of(swapped, anchors) == OTHER_PHOTO


def test_a_photo_swapped_together_with_its_signature(
    genuine: Surface, other: Surface, anchors: RecordAnchors, skip: Skip
) -> None:
    swapped = genuine.with_objects(
        {tag: value_of(other.face, tag) for tag in (PHOTO_TAG, SIGNATURE)}
    )
    assert_refused(swapped, anchors, ALTERED)
    skip.check("identity")
    assert photo_of(swapped, anchors) == OTHER_PHOTO


def test_the_whole_record_of_another_card(
    genuine: Surface, other: Surface, anchors: RecordAnchors, skip: Skip
) -> None:
    cloned = replace(other, chip_key=genuine.chip_key)
    assert_refused(cloned, anchors, CLONED)
    skip.check("chip")
    assert photo_of(cloned, anchors) == OTHER_PHOTO


def test_a_chip_that_refuses_to_prove_itself(genuine: Surface, anchors: RecordAnchors) -> None:
    assert_refused(replace(genuine, chip_key=None), anchors, CLONED)


def test_what_nobody_signs_does_not_matter(genuine: Surface, anchors: RecordAnchors) -> None:
    unsigned = {EXPIRY: b"20991231", SECURITY_CODE: b"picture"}
    unread = {NAME: b"picture", ADDRESS: b""}
    assert photo_of(genuine.with_objects(unsigned | unread), anchors) == PHOTO


class Chip:
    """A chip's answers to the challenge, which it remembers."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.connection = ScriptedConnection(answer)
        self._files = CardFiles(Exchange(ScriptedSlot(self.connection), apdu_deadline_s=2))

    def prove(self, record: FaceRecord, is_stopped: Callable[[], bool] = never) -> None:
        authenticity.prove_chip(self._files, record, is_stopped)


def signature_of(surface: Surface, command: bytes) -> bytes:
    assert surface.chip_key is not None
    return pad_and_sign(surface.chip_key, command[5:-1]) + b"\x90\x00"


def test_every_challenge_is_fresh(genuine: Surface) -> None:
    chip = Chip(lambda command: signature_of(genuine, command))
    for _ in range(3):
        chip.prove(record_of(genuine))
    assert len(set(chip.connection.sent)) == 3
    for command in chip.connection.sent:
        digest = command[-33:-1]
        expected = CommandApdu(0x80, 0x2A, 0x00, 0x00, digest_info(digest), ne=256)
        assert command == expected.encode()


def test_an_old_answer_proves_nothing(genuine: Surface) -> None:
    kept: list[bytes] = []

    def replay(command: bytes) -> bytes:
        kept.append(signature_of(genuine, command))
        return kept[0]

    chip = Chip(replay)
    chip.prove(record_of(genuine))
    with pytest.raises(CardNotGenuineError):
        chip.prove(record_of(genuine))


REFUSALS = ["6982", "6985", "6A88", "6D00", "6282", "6F00"]


def refusing_once(word: str, then: Callable[[bytes], bytes]) -> Chip:
    refusals = [bytes.fromhex(word)]
    return Chip(lambda command: refusals.pop() if refusals else then(command))


@pytest.mark.parametrize("word", REFUSALS)
def test_a_chip_that_refuses_once_is_given_a_fresh_challenge(genuine: Surface, word: str) -> None:
    chip = refusing_once(word, lambda command: signature_of(genuine, command))
    chip.prove(record_of(genuine))
    assert len(set(chip.connection.sent)) == 2


@pytest.mark.parametrize("word", REFUSALS)
def test_a_reader_that_believes_one_refusal_accuses_a_genuine_chip(
    genuine: Surface, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(authenticity, "_MOST_CHALLENGES", 1)
    chip = refusing_once(word, lambda command: signature_of(genuine, command))
    with pytest.raises(CardNotGenuineError):
        chip.prove(record_of(genuine))


@pytest.mark.parametrize("word", REFUSALS)
def test_a_chip_that_refuses_again_is_a_clone(genuine: Surface, word: str) -> None:
    chip = Chip(lambda _: bytes.fromhex(word))
    with pytest.raises(CardNotGenuineError) as error:
        chip.prove(record_of(genuine))
    assert error.value.failure is CLONED
    assert len(set(chip.connection.sent)) == 2


@pytest.mark.parametrize("signature", [b"", bytes(256)])
def test_a_wrong_signature_is_a_clone_at_once_and_after_a_refusal(
    genuine: Surface, signature: bytes
) -> None:
    def sign(_: bytes) -> bytes:
        return signature + b"\x90\x00"

    for chip, challenges in ((Chip(sign), 1), (refusing_once("6F00", sign), 2)):
        with pytest.raises(CardNotGenuineError) as error:
            chip.prove(record_of(genuine))
        assert error.value.failure is CLONED
        assert len(chip.connection.sent) == challenges


def test_a_refusal_of_an_old_challenge_excuses_no_answer_to_it(genuine: Surface) -> None:
    kept: list[bytes] = []

    def replay(command: bytes) -> bytes:
        kept.append(signature_of(genuine, command))
        return b"\x6f\x00" if len(kept) == 1 else kept[0]

    with pytest.raises(CardNotGenuineError):
        Chip(replay).prove(record_of(genuine))


def test_nobody_is_asked_again_whose_photo_nobody_needs_any_more(genuine: Surface) -> None:
    chip = Chip(lambda _: b"\x6f\x00")
    with pytest.raises(ReadingStoppedError):
        chip.prove(record_of(genuine), lambda: len(chip.connection.sent) == 1)
    assert len(chip.connection.sent) == 1


def test_a_card_taken_away_is_no_clone(genuine: Surface) -> None:
    def lose(_: bytes) -> bytes:
        raise CardLostError

    with pytest.raises(CardLostError):
        Chip(lose).prove(record_of(genuine))


def test_a_signed_key_that_is_none(genuine: Surface) -> None:
    with pytest.raises(MalformedAnswerError):
        Chip(lambda _: bytes(256) + b"\x90\x00").prove(replace(record_of(genuine), chip_key=b""))

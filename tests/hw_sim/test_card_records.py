import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from PIL import Image

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.card_text import attribute_record
from tests.hw_sim.card.catalog import MY_NUMBER, TARO
from tests.hw_sim.card.errors import PhotoTooLargeError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import PhotoState, Tampering
from tests.hw_sim.card.talk import (
    READ_256,
    open_surface,
    read_file,
    select,
    select_file,
    send,
    status_words,
    verify,
)
from tests.hw_sim.card.victim import PEOPLE

PHOTO = bytes.fromhex("0000000C6A5020200D0A870A") + bytes(range(256)) * 20


def public_key(objects: bytes) -> RSAPublicKey:
    """Read `90 03 … 91 820100 …` at the end of the bytes."""
    exponent, modulus = objects[-263:-260], objects[-256:]
    return RSAPublicNumbers(
        int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")
    ).public_key()


def front_objects(front: bytes) -> list[bytes]:
    """Cut EF 0002 at the nine offsets of DF21."""
    table = front[5 + 3 : 5 + 3 + 18]
    starts = [int.from_bytes(table[i : i + 2], "big") for i in range(0, 18, 2)]
    end = 5 + int.from_bytes(front[3:5], "big")
    return [front[a:b] for a, b in zip(starts, [*starts[1:], end], strict=True)]


def test_the_front_record_is_laid_out_by_its_offset_table(issuer: Issuer) -> None:
    card = issuer.issue(replace(MY_NUMBER, filler_bytes=100), PHOTO)
    open_surface(card)

    front = read_file(card, 0x0002)
    objects = front_objects(front)

    assert front[:3] == bytes.fromhex("FF2082")
    assert front[5:8] == bytes.fromhex("DF2112")
    assert [o[:2].hex() for o in objects] == [f"df{n:02x}" for n in range(0x22, 0x2B)]
    assert objects[0][3:] == b"19580314"
    assert objects[5].endswith(PHOTO)
    assert objects[7][3:] == b"20350314"
    assert front.endswith(b"\xff" * 100)
    assert not card.has_disclosed_my_number


def read_front(card: SimulatedCard) -> list[bytes]:
    open_surface(card)
    return front_objects(read_file(card, 0x0002))


def digests_that_hold(card: SimulatedCard) -> tuple[bool, ...] | None:
    """Which of DF28's three digests fit the record; None: not by the key in EF 0004."""
    objects = read_front(card)
    issuer_key = public_key(read_file(card, 0x0004)[10 : 10 + 297])
    try:
        signed = issuer_key.recover_data_from_signature(objects[6][-256:], PKCS1v15(), None)
    except InvalidSignature:
        return None
    assert signed.startswith(bytes.fromhex("3071300D060960864801650304020105000460"))
    parts = (b"".join(objects[0:3]), b"".join(objects[3:5]), objects[5])
    digests = signed[-96:]
    told = (digests[0:32], digests[32:64], digests[64:96])
    return tuple(hashlib.sha256(p).digest() == d for p, d in zip(parts, told, strict=True))


def certificate_holds(issuer: Issuer, card: SimulatedCard) -> bool:
    """EF 0004 is signed by the record CA (facts/card.md §7.2)."""
    open_surface(card)
    cv_certificate = read_file(card, 0x0004)
    assert len(cv_certificate) == 568
    try:
        issuer.record_ca.verify(
            cv_certificate[-256:], cv_certificate[10 : 10 + 297], PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return False
    return True


def chip_holds(card: SimulatedCard) -> bool:
    """The chip has the key that its record names."""
    chip_key = public_key(read_front(card)[2])
    signature, _ = send(card, bytes.fromhex("802A000005") + b"proof" + b"\x00")
    try:
        return chip_key.recover_data_from_signature(signature, PKCS1v15(), None) == b"proof"
    except InvalidSignature:
        return False


WHOLE = (True, True, True)
TAMPERED = {
    Tampering.PHOTO: ((True, True, False), True, True),
    Tampering.PHOTO_SWAPPED: ((True, True, False), True, True),
    Tampering.ATTRIBUTES: ((True, False, True), True, True),
    Tampering.BIRTH_DATE: ((False, True, True), True, True),
    Tampering.RECORD_SWAPPED: (WHOLE, True, False),
    Tampering.CLONED: (WHOLE, True, False),
    Tampering.CV_CERTIFICATE: (WHOLE, False, True),
    Tampering.RECORD_ISSUER_UNKNOWN: (WHOLE, False, True),
    Tampering.CERTIFICATE_CLONED: (WHOLE, True, True),
}
"""What still holds: the three digests, the issuer's certificate, the chip's own key."""


def test_an_untouched_card_is_genuine(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER, PHOTO)

    assert digests_that_hold(card) == WHOLE
    assert certificate_holds(issuer, card)
    assert chip_holds(card)


@pytest.mark.parametrize("part", list(Tampering))
def test_a_tampered_part_breaks_exactly_its_own_proof(issuer: Issuer, part: Tampering) -> None:
    card = issuer.issue(replace(MY_NUMBER, tampered=frozenset({part})), PHOTO)

    found = (digests_that_hold(card), certificate_holds(issuer, card), chip_holds(card))
    assert found == TAMPERED[part]


def test_tampering_leaves_the_layout_and_the_code_as_they_were(issuer: Issuer) -> None:
    for part in (Tampering.PHOTO, Tampering.RECORD_SWAPPED, Tampering.CLONED):
        card = issuer.issue(replace(MY_NUMBER, tampered=frozenset({part})), PHOTO)
        objects = read_front(card)
        is_own = objects[0][3:] == b"19580314"
        assert is_own is (part is not Tampering.RECORD_SWAPPED)
        assert objects[5].endswith(PHOTO) is (part is Tampering.CLONED)
        assert len(objects[5]) == len(PHOTO) + 5 or part is Tampering.RECORD_SWAPPED


@pytest.mark.parametrize("is_cloned", [True, False])
def test_a_cloned_certificate_is_over_a_key_that_the_chip_lacks(
    issuer: Issuer, is_cloned: bool
) -> None:
    tampered = frozenset({Tampering.CERTIFICATE_CLONED} if is_cloned else ())
    card = issuer.issue(replace(MY_NUMBER, tampered=tampered))
    card.power_on()
    status_words(card, select(aids.JPKI), verify("1234", p2=0x98))
    signature, _ = send(card, bytes.fromhex("802A039705") + b"proof" + b"\x00")
    certificate = x509.load_der_x509_certificate(read_file(card, 0x000A))
    key = certificate.public_key()

    assert isinstance(key, RSAPublicKey)
    certificate.verify_directly_issued_by(issuer.authentication_ca)
    if is_cloned:
        with pytest.raises(InvalidSignature):
            key.verify(signature, b"proof", PKCS1v15(), hashes.SHA256())
    else:
        key.verify(signature, b"proof", PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("state", "photo_bytes"), [(PhotoState.ABSENT, 0), (PhotoState.CORRUPT, len(PHOTO) // 2)]
)
def test_a_photo_may_be_absent_or_break_off(
    issuer: Issuer, state: PhotoState, photo_bytes: int
) -> None:
    card = issuer.issue(replace(MY_NUMBER, photo_state=state), PHOTO)
    photo = read_front(card)[5]

    assert photo.endswith(PHOTO[:photo_bytes])
    assert len(photo) == photo_bytes + (5 if photo_bytes else 3)
    assert digests_that_hold(card) == WHOLE


def test_a_photo_may_be_blurred(issuer: Issuer) -> None:
    portrait = (PEOPLE / "taro" / "portrait.jp2").read_bytes()
    card = issuer.issue(replace(MY_NUMBER, photo_state=PhotoState.BLURRED), portrait)
    photo = read_front(card)[5]
    jp2 = photo[photo.index(portrait[:12]) :]
    sharp, blurred = (
        np.asarray(Image.open(io.BytesIO(each)), np.float64) for each in (portrait, jp2)
    )

    assert blurred.shape == sharp.shape
    assert np.abs(np.diff(blurred)).max() < 0.3 * np.abs(np.diff(sharp)).max()
    assert digests_that_hold(card) == WHOLE


def test_a_photo_may_be_filled_up_to_a_size(issuer: Issuer) -> None:
    portrait = (PEOPLE / "taro" / "portrait.jp2").read_bytes()
    card = issuer.issue(replace(MY_NUMBER, least_photo_bytes=20_480), portrait)
    photo = read_front(card)[5][5:]

    assert len(photo) == 20_480
    with Image.open(io.BytesIO(photo)) as filled, Image.open(io.BytesIO(portrait)) as plain:
        assert filled.tobytes() == plain.tobytes()


@pytest.mark.parametrize(
    ("file_id", "opened_by"),
    [(0x0001, {0x11}), (0x0002, {0x12, 0x13}), (0x0003, set()), (0x0005, {0x13})],
)
def test_what_opens_the_surface_files(issuer: Issuer, file_id: int, opened_by: set[int]) -> None:
    secrets = {
        0x11: TARO.printed_birth_digits,
        0x12: MY_NUMBER.matching_code_b,
        0x13: MY_NUMBER.matching_code_a,
    }
    for reference, secret in secrets.items():
        card = issuer.issue(MY_NUMBER, PHOTO)
        card.power_on()
        commands = [select(aids.CARD_SURFACE), verify(secret, p2=0x80 | reference)]
        assert status_words(card, *commands) == [0x9000, 0x9000]
        is_open = status_words(card, select_file(file_id), READ_256)[1] == 0x9000
        assert is_open == (reference in opened_by or not opened_by)


@pytest.mark.parametrize(
    ("reference", "secret", "number", "attributes"),
    [
        (0x11, "2345", 0x9000, 0x9000),
        (0x14, MY_NUMBER.matching_code_a, 0x9000, 0x6982),
        (0x15, MY_NUMBER.matching_code_b, 0x6982, 0x9000),
    ],
)
def test_what_opens_the_text_files(
    issuer: Issuer, reference: int, secret: str, number: int, attributes: int
) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.CARD_TEXT))
    send(card, verify(secret, p2=0x80 | reference))

    assert status_words(card, select_file(0x0001), READ_256)[1] == number
    assert status_words(card, select_file(0x0002), READ_256)[1] == attributes
    assert card.has_disclosed_my_number == (number == 0x9000)


def test_a_text_reference_ships_blocked(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()

    commands = [select(aids.CARD_TEXT), bytes.fromhex("00200092"), verify("0000", p2=0x92)]
    assert status_words(card, *commands) == [0x9000, 0x63C0, 0x6984]


def test_the_text_record_has_both_length_forms() -> None:
    holder = replace(TARO, name="試験　次郎", address="あ" * 18)
    short = attribute_record(replace(MY_NUMBER, holder=holder))
    long = attribute_record(replace(MY_NUMBER, holder=holder, has_long_outer_length=True))

    assert short[:17] == bytes.fromhex("ff2065df2108000e002000590064df220f")
    assert long[:16] == bytes.fromhex("ff20820065df2108001000220" + "05b0066")
    assert short[14:] == long[16:]


@pytest.mark.parametrize(
    ("file_id", "size_bytes"), [(0x0001, 17), (0x0003, 336), (0x0005, 162), (0x0007, 536)]
)
def test_text_file_sizes(issuer: Issuer, file_id: int, size_bytes: int) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.CARD_TEXT))
    send(card, verify("2345", p2=0x91))

    assert len(read_file(card, file_id)) == size_bytes


def test_the_age_record_size(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.CARD_SURFACE))
    send(card, verify("330314", p2=0x91))

    assert len(read_file(card, 0x0001)) == 547


def test_a_photo_must_fit_the_file(issuer: Issuer) -> None:
    with pytest.raises(PhotoTooLargeError):
        issuer.issue(MY_NUMBER, bytes(0x8000))

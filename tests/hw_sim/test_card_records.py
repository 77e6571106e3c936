import hashlib
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.card_text import attribute_record
from tests.hw_sim.card.catalog import MY_NUMBER, TARO
from tests.hw_sim.card.errors import PhotoTooLargeError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import Tampering
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


def front_signature_holds(issuer: Issuer, card: SimulatedCard) -> bool:
    """Verify DF28 under the CVC's key, and the CVC under the record CA (facts/card.md §7.2)."""
    open_surface(card)
    cv_certificate = read_file(card, 0x0004)
    o = front_objects(read_file(card, 0x0002))
    body, ca_signature = cv_certificate[10 : 10 + 297], cv_certificate[-256:]
    digests = b"".join(
        hashlib.sha256(part).digest() for part in (b"".join(o[0:3]), b"".join(o[3:5]), o[5])
    )
    digest_info = bytes.fromhex("3071300D060960864801650304020105000460") + digests
    assert len(cv_certificate) == 568
    try:
        issuer.record_ca.verify(ca_signature, body, PKCS1v15(), hashes.SHA256())
        signed = public_key(body).recover_data_from_signature(o[6][-256:], PKCS1v15(), None)
    except InvalidSignature:
        return False
    return signed == digest_info


def test_the_front_record_is_signed(issuer: Issuer) -> None:
    assert front_signature_holds(issuer, issuer.issue(MY_NUMBER, PHOTO))


@pytest.mark.parametrize("part", list(Tampering))
def test_a_tampered_part_breaks_the_signature(issuer: Issuer, part: Tampering) -> None:
    profile = replace(MY_NUMBER, tampered=frozenset({part}))

    assert not front_signature_holds(issuer, issuer.issue(profile, PHOTO))


def test_the_chip_proves_itself_without_a_credential(issuer: Issuer) -> None:
    card = issuer.issue(MY_NUMBER, PHOTO)
    card.power_on()
    send(card, select(aids.CARD_SURFACE))
    signature, status_word = send(card, bytes.fromhex("802A000005") + b"proof" + b"\x00")
    open_surface(card)
    chip_key = public_key(front_objects(read_file(card, 0x0002))[2])

    assert status_word == 0x9000
    assert chip_key.recover_data_from_signature(signature, PKCS1v15(), None) == b"proof"


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

"""One accepted form of each result.

Negative control: a naive verifier accepts the changed copies that ours refuses.
"""

from dataclasses import replace

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink import cbor, signing
from hostlink.codec import MAX_RESULT_BYTES
from hostlink.errors import InvalidResultError, InvalidResultReason
from hostlink.result import encode_claims, hash_of_payload
from hostlink.signing import (
    P256_ORDER,
    payload_hash,
    sign_result,
    take_apart,
    verify_result,
)
from tests.hostlink import pki
from tests.hostlink.naive_verifier import naive_verify
from tests.hostlink.pki import (
    MAKER,
    OTHER_READER,
    OTHER_UEID,
    READER,
    STRANGE_READER,
    UEID,
    issue,
    name_of,
)
from tests.hostlink.samples import ABANDONED, COMPLETED, claims_of
from tests.hostlink.schema import schema

ROOTS = (MAKER.leaf,)
CLAIMS = claims_of(COMPLETED)
GOOD = sign_result(CLAIMS, READER.sign, READER.chain_der)
PROTECTED, _, PAYLOAD, SIGNATURE = cbor2.loads(GOOD).value


def cose(*parts: object) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, list(parts)), canonical=True)


def resigned(
    protected: bytes, payload: bytes, key: ec.EllipticCurvePrivateKey = READER.key
) -> bytes:
    """What a reader would make that signs anything."""
    tbs = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = decode_dss_signature(key.sign(tbs, ec.ECDSA(hashes.SHA256())))
    return cose(protected, {}, payload, raw(r, min(s, P256_ORDER - s)))


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def halves(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def naive_accepts(data: bytes) -> bool:
    try:
        naive_verify(data)
    except InvalidResultError:
        return False
    return True


def reason_of(data: bytes, roots: tuple[x509.Certificate, ...] = ROOTS) -> InvalidResultReason:
    with pytest.raises(InvalidResultError) as refused:
        verify_result(data, roots)
    return refused.value.reason


@pytest.mark.parametrize("record", [COMPLETED, ABANDONED], ids=["completed", "abandoned"])
def test_good(record: object) -> None:
    made = claims_of(COMPLETED if record is COMPLETED else ABANDONED)
    signed = sign_result(made, READER.sign, READER.chain_der)
    verified = verify_result(signed, ROOTS)
    assert verified.claims == made
    assert verified.payload_hash == payload_hash(signed) == hash_of_payload(encode_claims(made))


def test_signing_twice_gives_the_same_bytes() -> None:
    assert sign_result(CLAIMS, READER.sign, READER.chain_der) == GOOD


def test_form_is_that_of_the_schema() -> None:
    schema("result-header").validate_cbor(PROTECTED)
    schema("result-claims").validate_cbor(PAYLOAD)
    assert len(SIGNATURE) == 64
    assert len(GOOD) < 1500


def test_signer_lowers_s() -> None:
    def high_s(tbs: bytes) -> bytes:
        r, s = decode_dss_signature(READER.sign(tbs))
        return encode_dss_signature(r, max(s, P256_ORDER - s))

    assert sign_result(CLAIMS, high_s, READER.chain_der) == GOOD


def test_negative_control_twin_signature() -> None:
    r, s = halves(SIGNATURE)
    twin = cose(PROTECTED, {}, PAYLOAD, raw(r, P256_ORDER - s))
    assert naive_accepts(GOOD)
    assert naive_accepts(twin)
    assert reason_of(twin) is InvalidResultReason.SIGNATURE_HIGH_S


def test_negative_control_unprotected_header() -> None:
    changed = cose(PROTECTED, {4: b"other"}, PAYLOAD, SIGNATURE)
    assert naive_accepts(changed)
    assert reason_of(changed) is InvalidResultReason.UNPROTECTED_HEADER


def test_negative_control_other_encoding() -> None:
    # The signature in a longer byte string head: the same values, other bytes.
    assert GOOD[-66:-64] == b"\x58\x40"
    changed = GOOD[:-66] + b"\x59\x00\x40" + SIGNATURE
    assert naive_accepts(changed)
    assert reason_of(changed) is InvalidResultReason.NOT_COSE_SIGN1


def test_negative_control_something_after_the_end() -> None:
    assert naive_accepts(GOOD + b"\0")
    assert reason_of(GOOD + b"\0") is InvalidResultReason.NOT_COSE_SIGN1


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_one_flipped_bit_in_every_byte_is_refused() -> None:
    for at in range(len(GOOD)):
        damaged = bytearray(GOOD)
        damaged[at] ^= 1 << at % 8
        with pytest.raises(InvalidResultError):
            verify_result(bytes(damaged), ROOTS)


edits = st.tuples(
    st.sampled_from(["replace", "insert", "delete"]),
    st.integers(0, len(GOOD) - 1),
    st.binary(min_size=1, max_size=4),
)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.lists(edits, min_size=1, max_size=3))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_mutants_are_refused(changes: list[tuple[str, int, bytes]]) -> None:
    mutant = GOOD
    for how, at, new in changes:
        tail = {"replace": mutant[at + len(new) :], "insert": mutant[at:]}
        mutant = mutant[:at] + (mutant[at + len(new) :] if how == "delete" else new + tail[how])
    if mutant != GOOD:
        with pytest.raises(InvalidResultError):
            verify_result(mutant, ROOTS)


@given(st.binary(max_size=200))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_any_bytes_raise_one_error_only(data: bytes) -> None:
    for prefix in (b"", b"\xd2", b"\xd2\x84"):
        with pytest.raises(InvalidResultError):
            verify_result(prefix + data, ROOTS)


R, S = halves(SIGNATURE)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GOOD[1:], InvalidResultReason.NOT_COSE_SIGN1),
        (b"\xd8\x12" + GOOD[1:], InvalidResultReason.NOT_COSE_SIGN1),
        (cose(PROTECTED, {}, PAYLOAD), InvalidResultReason.NOT_COSE_SIGN1),
        (cose(PROTECTED, {}, PAYLOAD, SIGNATURE, b""), InvalidResultReason.NOT_COSE_SIGN1),
        (cose("text", {}, PAYLOAD, SIGNATURE), InvalidResultReason.NOT_COSE_SIGN1),
        (cose(PROTECTED, [], PAYLOAD, SIGNATURE), InvalidResultReason.NOT_COSE_SIGN1),
        (cose(PROTECTED, {}, None, SIGNATURE), InvalidResultReason.NOT_COSE_SIGN1),
        (cose(PROTECTED, {}, PAYLOAD, SIGNATURE[:-1]), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, SIGNATURE + b"\0"), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, b""), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, raw(0, S)), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, raw(R, 0)), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, raw(P256_ORDER, S)), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, raw(R, P256_ORDER)), InvalidResultReason.SIGNATURE_RANGE),
        (cose(PROTECTED, {}, PAYLOAD, raw(R, 1)), InvalidResultReason.SIGNATURE_WRONG),
        (b"\xd2" + bytes(MAX_RESULT_BYTES), InvalidResultReason.TOO_LARGE),
        (b"", InvalidResultReason.NOT_COSE_SIGN1),
    ],
)
def test_refused(data: bytes, reason: InvalidResultReason) -> None:
    assert reason_of(data) is reason


def header(value: object) -> bytes:
    return resigned(cbor2.dumps(value, canonical=True), PAYLOAD)


CHAIN = list(READER.chain_der)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({1: -8, 33: CHAIN}, InvalidResultReason.ALGORITHM),
        ({1: -35, 33: CHAIN}, InvalidResultReason.ALGORITHM),
        ({1: "ES256", 33: CHAIN}, InvalidResultReason.ALGORITHM),
        ({1: -7}, InvalidResultReason.PROTECTED_HEADER),
        ({33: CHAIN}, InvalidResultReason.PROTECTED_HEADER),
        ({1: -7, 33: CHAIN, 4: b"kid"}, InvalidResultReason.PROTECTED_HEADER),
        ({1: -7, 2: [99], 33: CHAIN}, InvalidResultReason.PROTECTED_HEADER),
        ([], InvalidResultReason.PROTECTED_HEADER),
        ({1: -7, 33: []}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: CHAIN[:1]}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: [*CHAIN, "text"]}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: "text"}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: b"no certificate"}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: [*CHAIN, *CHAIN, CHAIN[1]]}, InvalidResultReason.CHAIN_MALFORMED),
        ({1: -7, 33: CHAIN[0]}, InvalidResultReason.CHAIN_UNTRUSTED),
        ({1: -7, 33: CHAIN[::-1]}, InvalidResultReason.CHAIN_UNTRUSTED),
    ],
)
def test_refused_header(value: object, reason: InvalidResultReason) -> None:
    assert reason_of(header(value)) is reason


def test_header_in_another_encoding() -> None:
    backwards = b"\xa2" + cbor2.dumps(33) + cbor2.dumps(CHAIN) + cbor2.dumps(1) + cbor2.dumps(-7)
    changed = resigned(backwards, PAYLOAD)
    assert naive_accepts(changed)
    assert reason_of(changed) is InvalidResultReason.PROTECTED_HEADER


@pytest.mark.parametrize(
    "payload",
    [b"", cbor.encode({}), PAYLOAD + b"\0", cbor2.dumps(cbor2.loads(PAYLOAD) | {99: 0})],
)
def test_signed_payload_that_is_no_result(payload: bytes) -> None:
    changed = resigned(PROTECTED, payload)
    assert reason_of(changed) is InvalidResultReason.PAYLOAD


def test_signed_by_another_key() -> None:
    changed = resigned(PROTECTED, PAYLOAD, STRANGE_READER.key)
    assert reason_of(changed) is InvalidResultReason.SIGNATURE_WRONG


def test_other_maker_of_the_same_name() -> None:
    forged = sign_result(CLAIMS, STRANGE_READER.sign, STRANGE_READER.chain_der)
    assert reason_of(forged) is InvalidResultReason.CHAIN_UNTRUSTED
    assert reason_of(GOOD, ()) is InvalidResultReason.CHAIN_UNTRUSTED


def test_a_chain_that_was_followed_is_believed_with_its_roots_only() -> None:
    verify_result(GOOD, ROOTS)
    assert reason_of(GOOD, (pki.STRANGE_MAKER.leaf,)) is InvalidResultReason.CHAIN_UNTRUSTED


def test_negative_control_chains_that_are_remembered_without_roots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    follow = signing._signer.__wrapped__
    known: dict[tuple[bytes, ...], object] = {}

    def remember(chain_der: tuple[bytes, ...], roots: tuple[x509.Certificate, ...]) -> object:
        return known.setdefault(chain_der, known.get(chain_der) or follow(chain_der, roots))

    monkeypatch.setattr(signing, "_signer", remember)
    verify_result(GOOD, ROOTS)
    assert verify_result(GOOD, (pki.STRANGE_MAKER.leaf,)).claims == CLAIMS


def test_reader_cannot_speak_for_another_reader() -> None:
    own = sign_result(replace(CLAIMS, ueid=OTHER_UEID), OTHER_READER.sign, OTHER_READER.chain_der)
    assert verify_result(own, ROOTS).claims.ueid == OTHER_UEID
    forged = sign_result(CLAIMS, OTHER_READER.sign, OTHER_READER.chain_der)
    assert reason_of(forged) is InvalidResultReason.WRONG_DEVICE


@pytest.mark.parametrize(
    "numbers", [[], [OTHER_UEID.hex(), UEID.hex()], [UEID.hex() + "00"], [" "]]
)
def test_certificate_that_does_not_name_this_reader_alone(numbers: list[str]) -> None:
    serials = [x509.NameAttribute(NameOID.SERIAL_NUMBER, number) for number in numbers]
    odd = issue(x509.Name([*name_of("Test reader"), *serials]), 10, pki.PLANT, pki.IS_LEAF)
    forged = sign_result(CLAIMS, odd.sign, odd.chain_der)
    assert reason_of(forged) is InvalidResultReason.WRONG_DEVICE


def test_reason_and_nothing_else_in_the_error() -> None:
    for reason in InvalidResultReason:
        assert str(InvalidResultError(reason)) == reason.value


def test_parts_are_what_openssl_needs() -> None:
    parts = take_apart(GOOD)
    READER.key.public_key().verify(parts.signature_der, parts.tbs, ec.ECDSA(hashes.SHA256()))
    assert parts.chain_der == READER.chain_der


def test_payload_hash_refuses_a_wrong_form() -> None:
    with pytest.raises(InvalidResultError):
        payload_hash(b"")

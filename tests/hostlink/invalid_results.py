"""One invalid result for each rule: exactly that rule is broken. Recorded in `vectors/`."""

import cbor2
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from hostlink.codec import MAX_RESULT_BYTES
from hostlink.errors import InvalidResultReason
from hostlink.signing import P256_ORDER, sign_result
from tests.hostlink.pki import (
    FOR_CLIENT,
    IS_LEAF,
    OTHER_READER,
    PLANT,
    READER,
    STRANGE_READER,
    Identity,
    issue,
    usage,
)
from tests.hostlink.samples import COMPLETED, claims_of

CLAIMS = claims_of(COMPLETED)
GOOD = sign_result(CLAIMS, READER.sign, READER.chain_der)
PROTECTED, _, PAYLOAD, SIGNATURE = cbor2.loads(GOOD).value
CHAIN = list(READER.chain_der)
_HALF_BYTES = 32
_FOR_CLIENTS = issue(READER.leaf.subject, 60, PLANT, IS_LEAF, usage(signs=True), FOR_CLIENT)


def cose(*parts: object) -> bytes:
    """A COSE_Sign1 of these parts."""
    return cbor2.dumps(cbor2.CBORTag(18, list(parts)), canonical=True)


def signed(protected: bytes, payload: bytes, identity: Identity = READER) -> bytes:
    """What a reader would make that signs anything, in the same bytes each time."""
    r, s = decode_dss_signature(identity.sign(_tbs(protected, payload)))
    return cose(protected, {}, payload, _raw(r, min(s, P256_ORDER - s)))


def _tbs(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _raw(r: int, s: int) -> bytes:
    return r.to_bytes(_HALF_BYTES, "big") + s.to_bytes(_HALF_BYTES, "big")


def _header(value: object) -> bytes:
    return signed(cbor2.dumps(value, canonical=True), PAYLOAD)


_R = int.from_bytes(SIGNATURE[:_HALF_BYTES], "big")
_S = int.from_bytes(SIGNATURE[_HALF_BYTES:], "big")

INVALID: dict[InvalidResultReason, bytes] = {
    InvalidResultReason.TOO_LARGE: signed(
        cbor2.dumps({1: -7, 33: [*CHAIN, bytes(MAX_RESULT_BYTES)]}), PAYLOAD
    ),
    InvalidResultReason.NOT_COSE_SIGN1: GOOD + b"\0",
    InvalidResultReason.UNPROTECTED_HEADER: cose(PROTECTED, {4: b"other"}, PAYLOAD, SIGNATURE),
    InvalidResultReason.PROTECTED_HEADER: _header({1: -7, 33: CHAIN, 4: b"other"}),
    InvalidResultReason.ALGORITHM: _header({1: -35, 33: CHAIN}),
    InvalidResultReason.CHAIN_MALFORMED: _header({1: -7, 33: [*CHAIN, b"no certificate"]}),
    InvalidResultReason.SIGNATURE_RANGE: cose(PROTECTED, {}, PAYLOAD, _raw(P256_ORDER, _S)),
    InvalidResultReason.SIGNATURE_HIGH_S: cose(PROTECTED, {}, PAYLOAD, _raw(_R, P256_ORDER - _S)),
    InvalidResultReason.CHAIN_UNTRUSTED: sign_result(
        CLAIMS, STRANGE_READER.sign, STRANGE_READER.chain_der
    ),
    InvalidResultReason.CERTIFICATE_PURPOSE: sign_result(
        CLAIMS, _FOR_CLIENTS.sign, _FOR_CLIENTS.chain_der
    ),
    InvalidResultReason.SIGNATURE_WRONG: cose(PROTECTED, {}, PAYLOAD, _raw(_R, _S - 1)),
    InvalidResultReason.PAYLOAD: signed(PROTECTED, cbor2.dumps({})),
    InvalidResultReason.WRONG_DEVICE: sign_result(
        CLAIMS, OTHER_READER.sign, OTHER_READER.chain_der
    ),
}

"""A finished visit as a COSE_Sign1 that anyone can verify, and the strict way to do so.

There is exactly one accepted form of each result: a lenient verifier takes changed copies of a
message (unsigned header, other encodings, the twin signature), and with them doubled results.

Source: RFC 9052 §4.2 and §4.4 (COSE_Sign1, Sig_structure), RFC 9053 §2.1 (ES256), RFC 9360 §2
(x5chain); facts/security.md §4.6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from hostlink import cbor
from hostlink.cbor import CborValue
from hostlink.certificates import load_chain, names_reader, verify_chain
from hostlink.codec import MAX_RESULT_BYTES
from hostlink.errors import InvalidResultError, InvalidResultReason, MalformedMessageError
from hostlink.result import ResultClaims, decode_claims, encode_claims, hash_of_payload

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MOST_SIGNERS = 128
"""Readers whose chains are remembered: more than one PC serves."""
_HALF_BYTES = 32
_TAG_18 = b"\xd2"
_ALGORITHM_KEY, _X5CHAIN_KEY = 1, 33
_ES256 = -7


@dataclass(frozen=True, slots=True)
class CoseParts:
    """A COSE_Sign1 taken apart, form checked, nothing verified."""

    protected: bytes
    """The signed header as it was encoded."""
    payload: bytes
    signature: bytes
    """r and s, 32 bytes each, s in the lower half."""
    chain_der: tuple[bytes, ...]
    """Certificates, leaf first, without the root."""

    @property
    def tbs(self) -> bytes:
        """The Sig_structure: the bytes that were signed."""
        return cbor.encode(["Signature1", self.protected, b"", self.payload])

    @property
    def signature_der(self) -> bytes:
        """The signature as OpenSSL wants it: DER Ecdsa-Sig-Value."""
        return encode_dss_signature(*_halves(self.signature))


@dataclass(frozen=True, slots=True)
class VerifiedResult:
    """A result that was really signed by a reader of the maker, unchanged."""

    claims: ResultClaims
    payload_hash: bytes
    """SHA-256 of the signed payload, 32 bytes."""


def sign_result(
    claims: ResultClaims, sign: Callable[[bytes], bytes], chain: tuple[bytes, ...]
) -> bytes:
    """Make the signed result of one visit.

    Args:
        claims: What is signed.
        sign: The reader's key: takes the bytes to sign, hashes them with SHA-256 and returns a
            DER ECDSA P-256 signature.
        chain: The reader's certificates, DER, leaf first, without the root; 1 to 4.

    Returns:
        A tagged COSE_Sign1.

    Raises:
        MalformedMessageError: A claim is out of bounds, or the record contradicts itself.
    """
    x5chain: CborValue = chain[0] if len(chain) == 1 else list(chain)
    protected = cbor.encode({_ALGORITHM_KEY: _ES256, _X5CHAIN_KEY: x5chain})
    payload = encode_claims(claims)
    unsigned = CoseParts(protected, payload, b"", chain)
    r, s = decode_dss_signature(sign(unsigned.tbs))
    low_s = min(s, P256_ORDER - s)
    signature = r.to_bytes(_HALF_BYTES, "big") + low_s.to_bytes(_HALF_BYTES, "big")
    return _TAG_18 + cbor.encode([protected, {}, payload, signature])


def verify_result(cose: bytes, roots: tuple[x509.Certificate, ...]) -> VerifiedResult:
    """Believe a result, or not.

    Args:
        cose: A tagged COSE_Sign1, whatever its origin.
        roots: The maker's root certificates.

    Raises:
        InvalidResultError: It is not exactly what a reader certified under `roots` signed. No
            other error is ever raised.
    """
    parts = take_apart(cose)
    leaf, key = _signer(parts.chain_der, roots)
    try:
        key.verify(parts.signature_der, parts.tbs, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise InvalidResultError(InvalidResultReason.SIGNATURE_WRONG) from None
    claims = _claims_in(parts.payload)
    if not names_reader(leaf, claims.ueid):
        raise InvalidResultError(InvalidResultReason.WRONG_DEVICE)
    return VerifiedResult(claims, hash_of_payload(parts.payload))


def payload_hash(cose: bytes) -> bytes:
    """SHA-256 of the signed payload: the `previous_hash` of the reader's next result.

    Raises:
        InvalidResultError: The form is wrong. The signature is not verified.
    """
    return hash_of_payload(take_apart(cose).payload)


def audience_of(cose: bytes) -> str:
    """Whom a result is for.

    Raises:
        InvalidResultError: The form or the payload is wrong. The signature is not verified.
    """
    return _claims_in(take_apart(cose).payload).audience


def take_apart(cose: bytes) -> CoseParts:
    """Check the form of a result and give its parts, without verifying anything.

    Raises:
        InvalidResultError: It is not in the one accepted form.
    """
    if len(cose) > MAX_RESULT_BYTES:
        raise InvalidResultError(InvalidResultReason.TOO_LARGE)
    if not cose.startswith(_TAG_18):
        raise InvalidResultError(InvalidResultReason.NOT_COSE_SIGN1)
    match _decoded(cose[1:], InvalidResultReason.NOT_COSE_SIGN1):
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)]:
            pass
        case _:
            raise InvalidResultError(InvalidResultReason.NOT_COSE_SIGN1)
    if unprotected:
        raise InvalidResultError(InvalidResultReason.UNPROTECTED_HEADER)
    chain_der = _chain_in(protected)
    _check_signature_form(signature)
    return CoseParts(protected, payload, signature, chain_der)


@lru_cache(maxsize=MOST_SIGNERS)
def _signer(
    chain_der: tuple[bytes, ...], roots: tuple[x509.Certificate, ...]
) -> tuple[x509.Certificate, ec.EllipticCurvePublicKey]:
    """The reader's certificate and its key, if they can be believed.

    Time plays no part in that, so a chain that was good stays good, and whoever verifies many
    results of few readers follows each chain once. What is refused is looked at each time.

    Raises:
        InvalidResultError: As `load_chain` and `verify_chain`.
    """
    chain = load_chain(chain_der)
    return chain[0], verify_chain(chain, roots)


def _claims_in(payload: bytes) -> ResultClaims:
    try:
        return decode_claims(payload)
    except MalformedMessageError:
        raise InvalidResultError(InvalidResultReason.PAYLOAD) from None


def _decoded(data: bytes, reason: InvalidResultReason) -> CborValue:
    try:
        return cbor.decode(data, MAX_RESULT_BYTES)
    except MalformedMessageError:
        raise InvalidResultError(reason) from None


def _chain_in(protected: bytes) -> tuple[bytes, ...]:
    header = _decoded(protected, InvalidResultReason.PROTECTED_HEADER)
    if not isinstance(header, Mapping) or header.keys() != {_ALGORITHM_KEY, _X5CHAIN_KEY}:
        raise InvalidResultError(InvalidResultReason.PROTECTED_HEADER)
    if header[_ALGORITHM_KEY] != _ES256:
        raise InvalidResultError(InvalidResultReason.ALGORITHM)
    match header[_X5CHAIN_KEY]:
        case bytes(leaf):
            return (leaf,)
        case [_, _, *_] as chain if all(isinstance(der, bytes) for der in chain):
            return tuple(der for der in chain if isinstance(der, bytes))
        case _:
            raise InvalidResultError(InvalidResultReason.CHAIN_MALFORMED)


def _check_signature_form(signature: bytes) -> None:
    r, s = _halves(signature)
    if len(signature) != 2 * _HALF_BYTES or not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        raise InvalidResultError(InvalidResultReason.SIGNATURE_RANGE)
    if s > P256_ORDER // 2:
        raise InvalidResultError(InvalidResultReason.SIGNATURE_HIGH_S)


def _halves(signature: bytes) -> tuple[int, int]:
    return (
        int.from_bytes(signature[:_HALF_BYTES], "big"),
        int.from_bytes(signature[_HALF_BYTES:], "big"),
    )

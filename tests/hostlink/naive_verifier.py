"""Negative control: the verifier one writes first."""

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hostlink.errors import InvalidResultError, InvalidResultReason, MalformedMessageError
from hostlink.result import decode_claims, hash_of_payload
from hostlink.signing import VerifiedResult
from tests.hostlink.pki import READER

_NOT_EVEN_CBOR = (ValueError, TypeError, AttributeError, InvalidSignature, cbor2.CBORDecodeError)


def naive_verify(cose: bytes, _: tuple[x509.Certificate, ...] = ()) -> VerifiedResult:
    """Decode, rebuild what was signed, check the signature by the reader's key that is known.

    Raises:
        InvalidResultError: It cannot be decoded, or the signature is wrong.
    """
    try:
        protected, _unsigned, payload, signature = cbor2.loads(cose).value
        tbs = cbor2.dumps(["Signature1", protected, b"", payload])
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        der = encode_dss_signature(r, s)
        READER.key.public_key().verify(der, tbs, ec.ECDSA(hashes.SHA256()))
        return VerifiedResult(decode_claims(payload), hash_of_payload(payload))
    except (*_NOT_EVEN_CBOR, MalformedMessageError):
        raise InvalidResultError(InvalidResultReason.SIGNATURE_WRONG) from None

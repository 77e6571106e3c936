"""What a signed result says: the claims of one visit, as a CWT claims set.

Registered claims keep their registered keys; everything of our own lies in one map under a key
for private use.

Source: RFC 8392 §4, RFC 9711 §4 (aud 3, eat_nonce 10, ueid 256, bootcount 267); facts/security.md
§4.6.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hostlink import cbor
from hostlink.cbor import CborValue
from hostlink.codec import MAX_RESULT_BYTES, MOMENT, NONCE, UEID, VISIT_FIELDS
from hostlink.errors import MalformedMessageError
from hostlink.layout import Layout, blob, record, text, unsigned
from hostlink.messages import Moment, VisitRecord
from hostlink.terms import QUESTION_OF, ConsentAnswer, Emergency, VerificationMethod, VisitOutcome

RESULT_VERSION = 1
HASH_BYTES = 32
NO_PREVIOUS_HASH = bytes(HASH_BYTES)
"""In the first result a reader ever makes."""

AUDIENCE_KEY, NONCE_KEY, UEID_KEY, BOOT_COUNT_KEY = 3, 10, 256, 267
OWN_CLAIMS_KEY = -65537
"""First key of the private-use range of CWT claims."""

_VERSION_KEY = 0
_HASH = blob(HASH_BYTES)
_AUDIENCE = text(128)
_BOOT_COUNT = unsigned(32)


@dataclass(frozen=True, slots=True)
class ResultClaims:
    """One visit, numbered and addressed, as the reader signs it."""

    record: VisitRecord
    ueid: bytes
    """Who signs: the reader's Universal Entity ID, 7 to 33 bytes."""
    seq: int
    """u64, durable, never used twice, without gaps. `(ueid, seq)` names the result for ever."""
    boot_count: int
    previous_hash: bytes
    """SHA-256 of the signed payload with seq - 1: shows an auditor what was taken away."""
    audience: str
    """The clinic and agent this result is for, from the reader's pairing configuration; never
    from the wire, and an agent refuses an empty one."""
    issued_at: Moment
    monotonic_ms: int
    """The reader's clock since it was switched on, milliseconds; runs also without a date."""
    firmware_hash: bytes
    """SHA-256."""
    model_hash: bytes
    """SHA-256 of the face models in use."""
    consent_text_hash: bytes
    """SHA-256 of the texts the patient was shown."""


_OWN_CLAIMS: Mapping[str, Layout[Any]] = {
    "seq": unsigned(64),
    "previous_hash": _HASH,
    "issued_at": MOMENT,
    "monotonic_ms": unsigned(64),
    "firmware_hash": _HASH,
    "model_hash": _HASH,
    "consent_text_hash": _HASH,
    "record": record(partial(VisitRecord, nonce=b""), **VISIT_FIELDS),
}


def encode_claims(claims: ResultClaims) -> bytes:
    """The payload that is signed.

    Raises:
        MalformedMessageError: A claim is out of the bounds of `messages.cddl`, or the record
            contradicts itself.
    """
    _refuse_contradiction(claims.record)
    own = _own_layout(claims.ueid, claims.boot_count, claims.audience).pack(claims)
    payload: dict[int, CborValue] = {
        AUDIENCE_KEY: _AUDIENCE.pack(claims.audience),
        UEID_KEY: UEID.pack(claims.ueid),
        BOOT_COUNT_KEY: _BOOT_COUNT.pack(claims.boot_count),
        OWN_CLAIMS_KEY: [RESULT_VERSION, own],
    }
    if claims.record.nonce:
        payload[NONCE_KEY] = NONCE.pack(claims.record.nonce)
    return cbor.encode(payload)


def decode_claims(payload: bytes) -> ResultClaims:
    """The claims in a payload whose signature was verified.

    Raises:
        MalformedMessageError: Not exactly such a payload in its one deterministic form.
    """
    claims = cbor.decode(payload, MAX_RESULT_BYTES)
    required = {AUDIENCE_KEY, UEID_KEY, BOOT_COUNT_KEY, OWN_CLAIMS_KEY}
    if not isinstance(claims, Mapping) or not required <= claims.keys() <= required | {NONCE_KEY}:
        raise MalformedMessageError
    decoded = _own_layout(
        ueid=UEID.unpack(claims[UEID_KEY]),
        boot_count=_BOOT_COUNT.unpack(claims[BOOT_COUNT_KEY]),
        audience=_AUDIENCE.unpack(claims[AUDIENCE_KEY]),
    ).unpack(_of_this_version(claims[OWN_CLAIMS_KEY]))
    nonce = NONCE.unpack(claims[NONCE_KEY]) if NONCE_KEY in claims else b""
    _refuse_contradiction(decoded.record)
    return replace(decoded, record=replace(decoded.record, nonce=nonce))


def hash_of_payload(payload: bytes) -> bytes:
    """What the next result carries as `previous_hash`: SHA-256, 32 bytes."""
    return hashlib.sha256(payload).digest()


def _own_layout(ueid: bytes, boot_count: int, audience: str) -> Layout[ResultClaims]:
    make = partial(ResultClaims, ueid=ueid, boot_count=boot_count, audience=audience)
    return record(make, **_OWN_CLAIMS)


def _of_this_version(own: CborValue) -> CborValue:
    match own:
        case [version, fields] if type(version) is int and version == RESULT_VERSION:
            return fields
        case _:
            raise MalformedMessageError


def _refuse_contradiction(record: VisitRecord) -> None:
    is_completed = record.outcome is VisitOutcome.COMPLETED
    is_verified = record.method is not None
    says_more = record.has_registered or bool(record.consents or record.decisions)
    items = [decision.item for decision in record.consents]
    questions = [QUESTION_OF.get(decision) for decision in record.decisions or ()]
    has_unobtainable = any(each.answer is ConsentAnswer.UNOBTAINABLE for each in record.consents)
    is_sound = (
        (record.failure is None) == is_completed
        and (record.verified_at is not None) == is_verified
        and (is_verified or not (is_completed or says_more))
        and (record.match is None or record.method is VerificationMethod.FACE)
        and (record.emergency is Emergency.AMBULANCE or not has_unobtainable)
        and len(set(items)) == len(items)
        and len(set(questions)) == len(questions)
    )
    if not is_sound:
        raise MalformedMessageError

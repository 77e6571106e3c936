"""324 results, good and bad, and what has to be said of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cbor2

from hostlink.errors import InvalidResultReason
from hostlink.result import ResultClaims
from hostlink.signing import P256_ORDER, CoseParts, sign_result, take_apart
from tests.hostlink.invalid_results import cose, signed
from tests.hostlink.pki import MAKER, OTHER_READER, PLANT, READER, STRANGE_READER, Identity, issue
from tests.hostlink.samples import (
    ABANDONED,
    COMPLETED,
    DECIDED,
    FACE_MATCHED,
    IN_AMBULANCE,
    NOTICED,
    claims_of,
)

_OF_EACH_KIND = 18
_RECORDS = (COMPLETED, FACE_MATCHED, NOTICED, DECIDED, IN_AMBULANCE, ABANDONED)


@dataclass(frozen=True)
class Vector:
    """A result and the truth about it."""

    kind: str
    cose: bytes
    is_signature_valid: bool
    """By the key of the leaf that it shows, over what it says: all that plain COSE asks for."""
    reason: InvalidResultReason | None
    """Why this project refuses it; none if it does not. With a valid signature it is a rule beyond
    plain COSE that is broken."""


Bad = Callable[[int, CoseParts], bytes]


def result_vectors() -> Iterator[Vector]:
    """All of them, the same ones each time."""
    for number in range(3 * _OF_EACH_KIND):
        yield Vector("good", _good(number), True, None)
    for reason, kinds in _STRICTER.items():
        for kind, make in kinds.items():
            yield from _vectors(kind, make, True, reason)
    for kind, (make, reason) in _WRONG_SIGNATURE.items():
        yield from _vectors(kind, make, False, reason)


def _vectors(
    kind: str, make: Bad, is_signature_valid: bool, reason: InvalidResultReason
) -> Iterator[Vector]:
    for number in range(_OF_EACH_KIND):
        bad = make(number, take_apart(_good(number)))
        yield Vector(kind, bad, is_signature_valid, reason)


def _claims(number: int) -> ResultClaims:
    claims = claims_of(_RECORDS[number % len(_RECORDS)], seq=1 + number)
    return replace(claims, previous_hash=bytes([number]) * 32, monotonic_ms=1 << number)


def _good(number: int, identity: Identity = READER) -> bytes:
    return sign_result(_claims(number), identity.sign, identity.chain_der)


def _twin(_: int, good: CoseParts) -> bytes:
    r, s = good.signature[:32], int.from_bytes(good.signature[32:], "big")
    return cose(good.protected, {}, good.payload, r + (P256_ORDER - s).to_bytes(32, "big"))


def _longer_head(number: int, good: CoseParts) -> bytes:
    """Of one of the three byte strings."""
    parts = [good.protected, good.payload, good.signature]
    heads = [cbor2.dumps(part)[: -len(part)] for part in parts]
    heads[number % 3] = b"\x5a" + len(parts[number % 3]).to_bytes(4, "big")
    protected, payload, signature = (head + part for head, part in zip(heads, parts, strict=True))
    return b"\xd2\x84" + protected + b"\xa0" + payload + signature


def _indefinite(number: int, good: CoseParts) -> bytes:
    """The array, or the empty map."""
    _, rest = cose(good.protected, {}, good.payload, good.signature).split(b"\xd2\x84", 1)
    if number % 2:
        return b"\xd2\x9f" + rest + b"\xff"
    head = cbor2.dumps(good.protected)
    return b"\xd2\x84" + head + b"\xbf\xff" + rest[len(head) + 1 :]


def _unsigned_header(number: int, good: CoseParts) -> bytes:
    return cose(
        good.protected, {(4, 6)[number % 2]: bytes(number + 1)}, good.payload, good.signature
    )


def _more_in_the_header(number: int, good: CoseParts) -> bytes:
    header = {**cbor2.loads(good.protected), 4: bytes(number + 1)}
    return signed(cbor2.dumps(header, canonical=True), good.payload)


def _no_result(number: int, good: CoseParts) -> bytes:
    claims = cbor2.loads(good.payload)
    key = list(claims)[number % len(claims)]
    changed = {each: claims[each] for each in claims if each != key} | {99: number}
    return signed(good.protected, cbor2.dumps(changed, canonical=True))


def _of_a_stranger(number: int, _: CoseParts) -> bytes:
    return _good(number, STRANGE_READER)


def _of_another_reader(number: int, _: CoseParts) -> bytes:
    return _good(number, OTHER_READER)


def _of_a_ca(number: int, _: CoseParts) -> bytes:
    return _good(number, (PLANT, issue(READER.leaf.subject, 64, READER))[number % 2])


def _other_payload(number: int, good: CoseParts) -> bytes:
    other = take_apart(_good(number + 1)).payload
    return cose(good.protected, {}, other, good.signature)


def _other_chain(number: int, good: CoseParts) -> bytes:
    chain = [READER.chain_der[0], *([MAKER.chain_der[0]] * (1 + number % 2))]
    return cose(cbor2.dumps({1: -7, 33: chain}), {}, good.payload, good.signature)


def _other_signature(number: int, good: CoseParts) -> bytes:
    damaged = bytearray(good.signature)
    # Not in the first bytes of a half: it shall stay in range.
    damaged[(4 if number % 2 else 36) + number] ^= 1 << number % 8
    return cose(good.protected, {}, good.payload, bytes(damaged))


def _key_of_another(_: int, good: CoseParts) -> bytes:
    return signed(good.protected, good.payload, STRANGE_READER)


def _other_algorithm(number: int, good: CoseParts) -> bytes:
    header = {**cbor2.loads(good.protected), 1: (-35, -36)[number % 2]}
    return cose(cbor2.dumps(header), {}, good.payload, good.signature)


def _length(number: int, good: CoseParts) -> bytes:
    signature = good.signature + bytes(number) if number % 2 else good.signature[: -1 - number]
    return cose(good.protected, {}, good.payload, signature)


_Reason = InvalidResultReason
_STRICTER: dict[InvalidResultReason, dict[str, Bad]] = {
    _Reason.SIGNATURE_HIGH_S: {"twin signature": _twin},
    _Reason.NOT_COSE_SIGN1: {"longer head": _longer_head, "indefinite length": _indefinite},
    _Reason.UNPROTECTED_HEADER: {"unsigned header": _unsigned_header},
    _Reason.PROTECTED_HEADER: {"more in the header": _more_in_the_header},
    _Reason.PAYLOAD: {"signed, but no result": _no_result},
    _Reason.CHAIN_UNTRUSTED: {"another maker of that name": _of_a_stranger},
    _Reason.WRONG_DEVICE: {"another reader of the maker": _of_another_reader},
    _Reason.CERTIFICATE_PURPOSE: {"signed by a CA, or under a reader": _of_a_ca},
}
_WRONG_SIGNATURE: dict[str, tuple[Bad, InvalidResultReason]] = {
    "payload of another result": (_other_payload, _Reason.SIGNATURE_WRONG),
    "other chain": (_other_chain, _Reason.CHAIN_UNTRUSTED),
    "signature damaged": (_other_signature, _Reason.SIGNATURE_WRONG),
    "key of another": (_key_of_another, _Reason.SIGNATURE_WRONG),
    "other algorithm": (_other_algorithm, _Reason.ALGORITHM),
    "length of the signature": (_length, _Reason.SIGNATURE_RANGE),
}

"""Everything that could be sent to an agent in place of a good result.

The forger has keys of their own, everybody's certificates, another reader of the same maker and
whatever the attacked reader ever signed, but not its key. Only `TOLD` needs a reader's own key.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

import cbor2

from hostlink.codec import MAX_RESULT_BYTES
from hostlink.messages import SignedResult
from hostlink.result import ResultClaims, encode_claims
from hostlink.signing import P256_ORDER, CoseParts, take_apart
from hostlink.terms import FailureCode, VisitOutcome
from tests.agent.world import abandoned
from tests.hostlink import invalid_results
from tests.hostlink.invalid_results import cose
from tests.hostlink.pki import (
    FOR_SERVER,
    IS_LEAF,
    MAKER,
    OTHER_READER,
    OTHER_UEID,
    PLANT,
    READER,
    STRANGE_MAKER,
    STRANGE_READER,
    Identity,
    issue,
    usage,
)
from tests.torture.genuine import AWAITED, ELSEWHERE, KEPT, NONCE, OTHER_AUDIENCE, WAITING, signed
from tests.torture.loose_cbor import loose_sign1
from tests.torture.mutations import mutant

Forge = Callable[[Random], SignedResult]

_FORGERS = (
    STRANGE_READER,
    Identity(STRANGE_READER.key, READER.chain),
    Identity(STRANGE_READER.key, (STRANGE_READER.leaf, PLANT.leaf)),
    Identity(OTHER_READER.key, READER.chain),
    OTHER_READER,
    issue(READER.leaf.subject, 61, None, IS_LEAF, usage(signs=True), FOR_SERVER),
    issue(READER.leaf.subject, 62, OTHER_READER, IS_LEAF, usage(signs=True), FOR_SERVER),
    issue(READER.leaf.subject, 63, STRANGE_READER, IS_LEAF, usage(signs=True), FOR_SERVER),
)
"""Whoever signs in the reader's name, the last but one with a reader's key as if it were a CA's."""
_CERTIFICATES = tuple(
    each.chain_der[0]
    for each in (READER, PLANT, MAKER, OTHER_READER, STRANGE_READER, STRANGE_MAKER, *_FORGERS)
)
_ALGORITHMS = (-8, -35, -36, -37, -257, -65535, 0, 5, "ES256", "none", None, b"\x26")


def _damaged(rng: Random) -> SignedResult:
    good = rng.choice(WAITING)
    others = [each.cose for each in (*WAITING, *ELSEWHERE, *KEPT) if each is not good]
    return SignedResult(good.seq, _unlike_all(lambda: mutant(good.cose, others, rng)))


def _twin(rng: Random) -> SignedResult:
    good, parts = _some(rng)
    r, s = parts.signature[:32], int.from_bytes(parts.signature[32:], "big")
    twin = r + (P256_ORDER - s).to_bytes(32, "big")
    return SignedResult(good.seq, cose(parts.protected, {}, parts.payload, twin))


def _encoded_loosely(rng: Random) -> SignedResult:
    good, parts = _some(rng)
    fields = (parts.protected, parts.payload, parts.signature)
    return SignedResult(good.seq, _unlike_all(lambda: loose_sign1(*fields, rng)))


def _with_unsigned_header(rng: Random) -> SignedResult:
    good, parts = _some(rng)
    values: tuple[object, ...] = (
        -7,
        b"",
        rng.randbytes(8),
        list(READER.chain_der),
        "text",
        None,
        {},
    )
    header = {
        rng.choice((1, 4, 5, 33, 34, 99)): rng.choice(values) for _ in range(rng.randint(1, 3))
    }
    return SignedResult(good.seq, cose(parts.protected, header, parts.payload, parts.signature))


def _of_another_algorithm(rng: Random) -> SignedResult:
    good, parts = _some(rng)
    protected = cbor2.dumps({1: rng.choice(_ALGORITHMS), 33: list(READER.chain_der)})
    if rng.random() < 0.5:
        return SignedResult(good.seq, cose(protected, {}, parts.payload, parts.signature))
    forger = rng.choice(_FORGERS)
    return SignedResult(good.seq, invalid_results.signed(protected, parts.payload, forger))


def _of_another_chain(rng: Random) -> SignedResult:
    good, parts = _some(rng)
    chain = rng.choices(_CERTIFICATES, k=rng.randint(1, 5))
    protected = cbor2.dumps({1: -7, 33: chain[0] if len(chain) == 1 else chain})
    if rng.random() < 0.5 and protected != parts.protected:
        return SignedResult(good.seq, cose(protected, {}, parts.payload, parts.signature))
    forger = rng.choice(_FORGERS)
    return SignedResult(good.seq, invalid_results.signed(protected, parts.payload, forger))


def _with_changed_claims(rng: Random) -> SignedResult:
    """Still signed in the reader's name, by somebody else's key or with the old signature."""
    claims = _changed(rng.choice(AWAITED), rng)
    if claims not in AWAITED and rng.random() < 0.3:
        _, parts = _some(rng)
        payload = encode_claims(claims)
        return SignedResult(claims.seq, cose(parts.protected, {}, payload, parts.signature))
    return signed(claims, rng.choice(_FORGERS))


def _for_another_clinic(rng: Random) -> SignedResult:
    return rng.choice(ELSEWHERE)


def _under_another_number(rng: Random) -> SignedResult:
    good = rng.choice((*WAITING, *KEPT))
    return SignedResult(good.seq + rng.choice((-1, 1, 1000, 1 << 32)), good.cose)


def _padded(rng: Random) -> SignedResult:
    good = rng.choice(WAITING)
    return SignedResult(good.seq, good.cose + bytes(rng.choice((1, 64, MAX_RESULT_BYTES))))


def _again(rng: Random) -> SignedResult:
    return rng.choice(KEPT)


def _of_another_request(rng: Random) -> SignedResult:
    """Yesterday's result, at an agent that lost what it had kept."""
    claims = replace(rng.choice(AWAITED), seq=rng.randrange(1000, 2**63))
    return signed(replace(claims, record=replace(claims.record, nonce=rng.randbytes(16))))


def _of_another_reader(rng: Random) -> SignedResult:
    """Which was never asked: it can only guess the nonce."""
    claims = replace(rng.choice(AWAITED), ueid=OTHER_UEID, seq=rng.randrange(1, 2**63))
    claims = replace(claims, record=replace(claims.record, nonce=rng.randbytes(16)))
    return signed(claims, OTHER_READER)


def _of_a_clone(rng: Random) -> SignedResult:
    """The reader's key, and a number that is taken."""
    return signed(replace(rng.choice(AWAITED), seq=rng.choice(KEPT).seq))


REFUSED: Mapping[str, Forge] = {
    "damaged": _damaged,
    "the twin signature (r, n-s)": _twin,
    "other bytes of the same CBOR": _encoded_loosely,
    "an unsigned header": _with_unsigned_header,
    "another algorithm": _of_another_algorithm,
    "another chain": _of_another_chain,
    "changed claims": _with_changed_claims,
    "for another clinic": _for_another_clinic,
    "under another number": _under_another_number,
    "padded": _padded,
}
"""Must be neither kept nor acknowledged."""
KNOWN: Mapping[str, Forge] = {"again": _again}
"""Acknowledged again, since these very bytes are kept; nothing is added."""
TOLD: Mapping[str, Forge] = {
    "of another request": _of_another_request,
    "of another reader": _of_another_reader,
    "of a clone": _of_a_clone,
}
"""A real reader signed it: kept, staff are alarmed, and it is never handed to the reception."""


def _some(rng: Random) -> tuple[SignedResult, CoseParts]:
    good = rng.choice(WAITING)
    return good, take_apart(good.cose)


def _unlike_all(make: Callable[[], bytes]) -> bytes:
    """Something that no reader has made: two results cut together may give a good one."""
    while True:
        made = make()
        if all(made != good.cose for good in (*WAITING, *ELSEWHERE, *KEPT)):
            return made


def _changed(claims: ResultClaims, rng: Random) -> ResultClaims:
    failed = replace(
        abandoned(NONCE),
        outcome=VisitOutcome.FAILED,
        failure=rng.choice((FailureCode.PIN_LOCKED, FailureCode.FACE_NOT_MATCHED)),
    )
    changes: list[dict[str, object]] = [
        {},
        {"seq": rng.randrange(1, 2**63)},
        {"audience": OTHER_AUDIENCE},
        {"boot_count": rng.randrange(2**32)},
        {"previous_hash": rng.randbytes(32)},
        {"record": failed},
        {"record": replace(claims.record, consents=())},
    ]
    return replace(claims, **rng.choice(changes))  # type: ignore[arg-type]  # each fits its field

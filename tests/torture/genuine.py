"""What a forger has in hand: results that a real reader signed. The same ones in each run."""

from dataclasses import replace
from random import Random

from hostlink.messages import SignedResult, VisitRecord
from hostlink.result import ResultClaims
from hostlink.signing import sign_result
from hostlink.terms import ConsentAnswer
from tests.agent.world import VISIT_ID, abandoned, completed
from tests.hostlink.pki import READER, Identity
from tests.hostlink.samples import claims_of

NONCE = bytes(range(100, 116))
"""Of the visit that waits at the agent for its result."""
OTHER_AUDIENCE = "clinic-9999999-test"
_RNG = Random(0)


def signed(claims: ResultClaims, identity: Identity = READER) -> SignedResult:
    """What this reader sends."""
    return SignedResult(claims.seq, sign_result(claims, identity.sign, identity.chain_der))


def awaited(seq: int) -> ResultClaims:
    """A result of the visit that waits: the agent would hand it to the reception."""
    return replace(claims_of(_consenting(), seq), previous_hash=_RNG.randbytes(32))


def _consenting() -> VisitRecord:
    record = completed(NONCE, VISIT_ID)
    decisions = (
        replace(each, answer=_RNG.choice((ConsentAnswer.GIVEN, ConsentAnswer.REFUSED)))
        for each in record.consents
    )
    return replace(record, consents=tuple(decisions))


KEPT = tuple(signed(claims_of(abandoned(), seq)) for seq in range(1, 9))
"""Results that the agent holds already."""
AWAITED = tuple(awaited(seq) for seq in range(100, 132))
WAITING = tuple(map(signed, AWAITED))
"""Good results that have not arrived: each would be taken as it is."""
ELSEWHERE = tuple(signed(replace(claims, audience=OTHER_AUDIENCE)) for claims in AWAITED[:8])
"""Good results for another clinic, of the same reader."""

"""Completed visits with what the eligibility source said of them, as long as they are kept.

Whoever hands a visit on gets it from here: the delivery for its relays, the local API for software
that asks.
"""

from cryptography import x509
from sqlalchemy import and_, bindparam, select

from agent.clock import moment_of
from agent.qualification import record_from_json
from agent.relays.port import Reception
from agent.schema import IS_OF_ITS_READER, RESULTS, VISITS
from agent.store import Store
from agent.visits import stored_options
from hostlink.signing import verify_result
from hostlink.terms import ConsentItem, VisitOutcome

IS_COMPLETED_VISIT = and_(
    IS_OF_ITS_READER,
    RESULTS.c.nonce == VISITS.c.nonce,
    RESULTS.c.outcome == int(VisitOutcome.COMPLETED),
    VISITS.c.answered_unix_ms.is_not(None),
)
"""A completed result and the visit it belongs to, which has an eligibility answer."""
RECEPTION = (
    select(
        RESULTS.c.cose,
        RESULTS.c.received_unix_ms,
        VISITS.c.record,
        VISITS.c.offered,
        VISITS.c.options,
        VISITS.c.answered_unix_ms,
        VISITS.c.certificate_ends_unix_ms,
    )
    .join_from(RESULTS, VISITS, IS_COMPLETED_VISIT)
    .where(RESULTS.c.ueid == bindparam("of_ueid"), RESULTS.c.seq == bindparam("of_seq"))
)


class Receptions:
    """The completed visits in a store.

    Args:
        store: Used by the thread that asks.
        medical_institution_code: 10 digits.
        roots: Whom a reader's certificate must come from; each result is verified again.
    """

    def __init__(
        self, store: Store, medical_institution_code: str, roots: tuple[x509.Certificate, ...]
    ) -> None:
        self._store = store
        self._medical_institution_code = medical_institution_code
        self._roots = roots

    def find(self, ueid: bytes, seq: int) -> Reception | None:
        """The visit of that result; None: it did not complete, or is not kept any more."""
        rows = self._store.rows(RECEPTION, {"of_ueid": ueid, "of_seq": seq})
        for cose, received_ms, record, offered, told, answered_ms, ends_ms in rows:
            options = stored_options(told)
            return Reception(
                medical_institution_code=self._medical_institution_code,
                ueid=ueid,
                seq=seq,
                visit=verify_result(cose, self._roots).claims.record,
                record=record_from_json(record) if record else None,
                offered=tuple(ConsentItem(item) for item in offered),
                questions=(options.questions if options else None) or (),
                answered_at=moment_of(answered_ms),
                received_at=moment_of(received_ms),
                signed_result=cose,
                certificate_ends=None if ends_ms is None else moment_of(ends_ms),
            )
        return None

"""Keeps each verified result exactly once, before anybody is told that it arrived.

The key is `(UEID, seq)` out of the signed payload. The same key with other bytes means a
cloned or rolled-back reader: both are kept, the second aside, and staff are alarmed. A gap in
the numbers or a broken chain of hashes is an alarm too, but no reason to refuse a patient's
good result: the signature is what makes it good, and an auditor finds the gap later.

Source: facts/security.md §1 (decisions 7 and 8), §5.1.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import bindparam, func, select, union_all

from agent.clock import unix_ms
from agent.journal import Alarm
from agent.schema import CONFLICTS, RESTORATIONS, RESULTS
from agent.store import Store, Value
from hostlink.signing import VerifiedResult

IS_OF_READER = RESULTS.c.ueid == bindparam("ueid")
HELD = select(RESULTS.c.seq).where(
    IS_OF_READER, RESULTS.c.seq == bindparam("seq"), RESULTS.c.cose == bindparam("cose")
)
OF_VISIT = select(RESULTS.c.seq).where(RESULTS.c.visit_id == bindparam("visit_id")).limit(1)
COUNTED = union_all(
    select(func.max(RESULTS.c.arrival).label("arrival")),
    select(func.max(RESTORATIONS.c.arrivals_after)),
).subquery("counted")
NEXT_ARRIVAL = select(func.coalesce(func.max(COUNTED.c.arrival), 0) + 1).scalar_subquery()
HIGHEST = select(func.max(RESULTS.c.seq)).where(IS_OF_READER)
BEFORE = (
    select(RESULTS.c.seq, RESULTS.c.payload_hash)
    .where(IS_OF_READER, RESULTS.c.seq < bindparam("seq"))
    .order_by(RESULTS.c.seq.desc())
    .limit(1)
)


class Arrival(Enum):
    """How a result relates to those already kept."""

    NEW = auto()
    REPEATED = auto()
    """The very same bytes are kept already: the acknowledgement was lost."""
    CONFLICTING = auto()
    """Other bytes are kept under its number; this one lies aside."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result is on the disk."""

    arrival: Arrival
    alarms: tuple[Alarm, ...]


class Inbox:
    """All results of all readers that ever arrived here.

    Args:
        store: Of the thread that uses this.
        counter: Where those arrive that are kept from now on; None: nobody says.
    """

    def __init__(self, store: Store, counter: str | None = None) -> None:
        self._store = store
        self._counter = counter
        insertion = store.insert(RESULTS).values(arrival=NEXT_ARRIVAL)
        # Its number alone makes a result a known one: an `arrival` that another took is an error.
        self._keep = insertion.on_conflict_do_nothing(index_elements=["ueid", "seq"])
        self._lay_aside = store.insert(CONFLICTS).on_conflict_do_nothing(
            index_elements=["ueid", "seq", "cose"]
        )

    def keep(self, cose: bytes, result: VerifiedResult, now: datetime) -> Receipt:
        """Store a result whose signature was verified.

        Returns:
            Only when the result is on the disk and will survive a power cut.

        Raises:
            StoreUnavailableError: It could not be stored; it must not be acknowledged.
        """
        claims = result.claims
        key: dict[str, Value] = {"ueid": claims.ueid, "seq": claims.seq}
        received = unix_ms(now)
        with self._store.transaction():
            is_new = self._store.change(
                self._keep,
                {
                    **key,
                    "cose": cose,
                    "payload_hash": result.payload_hash,
                    "visit_id": claims.record.visit_id,
                    "nonce": claims.record.nonce,
                    "outcome": int(claims.record.outcome),
                    "received_unix_ms": received,
                    "counter": self._counter,
                },
            )
            if is_new:
                return Receipt(Arrival.NEW, self._chain_alarms(result))
            if self._store.rows(HELD, {**key, "cose": cose}):
                return Receipt(Arrival.REPEATED, ())
            aside = {**key, "cose": cose, "received_unix_ms": received}
            self._store.change(self._lay_aside, aside)
            return Receipt(Arrival.CONFLICTING, (Alarm.RESULT_CONFLICT,))

    def highest_seq(self, ueid: bytes) -> int:
        """Highest number kept of this reader; -1 when it has never been seen."""
        ((highest,),) = self._store.rows(HIGHEST, {"ueid": ueid})
        return -1 if highest is None else int(highest)

    def has_result_of(self, visit_id: bytes) -> bool:
        """Whether this visit is over."""
        return bool(self._store.rows(OF_VISIT, {"visit_id": visit_id}))

    def _chain_alarms(self, result: VerifiedResult) -> tuple[Alarm, ...]:
        """Compare with the nearest result before; the first ever seen of a reader starts here."""
        before = self._store.rows(BEFORE, {"ueid": result.claims.ueid, "seq": result.claims.seq})
        for seq, payload_hash in before:
            if seq != result.claims.seq - 1:
                return (Alarm.RESULT_GAP,)
            if payload_hash != result.claims.previous_hash:
                return (Alarm.RESULT_CHAIN_BROKEN,)
        return ()

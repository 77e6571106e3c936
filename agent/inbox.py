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

from agent.clock import unix_ms
from agent.journal import Alarm
from agent.store import Store
from hostlink.signing import VerifiedResult


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
    """All results of all readers that ever arrived here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, cose: bytes, result: VerifiedResult, now: datetime) -> Receipt:
        """Store a result whose signature was verified.

        Returns:
            Only when the result is on the disk and will survive a power cut.

        Raises:
            StoreUnavailableError: It could not be stored; it must not be acknowledged.
        """
        claims = result.claims
        with self._store.transaction():
            is_new = self._store.change(
                "INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    claims.ueid,
                    claims.seq,
                    cose,
                    result.payload_hash,
                    claims.record.visit_id,
                    claims.record.nonce,
                    claims.record.outcome,
                    unix_ms(now),
                ),
            )
            if is_new:
                return Receipt(Arrival.NEW, self._chain_alarms(result))
            if self._holds(cose, result):
                return Receipt(Arrival.REPEATED, ())
            self._store.change(
                "INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?, ?)",
                (claims.ueid, claims.seq, cose, unix_ms(now)),
            )
            return Receipt(Arrival.CONFLICTING, (Alarm.RESULT_CONFLICT,))

    def highest_seq(self, ueid: bytes) -> int:
        """Highest number kept of this reader; -1 when it has never been seen."""
        sql = "SELECT coalesce(max(seq), -1) FROM results WHERE ueid = ?"
        ((highest,),) = self._store.rows(sql, (ueid,))
        return int(highest)

    def _holds(self, cose: bytes, result: VerifiedResult) -> bool:
        kept = self._store.rows(
            "SELECT 1 FROM results WHERE ueid = ? AND seq = ? AND cose = ?",
            (result.claims.ueid, result.claims.seq, cose),
        )
        return bool(kept)

    def _chain_alarms(self, result: VerifiedResult) -> tuple[Alarm, ...]:
        """Compare with the nearest result before; the first ever seen of a reader starts here."""
        before = self._store.rows(
            "SELECT seq, payload_hash FROM results WHERE ueid = ? AND seq < ?"
            " ORDER BY seq DESC LIMIT 1",
            (result.claims.ueid, result.claims.seq),
        )
        for seq, payload_hash in before:
            if seq != result.claims.seq - 1:
                return (Alarm.RESULT_GAP,)
            if payload_hash != result.claims.previous_hash:
                return (Alarm.RESULT_CHAIN_BROKEN,)
        return ()

"""Brings every completed visit to every relay exactly once, then forgets the patient.

Prepare → row "prepared" → commit → row "done" → settle. The relay's commit is the one step that
counts and may be repeated, so a restart at any point ends in the same state; what it finds lost
is prepared again. What is still to be delivered is not written anywhere: it is every completed
result whose visit is still open, because a visit is deleted once all relays have it.

Source: facts/security.md §1 (decision 9), §5.1.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509

from agent.clock import Clock, moment_of, unix_ms
from agent.errors import PreparedLostError, RelayUnavailableError
from agent.journal import Alarm, Event, Journal
from agent.qualification import record_from_json
from agent.relays.port import Reception, Relay
from agent.store import Store, Value
from agent.visits import stored_options
from hostlink.signing import verify_result
from hostlink.terms import ConsentItem, VisitOutcome

OUTSTANDING = (
    "results.visit_id = visits.visit_id AND results.nonce = visits.nonce"
    f" AND results.outcome = {VisitOutcome.COMPLETED:d} AND visits.record IS NOT NULL"
)
"""A completed result that belongs to an open visit with an eligibility answer."""
IS_DONE = (
    "EXISTS (SELECT 1 FROM deliveries WHERE deliveries.ueid = results.ueid"
    " AND deliveries.seq = results.seq AND deliveries.relay = relay.value AND is_done)"
)
RELAYS = "json_each(:relays) AS relay"

FIND_PARCELS = f"""
    SELECT ueid, seq, results.visit_id, relay.value FROM results, visits, {RELAYS}
    WHERE {OUTSTANDING} AND NOT {IS_DONE} ORDER BY received_unix_ms, seq
"""  # noqa: S608 - made of the constants above
PURGE = f"""
    DELETE FROM visits WHERE CASE
        WHEN EXISTS (SELECT 1 FROM results WHERE results.visit_id = visits.visit_id)
        THEN NOT EXISTS (SELECT 1 FROM results, {RELAYS} WHERE {OUTSTANDING} AND NOT {IS_DONE})
        ELSE opened_unix_ms < :horizon
    END AND visit_id NOT IN (SELECT visit_id FROM postponed) RETURNING visit_id
"""  # noqa: S608 - made of the constants above


@dataclass(frozen=True, slots=True)
class Parcel:
    """One result that one relay has not got yet."""

    ueid: bytes
    seq: int
    visit_id: bytes
    relay: str
    """Label of the relay."""


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """What is the same for every parcel."""

    medical_institution_code: str
    """10 digits."""
    roots: tuple[x509.Certificate, ...]
    """Whom a reader's certificate must come from; a result is verified again on its way out."""
    keep_open_visits: timedelta
    """A visit that never got a result is deleted after this long."""


class Delivery:
    """The way from the store to the relays; used by one thread."""

    def __init__(
        self,
        store: Store,
        relays: Mapping[str, Relay],
        terms: DeliveryTerms,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._store = store
        self._relays = relays
        self._labels = json.dumps(list(relays))
        self._terms = terms
        self._journal = journal
        self._clock = clock
        self._shut: set[str] = set()
        """Relays that staff have already been told about."""
        self._purged: list[bytes] = []
        """Visits deleted, whose traces may still be there."""
        self._has_traces = True
        """Purged bytes may still be in the log, also those of an earlier run."""

    def outstanding(self) -> Sequence[Parcel]:
        """What has to be delivered, oldest first."""
        return [Parcel(*row) for row in self._store.rows(FIND_PARCELS, {"relays": self._labels})]

    def deliver(self, parcel: Parcel) -> bool:
        """Hand one parcel over.

        Returns:
            False when its relay is unavailable for now.
        """
        try:
            self._hand_over(parcel)
        except RelayUnavailableError as error:
            if parcel.relay not in self._shut:
                self._shut.add(parcel.relay)
                detail = f"{parcel.relay}: {error.cause}"
                self._alarm(Alarm.RELAY_UNAVAILABLE, parcel, detail)
            return False
        self._shut.discard(parcel.relay)
        return True

    def purge(self) -> bool:
        """Delete every visit that is delivered, did not complete, or was left without a result.

        Returns:
            False when traces remain for now, because the database was being read.
        """
        horizon = unix_ms(self._clock.now() - self._terms.keep_open_visits)
        values: dict[str, Value] = {"relays": self._labels, "horizon": horizon}
        self._purged += [visit_id for (visit_id,) in self._store.rows(PURGE, values)]
        self._has_traces |= bool(self._purged)
        if self._has_traces and not self._store.forget_purged():
            return False
        self._has_traces = False
        for visit_id in self._purged:
            self._journal.record(Event.VISIT_PURGED, visit=visit_id)
        self._purged.clear()
        return True

    def _hand_over(self, parcel: Parcel) -> None:
        relay = self._relays[parcel.relay]
        token = self._prepared_before(parcel) or self._prepare(parcel, relay)
        try:
            name = relay.commit(token)
        except PreparedLostError:
            token = self._prepare(parcel, relay)
            self._alarm(Alarm.PREPARED_LOST, parcel, parcel.relay)
            name = relay.commit(token)
        # Written before the row: after a kill in between it is there twice rather than never.
        self._journal.record(
            Event.RECEPTION_FILE_WRITTEN, visit=parcel.visit_id, seq=parcel.seq, detail=name
        )
        self._store.change(
            "UPDATE deliveries SET is_done = 1 WHERE ueid = ? AND seq = ? AND relay = ?",
            (parcel.ueid, parcel.seq, parcel.relay),
        )
        with suppress(RelayUnavailableError):
            relay.settle(token)

    def _prepared_before(self, parcel: Parcel) -> str | None:
        rows = self._store.rows(
            "SELECT prepared FROM deliveries WHERE ueid = ? AND seq = ? AND relay = ?",
            (parcel.ueid, parcel.seq, parcel.relay),
        )
        for (token,) in rows:
            return str(token)
        return None

    def _prepare(self, parcel: Parcel, relay: Relay) -> str:
        reception = self._reception(parcel)
        prepared = relay.prepare(reception)
        self._store.change(
            "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, 0)",
            (parcel.ueid, parcel.seq, parcel.relay, prepared.token),
        )
        if prepared.is_encoding_changed:
            self._alarm(Alarm.ENCODING_CHANGED, parcel, parcel.relay)
        return prepared.token

    def _reception(self, parcel: Parcel) -> Reception:
        ((cose, received_ms, record, offered, told, answered_ms),) = self._store.rows(
            "SELECT cose, received_unix_ms, record, offered, options, answered_unix_ms"
            " FROM results JOIN visits USING (visit_id) WHERE ueid = ? AND seq = ?",
            (parcel.ueid, parcel.seq),
        )
        options = stored_options(told)
        return Reception(
            medical_institution_code=self._terms.medical_institution_code,
            ueid=parcel.ueid,
            seq=parcel.seq,
            visit=verify_result(cose, self._terms.roots).claims.record,
            record=record_from_json(record),
            offered=tuple(ConsentItem(item) for item in offered),
            questions=(options.questions if options else None) or (),
            answered_at=moment_of(answered_ms),
            received_at=moment_of(received_ms),
            signed_result=cose,
        )

    def _alarm(self, alarm: Alarm, parcel: Parcel, detail: str) -> None:
        self._journal.record(
            Event.ALARM, alarm=alarm, visit=parcel.visit_id, seq=parcel.seq, detail=detail
        )

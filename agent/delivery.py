"""Brings every completed visit to every relay exactly once, then forgets the patient.

Prepare → row "prepared" → commit → row "done" → settle. The relay's commit is the one step that
counts and may be repeated, so a restart at any point ends in the same state; what it finds lost
is prepared again. Several parcels take each step together where the relay can (decision 0034). A
relay that sends is asked to send until it has; its receiver knows repetitions.
What is still to be delivered is not written anywhere: it is every completed result whose visit is
still open, because a visit is deleted once all relays have it. What a receiver refuses for good is
parked with the reason, holds up nothing, and is kept until staff want it sent again.

Source: facts/security.md §1 (decision 9), §5.1.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)

from agent.clock import Clock, unix_ms
from agent.errors import PreparedLostError, RelayRefusedError, RelayUnavailableError
from agent.fresh import Looked
from agent.journal import Alarm, Event, Journal
from agent.receptions import IS_COMPLETED_VISIT, Receptions
from agent.relays.port import BundlingRelay, Prepared, Reception, Relay, SendingRelay
from agent.schema import DELIVERIES, POSTPONED, RESULTS, VISITS
from agent.store import LARGEST_INTEGER, Row, Store, Value

IS_PARCEL = and_(
    DELIVERIES.c.ueid == bindparam("of_ueid"),
    DELIVERIES.c.seq == bindparam("of_seq"),
    DELIVERIES.c.relay == bindparam("of_relay"),
)
PREPARED = select(DELIVERIES.c.prepared).where(IS_PARCEL)
DONE = update(DELIVERIES).where(IS_PARCEL).values(is_done=1)
IS_PARKED = and_(DELIVERIES.c.parked.is_not(None), DELIVERIES.c.is_done == 0)
PARKED = (
    select(
        RESULTS.c.ueid, RESULTS.c.seq, RESULTS.c.visit_id, DELIVERIES.c.relay, DELIVERIES.c.parked
    )
    .join_from(
        DELIVERIES,
        RESULTS,
        and_(DELIVERIES.c.ueid == RESULTS.c.ueid, DELIVERIES.c.seq == RESULTS.c.seq),
    )
    .where(IS_PARKED)
    .order_by(RESULTS.c.received_unix_ms, RESULTS.c.seq)
)
UNPARK = delete(DELIVERIES).where(IS_PARCEL, IS_PARKED)
GIVE_UP = update(DELIVERIES).where(IS_PARCEL, IS_PARKED).values(is_done=1)
STUCK_AFTER = timedelta(hours=1)
STUCK = "failed while later ones were taken"
MOST_TOGETHER = 32
"""Handed over at once: the first of them waits for the last one."""
MOST_PURGED = 100
"""Deleted in one go: the desk may have to wait so long."""
NO_TOKEN = ""
"""Of a delivery that needs no preparation."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One result that one relay has not got yet."""

    ueid: bytes
    seq: int
    visit_id: bytes
    relay: str
    """Label of the relay."""

    @property
    def key(self) -> dict[str, Value]:
        """What finds its row."""
        return {"of_ueid": self.ueid, "of_seq": self.seq, "of_relay": self.relay}


@dataclass(frozen=True, slots=True)
class Parked:
    """A parcel that its receiver refused for good."""

    parcel: Parcel
    why: str

    @property
    def seq(self) -> int:
        """Number of the result."""
        return self.parcel.seq

    @property
    def relay(self) -> str:
        """Label of the relay."""
        return self.parcel.relay


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """What is the same for every parcel."""

    medical_institution_code: str
    """10 digits."""
    roots: tuple[x509.Certificate, ...]
    """Whom a reader's certificate must come from; a result is verified again on its way out."""
    keep_open_visits: timedelta
    """A visit that never got a result is deleted after this long."""
    keep_completed_visits: timedelta = timedelta(0)
    """A completed one is kept so long after its result, for those who ask at the local API."""


class Delivery:
    """The way from the store to the relays; used by one thread."""

    def __init__(
        self,
        store: Store,
        relays: Mapping[str, Relay | SendingRelay],
        terms: DeliveryTerms,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._store = store
        self._relays = relays
        self._find = still_to_deliver(list(relays))
        is_over = _is_over(list(relays))
        self._over = select(VISITS.c.visit_id).where(is_over)
        self._purge = delete(VISITS).where(is_over, VISITS.c.visit_id == bindparam("of_visit"))
        self._receptions = Receptions(store, terms.medical_institution_code, terms.roots)
        self._terms = terms
        self._journal = journal
        self._clock = clock
        self._shut: set[str] = set()
        """Relays that staff have already been told about."""
        self._failing_since: dict[Parcel, datetime] = {}
        self._purged: list[bytes] = []
        """Visits deleted, whose traces may still be there."""
        self._has_traces = True
        """Purged bytes may still be in the log, also those of an earlier run."""

    def outstanding(self, visits: Looked = None) -> Sequence[Parcel]:
        """What has to be delivered of these visits, oldest first."""
        return [Parcel(*row) for row in self._look(self._find, visits)]

    def bundles(self, visits: Looked = None) -> Sequence[Sequence[Parcel]]:
        """As `outstanding`, as much at once as its relay can hand over."""
        bundles: list[list[Parcel]] = []
        open_bundles: dict[str, list[Parcel]] = {}
        for parcel in self.outstanding(visits):
            is_bundling = isinstance(self._relays[parcel.relay], BundlingRelay)
            bundle = open_bundles.get(parcel.relay, [])
            if is_bundling and 0 < len(bundle) < MOST_TOGETHER:
                bundle.append(parcel)
            else:
                open_bundles[parcel.relay] = [parcel]
                bundles.append(open_bundles[parcel.relay])
        return bundles

    def parked(self) -> list[Parked]:
        """What was refused for good and waits for staff, oldest first."""
        return [Parked(Parcel(*key), why) for *key, why in self._store.rows(PARKED)]

    def replay(self, parked: Sequence[Parked]) -> int:
        """Let these be sent again with the next round; how many there were."""
        return sum(self._store.change(UNPARK, each.parcel.key) for each in parked)

    def give_up(self, parked: Sequence[Parked]) -> int:
        """Never send these; what they say of a patient goes with the next purge."""
        return sum(self._give_up(each.parcel) for each in parked)

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
            self._failing_since.setdefault(parcel, self._clock.now())
            return False
        except RelayRefusedError as error:
            self.park(parcel, error.cause)
        self._is_taken(parcel)
        return True

    def deliver_together(self, parcels: Sequence[Parcel]) -> bool:
        """Hand several of one relay over at once, in their order; see `bundles`.

        Returns:
            Whether all are handed over. If not, or after any error, each is to be delivered by
            itself, which tells what is wrong with which.
        """
        relay = self._relays[parcels[0].relay]
        if len(parcels) < 2 or not isinstance(relay, BundlingRelay):
            return False
        try:
            tokens = self._all_prepared(parcels, relay)
            names = relay.commit_all(tokens)
        except (RelayUnavailableError, RelayRefusedError, PreparedLostError):
            return False
        self._book(dict(zip(parcels, names, strict=True)))
        with suppress(RelayUnavailableError):
            relay.settle_all(tokens)
        for parcel in parcels:
            self._is_taken(parcel)
        return True

    def _is_taken(self, parcel: Parcel) -> None:
        """Its relay took it, or refused it for good: it works."""
        self._failing_since.pop(parcel, None)
        if parcel.relay in self._shut:
            self._shut.discard(parcel.relay)
            self._journal.record(Event.RELAY_BACK, detail=parcel.relay)

    def purge(self, visits: Looked = None) -> bool:
        """Delete every visit that is delivered, did not complete, or was left without a result.

        Args:
            visits: Of these only.

        Returns:
            False when traces remain for now, because the database was being read.
        """
        horizons = self._horizons()
        # To look takes long where much is parked; so it is done before anybody has to wait for it.
        found = self._look(self._over, visits, horizons)
        over = [visit_id for (visit_id,) in found]
        for start in range(0, len(over), MOST_PURGED):
            with self._store.transaction():
                for visit_id in over[start : start + MOST_PURGED]:
                    if self._store.change(self._purge, {**horizons, "of_visit": visit_id}):
                        self._purged.append(visit_id)
        self._has_traces |= bool(self._purged)
        if self._has_traces and not self._store.forget_purged():
            return False
        self._has_traces = False
        for visit_id in self._purged:
            self._journal.record(Event.VISIT_PURGED, visit=visit_id)
        self._purged.clear()
        return True

    def _horizons(self) -> dict[str, Value]:
        """Visits from before are deleted."""
        now, keep = self._clock.now(), self._terms.keep_completed_visits
        return {
            "open_since": unix_ms(now - self._terms.keep_open_visits),
            # Whoever keeps nothing keeps nothing, whatever the clock says meanwhile.
            "completed_since": unix_ms(now - keep) if keep else LARGEST_INTEGER,
        }

    def _look(
        self, find: Select[Any], visits: Looked, values: Mapping[str, Value] | None = None
    ) -> list[Row]:
        if visits is None:
            return self._store.rows(find, values)
        of_visits = find.where(VISITS.c.visit_id.in_(bindparam("visits", expanding=True)))
        return self._store.rows(of_visits, {**(values or {}), "visits": _filled_up(visits)})

    def _hand_over(self, parcel: Parcel) -> None:
        relay = self._relays[parcel.relay]
        match relay:
            case SendingRelay():
                name = relay.send(self._reception(parcel))
                self._keep(parcel, NO_TOKEN)
                self._book({parcel: name})
            case _:
                self._hand_over_prepared(parcel, relay)

    def _hand_over_prepared(self, parcel: Parcel, relay: Relay) -> None:
        token = self._prepared_before(parcel) or self._prepare(parcel, relay)
        try:
            name = relay.commit(token)
        except PreparedLostError:
            token = self._prepare(parcel, relay)
            self._alarm(Alarm.PREPARED_LOST, parcel, parcel.relay)
            name = relay.commit(token)
        self._book({parcel: name})
        with suppress(RelayUnavailableError):
            relay.settle(token)

    def _book(self, names: Mapping[Parcel, str]) -> None:
        # Written before the rows: after a kill in between it is there twice rather than never.
        for parcel, name in names.items():
            self._journal.record(
                Event.RECEPTION_FILE_WRITTEN, visit=parcel.visit_id, seq=parcel.seq, detail=name
            )
        with self._store.transaction():
            for parcel in names:
                self._store.change(DONE, parcel.key)

    def has_failed_long(self, parcel: Parcel) -> bool:
        """Whether the fault may be with this parcel and not with its relay.

        Never where something was prepared: it may have been handed over, and would be twice.
        """
        since = self._failing_since.get(parcel)
        is_sent = isinstance(self._relays[parcel.relay], SendingRelay)
        return is_sent and since is not None and self._clock.now() - since >= STUCK_AFTER

    def park(self, parcel: Parcel, cause: str) -> None:
        """Give a parcel up until staff want it sent again."""
        self._alarm(Alarm.RELAY_REFUSED, parcel, f"{parcel.relay}: {cause}")
        self._keep(parcel, NO_TOKEN, cause)

    def _give_up(self, parcel: Parcel) -> int:
        given_up = self._store.change(GIVE_UP, parcel.key)
        if given_up:
            self._journal.record(
                Event.PARCEL_GIVEN_UP,
                visit=parcel.visit_id,
                seq=parcel.seq,
                detail=parcel.relay,
            )
        return given_up

    def _prepared_before(self, parcel: Parcel) -> str | None:
        for (token,) in self._store.rows(PREPARED, parcel.key):
            return str(token)
        return None

    def _all_prepared(self, parcels: Sequence[Parcel], relay: BundlingRelay) -> list[str]:
        """Tokens of all of them, as `_prepared_before` or `_prepare` give for one."""
        tokens = {parcel: self._prepared_before(parcel) for parcel in parcels}
        fresh = [parcel for parcel, token in tokens.items() if token is None]
        if fresh:
            prepared = relay.prepare_all([self._reception(parcel) for parcel in fresh])
            tokens |= self._keep_prepared(dict(zip(fresh, prepared, strict=True)))
        return [token for token in tokens.values() if token is not None]

    def _prepare(self, parcel: Parcel, relay: Relay) -> str:
        prepared = relay.prepare(self._reception(parcel))
        return self._keep_prepared({parcel: prepared})[parcel]

    def _keep_prepared(self, prepared: Mapping[Parcel, Prepared]) -> dict[Parcel, str]:
        with self._store.transaction():
            for parcel, each in prepared.items():
                self._keep(parcel, each.token)
        for parcel, each in prepared.items():
            if each.is_encoding_changed:
                self._alarm(Alarm.ENCODING_CHANGED, parcel, parcel.relay)
            if each.replaced:
                detail = f"{parcel.relay}: {', '.join(each.replaced)}"
                self._alarm(Alarm.CHARACTER_REPLACED, parcel, detail)
        return {parcel: each.token for parcel, each in prepared.items()}

    def _keep(self, parcel: Parcel, token: str, parked: str | None = None) -> None:
        state: dict[str, Value] = {"prepared": token, "is_done": 0, "parked": parked}
        insertion = self._store.insert(DELIVERIES).values(
            ueid=parcel.ueid, seq=parcel.seq, relay=parcel.relay, **state
        )
        primary_key = ["ueid", "seq", "relay"]
        self._store.change(insertion.on_conflict_do_update(index_elements=primary_key, set_=state))

    def _reception(self, parcel: Parcel) -> Reception:
        reception = self._receptions.find(parcel.ueid, parcel.seq)
        if reception is None:
            raise RelayRefusedError("the visit is not kept any more")
        return reception

    def _alarm(self, alarm: Alarm, parcel: Parcel, detail: str) -> None:
        self._journal.record(
            Event.ALARM, alarm=alarm, visit=parcel.visit_id, seq=parcel.seq, detail=detail
        )


def _filled_up(visits: Collection[bytes]) -> list[bytes]:
    """One of them again and again, up to a power of two: each length is a statement of its own."""
    known = list(visits)
    wanted = 1 << (len(known) - 1).bit_length()
    return known + known[:1] * (wanted - len(known))


def still_to_deliver(relays: Sequence[str]) -> Select[tuple[bytes, int, bytes, str]]:
    """What some relay has not got yet, oldest first; of no relay nothing.

    That it is of an open visit is said twice: by the second word a database begins with the open
    visits, which are few, and not with all results that ever arrived.
    """
    wanted = _wanted(relays)
    is_settled = or_(DELIVERIES.c.is_done == 1, DELIVERIES.c.parked.is_not(None))
    return (
        select(RESULTS.c.ueid, RESULTS.c.seq, RESULTS.c.visit_id, wanted.c.relay)
        .select_from(RESULTS.join(VISITS, IS_COMPLETED_VISIT).join(wanted, true()))
        .where(~_has_row(wanted, is_settled), RESULTS.c.visit_id.in_(select(VISITS.c.visit_id)))
        .order_by(RESULTS.c.received_unix_ms, RESULTS.c.seq)
    )


def _is_over(relays: Sequence[str]) -> ColumnElement[bool]:
    """A visit that nobody needs any more; what is parked is needed."""
    wanted = _wanted(relays)
    is_wanted = (
        exists()
        .select_from(RESULTS.join(wanted, true()))
        .where(IS_COMPLETED_VISIT, ~_has_row(wanted, DELIVERIES.c.is_done == 1))
    )
    is_recent = exists().where(
        IS_COMPLETED_VISIT, RESULTS.c.received_unix_ms > bindparam("completed_since")
    )
    has_result = exists().where(RESULTS.c.visit_id == VISITS.c.visit_id)
    is_postponed = exists().where(POSTPONED.c.visit_id == VISITS.c.visit_id)
    return case(
        (has_result, and_(~is_wanted, ~is_recent, ~is_postponed)),
        else_=VISITS.c.opened_unix_ms < bindparam("open_since"),
    )


def _wanted(relays: Sequence[str]) -> Subquery:
    """The labels of all relays, one a row."""
    rows = [select(literal(label).label("relay")) for label in relays]
    nothing = select(literal("").label("relay")).where(false())
    return union_all(nothing, *rows).subquery("wanted")


def _has_row(wanted: Subquery, state: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        DELIVERIES.c.ueid == RESULTS.c.ueid,
        DELIVERIES.c.seq == RESULTS.c.seq,
        DELIVERIES.c.relay == wanted.c.relay,
        state,
    )

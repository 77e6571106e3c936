"""What of the results some relay has not got yet, and which visits nobody needs any more.

What is still to be delivered is not written anywhere: it is every completed result whose visit is
still open, because a visit is deleted once all relays have it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Subquery,
    Update,
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

from agent.fresh import Looked
from agent.receptions import IS_COMPLETED_VISIT
from agent.schema import DELIVERIES, IS_OF_ITS_READER, POSTPONED, RESULTS, VISITS
from agent.store import Row, Store, Value

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
    .order_by(RESULTS.c.arrival)
)
UNPARK = delete(DELIVERIES).where(IS_PARCEL, IS_PARKED)
UNPARK_ALL = delete(DELIVERIES).where(DELIVERIES.c.relay == bindparam("of_relay"), IS_PARKED)
GIVE_UP = update(DELIVERIES).where(IS_PARCEL, IS_PARKED).values(is_done=1)


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


class Parcels:
    """All parcels in a store; used by one thread.

    Args:
        store: Of this thread.
        relays: Their labels.
    """

    def __init__(self, store: Store, relays: Sequence[str]) -> None:
        self._store = store
        self._find = still_to_deliver(relays)
        insertion = store.insert(DELIVERIES)
        self._keep = insertion.on_conflict_do_update(
            index_elements=["ueid", "seq", "relay"],
            set_={each: insertion.excluded[each] for each in ("prepared", "is_done", "parked")},
        )

    def outstanding(self, visits: Looked) -> list[Parcel]:
        """What has to be delivered of these visits, oldest first."""
        return [Parcel(*row) for row in look(self._store, self._find, visits)]

    def parked(self) -> list[Parked]:
        """What was refused for good and waits for staff, oldest first."""
        return [Parked(Parcel(*key), why) for *key, why in self._store.rows(PARKED)]

    def token(self, parcel: Parcel) -> str | None:
        """Under which its relay prepared it before."""
        for (token,) in self._store.rows(PREPARED, parcel.key):
            return str(token)
        return None

    def keep(self, parcel: Parcel, token: str, parked: str | None = None) -> None:
        """Write down that it is prepared, or why it is given up until staff want it again."""
        key: dict[str, Value] = {"ueid": parcel.ueid, "seq": parcel.seq, "relay": parcel.relay}
        self._store.change(self._keep, {**key, "prepared": token, "is_done": 0, "parked": parked})

    def mark_done(self, parcels: Iterable[Parcel]) -> None:
        """Their relay has them: all in one transaction."""
        with self._store.transaction():
            for parcel in parcels:
                self._store.change(DONE, parcel.key)

    def unpark(self, parked: Sequence[Parked]) -> list[Parcel]:
        """Let these be sent again, all at once; those that were still parked."""
        return self._change_parked(UNPARK, parked)

    def unpark_all(self, relay: str) -> int:
        """Let all of one relay be sent again, all at once; how many there were."""
        return self._store.change(UNPARK_ALL, {"of_relay": relay})

    def give_up(self, parked: Sequence[Parked]) -> list[Parcel]:
        """Never send these, all at once; those that were still parked."""
        return self._change_parked(GIVE_UP, parked)

    def _change_parked(self, change: Delete | Update, parked: Sequence[Parked]) -> list[Parcel]:
        with self._store.transaction():
            return [each.parcel for each in parked if self._store.change(change, each.parcel.key)]


def look(
    store: Store, find: Select[Any], visits: Looked, values: Mapping[str, Value] | None = None
) -> list[Row]:
    """Rows of a query over `VISITS` that are about these visits."""
    if visits is None:
        return store.rows(find, values)
    of_visits = find.where(VISITS.c.visit_id.in_(bindparam("visits", expanding=True)))
    return store.rows(of_visits, {**(values or {}), "visits": _filled_up(visits)})


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
        .order_by(RESULTS.c.arrival)
    )


def is_over(relays: Sequence[str]) -> ColumnElement[bool]:
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
    has_result = exists().where(IS_OF_ITS_READER)
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

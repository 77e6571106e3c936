"""Which relays there were when the agent ran last, so that a new one does not begin with the past.

What was completed is kept for a while after it was handed over, and a relay that bears a name for
the first time has got nothing of it. Where a relay is gone at the same start, the new one is that
one under another name: it goes on with what that has not got, and what waits there for staff waits
for them here. Where none is gone it is an additional one, which begins with what some relay has not
got yet. A relay that is taken out gives up what it has not got. A start without any relay changes
nothing.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, literal, select

from agent.receptions import IS_COMPLETED_VISIT
from agent.schema import DELIVERIES, RELAYS, RESULTS, VISITS
from agent.store import Store

ROW = ("ueid", "seq", "relay", "prepared", "is_done", "parked")
PREPARED_NOTHING = literal("")
OLDER = "older than this receiver"
"""Why it gets nothing of what the others had before."""


def introduce_relays(store: Store, labels: Sequence[str]) -> None:
    """Say which relays there are from now on, before anything is delivered.

    Args:
        store: Not in a transaction.
        labels: Of all relays of the configuration.
    """
    before = {label for (label,) in store.rows(select(RELAYS.c.label))}
    if not labels or before == set(labels):
        return
    gone = before.difference(labels)
    with store.transaction():
        if before:
            for label in set(labels) - before:
                _leave_parked(store, label, gone)
                _give_nothing_old(store, label, gone or before)
        store.change(delete(DELIVERIES).where(DELIVERIES.c.relay.in_(gone), _IS_OPEN))
        store.change(delete(RELAYS))
        for label in labels:
            store.change(RELAYS.insert(), {"label": label})


_IS_OPEN = DELIVERIES.c.is_done == 0


def _leave_parked(store: Store, label: str, gone: set[str]) -> None:
    """What was refused, or may have been delivered before a restoration, waits for staff on."""
    key = (DELIVERIES.c.ueid, DELIVERIES.c.seq)
    parked = (
        select(*key, literal(label), PREPARED_NOTHING, literal(0), func.min(DELIVERIES.c.parked))
        .where(DELIVERIES.c.relay.in_(gone), _IS_OPEN, DELIVERIES.c.parked.is_not(None))
        .group_by(*key)
    )
    insertion = store.insert(DELIVERIES).from_select(ROW, parked)
    store.change(insertion.on_conflict_do_nothing(index_elements=["ueid", "seq", "relay"]))


def _give_nothing_old(store: Store, label: str, others: set[str]) -> None:
    handovers = select(func.count()).where(
        DELIVERIES.c.ueid == RESULTS.c.ueid,
        DELIVERIES.c.seq == RESULTS.c.seq,
        DELIVERIES.c.relay.in_(others),
        DELIVERIES.c.is_done == 1,
    )
    key = (RESULTS.c.ueid, RESULTS.c.seq)
    old = (
        select(*key, literal(label), PREPARED_NOTHING, literal(1), literal(OLDER))
        .select_from(RESULTS.join(VISITS, IS_COMPLETED_VISIT))
        .where(handovers.scalar_subquery() == len(others))
    )
    insertion = store.insert(DELIVERIES).from_select(ROW, old)
    store.change(insertion.on_conflict_do_nothing(index_elements=["ueid", "seq", "relay"]))

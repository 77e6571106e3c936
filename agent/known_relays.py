"""Which relays there were when the agent ran last, so that a new one does not begin with the past.

What was completed is kept for a while after it was handed over, and a relay that bears a name for
the first time has got nothing of it. It may be one that was there under another name: reception
software would get everybody of today once more. So a new relay begins with what some earlier one
has not got yet; what all of them have is not given to it. A relay that is taken out gives up what
it has not got.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, literal, select

from agent.receptions import IS_COMPLETED_VISIT
from agent.schema import DELIVERIES, RELAYS, RESULTS, VISITS
from agent.store import Store

ROW = ("ueid", "seq", "relay", "prepared", "is_done")


def introduce_relays(store: Store, labels: Sequence[str]) -> None:
    """Say which relays there are from now on, before anything is delivered.

    Args:
        store: Not in a transaction.
        labels: Of all relays of the configuration.
    """
    with store.transaction():
        before = [label for (label,) in store.rows(select(RELAYS.c.label))]
        if before:
            for label in set(labels) - set(before):
                _give_nothing_old(store, label, before)
        store.change(delete(RELAYS))
        for label in labels:
            store.change(RELAYS.insert(), {"label": label})


def _give_nothing_old(store: Store, label: str, before: Sequence[str]) -> None:
    handovers = select(func.count()).where(
        DELIVERIES.c.ueid == RESULTS.c.ueid,
        DELIVERIES.c.seq == RESULTS.c.seq,
        DELIVERIES.c.relay.in_(before),
        DELIVERIES.c.is_done == 1,
    )
    old = (
        select(RESULTS.c.ueid, RESULTS.c.seq, literal(label), literal(""), literal(1))
        .select_from(RESULTS.join(VISITS, IS_COMPLETED_VISIT))
        .where(handovers.scalar_subquery() == len(before))
    )
    # What was prepared under this name in former times is handed over, or was.
    insertion = store.insert(DELIVERIES).from_select(ROW, old)
    store.change(insertion.on_conflict_do_nothing(index_elements=["ueid", "seq", "relay"]))

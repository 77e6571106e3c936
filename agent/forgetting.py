"""Deletes the visits that nobody needs any more, so that nothing of a patient stays behind.

It has a thread of its own: a relay whose share or receiver hangs holds up no deletion.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import bindparam, delete, select

from agent.clock import Clock, unix_ms
from agent.faults import guarded
from agent.fresh import NOTHING, FreshVisits, Looked, both
from agent.journal import Event, Journal
from agent.parcels import is_over, look
from agent.retries import Retries
from agent.schema import VISITS
from agent.store import LARGEST_INTEGER, Store, Value

MOST_PURGED = 100
"""Deleted in one go: the desk may have to wait so long."""
PURGE_EVERY_S = 1.0
"""At most so often, since it costs more than a delivery."""
LOOK_AT_ALL_EVERY_S = 60.0
"""Even when nothing is delivered: abandoned visits and those kept long enough are found."""


@dataclass(frozen=True, slots=True)
class KeepingTerms:
    """What has to be kept."""

    relays: tuple[str, ...]
    """Labels of all relays: what one of them has not got yet is needed."""
    open_visits: timedelta
    """A visit that never got a result is deleted after this long."""
    completed_visits: timedelta = timedelta(0)
    """A completed one is kept so long after its result, for those who ask at the local API."""


class Forgetting:
    """The way out of the store; used by one thread."""

    def __init__(self, store: Store, terms: KeepingTerms, journal: Journal, clock: Clock) -> None:
        is_unneeded = is_over(terms.relays)
        self._over = select(VISITS.c.visit_id).where(is_unneeded)
        self._purge = delete(VISITS).where(is_unneeded, VISITS.c.visit_id == bindparam("of_visit"))
        self._store = store
        self._terms = terms
        self._journal = journal
        self._clock = clock
        self._purged: list[bytes] = []
        """Visits deleted, whose traces may still be there."""
        self._has_traces = True
        """Purged bytes may still be in the log, also those of an earlier run."""

    def purge(self, visits: Looked = None) -> bool:
        """Delete every visit that is delivered, did not complete, or was left without a result.

        Args:
            visits: Of these only.

        Returns:
            False when traces remain for now, because the database was being read.
        """
        horizons = self._horizons()
        # To look takes long where much is parked; so it is done before anybody has to wait for it.
        found = look(self._store, self._over, visits, horizons)
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
        now, keep = self._clock.now(), self._terms.completed_visits
        return {
            "open_since": unix_ms(now - self._terms.open_visits),
            # Whoever keeps nothing keeps nothing, whatever the clock says meanwhile.
            "completed_since": unix_ms(now - keep) if keep else LARGEST_INTEGER,
        }


class ForgettingRounds:
    """One look after the other, in the thread that calls `run`.

    Args:
        forgetting: Used by that thread.
        journal: Told of faults.
        forget_typed: Deletes what staff typed and is kept long enough, in that thread.
    """

    def __init__(
        self, forgetting: Forgetting, journal: Journal, forget_typed: Callable[[], bool]
    ) -> None:
        self._forgetting = forgetting
        self._journal = journal
        self._forget_typed = forget_typed
        self._fresh = FreshVisits()
        self._unpurged: Looked = NOTHING
        """Looked at since they were purged last."""
        self._looked_at_all_s = -math.inf
        """On the monotonic clock."""
        self._retries = Retries()
        self._has_visits = threading.Event()
        self._is_stopping = threading.Event()

    def wake(self, visits: Looked = None) -> None:
        """These may not be needed any more; from any thread."""
        self._fresh.add(visits)
        self._has_visits.set()

    def stop(self) -> None:
        """Let `run` end after a last look; from any thread."""
        self._is_stopping.set()
        self._has_visits.set()

    def run(self) -> None:
        """Delete until told to stop.

        Raises:
            StoreUnavailableError: Nothing can be kept durably any more.
        """
        while not self._is_stopping.is_set():
            self._has_visits.clear()
            is_clear = self._look()
            if is_clear:
                self._retries.went_well()
            # What could not be cut off for a reader of the database is tried again.
            pause_s = PURGE_EVERY_S if is_clear else max(PURGE_EVERY_S, self._retries.pause_s())
            if not self._is_stopping.wait(pause_s) and is_clear:
                self._has_visits.wait(LOOK_AT_ALL_EVERY_S)
        self._look()

    def _look(self) -> bool:
        now_s = time.monotonic()
        fresh = self._fresh.take()
        if now_s - self._looked_at_all_s >= LOOK_AT_ALL_EVERY_S:
            fresh = None
        self._unpurged = both(self._unpurged, fresh)
        if self._unpurged == NOTHING:
            return True
        if self._unpurged is None:
            self._looked_at_all_s = now_s
        if not self._purge():
            return False
        self._unpurged = NOTHING
        return True

    def _purge(self) -> bool:
        is_purged = bool(guarded(self._journal, partial(self._forgetting.purge, self._unpurged)))
        if self._unpurged is None:
            is_purged &= bool(guarded(self._journal, self._forget_typed))
        return is_purged

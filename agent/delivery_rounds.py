"""When the delivery looks at what: fresh results at once, all now and then, what failed again.

One bad parcel stops no other, and where its fault lasts it is put aside. Where a relay is away its
later parcels wait, so that the order stays; only where it takes others is one that it has not taken
for long put aside. Each relay has rounds of its own, so that one which hangs holds up no other.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.delivery import Delivery
from agent.errors import StoreUnavailableError
from agent.fresh import FreshVisits, Looked
from agent.parcels import Parcel
from agent.retries import Retries

LOOK_AT_ALL_EVERY_S = 60.0
"""Even when nothing arrives: what staff want sent again is found."""


@dataclass(slots=True)
class _Round:
    """What came of the parcels so far."""

    is_clear: bool = True
    shut: set[str] = field(default_factory=set)
    """Relays that take nothing in this round."""
    stuck: dict[str, Parcel] = field(default_factory=dict)
    """By relay, what it has not taken for long; perhaps it takes others."""


class DeliveryRounds:
    """One round after the other, in the thread that calls `run`.

    Args:
        delivery: Used by that thread.
        looked_at: Told which visits may not be needed any more.
    """

    def __init__(self, delivery: Delivery, looked_at: Callable[[Looked], None]) -> None:
        self._delivery = delivery
        self._tell_looked_at = looked_at
        self._fresh = FreshVisits()
        self._has_parcels = threading.Event()
        self._is_stopping = threading.Event()
        self._retries = Retries()
        self._looked_at_all_s = -math.inf
        """On the monotonic clock."""

    def wake(self, visits: Looked = None) -> None:
        """Look at these now; from any thread."""
        self._fresh.add(visits)
        self._has_parcels.set()

    def stop(self) -> None:
        """Let `run` end after the parcel that is under way; from any thread."""
        self._is_stopping.set()
        self._has_parcels.set()

    def run(self) -> None:
        """Deliver until told to stop.

        Raises:
            StoreUnavailableError: Nothing can be kept durably any more.
        """
        while not self._is_stopping.is_set():
            self._has_parcels.wait(self._round())
            # Before anything is looked at: whatever was added until now is looked at next.
            self._has_parcels.clear()

    def _round(self) -> float:
        """Look once; how many seconds until the next time, if nothing comes before."""
        now_s = time.monotonic()
        is_all_due = now_s - self._looked_at_all_s >= LOOK_AT_ALL_EVERY_S
        visits = None if is_all_due else self._fresh.take()
        if visits is None:
            self._looked_at_all_s = now_s
        is_clear = self._deliver_all(visits)
        self._tell_looked_at(visits)
        return self._pause_s(now_s, is_clear=is_clear)

    def _pause_s(self, now_s: float, *, is_clear: bool) -> float:
        if is_clear:
            self._retries.went_well()
            return self._looked_at_all_s + LOOK_AT_ALL_EVERY_S - now_s
        # What is left goes before anything new.
        self._fresh.add(None)
        return self._retries.pause_s()

    def _deliver_all(self, visits: Looked) -> bool:
        """One round over all parcels of these visits; one bad parcel stops no other."""
        so_far = _Round()
        for bundle in self._delivery.bundles(visits):
            if bundle[0].relay in so_far.shut or self._is_stopping.is_set():
                continue
            if not self._deliver_together(bundle):
                for parcel in bundle:
                    self._deliver_in(so_far, parcel)
        return so_far.is_clear

    def _deliver_together(self, bundle: Sequence[Parcel]) -> bool:
        """As `Delivery.deliver_together`; what is wrong shows when each is delivered by itself."""
        try:
            return self._delivery.deliver_together(bundle)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - one bad parcel must not stop the others
            return False

    def _deliver_in(self, so_far: _Round, parcel: Parcel) -> None:
        if parcel.relay in so_far.shut or self._is_stopping.is_set():
            return
        is_delivered = self._deliver(parcel)
        so_far.is_clear &= is_delivered is True
        if is_delivered and parcel.relay in so_far.stuck:
            # The relay takes others: what it did not take for so long is not its fault.
            self._delivery.park_stuck(so_far.stuck.pop(parcel.relay))
        elif is_delivered is False:
            is_suspect = parcel.relay not in so_far.stuck and self._delivery.has_failed_long(parcel)
            if is_suspect:
                so_far.stuck[parcel.relay] = parcel
            else:
                so_far.shut.add(parcel.relay)

    def _deliver(self, parcel: Parcel) -> bool | None:
        """As `Delivery.deliver`; None after a fault that only concerns this parcel."""
        try:
            return self._delivery.deliver(parcel)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad parcel must not stop the others
            self._delivery.see_to_fault(parcel, type(error).__name__)
            return None

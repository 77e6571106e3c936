"""Figures for Prometheus: how often, how long, how many wait. Nobody is named in them.

Times are what machines make a patient or reception wait for; they are measured between the
journal's events, which this listens to. How many results wait no event tells: that is told here.

Source: Prometheus naming (base units, `_total`).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from agent.clock import Clock
from agent.journal import Alarm, Event
from hostlink.terms import FailureCode

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
MOST_OPEN = 1000
"""Visits whose end never comes are forgotten."""
SPANS = {
    Event.OPTIONS_SENT: (Event.IDENTITY_RECEIVED, "answered"),
    Event.RECEPTION_FILE_WRITTEN: (Event.RESULT_STORED, "handed_over"),
}
"""Event that ends a span, the one that began it, and its name."""
BEGINS = {begun for begun, _ in SPANS.values()}


class Metrics:
    """Counts the journal's events; for all threads."""

    media_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun: OrderedDict[tuple[bytes, Event], float] = OrderedDict()
        self._registry = CollectorRegistry()
        self._events = Counter(
            "uketsuke_events", "Events of the journal", ["event"], registry=self._registry
        )
        self._alarms = Counter(
            "uketsuke_alarms", "Alarms by kind", ["alarm"], registry=self._registry
        )
        self._linked = Gauge(
            "uketsuke_reader_linked", "1: the reader is there", ["counter"], registry=self._registry
        )
        self._waiting = Gauge(
            "uketsuke_results_waiting", "Not handed over yet", ["relay"], registry=self._registry
        )
        self._parked = Gauge(
            "uketsuke_results_parked",
            "Staff have to send them again or give them up",
            ["relay"],
            registry=self._registry,
        )
        self._spans = Histogram(
            "uketsuke_machine_time_seconds",
            "answered: proof of identity to options; handed_over: result stored to relay",
            ["span"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )

    def record(
        self,
        event: Event,
        *,
        visit: bytes | None = None,
        seq: int | None = None,
        failure: FailureCode | None = None,
        alarm: Alarm | None = None,
        detail: str | None = None,
        counter: str | None = None,
    ) -> None:
        """Count an event; see `Journal.record`."""
        self._events.labels(event.value).inc()
        if alarm is not None:
            self._alarms.labels(alarm.value).inc()
        if event in {Event.LINK_UP, Event.LINK_DOWN}:
            self._linked.labels(counter or "").set(event is Event.LINK_UP)
        if visit is not None:
            self._time(event, visit)

    def tell_backlog(self, counts: Iterable[tuple[str, int, int]]) -> None:
        """How many results each relay has not got yet, and how many more are parked."""
        # A relay that is gone from the configuration is told until nothing of it is parked.
        self._waiting.clear()
        self._parked.clear()
        for relay, waiting, parked in counts:
            self._waiting.labels(relay).set(waiting)
            self._parked.labels(relay).set(parked)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _time(self, event: Event, visit: bytes) -> None:
        now = self._clock.monotonic_ms()
        with self._lock:
            if event in BEGINS:
                self._begun[visit, event] = now
                if len(self._begun) > MOST_OPEN:
                    self._begun.popitem(last=False)
            elif event in SPANS:
                first, span = SPANS[event]
                begun = self._begun.pop((visit, first), None)
                if begun is not None:
                    self._spans.labels(span).observe((now - begun) / 1000)

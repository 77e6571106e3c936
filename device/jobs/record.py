"""Keeping results and bringing them to the agent, on the thread that owns the outbox."""

from collections.abc import Callable

from device.clock import Clock
from device.identity import Identity
from device.jobs.failures import failure_of
from device.outbox import Outbox, OutboxError
from device.visit import events
from device.workers import Worker
from hostlink.messages import Message, VisitRecord
from hostlink.terms import FailureCode


class RecordJobs:
    """Numbers, signs, stores and sends the record of every visit."""

    def __init__(
        self,
        outbox: Outbox,
        identity: Identity,
        clock: Clock,
        tell_agent: Callable[[Message], bool],
        post: Callable[[events.Event], None],
    ) -> None:
        self._outbox = outbox
        self._identity = identity
        self._clock = clock
        self._tell_agent = tell_agent
        self._post = post
        self._worker = Worker("record")

    def keep(self, turn: int, record: VisitRecord, consent_text_hash: bytes) -> None:
        """Answers `RecordKept` once the record is on the disk, then sends it."""

        def run() -> None:
            sign = self._identity.sign_record(record, consent_text_hash, self._clock.now())
            try:
                result = self._outbox.append(sign)
            except OutboxError as error:
                self._post(events.JobFailed(turn, failure_of(error)))
                return
            self._post(events.RecordKept(turn))
            self._tell_agent(result)

        failed = events.JobFailed(turn, FailureCode.STORAGE_UNAVAILABLE)
        self._worker.submit(run, lambda: self._post(failed))

    def send_pending(self) -> None:
        """Send again whatever the agent has not acknowledged."""

        def run() -> None:
            for result in self._outbox.pending():
                if not self._tell_agent(result):
                    return

        self._worker.submit(run)

    def acknowledge(self, seq: int) -> None:
        """The agent holds this result."""
        self._worker.submit(lambda: self._outbox.acknowledge(seq))

    def stop(self) -> None:
        """Finish what is being written and end."""
        self._worker.stop()

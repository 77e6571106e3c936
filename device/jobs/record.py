"""Keeping results and bringing them to the agent, on the thread that owns the outbox."""

import logging
from collections.abc import Callable

from device.clock import Clock
from device.errors import DeviceError
from device.identity import Identity
from device.jobs.failures import failure_of
from device.outbox import Outbox
from device.visit import events
from device.workers import Worker
from hostlink.errors import InvalidResultError
from hostlink.messages import Message, ResultCounts, SignedResult, VisitRecord
from hostlink.signing import audience_of
from hostlink.terms import FailureCode

_log = logging.getLogger(__name__)


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
        self._handed_over = 0
        """Newest result the link took since it came up. Touched by the worker's thread only."""
        self._losses = 0
        """How often the link went down. Written by the link's thread only."""
        self._losses_seen = 0
        self._newest_sent = 0
        """Of any session."""
        self._sent_again = 0
        self._elsewhere: set[int] = set()
        """Numbers of results that another clinic's agent is to have."""

    @property
    def counts(self) -> ResultCounts:
        """For the agent's report; may be asked from any thread."""
        return ResultCounts(self._outbox.waiting, len(self._elsewhere), self._sent_again)

    def why_closed(self) -> FailureCode | None:
        """Why the record of a new visit could not be kept, so that none may begin; none: it can."""
        if self._outbox.is_broken:
            return FailureCode.STORAGE_UNAVAILABLE
        return FailureCode.RESULTS_WAITING if self._outbox.is_full else None

    def keep(self, turn: int, record: VisitRecord, consent_text_hash: bytes) -> None:
        """Answers `RecordKept` once the record is on the disk, then sends it."""

        def run() -> None:
            sign = self._identity.sign_record(record, consent_text_hash, self._clock.now())
            try:
                self._outbox.append(sign)
            except DeviceError as error:
                self._post(events.JobFailed(turn, failure_of(error)))
                return
            self._post(events.RecordKept(turn))
            self._hand_over()

        failed = events.JobFailed(turn, FailureCode.STORAGE_UNAVAILABLE)
        self._worker.submit(run, lambda: self._post(failed))

    def send_pending(self) -> None:
        """The link is up: send again whatever the agent has not acknowledged."""
        self._worker.submit(self._hand_over)

    def link_lost(self) -> None:
        """The link is down and what it had taken perhaps lost: the next one gets the oldest first.

        Counts at once: of the jobs that wait some may come to run only after the link is up again,
        and must not send a newer result before those.
        """
        self._losses += 1

    def acknowledge(self, seq: int) -> None:
        """The agent holds this result."""

        def run() -> None:
            if seq > self._newest_sent or seq in self._elsewhere:
                # Nobody can hold what nobody was sent; it must stay until somebody does.
                _log.error("the agent acknowledged result %d, which it was never sent", seq)
                return
            self._outbox.acknowledge(seq)
            self._hand_over()

        self._worker.submit(run)

    def stop(self) -> bool:
        """Finish what is being written and end; False: the disk or a key store still hangs."""
        return self._worker.stop()

    def _hand_over(self) -> None:
        """Send in order as much as the link takes; each acknowledgement makes room for more."""
        losses = self._losses
        if losses != self._losses_seen:
            self._losses_seen, self._handed_over = losses, 0
        for result in self._outbox.pending(self._handed_over, self._elsewhere):
            if self._is_for_agent(result):
                if losses != self._losses or not self._tell_agent(result):
                    return
                self._sent_again += result.seq <= self._newest_sent
                self._newest_sent = max(self._newest_sent, result.seq)
            self._handed_over = result.seq

    def _is_for_agent(self, result: SignedResult) -> bool:
        """Another clinic's agent would refuse it in every session, and see who was elsewhere."""
        try:
            audience = audience_of(result.cose)
        except InvalidResultError as error:
            # The agent sees the gap; it could do nothing with what it cannot verify.
            _log.error("result %d is damaged: %s", result.seq, error.reason.value)
            return False
        if audience != self._identity.audience:
            _log.warning("result %d is for another clinic and waits for it", result.seq)
            self._elsewhere.add(result.seq)
            return False
        return True

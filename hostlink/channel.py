"""The link without its cable: successive sessions, each begun by the agent. No I/O, no thread.

How the two ends find each other again, whatever was lost:

* The agent begins every epoch with a START frame; a new START replaces the session before it.
* An end that meets a fault forgets the session and says RESET(epoch). The agent then starts
  anew, but no sooner than 0.25 s after its last START.
* A device without a session says RESET(0) at once and every 0.25 s until a START comes. The
  agent believes it unless its own START is younger than 0.25 s, and so perhaps still on its way.

Source: facts/security.md §4.2 (reset and resend).
"""

import math
import secrets
import time
from collections import deque
from collections.abc import Callable

from hostlink.counters import Tally
from hostlink.ends import AgentEnd, End
from hostlink.events import LinkDown, LinkEvent
from hostlink.frame import (
    FIRST_CRITICAL_TYPE,
    Frame,
    FrameDamage,
    FrameDecoder,
    FrameType,
    encode_frame,
)
from hostlink.reset import ResetReason, SessionEndedError
from hostlink.session import Session

RESTART_STEP_S = 0.25
"""Pace of new attempts: an agent's START and an idle device's RESET(0)."""

_NO_EPOCH = 0


def _random_epoch() -> int:
    return 1 + secrets.randbelow(0xFFFFFFFF)


class Channel:
    """One end of the link as a state machine: bytes and time in, bytes and events out."""

    def __init__(
        self,
        end: End,
        clock: Callable[[], float] = time.monotonic,
        make_epoch: Callable[[], int] = _random_epoch,
    ) -> None:
        """Wait for a cable.

        Args:
            end: Who this end is.
            clock: Monotonic seconds.
            make_epoch: A fresh random number of 1 to 2^32-1 for each call; agent only.
        """
        self.tally = Tally()
        self._end = end
        self._clock = clock
        self._make_epoch = make_epoch
        self._decoder = FrameDecoder()
        self._session: Session | None = None
        self._next_attempt_s = math.inf
        self._why_idle = ResetReason.STARTED
        self._frames: deque[bytes] = deque()
        self._events: deque[LinkEvent] = deque()

    @property
    def is_up(self) -> bool:
        """Whether messages can be sent."""
        return self._session is not None and self._session.is_up

    @property
    def peer_certificate(self) -> bytes:
        """DER of what the other end showed in this session; empty: nothing, or no session."""
        return self._session.peer_certificate if self.is_up and self._session else b""

    def cable_opened(self) -> None:
        """A cable is there; what its last user left in it counts for nothing."""
        self._decoder = FrameDecoder()
        self._next_attempt_s = self._clock()
        self.tick()

    def cable_lost(self) -> None:
        """The cable is gone; nothing can be said any more."""
        self._end_session(ResetReason.CABLE_LOST)
        self._next_attempt_s = math.inf
        self._frames.clear()

    def close(self) -> None:
        """Say goodbye, so that the other end need not wait."""
        self._reset(ResetReason.CLOSED)

    def receive(self, data: bytes) -> None:
        """Take bytes off the cable."""
        for found in self._decoder.feed(data):
            try:
                self._on_found(found)
            except SessionEndedError as ended:
                self._reset(ended.reason)
            self._collect_frames()

    def tick(self) -> None:
        """Look at the clock; to be called at least every 50 ms."""
        now_s = self._clock()
        if self._session is not None:
            try:
                self._session.tick(now_s)
            except SessionEndedError as ended:
                self._reset(ended.reason)
        elif now_s >= self._next_attempt_s:
            self._attempt(now_s)
        self._collect_frames()

    def send(self, encoded: bytes) -> bool:
        """Send an encoded message.

        Returns:
            False when the link is not up; the message is dropped.
        """
        if self._session is None or not self._session.is_up:
            return False
        self._session.send(encoded)
        self._collect_frames()
        return True

    def take_frame(self) -> bytes:
        """The next frame to put on the cable, or nothing. Always a whole one."""
        return self._frames.popleft() if self._frames else b""

    def take_events(self) -> list[LinkEvent]:
        """What happened since the last call, in order."""
        events = list(self._events)
        self._events.clear()
        return events

    def _on_found(self, found: Frame | FrameDamage) -> None:
        match found:
            case FrameDamage.BROKEN:
                self.tally.bad_crc += 1
                raise SessionEndedError(ResetReason.DAMAGED_FRAME)
            case FrameDamage.OTHER_VERSION:
                self.tally.ignored += 1
            case Frame():
                self.tally.frames_received += 1
                self._on_frame(found)

    def _on_frame(self, frame: Frame) -> None:
        match frame.type:
            case FrameType.START:
                self._on_start(frame)
            case FrameType.DATA:
                self._on_data(frame)
            case FrameType.RESET:
                self._on_reset(frame)
            case unknown:
                self.tally.ignored += 1
                if unknown >= FIRST_CRITICAL_TYPE:
                    raise SessionEndedError(ResetReason.UNSUPPORTED_FRAME)

    def _on_start(self, frame: Frame) -> None:
        if isinstance(self._end, AgentEnd):
            self.tally.ignored += 1
            return
        if self._session is None or self._session.epoch != frame.epoch:
            self._frames.clear()
            self._end_session(ResetReason.PEER_RESET)
            self._session = Session(frame.epoch, self._end, self._clock(), self.tally)
        self._on_data(frame)

    def _on_data(self, frame: Frame) -> None:
        if self._session is None or self._session.epoch != frame.epoch:
            self.tally.stale += 1
            return
        # One by one: what came before a fault has still been received.
        for event in self._session.receive(frame, self._clock()):
            self._events.append(event)

    def _on_reset(self, frame: Frame) -> None:
        session = self._session
        if session is None:
            return
        age_s = self._clock() - session.started_at_s
        is_meant = frame.epoch == session.epoch
        has_no_session = frame.epoch == _NO_EPOCH and isinstance(self._end, AgentEnd)
        if is_meant or (has_no_session and age_s >= RESTART_STEP_S):
            self._frames.clear()
            self._end_session(ResetReason.PEER_RESET)
        else:
            self.tally.stale += 1

    def _attempt(self, now_s: float) -> None:
        self._next_attempt_s = now_s + RESTART_STEP_S
        if isinstance(self._end, AgentEnd):
            self._session = Session(self._make_epoch(), self._end, now_s, self.tally)
        else:
            self._say_reset(_NO_EPOCH, self._why_idle)

    def _reset(self, reason: ResetReason) -> None:
        """End the session here and at the other end."""
        if self._session is None:
            return
        epoch = self._session.epoch
        # Also the TLS alert, if there is one: it says what is wrong.
        self._collect_frames()
        self._end_session(reason)
        self._say_reset(epoch, reason)

    def _end_session(self, reason: ResetReason) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        self._why_idle = reason
        self.tally.resets[reason] += 1
        if isinstance(self._end, AgentEnd):
            self._next_attempt_s = session.started_at_s + RESTART_STEP_S
        else:
            self._next_attempt_s = self._clock() + RESTART_STEP_S
        if session.is_up:
            self._events.append(LinkDown(reason))

    def _say_reset(self, epoch: int, reason: ResetReason) -> None:
        self._frames.append(encode_frame(Frame(FrameType.RESET, epoch, 0, bytes([reason]))))

    def _collect_frames(self) -> None:
        if self._session is not None:
            self._frames.extend(self._session.take_frames())

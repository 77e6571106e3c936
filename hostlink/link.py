"""The one thread that moves bytes between a cable and the channel, and opens the cable again.

Nothing that must survive is kept here: what `send` could not deliver is sent again by its owner
after the next `link_up`.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import closing
from typing import Final, Protocol, assert_never

from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.errors import CableLostError
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.messages import AgentHello, DeviceHello, LinkCounters, Message
from hostlink.port import ByteStream, PromptStream
from hostlink.reset import ResetReason
from hostlink.version import LOWEST_VERSION, agreed_version, as_known_in

__all__ = ["AgentEnd", "DeviceEnd", "Link", "LinkCounters", "LinkHandler", "ResetReason"]

REOPEN_PAUSES_S: Final = (0.0, 0.05, 0.1, 0.2, 0.25)
"""Before each attempt to open the cable; the last one repeats."""
QUEUE_LIMIT: Final = 1000
"""Messages that wait for the thread; more are refused."""
_READ_BYTES: Final = 64 * 1024


class LinkHandler(Protocol):
    """Who uses the link.

    All three are called from the link's thread and must return quickly. An exception from them
    is a programming error and ends the thread; see `died` of `Link`.
    """

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """Both ends said hello; `send` works. What is not acknowledged is to be sent again."""
        ...

    def link_down(self, reason: ResetReason) -> None:
        """The link that was up is down. Comes exactly once after each `link_up`."""
        ...

    def received(self, message: Message) -> None:
        """A message arrived; only between `link_up` and `link_down`."""
        ...


class Link:
    """One end of the link, running."""

    def __init__(
        self,
        open_stream: Callable[[], ByteStream],
        end: DeviceEnd | AgentEnd,
        handler: LinkHandler,
        died: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing runs before `start`.

        Args:
            open_stream: Opens the cable; raises CableLostError while it is not there.
            end: Who this end is.
            handler: Told what happens.
            died: Called once, from the link's thread, when a fault has ended it for good: no
                session comes any more, and only a restart of the program helps.
        """
        self._open_stream = open_stream
        self._handler = handler
        self._died = died
        self._channel = Channel(end)
        self._thread = threading.Thread(target=self._run, name="hostlink", daemon=True)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        # Guarded by the lock: what other threads touch.
        self._stream: ByteStream | None = None
        self._queue: deque[bytes] = deque()
        self._is_up = False
        self._version = LOWEST_VERSION

    @property
    def counters(self) -> LinkCounters:
        """What has happened on the cable so far."""
        return self._channel.tally.snapshot()

    @property
    def is_up(self) -> bool:
        """Whether the other end is there; may be asked from any thread."""
        with self._lock:
            return self._is_up

    @property
    def peer_certificate(self) -> bytes:
        """DER of what the other end showed in this session; empty: nothing, or no session.

        Meant to be asked from within the handler: then it is the session of that call.
        """
        return self._channel.peer_certificate

    def start(self) -> None:
        """Start the thread; it opens the cable as soon and as often as needed."""
        self._thread.start()

    def send(self, message: Message) -> bool:
        """Send a message soon. Thread-safe, never blocks.

        Returns:
            False when the link is not up, a thousand messages wait already, or the other end is
            too old to know such a message: it is dropped. True promises nothing either: only an
            answer tells that it arrived.

        Raises:
            MalformedMessageError: A field is out of the bounds of `messages.cddl`.
        """
        encoded = codec.encode(message)
        with self._lock:
            known = as_known_in(self._version, message)
            if not self._is_up or known is None or len(self._queue) >= QUEUE_LIMIT:
                return False
            self._queue.append(encoded if known is message else codec.encode(known))
        self._wake()
        return True

    def close(self) -> None:
        """Say goodbye and stop the thread; final. Harmless when repeated."""
        self._closing.set()
        self._wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _wake(self) -> None:
        with self._lock:
            stream = self._stream
        if isinstance(stream, PromptStream):
            stream.wake()

    def _run(self) -> None:
        try:
            self._keep_open()
        except BaseException:
            self._died()
            raise

    def _keep_open(self) -> None:
        attempt = 0
        while not self._closing.wait(REOPEN_PAUSES_S[min(attempt, len(REOPEN_PAUSES_S) - 1)]):
            attempt += 1
            try:
                with closing(self._open_stream()) as stream:
                    self._converse(stream)
            except CableLostError:
                attempt = 0 if self._channel.is_up else attempt
            self._channel.cable_lost()
            self._tell()

    def _converse(self, stream: ByteStream) -> None:
        with self._lock:
            self._stream = stream
        self._channel.cable_opened()
        while not self._closing.is_set():
            self._send_queued()
            has_written = self._write_frame(stream)
            # Between two frames the other end's bytes are taken in: two ends that both write
            # and do not read would wait for each other as soon as the cable's buffers are full.
            if has_written and isinstance(stream, PromptStream):
                data = stream.read_ready(_READ_BYTES)
            else:
                data = stream.read(_READ_BYTES)
            if data:
                self._channel.receive(data)
            self._channel.tick()
            self._tell()
        self._channel.close()
        while self._write_frame(stream):
            pass

    def _send_queued(self) -> None:
        with self._lock:
            queued = list(self._queue)
            self._queue.clear()
        for encoded in queued:
            self._channel.send(encoded)

    def _write_frame(self, stream: ByteStream) -> bool:
        frame = self._channel.take_frame()
        if frame:
            stream.write(frame)
        return bool(frame)

    def _tell(self) -> None:
        for event in self._channel.take_events():
            match event:
                case LinkUp():
                    self._set_up(True, agreed_version(event.peer))
                    self._handler.link_up(event.peer)
                case LinkDown():
                    self._set_up(False)
                    self._handler.link_down(event.reason)
                case Received():
                    self._handler.received(event.message)
                case _:
                    assert_never(event)

    def _set_up(self, is_up: bool, version: int = LOWEST_VERSION) -> None:
        # What waits belongs to the session before; its owner sends it again.
        with self._lock:
            self._is_up, self._version = is_up, version
            self._queue.clear()

"""One link to the reader for a command that needs a few messages, as a queue of what happens."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from agent.errors import PairingError
from hostlink.events import LinkDown, Received
from hostlink.link import AgentEnd, Link
from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.port import ByteStream
from hostlink.reset import ResetReason

_NO_READER = (
    "no reader answers. Is its cable plugged in, is the agent stopped (the cable has one user), and"
    " for pairing: was the button pressed, and is `trust_root` that of its maker?"
)
_LOST = "the link to the reader was lost; begin again (for pairing with another press)."


@dataclass(frozen=True, slots=True)
class _Arrived:
    hello: DeviceHello
    certificate: bytes


_Event = _Arrived | LinkDown | Received


class Conversation:
    """Opens the cable, waits for the reader, takes turns with it."""

    def __init__(self, open_stream: Callable[[], ByteStream], end: AgentEnd) -> None:
        self._events: SimpleQueue[_Event | None] = SimpleQueue()
        self._link = Link(open_stream, end, self, lambda: self._events.put(None))

    def __enter__(self) -> Self:
        self._link.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._link.close()

    def wait_for_reader(self, within_s: float) -> tuple[DeviceHello, bytes]:
        """Wait until the link is up.

        Returns:
            What the reader says of itself, and the certificate (DER) it shows in this session.

        Raises:
            PairingError: No reader comes in time.
        """
        while True:
            match self._next(within_s, _NO_READER):
                case _Arrived(hello, certificate):
                    return hello, certificate
                case _:
                    pass

    def hear(self, within_s: float) -> Message:
        """Wait for the reader's next message.

        Raises:
            PairingError: The link is lost, or nothing comes in time.
        """
        match self._next(within_s, "the reader does not answer; try again."):
            case Received(message):
                return message
            case _:
                raise PairingError(_LOST)

    def say(self, message: Message) -> None:
        """Send a message.

        Raises:
            PairingError: The link is lost.
        """
        if not self._link.send(message):
            raise PairingError(_LOST)

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """As `LinkHandler.link_up`."""
        if isinstance(peer, DeviceHello):
            self._events.put(_Arrived(peer, self._link.peer_certificate))

    def link_down(self, reason: ResetReason) -> None:
        """As `LinkHandler.link_down`."""
        self._events.put(LinkDown(reason))

    def received(self, message: Message) -> None:
        """As `LinkHandler.received`."""
        self._events.put(Received(message))

    def _next(self, within_s: float, otherwise: str) -> _Event:
        try:
            event = self._events.get(timeout=within_s)
        except Empty:
            raise PairingError(otherwise) from None
        if event is None:
            raise PairingError(_LOST)
        return event

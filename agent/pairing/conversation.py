"""One link to the reader for a ceremony of a few messages, as a queue of what happens.

What the person before this PC says comes in through the same queue, so that one thread hears reader
and person, whoever speaks first.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self, TypeAlias

from agent.pairing.failures import Failure, PairingFailedError
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
_FAREWELL_S = 0.5
"""For the last word to reach the reader."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The person before this PC said whether the reader shows the same digits."""

    is_same: bool


@dataclass(frozen=True, slots=True)
class CalledOff:
    """The person before this PC does not want it any more."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    hello: DeviceHello
    certificate: bytes


_Event = Answered | CalledOff | _Arrived | LinkDown | Received
Events: TypeAlias = SimpleQueue[_Event | None]
"""Anybody may put in `Answered` and `CalledOff`, from any thread; None: the link died."""


class Conversation:
    """Opens the cable, waits for the reader, takes turns with it.

    Args:
        open_stream: Opens the cable.
        end: Who this end is.
        events: Where the person is heard, too; none: nobody says anything.
    """

    def __init__(
        self,
        open_stream: Callable[[], ByteStream],
        end: AgentEnd,
        events: Events | None = None,
    ) -> None:
        self._events: Events = SimpleQueue() if events is None else events
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
            PairingFailedError: No reader comes in time, or the person does not want it any more.
        """
        while True:
            match self._next(within_s, PairingFailedError(Failure.NO_READER, _NO_READER)):
                case _Arrived(hello, certificate):
                    return hello, certificate
                case CalledOff():
                    raise called_off()
                case _:
                    pass

    def hear(self, within_s: float) -> Message:
        """Wait for the reader's next message.

        Raises:
            PairingFailedError: The link is lost, or nothing comes in time.
        """
        while True:
            heard = self.hear_anybody(within_s)
            if not isinstance(heard, Answered | CalledOff):
                return heard

    def hear_anybody(self, within_s: float) -> Message | Answered | CalledOff:
        """Wait for the next word of the reader or the person.

        Raises:
            PairingFailedError: As of `hear`.
        """
        silent = PairingFailedError(Failure.SILENT, "the reader does not answer; try again.")
        match self._next(within_s, silent):
            case Received(message):
                return message
            case (Answered() | CalledOff()) as said:
                return said
            case _:
                raise PairingFailedError(Failure.LINK_LOST, _LOST)

    def say(self, message: Message) -> None:
        """Send a message.

        Raises:
            PairingFailedError: The link is lost.
        """
        if not self._link.send(message):
            raise PairingFailedError(Failure.LINK_LOST, _LOST)

    def say_last(self, message: Message) -> None:
        """Send what ends it, and give the reader time to hear it: its screen says why."""
        if self._link.send(message):
            with suppress(Empty):
                self._events.get(timeout=_FAREWELL_S)

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

    def _next(self, within_s: float, otherwise: PairingFailedError) -> _Event:
        try:
            event = self._events.get(timeout=within_s)
        except Empty:
            raise otherwise from None
        if event is None:
            raise PairingFailedError(Failure.LINK_LOST, _LOST)
        return event


def called_off() -> PairingFailedError:
    """The person before this PC did not want it any more."""
    return PairingFailedError(Failure.CALLED_OFF, "not paired: it was called off here.")

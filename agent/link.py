"""The agent's end of the cable: finds the port, says hello, and puts events on the queue.

Nothing is decided here, because these methods run in the thread that moves the bytes.
"""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

from agent.clock import Clock, unix_ms
from agent.config import LinkTable
from agent.errors import ConfigError
from agent.pairings import Pairing, Pairings
from hostlink.ends import AgentEnd
from hostlink.errors import CableLostError, HostlinkError
from hostlink.events import LinkDown, LinkEvent, LinkUp, Received
from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.port import ByteStream
from hostlink.reset import ResetReason
from hostlink.serial_stream import find_serial, open_serial
from hostlink.tls import paired_agent_context, server_name


class LinkEvents:
    """A `LinkHandler` that only passes on.

    Args:
        post: Takes an event without waiting.
    """

    def __init__(self, post: Callable[[LinkEvent], None]) -> None:
        self._post = post

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """Both ends have said hello."""
        self._post(LinkUp(peer))

    def link_down(self, reason: ResetReason) -> None:
        """The session ended; the link opens the next one by itself."""
        self._post(LinkDown(reason))

    def received(self, message: Message) -> None:
        """The reader said something."""
        self._post(Received(message))


def stream_opener(table: LinkTable, folder: Path) -> Callable[[], ByteStream]:
    """How to open the reader's port, now and after each time it was unplugged.

    Args:
        table: Which port.
        folder: Where the path of a port starts if it is a relative one.
    """
    return lambda: open_serial(port_of(table, folder))


def port_of(table: LinkTable, folder: Path) -> str:
    """What the reader's port is called now; see `stream_opener`.

    Raises:
        CableLostError: No USB device with these numbers is plugged in.
    """
    return _find(table) if table.port is None else _path(table.port, folder)


def hello_maker(audience: str, clock: Clock) -> Callable[[DeviceHello], AgentHello]:
    """Introduces the agent and tells the reader the time; the link sets the version."""

    def make_hello(peer: DeviceHello) -> AgentHello:
        return AgentHello(peer.highest_version, audience, unix_ms(clock.now()))

    return make_hello


def paired_end(
    pairings: Pairings, pairing: Pairing, make_hello: Callable[[DeviceHello], AgentHello]
) -> AgentEnd:
    """This agent's end of the link to a paired reader.

    Raises:
        ConfigError: The pairing's files cannot be used.
    """
    try:
        tls = paired_agent_context(pairings.identity_of(pairing), pairing.reader_certificate)
    except (OSError, ssl.SSLError, HostlinkError) as error:
        raise ConfigError(
            f"the pairing with the reader {pairing.ueid.hex()} cannot be used; pair it again."
        ) from error
    return AgentEnd(tls, make_hello, pairing.secret, server_name(pairing.reader_certificate))


def _path(port: str, folder: Path) -> str:
    return str(folder / port) if os.name == "posix" else port  # COM3 is no path


def _find(table: LinkTable) -> str:
    """Path of the reader's port: its number may change each time it is plugged in."""
    path = find_serial(table.usb_vendor_id or 0, table.usb_product_id or 0, table.usb_serial or "")
    if path is None:
        raise CableLostError("no such USB serial device")
    return path

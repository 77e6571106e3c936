"""Whether each reader is there, and whether the agent or another program has its port."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from serial.tools import list_ports

from agent.clock import Clock, unix_ms
from agent.config import LinkTable
from agent.finding import Finding
from agent.link import port_of
from agent.status import FRESH_MS, Status, read_status
from hostlink.errors import CableLostError
from hostlink.serial_stream import open_serial


def examine(
    places: Mapping[str, LinkTable], folder: Path, status: Path, clock: Clock
) -> Iterator[Finding]:
    """The agent's own word where it runs, else the port itself.

    Args:
        places: Where readers are plugged in, by the names of their counters.
        folder: Where relative paths of ports start.
        status: The agent's file.
        clock: Tells how old that is.
    """
    told = read_status(status)
    if told is None or not told.is_running:
        yield Finding("agent: is not running")
        for counter, place in places.items():
            yield _port(place, folder).at(name_of(counter))
        return
    age_ms = unix_ms(clock.now()) - told.unix_ms
    if not 0 <= age_ms <= FRESH_MS:
        yield Finding(
            f"agent: was not stopped and has said nothing for {age_ms / 1000:.0f} s",
            "Start it again; if the PC's clock was set meanwhile, wait ten seconds.",
        )
        return
    yield Finding("agent: is running")
    yield from _links(told)


def name_of(counter: str) -> str:
    """What a reader is called in a sentence."""
    return f"reader at {counter}" if counter else "reader"


def _links(status: Status) -> Iterator[Finding]:
    for reader in status.readers:
        if not reader.is_paired:
            continue  # which the pairings tell
        if reader.is_linked:
            yield Finding(f"{name_of(reader.counter)}: is connected")
        else:
            yield Finding(
                f"{name_of(reader.counter)}: is not connected",
                "Look at its cable and switch it on; `status` counts what arrives.",
            )


def missing(place: LinkTable, folder: Path) -> Finding | None:
    """That no reader is plugged in there, without a touch of its port; None: one is."""
    found = _plugged_in(place, folder)
    return found if isinstance(found, Finding) else None


def _plugged_in(place: LinkTable, folder: Path) -> str | Finding:
    """What its port is called, or that there is none."""
    try:
        port = port_of(place, folder)
    except CableLostError:
        return Finding(
            f"no USB device {place.usb_vendor_id:04x}:{place.usb_product_id:04x} with serial"
            f" number {place.usb_serial} is plugged in",
            f"Plug it in and switch it on, or correct its numbers. {_others()}",
        )
    if os.name == "posix" and not os.path.exists(port):  # noqa: PTH110 - `COM3` is no path
        return Finding(f"{port} is not there", "Plug the reader in, or correct `port`.")
    return port


def _port(place: LinkTable, folder: Path) -> Finding:
    port = _plugged_in(place, folder)
    if isinstance(port, Finding):
        return port
    if os.name == "posix" and not os.access(port, os.R_OK | os.W_OK):
        return Finding(
            f"{port} may not be opened by this user",
            "Put the agent's user into the group of the port (Debian: dialout).",
        )
    return _open(port)


def _open(port: str) -> Finding:
    try:
        open_serial(port).close()
    except CableLostError:
        return Finding(
            f"{port} is held by another program, or is no serial port",
            "End the other program, such as a terminal or a modem manager.",
        )
    return Finding(f"{port} is there and free")


def _others() -> str:
    """What is plugged in instead, a sentence."""
    seen = [
        f"{port.device} ({port.vid:04x}:{port.pid:04x} {port.serial_number})"
        for port in list_ports.comports()
        if port.vid is not None
    ]
    if not seen:
        return "No USB serial device is plugged in here."
    return f"Here are {', '.join(seen)}."

"""Measures in another process's memory that a PIN which was sent to a card is gone.

The card is still open then, and nothing else was sent since: the way through the real PC/SC
library is the one that a patient's PIN takes.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.vicc import VirtualSlot
from tests.process_memory import count_in_memory

_VERIFY = bytes.fromhex("0020009804")

_READER = """
import sys
from datetime import date
from threading import Event
from device.pinpad.pin import Pin
from device.reader.errors import PinRejectedError
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots.pcsc import Settings, create

class Placed(Event):
    card_placed = Event.set
    card_removed = slot_ready = slot_lost = lambda self: None

placed, slot = Placed(), create(Settings())
slot.watch(placed)
placed.wait(10)
session, kept = CardSession(slot, anchors=RecordAnchors(()), today=date.today), []
session.identify()
buffer = bytearray(map(int, sys.stdin.readline().split()))
print("ready", flush=True)
sys.stdin.readline()
with Pin(buffer) as pin:
    if "keep" in sys.argv:
        kept.append(b"\\x00\\x20\\x00\\x98\\x04" + pin.digits())
    try:
        session.verify_pin(pin.digits())
    except PinRejectedError:
        print("ready", flush=True)
sys.stdin.readline()
session.close()
slot.close()
"""


def counts_around_verify(pin: bytes, *arguments: str) -> tuple[int, int, int]:
    """Occurrences of the PIN before it is sent and when it was, and then of its command."""
    with subprocess.Popen(
        [sys.executable, "-c", _READER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(" ".join(map(str, pin)) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        before = count_in_memory(process.pid, pin)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        after = count_in_memory(process.pid, pin)
        commands = count_in_memory(process.pid, _VERIFY + pin)
        process.stdin.write("\n")
    assert process.returncode == 0
    return before, after, commands


@pytest.fixture
def pin() -> bytes:
    """Not the card's own, and digits that memory seldom holds by chance."""
    return "".join(random.sample("13579", 2) + random.sample("02468", 2)).encode()


@pytest.fixture(autouse=True)
def _card(issuer: Issuer, slot: VirtualSlot) -> None:
    slot.lay(issuer.issue(catalog.MY_NUMBER))


def test_after_it_was_sent_the_pin_is_nowhere_in_memory(pin: bytes) -> None:
    before, after, commands = counts_around_verify(pin)
    assert (before, commands) == (after + 1, 0)


def test_a_kept_command_would_be_found(pin: bytes) -> None:
    before, after, commands = counts_around_verify(pin, "keep")
    assert after >= before
    assert commands > 0

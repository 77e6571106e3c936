"""Commands per step of a visit against the fewest that 256-byte blocks allow.

`python -m tests.hw_sim.namespace python -m benchmarks.card_reading` reads a simulated card through
the real pcscd. What a command costs on a real contactless reader is 30 to 50 ms (facts/card.md
§10), so the number of commands is the figure that counts; the last column is our share of the time.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from device.reader.printed_code import PrintedCode
from device.reader.session import CardSession
from device.reader.slots import pcsc
from device.reader.terminals import test_hierarchy
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.pcscd import Pcscd

PHOTO_BYTES = 12_000
CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
READ_BINARY = 0xB0


class Placed:
    """Waits for a card."""

    def __init__(self) -> None:
        self.is_placed = threading.Event()

    def card_placed(self) -> None:
        """Now the measuring may begin."""
        self.is_placed.set()

    def card_removed(self) -> None:
        """Not measured."""

    def slot_lost(self) -> None:
        """Not measured."""

    def slot_ready(self) -> None:
        """Not measured."""


def measure(card: SimulatedCard, name: str, step: Callable[[], object]) -> None:
    """Prints what one step costs."""
    card.trace.clear()
    begun_s = time.perf_counter()
    step()
    took_ms = (time.perf_counter() - begun_s) * 1000
    reads = card.trace.with_ins(READ_BINARY)
    read_bytes = sum(len(e.response or b"") - 2 for e in reads)
    fewest_reads = -(-read_bytes // 256)
    commands = len(card.trace.exchanges)
    print(
        f"{name:<18} {commands:3} commands, {len(reads):3} of them reads of {read_bytes:6} bytes"
        f" (fewest {fewest_reads:3})  {took_ms:7.1f} ms"
    )


def main() -> None:
    """Prints one line a step of a visit, face and PIN."""
    with tempfile.TemporaryDirectory() as folder, Pcscd(), VirtualSlot() as place:
        issuer = Issuer()
        card = issuer.issue(MY_NUMBER, bytes(PHOTO_BYTES))
        slot, placed = pcsc.create(pcsc.Settings()), Placed()
        slot.watch(placed)
        place.lay(card)
        placed.is_placed.wait(10)
        paths = {name: Path(path) for name, path in issuer.issue_terminal(Path(folder)).items()}
        settings = test_hierarchy.Settings(**paths, is_test_hierarchy=True)
        terminal = test_hierarchy.create(settings)
        session = CardSession(slot, terminal=terminal)
        measure(card, "identify", session.identify)
        measure(card, "read_certificate", session.read_certificate)
        measure(card, "read_photo", lambda: session.read_photo(CODE))
        measure(card, "unlock_after_face", session.unlock_after_face)
        measure(card, "sign_challenge", lambda: session.sign_challenge(bytes(32)))
        measure(card, "pin_tries_left", session.pin_tries_left)
        measure(card, "verify_pin", lambda: session.verify_pin(b"1234"))
        session.close()
        slot.close()


if __name__ == "__main__":
    main()

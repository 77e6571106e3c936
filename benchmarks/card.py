"""Time with the card, against the time its bytes and its own computing need, and a naive reader.

`python -m benchmarks.card`: the reader's own card session with a simulated card, whose answers are
timed in virtual time (`tests/hw_sim/card/link_timing.py`): ISO/IEC 14443-4 frames at 106 and
424 kbit/s, 4 ms for every command, 30 ms to compare a secret, 0.3 s for an RSA signature. Nothing
is slept and nothing depends on the machine, so the figures are the same everywhere.

bound     every object the visit needs once, counted from the card's content and not from our
          commands (`card_bound.py`), at the raw speed of the link, plus what the chip computes:
          its cryptography, and the commands that carry those objects (256 bytes at most each)
ratio     the reader's time through the bound
waited    from the choice (PIN typed, face matched) to the card's signature, without the 0.3 s of
          the RSA operation itself, which no reader can shorten
in all    the same with that operation: what the patient waits
naive     a plain client: selects every file and reads it from its first byte to its end, asks
          nothing before the choice, skips nothing
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.card_bound import bound_of
from benchmarks.naive_card_client import read_everything
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.terminals import test_hierarchy
from tests.device.reader.laid_cards import InProcessSlot
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.trace import Exchange

PORTRAIT = Path("tests/hw_sim/people/taro/portrait.jp2")
CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
PIN = b"1234"
CHALLENGE = bytes(32)
RATES_KBPS = (106, 424)


@dataclass(frozen=True)
class Visit:
    """What one visit asked of the card."""

    exchanges: Sequence[Exchange]
    after_choice: Sequence[Exchange]
    timing: LinkTiming
    bound_s: float
    """What no reader could do without."""

    @property
    def total_s(self) -> float:
        """On the link and in the chip."""
        return sum(e.link_s + e.card_s for e in self.exchanges)

    @property
    def bytes_both_ways(self) -> int:
        """APDUs with their headers and status words."""
        return sum(len(e.command) + len(e.response or b"") for e in self.exchanges)

    @property
    def ratio(self) -> float:
        """1 is what no reader can reach."""
        return self.total_s / self.bound_s

    @property
    def waited_in_all_s(self) -> float:
        """After the choice."""
        return sum(e.link_s + e.card_s for e in self.after_choice)

    @property
    def waited_s(self) -> float:
        """After the choice, without the RSA operation."""
        return self.waited_in_all_s - self.timing.rsa_private_s


def visit(issuer: Issuer, keys: Path, rate_kbps: int, *, is_by_face: bool) -> Visit:
    """One visit by our reader, in the order of docs/CARD.md."""
    card = lay(issuer, rate_kbps)
    bound_s = least_s(card, issuer, keys, is_by_face=is_by_face)
    files = {name: Path(value) for name, value in issuer.issue_terminal(keys).items()}
    terminal = test_hierarchy.create(test_hierarchy.Settings(is_test_hierarchy=True, **files))
    anchors = RecordAnchors([issuer.record_ca])
    session = CardSession(InProcessSlot(card), terminal=terminal, anchors=anchors)
    session.identify()
    session.read_certificate()
    if is_by_face:
        session.read_photo(CODE)
    session.get_ready_to_sign()
    before = len(card.trace.exchanges)
    if is_by_face:
        session.unlock_after_face()
    else:
        session.verify_pin(PIN)
    session.sign_challenge(CHALLENGE)
    session.close()
    exchanges = card.trace.exchanges
    return Visit(exchanges, exchanges[before:], card.timing, bound_s)


def naive_visit(issuer: Issuer, keys: Path, rate_kbps: int, *, is_by_face: bool) -> Visit:
    """One visit by the plain client."""
    card = lay(issuer, rate_kbps)
    bound_s = least_s(card, issuer, keys, is_by_face=is_by_face)
    before = read_everything(card, is_by_face=is_by_face)
    exchanges = card.trace.exchanges
    return Visit(exchanges, exchanges[before:], card.timing, bound_s)


def least_s(card: SimulatedCard, issuer: Issuer, keys: Path, *, is_by_face: bool) -> float:
    """The bound of a visit with this card."""
    terminal = Path(issuer.issue_terminal(keys)["certificate"]).stat().st_size
    return bound_of(card, terminal, is_by_face=is_by_face).seconds(card)


def lay(issuer: Issuer, rate_kbps: int) -> SimulatedCard:
    """A My Number card with a photo of 8 kB."""
    card = issuer.issue(MY_NUMBER, PORTRAIT.read_bytes())
    card.timing = LinkTiming(bit_rate_kbps=rate_kbps)
    return card


def report(name: str, measured: Visit, naive: Visit) -> None:
    """One line."""
    print(
        f"{name:<16} {len(measured.exchanges):4} {measured.bytes_both_ways:7}"
        f" {measured.total_s:7.3f} {measured.bound_s:7.3f}"
        f" {measured.ratio:6.2f}  {measured.waited_s:6.3f}  {measured.waited_in_all_s:6.3f}"
        f"   {len(naive.exchanges):4} {naive.bytes_both_ways:7} {naive.total_s:7.3f}"
        f" {naive.ratio:6.2f}  {naive.waited_s:6.3f}  {naive.waited_in_all_s:6.3f}"
    )


def main() -> None:
    """Print the table."""
    print(__doc__)
    columns = " APDU   bytes  time s bound s  ratio  waited  in all "
    print(f"{'':<17}{'this reader':-^52}  {'naive':-^44}")
    print(f"{'':<16}{columns}  APDU   bytes  time s  ratio  waited  in all")
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        issuer = Issuer(keys)
        for rate_kbps in RATES_KBPS:
            for is_by_face in (False, True):
                measured = visit(issuer, keys, rate_kbps, is_by_face=is_by_face)
                naive = naive_visit(issuer, keys, rate_kbps, is_by_face=is_by_face)
                report(f"{'face' if is_by_face else 'PIN'}, {rate_kbps} kbit/s", measured, naive)


if __name__ == "__main__":
    main()

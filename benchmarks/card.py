"""Time with the card, against the time its bytes and its own computing need, and a naive reader.

`python -m benchmarks.card`: visits by the reader's own jobs with a simulated card
(`card_visits.py`), whose answers are timed in virtual time (`tests/hw_sim/card/link_timing.py`):
ISO/IEC 14443-4 frames at 106 and 424 kbit/s, 4 ms for every command, 30 ms to compare a secret,
0.3 s for an RSA signature. Nothing is slept and nothing depends on the machine, so the figures
are the same everywhere.

bound     every object the visit needs once, counted from the card's content and not from our
          commands (`card_bound.py`), at the raw speed of the link, plus what the chip computes:
          its cryptography, and the commands that carry those objects (256 bytes at most each)
ratio     the reader's time divided by the bound, without a photo that was read ahead in vain
strict    the same time through a bound without the 4 ms a command, which are an assumption
at 0 ms   the ratio if the chip took no time for a command: 0 ms instead of 4, on both sides
in vain   time for a photo that was read ahead and that the patient then did not need; nobody
          waits for it
waited    from the choice (PIN typed, face matched; an iPhone: laid down) to the card's signature,
          without the 0.3 s of the RSA operation itself, which no reader can shorten; where the
          face is chosen at once, the photo, too, before the check can begin
in all    the same with that operation: what the patient waits
naive     a plain client with the same rights: selects every file and reads it from its first byte
          to its end, asks nothing before the choice, skips nothing
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchmarks.card_bound import Bound, bound_of
from benchmarks.card_visits import VISITS, Phase, PlannedVisit, Proof, lay, play, seconds_of
from benchmarks.naive_card_client import NaiveClient
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.trace import Exchange

RATES_KBPS = (106, 424)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one visit asked of the card."""

    phases: Sequence[Phase]
    planned: PlannedVisit
    timing: LinkTiming
    bound: Bound
    """What no reader could do without."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """All of them, oldest first."""
        return [exchange for phase in self.phases for exchange in phase.exchanges]

    @property
    def total_s(self) -> float:
        """On the link and in the chip."""
        return seconds_of(self.exchanges)

    @property
    def needed(self) -> Sequence[Exchange]:
        """Without those for a photo that the patient did not need."""
        is_needed = self.planned.proof is Proof.FACE
        kept = [phase for phase in self.phases if is_needed or not phase.is_photo]
        return [exchange for phase in kept for exchange in phase.exchanges]

    @property
    def in_vain_s(self) -> float:
        """For a photo that the patient did not need."""
        return self.total_s - seconds_of(self.needed)

    @property
    def bytes_both_ways(self) -> int:
        """APDUs with their headers and status words."""
        return sum(len(e.command) + len(e.response or b"") for e in self.exchanges)

    @property
    def ratio(self) -> float:
        """1 is what no reader can reach."""
        return seconds_of(self.needed) / self.bound.seconds(self.timing)

    @property
    def strict_ratio(self) -> float:
        """The bound knows no time of the chip for a command; the reader's time does."""
        return seconds_of(self.needed) / self.bound.strict_seconds(self.timing)

    @property
    def ratio_at_0_ms(self) -> float:
        """A chip that takes no time for a command, on both sides."""
        commands_s = len(self.needed) * self.timing.processing_s
        strict_s = self.bound.strict_seconds(self.timing)
        return (seconds_of(self.needed) - commands_s) / strict_s

    @property
    def whole_ratio(self) -> float:
        """What was read in vain counts as well."""
        return self.total_s / self.bound.seconds(self.timing)

    @property
    def waited_in_all_s(self) -> float:
        """After the choice."""
        return sum(seconds_of(phase.exchanges) for phase in self.phases if phase.is_waited_for)

    @property
    def waited_s(self) -> float:
        """After the choice, without the RSA operation."""
        return self.waited_in_all_s - self.timing.rsa_private_s


def measure(planned: PlannedVisit, issuer: Issuer, folder: Path, rate_kbps: int) -> Measured:
    """One visit by our reader."""
    card = lay(planned, issuer, rate_kbps)
    bound = bound_of(planned, card, _terminal_bytes(issuer, folder))
    return Measured(play(planned, card, issuer, folder), planned, card.timing, bound)


def measure_naive(planned: PlannedVisit, issuer: Issuer, folder: Path, rate_kbps: int) -> Measured:
    """The same visit by the plain client."""
    card = lay(planned, issuer, rate_kbps)
    bound = bound_of(planned, card, _terminal_bytes(issuer, folder))
    before_choice = NaiveClient(planned, card).visit(issuer, folder)
    exchanges = card.trace.exchanges
    is_waited_at_once = planned.proof is Proof.ON_PHONE
    phases = (
        Phase("recognised", exchanges[:before_choice], is_waited_for=is_waited_at_once),
        Phase(planned.proof.value, exchanges[before_choice:], is_waited_for=True),
    )
    return Measured(phases, planned, card.timing, bound)


def measure_all(issuer: Issuer, folder: Path) -> Iterator[tuple[Measured, Measured]]:
    """Every visit at every bit rate, by our reader and by the plain client."""
    for rate_kbps, planned in product(RATES_KBPS, VISITS):
        parts = planned, issuer, folder, rate_kbps
        yield measure(*parts), measure_naive(*parts)


def _terminal_bytes(issuer: Issuer, folder: Path) -> int:
    return Path(issuer.issue_terminal(folder)["certificate"]).stat().st_size


def _report(ours: Measured, naive: Measured) -> None:
    """One line."""
    print(
        f"{ours.planned.title:<19} {ours.timing.bit_rate_kbps:3}"
        f" {len(ours.exchanges):5} {ours.bytes_both_ways:6} {ours.total_s:7.3f}"
        f" {ours.bound.seconds(ours.timing):7.3f} {ours.ratio:6.2f} {ours.strict_ratio:6.2f}"
        f" {ours.ratio_at_0_ms:7.2f}"
        f" {ours.in_vain_s:7.3f}  {ours.waited_s:6.3f}  {ours.waited_in_all_s:6.3f}"
        f"  {len(naive.exchanges):4} {naive.bytes_both_ways:6} {naive.total_s:7.3f}"
        f" {naive.ratio:6.2f}  {naive.waited_s:6.3f}  {naive.waited_in_all_s:6.3f}"
    )


def main() -> None:
    """Print the table."""
    print(__doc__)
    print(f"{'':<23}{' this reader ':-^78}  {' naive ':-^44}")
    print(
        f"{'kbit/s':>22}  APDU  bytes  time s bound s  ratio strict at 0 ms in vain  waited  in all"
        "  APDU  bytes  time s  ratio  waited  in all"
    )
    with tempfile.TemporaryDirectory() as folder:
        for ours, naive in measure_all(Issuer(Path(folder)), Path(folder)):
            _report(ours, naive)


if __name__ == "__main__":
    main()

"""Results over a cable on which one byte of 1,000 is wrong: slow, and still none lost or doubled.

As the run `link`, but each handshake of about 2 kB arrives whole in one of seven attempts, so no
time is promised: only that all results arrive once, in order. They have ten minutes, then the
noise ends.

Source: facts/security.md §2 (F1), §9 (the cost of this rate).
"""

from tests.torture.noisy_line import Noise
from tests.torture.report import Report
from tests.torture.stretch import play_stretches

COUNT = 1_000
_NOISE = Noise(byte_error=1e-3, drop=0.005, repeat=0.005, burst=0.001)
_PATIENCE_S = 600.0


def run(count: int, seed: int) -> Report:
    """Send `count` results, a hundred for each seed."""
    report, _ = play_stretches(_NOISE, count, seed, _PATIENCE_S)
    return report

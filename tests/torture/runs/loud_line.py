"""Results over a cable on which one byte of 1,000 is wrong: slow, and still none lost or doubled.

As the run `link`, but each handshake of about 2 kB arrives whole in one of seven attempts, and then
a result in one of three. So the next result is made when the one before is acknowledged: of several
that wait all are sent at once, and seldom one is acknowledged before the next damage. No time is
promised, only that all have arrived once, in order, when the noise has ended.

Source: facts/security.md §2 (F1), §9 (the cost of this rate).
"""

from tests.torture.noisy_line import Noise
from tests.torture.report import Report
from tests.torture.stretch import Conditions, play_stretches

COUNT = 1_000
_NOISE = Noise(byte_error=1e-3, drop=0.005, repeat=0.005, burst=0.001)
_STRETCH = Conditions(_NOISE, results=20, mean_pause_s=0.03, patience_s=600.0)


def run(count: int, seed: int) -> Report:
    """Send `count` results, twenty for each seed."""
    report, _ = play_stretches(_STRETCH, count, seed)
    return report

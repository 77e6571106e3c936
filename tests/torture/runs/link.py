"""Results over a bad cable: none lost, none doubled, none in another order, the link back in time.

The product's own reader (outbox and who sends what waits in it) and agent (desk, inbox, store) at
the ends of the product's own link, on simulated time. One byte of 100,000 is wrong, 0.5 % of the
frames are dropped, 0.5 % repeated, 0.1 % hit by a burst; meanwhile reader and agent lose their
memory, the cable is pulled within frames and noticed by both or by one, one direction dies for up
to 5 s, bytes come one by one, and epochs are drawn again. After a cause that an end sees the link
must work within 1 s (99 of 100), after one that leaves no trace within 4 s (all).

Source: facts/security.md §2 (F1, F2), §4.2, §8.3.
"""

from tests.torture.noisy_line import Noise
from tests.torture.recovery import DETECTED_S, percentile, spread
from tests.torture.report import Failure, Report
from tests.torture.stretch import Conditions, play_stretches

COUNT = 100_000
_NOISE = Noise(byte_error=1e-5, drop=0.005, repeat=0.005, burst=0.001)
_STRETCH = Conditions(_NOISE, results=100, mean_pause_s=0.03)


def run(count: int, seed: int) -> Report:
    """Send `count` results, a hundred for each seed."""
    report, recovery = play_stretches(_STRETCH, count, seed)
    failures, needed_s = report.failures, percentile(recovery.detected_s, 99)
    if needed_s > DETECTED_S:
        slow = f"1 of 100 times the link needed {needed_s:.2f} s or more to come back"
        failures += (Failure(seed, slow),)
    came_back = {
        "back after what an end saw": spread(recovery.detected_s),
        "back after a silence": spread(recovery.silences_s),
    }
    return Report(report.trials, failures, {**report.counted, **came_back})

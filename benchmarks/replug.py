"""How soon a reader that was unplugged and plugged in again is linked, and how soon it could be.

`python -m benchmarks.replug [--count N]` unplugs a reader's cable and plugs it in again, under
another name each time, as a USB serial device with the same vendor, product and serial number. From
the moment the PC knows the port until both ends have a session (TLS, both hellos). The list of
ports is simulated (`tests/hw_sim/usb_host.py`): what a kernel takes to make a port comes on top.
The bound is the same with a cable that is plugged in again at once: a session, and hardly a look.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from tests.agent.replug_bench import ReplugBench

TARGET_S = 2.0
LONGEST_AWAY_S = 2.0
PATIENCE_S = 30.0


def measure(count: int, away_s: float) -> list[float]:
    """Seconds from plugged in to linked, of each time; nothing is plugged in for up to `away_s`."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        bench = ReplugBench(Path(name))
        with patch("hostlink.serial_stream.list_ports.comports", bench.host.comports), bench:
            bench.reader.wait_up()
            for _ in range(count):
                bench.reader.cable.unplug()
                bench.reader.downs.get(timeout=PATIENCE_S)
                time.sleep(away_s * len(took) / count)
                begun_s = time.monotonic()
                bench.reader.cable.plug()
                bench.reader.wait_up()
                took.append(time.monotonic() - begun_s)
    return took


def _tell(name: str, values_s: Sequence[float]) -> None:
    p50, p99, most = np.percentile(values_s, (50, 99, 100))
    print(f"  {name:<28} p50 {p50:5.2f} s, p99 {p99:5.2f} s, at most {most:5.2f} s")


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replug")
    parser.add_argument("--count", type=int, default=100)
    count = parser.parse_args().count
    print(__doc__)
    found = measure(count, LONGEST_AWAY_S)
    bound = measure(count, away_s=0.0)
    _tell("away for up to two seconds", found)
    _tell("plugged in again at once", bound)
    print(f"  target {TARGET_S:.0f} s; {np.median(found) / np.median(bound):.2f} x at once")


if __name__ == "__main__":
    main()

"""Replugged under another name each time: the agent finds its reader again and nothing is lost.

A trial pulls the cable at a random moment of a result's way and plugs it in again, as a USB serial
device with the same vendor, product and serial number and another name; a second reader of the
same make comes and goes beside it. In the end the result is acknowledged, and neither threads
nor open files have become more.

Source: facts/security.md §6.3 (pyserial: ports that come back under another name).
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

from agent.config import LinkTable
from hostlink.messages import SignedResult
from tests.agent.reader_end import PATIENCE_S
from tests.agent.replug_bench import BY_IDS, ReplugBench
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report

COUNT = 1_000
_LONGEST_MOMENT_S = 0.02
_SETTLED_AFTER = 5
"""By then everything that is made once has been made."""
_OTHER_READER = "UK-000999"


def run(count: int, seed: int, table: LinkTable = BY_IDS, patience_s: float = PATIENCE_S) -> Report:
    """Pull and plug in `count` times."""
    with memory_folder() as folder:
        bench = ReplugBench(folder, table)
        with patch("hostlink.serial_stream.list_ports.comports", bench.host.comports), bench:
            return _play(bench, count, seed, patience_s)


def _play(bench: ReplugBench, count: int, seed: int, patience_s: float) -> Report:
    names, held = set[Path](), list[tuple[int, int]]()
    for trial in range(seed, seed + count):
        rng = Random(trial)
        result = SignedResult(trial, rng.randbytes(900))
        with _another_reader(bench, rng):
            bench.reader.link.send(result)
            time.sleep(rng.uniform(0, _LONGEST_MOMENT_S))
            bench.reader.cable.unplug()
            sessions_before = bench.ups
            time.sleep(rng.uniform(0, _LONGEST_MOMENT_S))
            bench.reader.cable.plug()
            if not bench.is_delivered(result, sessions_before, patience_s):
                return Report(trial, (Failure(trial, "the link did not come back"),), {})
        names.add(bench.reader.cable.port)
        held.append((threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))))
    grown = held[-1] != held[min(_SETTLED_AFTER, count - 1)]
    failures = (Failure(seed, f"threads and open files grew: {held[-1]}"),) if grown else ()
    return Report(count, failures, {"names": len(names), "sessions": bench.ups})


@contextmanager
def _another_reader(bench: ReplugBench, rng: Random) -> Iterator[None]:
    """Of the same make, sometimes; it is plugged in before ours comes back."""
    if rng.random() < 0.5:
        yield
        return
    name, own_end = bench.host.plug(_OTHER_READER)
    yield
    bench.host.unplug(name)
    os.close(own_end)

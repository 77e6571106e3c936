"""How long a patient waits for the machine in a whole visit, beside what no reader could avoid.

`python -m tests.hw_sim.namespace python -m benchmarks.visit [VISITS]` plays visits by PIN and by
face on the bench. The bound by PIN is the same commands sent by a plain PC/SC client through the
same pcscd; by face, that plus the time in which the camera takes the three pictures of a probe.
Everything else (models, TLS, disk, agent, eligibility service, screen) is ours: the ratio says
how much.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.hops import last_visit, machine_time_ms, read_lines
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.plain_client import connection

_VISITS = 10
_PICTURES_MS = 2 * 100 + 1000 / 15
"""Three pictures at least 0.1 s apart, the first after one interval of a 15 fps camera. Nobody is
asked to blink and turn here: that is the patient's own time."""
_SEEN_WITHIN_S = 1.0


def play(desk: Desk, method: str, visits: int) -> list[float]:
    """Machine time (ms) of each visit."""
    times = []
    for _ in range(visits):
        desk.card.trace.clear()
        desk.complete_visit(method)
        lines = read_lines(desk.bench.folder)
        times.append(machine_time_ms(lines, last_visit(lines)))
    return times


def replay(card: SimulatedCard, visits: int) -> float:
    """Median (ms) for a plain client to send the commands of the last visit again."""
    commands = [exchange.command for exchange in card.trace.exchanges]
    times = []
    with Pcscd(), VirtualSlot() as slot:
        slot.lay(card)
        time.sleep(_SEEN_WITHIN_S)
        for _ in range(visits):
            with connection() as plain:
                begun_s = time.perf_counter()
                for command in commands:
                    plain.transmit(command)
                times.append((time.perf_counter() - begun_s) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print one line a method."""
    visits = int(sys.argv[1]) if len(sys.argv) > 1 else _VISITS
    print(f"{visits} visits each; milliseconds; median (slowest)")
    for method, pictures_ms in (("pin", 0.0), ("face", _PICTURES_MS)):
        with tempfile.TemporaryDirectory() as folder:
            with Bench(Path(folder) / "bench", Path(folder) / "keys") as bench:
                bench.show_face("taro")
                desk = Desk(bench)
                times = play(desk, method, visits)
            bound_ms = replay(desk.card, visits) + pictures_ms
        median_ms = statistics.median(times)
        print(
            f"{method:<5} {median_ms:7.1f} ({max(times):.1f})   bound {bound_ms:6.1f}"
            f"   ratio {median_ms / bound_ms:.1f}"
        )


if __name__ == "__main__":
    main()

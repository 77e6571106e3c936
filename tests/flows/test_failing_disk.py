"""A disk that fails under one of the two processes: nothing is called finished or acknowledged that
is not on it, somebody is told, and with a good disk all goes on.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.flows.desk import Desk


@contextmanager
def every_sync_fails(process_id: int) -> Iterator[None]:
    """From now on a process's disk cannot make anything durable."""
    tracer = subprocess.Popen(
        [
            "strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
            "-e", "inject=fsync,fdatasync:error=EIO", "-p", str(process_id),
        ],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert tracer.stderr is not None
    assert "attached" in tracer.stderr.readline()
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate()


def told_by_the_agent(desk: Desk, key: str) -> list[str]:
    """Its events or its alarms, in order."""
    lines = (desk.bench.folder / "agent-journal.jsonl").read_text().splitlines()
    return [event[key] for event in map(json.loads, lines) if key in event]


def acknowledged(desk: Desk) -> int:
    return told_by_the_agent(desk, "event").count("result_acknowledged")


def test_the_readers_disk_fails_at_the_end_of_a_visit(desk: Desk) -> None:
    before = desk.results()
    desk.lay()
    desk.go_on_until("consent_all")
    with every_sync_fails(desk.bench.process_id("device")):
        desk.go_on_until("take_card")
    desk.assert_told("storage_unavailable")
    desk.take()

    desk.lay()
    desk.go_on_until("take_card")
    desk.assert_told("storage_unavailable")
    desk.take()
    assert desk.results() == before

    desk.bench.kill("device")
    desk.bench.start("device")
    desk.stand_before_screen_again()
    desk.complete_visit()


def test_the_agents_disk_fails_when_a_result_arrives(desk: Desk) -> None:
    before, acknowledged_before = len(desk.completed()), acknowledged(desk)
    desk.lay()
    desk.go_on_until("consent_all")
    with every_sync_fails(desk.bench.process_id("agent")):
        desk.go_on_until("finished")
        desk.wait_until(lambda: not desk.bench.is_alive("agent"), "the end of the agent")
    assert acknowledged(desk) == acknowledged_before
    assert told_by_the_agent(desk, "alarm")[-1] == "store_unavailable"
    desk.take()

    desk.bench.kill("agent")
    desk.bench.start("agent")
    desk.wait_until(lambda: acknowledged(desk) > acknowledged_before, "the acknowledgement")
    assert len(desk.completed()) == before + 1
    desk.complete_visit()

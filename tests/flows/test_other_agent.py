"""The whole reader before an agent in another language, which knows only what docs/HOSTLINK.md
and messages.cddl say: every result arrives there once, whatever breaks.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostlink.reset import ResetReason
from tests.flows.broken_connections import (
    assert_unreachable_until,
    carried_in_a_visit,
    kill_agent_in_the_middle,
    leave_cable_out,
    pull_cable_at_many_bytes,
)
from tests.flows.other_agent import OtherAgentBench, OtherDesk
from tests.hostlink.other_end_program import PATIENT_NAME, spoilt


@pytest.fixture
def desk(running_desk: OtherDesk) -> Iterator[OtherDesk]:
    """The desk, tidied up and counted after each test."""
    yield running_desk
    running_desk.bench.cable.fault = bytes
    running_desk.tidy_up()
    running_desk.assert_exactly_once()


@pytest.fixture(scope="module")
def running_desk(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[OtherDesk]:
    """The reader and that agent running, nobody there."""
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    folder = tmp_path_factory.mktemp("other_desk") / "bench"
    with OtherAgentBench(folder, keys, limits={"agent_s": 3.0}) as bench:
        desk = OtherDesk(bench)
        yield desk
    desk.assert_exactly_once()


@pytest.mark.parametrize("method", ["pin", "face"])
def test_visit_is_completed_and_its_result_verifies(desk: OtherDesk, method: str) -> None:
    desk.bench.show_face("taro")
    desk.complete_visit(method)
    file, root = os.fspath(desk.files()[-1]), os.fspath(desk.bench.provisioned.root)
    verify = [sys.executable, "-m", "hostlink.verify", file, "--trust", root]
    assert subprocess.run(verify, check=False).returncode == 0
    kept = desk.told("result_kept")[-1]
    assert (kept["visit"], kept["isOurVisit"]) == (desk.results()[-1].visit, True)


def test_patient_reads_the_name_and_is_asked_what_that_agent_said(desk: OtherDesk) -> None:
    desk.lay()
    desk.go_on_until("consent_all")
    assert any(PATIENT_NAME in text for text in desk.screen.texts())
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: desk.results()[-1].visit in desk.completed(), "the result")


def test_cable_pulled_at_many_bytes_of_a_visit(desk: OtherDesk) -> None:
    pull_cable_at_many_bytes(desk, 5)


class OneWrongByte:
    """A line that changes one byte after so many have passed."""

    def __init__(self, after_bytes: int) -> None:
        self.left_bytes = after_bytes

    def __call__(self, data: bytes) -> bytes:
        is_now = 0 <= self.left_bytes < len(data)
        at = len(data) // 2
        self.left_bytes -= len(data)
        return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :] if is_now else data


def test_wrong_byte_at_many_places_of_a_visit(desk: OtherDesk) -> None:
    in_a_visit = carried_in_a_visit(desk)
    for fifth in range(5):
        downs = len(desk.told("down"))
        desk.bench.cable.fault = OneWrongByte(in_a_visit * fifth // 5)
        desk.complete_visit()
        assert len(desk.told("down")) > downs, f"at {fifth} fifths of the visit"


def test_line_that_loses_everything_for_a_while(desk: OtherDesk) -> None:
    desk.complete_visit()
    desk.bench.cable.fault = lambda _: b""
    silences = silences_of(desk)
    desk.wait_until(lambda: silences_of(desk) > silences, "the end of the session")
    desk.bench.cable.fault = bytes
    desk.complete_visit()


def silences_of(desk: OtherDesk) -> int:
    return sum(down["reason"] == ResetReason.SILENT for down in desk.told("down"))


def test_cable_that_stays_out_and_the_record_that_arrives_later(desk: OtherDesk) -> None:
    leave_cable_out(desk)


def test_agent_killed_in_the_middle(desk: OtherDesk) -> None:
    kill_agent_in_the_middle(desk)


def test_negative_control_an_agent_that_speaks_otherwise(desk: OtherDesk, tmp_path: Path) -> None:
    """What happens without a link at all, `tests/agent/other_agent/test_link.py` shows."""
    challenge, elsewhere = (f"field({key}, 'challenge', bstr(32))" for key in (3, 4))
    desk.exchange_agent(spoilt(tmp_path, "messages.mjs", challenge, elsewhere))
    assert_unreachable_until(desk, desk.exchange_agent)

"""A share of the power cuts, and designs that must not survive it."""

import os
import subprocess
import sys

import pytest

from device import disk
from tests.interruptions.agent_day import agent_day
from tests.interruptions.reader_day import asks_the_card_first, reader_day
from tests.torture.runs import power_cuts
from tests.torture.runs.power_cuts import COUNT

FEW = 120
VERY_FEW = 20


def test_nothing_is_found_at_the_agent() -> None:
    report = power_cuts.run(FEW, 1, [agent_day()])
    assert report.failures == ()
    assert report.trials > FEW / 2


def test_nothing_is_found_at_the_reader() -> None:
    report = power_cuts.run(COUNT, 1, [reader_day()])
    assert report.failures == ()
    assert report.trials > 50


def test_negative_control_wal_with_normal() -> None:
    report = power_cuts.run(FEW, 1, [agent_day(synchronous="NORMAL")])
    assert "an acknowledged result is lost" in {failure.what for failure in report.failures}


def test_negative_control_hand_overs_begun_and_made_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a bundle, where nothing is synced between the signs that it begins and its renames."""
    monkeypatch.setattr("agent.relays.oqs_folder.sync_folder", lambda _: None)
    report = power_cuts.run(VERY_FEW, 1, [agent_day()])
    assert "a visit reaches the reception software twice" in {each.what for each in report.failures}


def test_negative_control_acknowledged_before_the_commit() -> None:
    report = power_cuts.run(FEW, 1, [agent_day(speaks_first=True)])
    assert "an acknowledged result is lost" in {each.what for each in report.failures}


def test_negative_control_eatmydata() -> None:
    """The same product, whose syncs never reach the kernel."""
    command = [sys.executable, "-m", "tests.torture", "power_cuts", "--count", "40"]
    run = subprocess.run(
        ["eatmydata", *command], capture_output=True, text=True, check=False, env=os.environ
    )
    assert run.returncode == 1, run.stderr
    assert "FAILED: " in run.stdout, run.stderr


@pytest.mark.parametrize("forgotten", ["fsync of the file", "fsync of the folder"])
def test_negative_control_an_outbox_that_does_not_sync(
    monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    if forgotten == "fsync of the file":
        monkeypatch.setattr(disk, "_write_through", lambda path, content: path.write_bytes(content))
    else:
        monkeypatch.setattr(disk, "sync_folder", lambda _: None)
        monkeypatch.setattr("device.outbox.sync_folder", lambda _: None)
    report = power_cuts.run(COUNT, 1, [reader_day()])
    found = {failure.what for failure in report.failures}
    assert found & {"a kept result is lost", "a torn result waits"}


def test_negative_control_check_then_write() -> None:
    report = power_cuts.run(COUNT, 1, [reader_day(asks_the_card_first)])
    assert "a PIN was sent and the log knows nothing of it" in {
        failure.what for failure in report.failures
    }

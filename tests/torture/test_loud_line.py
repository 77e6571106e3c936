"""The run finds a reader that forgets what it sent; that the cable is as bad as it says is seen."""

import pytest

from device.jobs.record import RecordJobs
from tests.torture.runs import loud_line


def test_negative_control_a_reader_that_forgets_what_it_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hand_over(jobs: RecordJobs) -> None:
        for result in jobs._outbox.pending():
            if jobs._tell_agent(result):
                jobs._outbox.acknowledge(result.seq)

    monkeypatch.setattr(RecordJobs, "_hand_over", hand_over)
    report = loud_line.run(1, seed=1)
    assert any(failure.what.startswith("lost") for failure in report.failures)
    assert int(report.counted["frames damaged"]) > report.trials

"""Sittings are counted as they ended, species by species; how many pass, no test says."""

import pytest

from benchmarks.liveness import report
from device.face.check import FaceCheckOutcome

LIVE, PRINT = "bona fide", "printed photo"


def test_each_species_is_counted_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    report(
        [
            (LIVE, FaceCheckOutcome.MATCH, 2.0),
            (LIVE, FaceCheckOutcome.MATCH, 4.0),
            (LIVE, FaceCheckOutcome.CHALLENGE_NOT_DONE, 9.0),
            (PRINT, FaceCheckOutcome.NOT_LIVE, 3.0),
        ]
    )
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "bona fide accepted 2 of 3 (2 match, 1 challenge_not_done); median 4.0 s, longest 9.0 s",
        "printed photo accepted 0 of 1 (1 not_live); median 3.0 s, longest 3.0 s",
    ]

"""The twelve hops, from two small journals written by hand."""

import json
from pathlib import Path

from tests.hw_sim.hops import hops_of, last_visit, machine_time_ms, read_lines

DEVICE = [
    ("CardPlaced", "Recognising", 100.0),
    ("CardRecognised", "ChoosingMethod", 110.0),
    ("FaceChosen", "CheckingFace", 1110.0),
    ("FaceMatched", "ProvingIdentity", 1510.0),
    ("ChallengeSigned", "AwaitingOptions", 1520.0),
    ("OptionsReceived", "AskingConsent", 1540.0),
    ("AllConsentsAnswered", "KeepingRecord", 5540.0),
    ("RecordKept", "TakingCard", 5550.0),
    ("CardRemoved", "CardTaken", 6000.0),
]
AGENT = [
    ("identity_received", 1525.0),
    ("eligibility_answered", 1535.0),
    ("result_stored", 5560.0),
    ("result_acknowledged", 5561.0),
    ("reception_file_written", 5570.0),
]


def write_journals(folder: Path, device_lines: int = len(DEVICE)) -> None:
    with (folder / "device-journal.jsonl").open("w") as journal:
        for turn, (event, after, at_ms) in enumerate(DEVICE[:device_lines]):
            line = {"at_ms": at_ms, "event": event, "after": after, "turn": turn, "visit": "aa"}
            journal.write(json.dumps(line) + "\n")
    with (folder / "agent-journal.jsonl").open("w") as journal:
        for event, at_ms in AGENT:
            journal.write(json.dumps({"at_ms": at_ms, "event": event, "visit": "aa"}) + "\n")


def test_a_whole_visit_has_twelve_hops_that_never_run_backwards(tmp_path: Path) -> None:
    write_journals(tmp_path)
    lines = read_lines(tmp_path)
    hops = hops_of(lines, last_visit(lines), laid_at_ms=50.0)
    assert len(hops) == 12
    assert [hop.at_ms for hop in hops][:3] == [50.0, 60.0, 1060.0]
    assert all(hop.ms is not None and hop.ms >= 0 for hop in hops)
    assert hops[-1].at_ms == 5950.0


def test_machine_time_leaves_the_patients_own_time_out(tmp_path: Path) -> None:
    write_journals(tmp_path)
    lines = read_lines(tmp_path)
    recognising, face, proving, awaiting, keeping = 10, 400, 10, 20, 10
    assert machine_time_ms(lines, "aa") == recognising + face + proving + awaiting + keeping


def test_a_hop_that_was_not_reached_says_so(tmp_path: Path) -> None:
    write_journals(tmp_path, device_lines=3)
    (tmp_path / "agent-journal.jsonl").unlink()
    lines = read_lines(tmp_path)
    hops = hops_of(lines, "aa", laid_at_ms=50.0)
    assert [hop.ms is None for hop in hops] == [False] * 3 + [True] * 9

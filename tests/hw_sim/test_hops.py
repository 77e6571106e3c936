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
FORGOTTEN = {"RecordKept", "CardRemoved"}
"""Events of the reader that no longer name the visit."""
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
            visit = "" if event in FORGOTTEN else "aa"
            line = {"at_ms": at_ms, "event": event, "after": after, "turn": turn, "visit": visit}
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


def test_where_no_visit_began_no_hop_was_reached(tmp_path: Path) -> None:
    lines = read_lines(tmp_path)
    assert last_visit(lines) == ""
    assert {hop.ms for hop in hops_of(lines, "", laid_at_ms=0.0)} == {None}
    assert machine_time_ms(lines, "") == 0


def test_late_lines_of_a_neighbour_are_not_booked(tmp_path: Path) -> None:
    """A result of the visit before that arrives, is delivered and purged during this one."""
    write_journals(tmp_path)
    undisturbed = read_lines(tmp_path)
    late = ("eligibility_answered", "result_stored", "result_acknowledged")
    with (tmp_path / "agent-journal.jsonl").open("a") as journal:
        for event in (*late, "reception_file_written"):
            line = {"at_ms": 5900.0, "event": event, "visit": "bb"}
            journal.write(json.dumps(line) + "\n")
    disturbed = read_lines(tmp_path)
    assert len(disturbed) == len(undisturbed) + 4
    assert hops_of(disturbed, "aa", 50.0) == hops_of(undisturbed, "aa", 50.0)
    assert machine_time_ms(disturbed, "aa") == machine_time_ms(undisturbed, "aa")


def test_lines_without_a_visit_belong_to_the_one_that_began_last(tmp_path: Path) -> None:
    """The reader has forgotten the patient before it notes that the card was taken."""
    write_journals(tmp_path)
    with (tmp_path / "device-journal.jsonl").open("a") as journal:
        for event, at_ms, visit in (("CardPlaced", 7000.0, "bb"), ("CardRemoved", 8000.0, "")):
            line = {"at_ms": at_ms, "event": event, "after": "", "turn": 0, "visit": visit}
            journal.write(json.dumps(line) + "\n")
    lines = read_lines(tmp_path)
    assert last_visit(lines) == "bb"
    assert hops_of(lines, "aa", 50.0)[-1].at_ms == 5950.0


def test_what_happened_twice_is_not_hidden(tmp_path: Path) -> None:
    write_journals(tmp_path)
    with (tmp_path / "agent-journal.jsonl").open("a") as journal:
        line = {"at_ms": 5580.0, "event": "reception_file_written", "visit": "aa"}
        journal.write(json.dumps(line) + "\n")
    hops = hops_of(read_lines(tmp_path), "aa", laid_at_ms=50.0)
    assert [hop.events for hop in hops] == [1] * 10 + [2, 2]

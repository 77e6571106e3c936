import json
from pathlib import Path

import pytest

from device.journal import Journal
from device.visit import events, state


def note(journal: Journal, event: str = "CardPlaced") -> None:
    journal.note(event=event, before="Idle", after="Recognising", turn=3, visit_id=b"\x01" * 16)


def test_one_line_for_each_event(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for _ in range(2):
        journal = Journal(path)
        note(journal)
        journal.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 2
    assert {key: lines[0][key] for key in lines[0] if key != "at_ms"} == {
        "event": "CardPlaced",
        "before": "Idle",
        "after": "Recognising",
        "turn": 3,
        "visit": "01" * 16,
    }


def test_it_is_there_before_the_file_is_closed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    note(journal)
    assert (tmp_path / "journal.jsonl").read_bytes().endswith(b"}\n")
    journal.close()


@pytest.mark.parametrize("word", ["受付", "試験 花子", "1234", "", "Card Placed", "x\ny", "a.b"])
@pytest.mark.parametrize("has_file", [True, False])
def test_what_is_no_class_name_is_refused(tmp_path: Path, word: str, *, has_file: bool) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path if has_file else None)
    with pytest.raises(ValueError, match="class names"):
        note(journal, word)
    for place in ("before", "after"):
        names = {"event": "A", "before": "B", "after": "C"} | {place: word}
        with pytest.raises(ValueError, match="class names"):
            journal.note(**names, turn=1, visit_id=b"")
    journal.close()
    assert not has_file or path.read_bytes() == b""


def test_every_event_and_state_has_a_name_it_takes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for kind in (*events.Event.__args__, *state.State.__args__):
        note(journal, kind.__name__)
    journal.close()


def test_without_a_path_it_keeps_silent(tmp_path: Path) -> None:
    journal = Journal(None)
    note(journal)
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_stops_no_visit() -> None:
    journal = Journal(Path("/dev/full"))
    note(journal)
    note(journal)
    journal.close()

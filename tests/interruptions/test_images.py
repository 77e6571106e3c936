"""What the disk model keeps and loses, on stories short enough to count by hand."""

import os
from pathlib import Path

import pytest

from tests.interruptions.day import Tell
from tests.interruptions.images import power_cuts, worst_end
from tests.interruptions.recording import TREE, Recording, record


def write(path: Path, content: bytes, *, is_synced: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, content)
    if is_synced:
        os.fsync(descriptor)
    os.close(descriptor)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def unsynced(folder: Path, tell: Tell) -> None:
    write(folder / "file", b"12345678", is_synced=False)
    tell("written")


def careful(folder: Path, tell: Tell) -> None:
    write(folder / "file.part", b"12345678", is_synced=True)
    (folder / "file.part").rename(folder / "file")
    sync_folder(folder)
    tell("kept")


def in_a_new_folder(folder: Path, tell: Tell) -> None:
    (folder / "new").mkdir()
    careful(folder / "new", tell)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / TREE).mkdir()
    return tmp_path


def contents(recording: Recording, place: Path) -> list[tuple[tuple[str, ...], dict[str, bytes]]]:
    """After each power cut: what was told, and what lies there."""
    found = []
    for number, cut in enumerate(power_cuts(recording)):
        after = place / str(number)
        cut.tree().lay_out(after)
        files = (path for path in after.rglob("*") if path.is_file())
        found.append((cut.marks, {path.name: path.read_bytes() for path in files}))
    return found


def test_what_is_not_synced_may_be_there_in_any_part(place: Path) -> None:
    recording, _ = record(unsynced, place)
    after_mark = [files for marks, files in contents(recording, place) if marks]
    for files in ({}, {"file": b""}, {"file": b"1234"}, {"file": b"12345678"}):
        assert files in after_mark


def test_what_is_synced_with_its_name_is_there(place: Path) -> None:
    recording, _ = record(careful, place)
    cuts = contents(recording, place)
    assert {"file.part": b"1234"} in [files for _, files in cuts]
    assert all(files == {"file": b"12345678"} for marks, files in cuts if marks)
    assert worst_end(recording).tree().folders[0].keys() == {"file"}


def test_a_new_folder_that_is_not_synced_takes_all_with_it(place: Path) -> None:
    recording, _ = record(in_a_new_folder, place)
    assert {} in [files for marks, files in contents(recording, place) if marks]


def test_a_second_start_goes_on_with_what_was_not_synced_before(place: Path) -> None:
    before, _ = record(unsynced, place)
    both, _ = record(lambda folder, tell: sync_folder(folder), place, before)
    assert worst_end(before).tree().folders[0] == {}
    assert worst_end(both).tree().folders[0].keys() == {"file"}
    assert list(worst_end(both).tree().files.values()) == [b""]


def test_a_sync_that_fails_makes_nothing_durable(place: Path) -> None:
    def story(folder: Path, tell: Tell) -> None:
        with pytest.raises(OSError, match="Input/output"):
            write(folder / "file", b"12345678", is_synced=True)
        sync_folder(folder)
        tell("gone on")

    recording, status = record(story, place, inject="inject=fsync:error=EIO:when=1")
    assert status == 0
    (file,) = worst_end(recording).tree().files.values()
    assert file == b""

import os
from pathlib import Path

import pytest

from device.disk import keep_file, keep_folder
from tests.device.pinpad.fake_disk import Image, crashes
from tests.device.recorded_disk import recorded


def test_a_file_is_kept_whole_and_for_this_user_alone(tmp_path: Path) -> None:
    keep_file(tmp_path / "a.bin", b"")
    keep_file(tmp_path / "a.bin", b"second")
    assert (tmp_path / "a.bin").read_bytes() == b"second"
    assert (tmp_path / "a.bin").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_what_lies_in_the_way_neither_opens_the_file_nor_leads_it_away(tmp_path: Path) -> None:
    part, elsewhere = tmp_path / "a.part", tmp_path / "elsewhere"
    part.write_bytes(b"left by a power cut")
    part.chmod(0o666)
    keep_file(tmp_path / "a.bin", b"mine")
    assert (tmp_path / "a.bin").stat().st_mode & 0o777 == 0o600
    elsewhere.write_bytes(b"another's")
    part.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links"):
        keep_file(tmp_path / "a.bin", b"mine again")
    assert elsewhere.read_bytes() == b"another's"


def contents(image: Image) -> bytes | None:
    return bytes(image.files[image.names["a.bin"]]) if "a.bin" in image.names else None


def test_after_a_power_cut_there_is_the_old_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recorded(tmp_path, monkeypatch) as disk:
        keep_file(tmp_path / "a.bin", b"old")
        disk.mark("old")
        keep_file(tmp_path / "a.bin", b"new content")
        disk.mark("new")
    seen: dict[str, set[bytes | None]] = {"": set(), "old": set(), "new": set()}
    for crash in crashes(disk):
        seen[crash.marks[-1] if crash.marks else ""].add(contents(crash.image))
    assert seen == {"": {None, b"old"}, "old": {b"old", b"new content"}, "new": {b"new content"}}


def test_a_write_that_fails_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_file(tmp_path / "a.bin", b"old")

    def refuse(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as inside:
        inside.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space"):
            keep_file(tmp_path / "a.bin", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_folders_are_made_and_their_names_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink())
    )
    keep_folder(tmp_path / "a" / "b", 0o700)
    assert synced == [tmp_path, tmp_path / "a"]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    keep_folder(tmp_path / "a" / "b")

"""A new folder is synced in the one above it; that power cuts find it is `power_cuts`' matter."""

import errno
import os
from pathlib import Path

import pytest

from agent import folders
from agent.folders import keep_folder


def test_each_new_folder_is_synced_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(folders, "sync_folder", synced.append)
    keep_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [tmp_path, tmp_path / "a"]


def test_a_folder_above_that_is_not_ours_to_read_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError

    with monkeypatch.context() as inside:
        inside.setattr(os, "open", refuse)
        keep_folder(tmp_path / "state")
    assert (tmp_path / "state").is_dir()


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as inside:
        inside.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="Input/output error"):
            keep_folder(tmp_path / "state")

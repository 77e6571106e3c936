"""The real folder and the fake disk behave alike while no power is cut."""

from collections.abc import Callable
from pathlib import Path

import pytest

from device.pinpad.disk import Disk, FolderDisk
from tests.device.pinpad.fake_disk import FakeDisk


@pytest.fixture(params=["folder", "fake"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    make: dict[str, Callable[[], Disk]] = {
        "folder": lambda: FolderDisk(tmp_path),
        "fake": FakeDisk,
    }
    return make[request.param]()


def test_a_file_is_missing_until_it_is_written(disk: Disk) -> None:
    assert disk.read("a") is None
    disk.append("a", b"")
    assert disk.read("a") == b""
    disk.append("a", b"12")
    disk.append("a", b"3")
    disk.sync("a")
    disk.sync_folder()
    assert disk.read("a") == b"123"


def test_renaming_replaces(disk: Disk) -> None:
    disk.append("a", b"old")
    disk.append("b", b"new")
    disk.rename("b", "a")
    assert (disk.read("a"), disk.read("b")) == (b"new", None)


def test_removing_is_harmless_when_there_is_nothing(disk: Disk) -> None:
    disk.remove("a")
    disk.append("a", b"1")
    disk.remove("a")
    assert disk.read("a") is None

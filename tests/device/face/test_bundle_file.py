import os
import tracemalloc
from pathlib import Path

import pytest

from device.face import bundle_file
from device.face.bundle import read_detector
from device.face.bundle_file import content_of
from device.face.errors import BundleError
from tests.device.factory.bundle.bundles import copied

OPEN_FILES = Path("/proc/self/fd")


def test_a_file_is_read_whole_and_a_missing_one_is_missing(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"weights" * 100_000)
    assert content_of(tmp_path / "model") == b"weights" * 100_000
    with pytest.raises(FileNotFoundError):
        content_of(tmp_path / "none")


def test_a_link_is_followed_only_where_it_may_be_one(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"weights")
    (tmp_path / "link").symlink_to(tmp_path / "model")
    assert content_of(tmp_path / "link") == b"weights"
    with pytest.raises(BundleError, match="is a link"):
        content_of(tmp_path / "link", may_be_link=False)
    assert content_of(tmp_path / "model", may_be_link=False) == b"weights"


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    before = len(list(OPEN_FILES.iterdir()))
    for name in ("pipe", "device", "folder"):
        with pytest.raises(BundleError, match="no ordinary file"):
            content_of(tmp_path / name)
    assert len(list(OPEN_FILES.iterdir())) == before, "none stays open"


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_file, "LARGEST_BYTES", 1 << 20)
    model = tmp_path / "model"
    with model.open("wb") as file:
        file.truncate(1 << 20)
    assert len(content_of(model)) == 1 << 20
    with model.open("ab") as file:
        file.write(b"?")
    with pytest.raises(BundleError, match="at most 1 MiB"):
        content_of(model)


@pytest.mark.parametrize("name", ["bundle.toml", "detector.tflite"])
def test_a_reader_does_not_wait_for_a_pipe_in_its_bundle(tmp_path: Path, name: str) -> None:
    bundle = copied(tmp_path, "detector")
    (bundle / name).unlink()
    os.mkfifo(bundle / name)
    with pytest.raises(BundleError, match=f"{name}.* is no ordinary file"):
        read_detector(bundle)


def test_no_more_room_is_made_than_the_file_takes(tmp_path: Path) -> None:
    """A reader's memory is written over where it is made, so room for the largest would cost."""
    (tmp_path / "model.tflite").write_bytes(b"model")
    tracemalloc.start()
    try:
        content_of(tmp_path / "model.tflite")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1 << 20

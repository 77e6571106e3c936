from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.secret_file import read_secret
from tests.device.keys.board import write_secret


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_secret(tmp_path / "pin", b"hush")


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440])
def test_a_secret_is_read(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert read_secret(path) == b"hush"


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o601])
def test_what_others_may_read_or_change_is_no_secret(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="mode 0400") as told:
        read_secret(path)
    assert "hush" not in str(told.value)


@pytest.mark.parametrize("content", [b"", bytes(4097)])
def test_an_empty_or_endless_file_is_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="1 to 4096 bytes"):
        read_secret(path)


def test_it_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"others may|Is a directory"):
        read_secret(tmp_path)
    with pytest.raises(ConfigurationError, match="missing: No such file"):
        read_secret(tmp_path / "missing")


def test_a_stranger_s_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    if owner == 0:
        assert read_secret(path) == b"hush"
    else:
        with pytest.raises(ConfigurationError, match="must belong to"):
            read_secret(path)

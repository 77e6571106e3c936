import os
import stat
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


@pytest.mark.parametrize("owner", [0, 1000])
def test_root_s_file_and_one_s_own_are_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, owner: int
) -> None:
    belong_to(owner, monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read_secret(path) == b"hush"


def test_a_stranger_s_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    belong_to(1001, monkeypatch)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ConfigurationError, match="must belong to"):
        read_secret(path)


def belong_to(owner: int, patch: pytest.MonkeyPatch) -> None:
    """Files cannot be given away inside the tests' namespace."""
    real = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        status = list(real(descriptor)[:10])
        status[stat.ST_UID] = owner
        return os.stat_result(status)

    patch.setattr(os, "fstat", fstat)

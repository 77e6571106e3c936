"""What a killed backup left of patients' data is taken away, and nothing else is."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from agent import store_copy
from agent.assembly import assemble
from agent.config import read_config
from agent.errors import BackupError
from agent.store_copy import copied, sweep_copies
from tests.agent.delivery_bench import VISITS
from tests.agent.running_agent import RunningAgent
from tests.agent.test_backup import Clinic
from tests.agent.test_delivery import NAME_IN_STORE
from tests.hw_sim.eligibility_service import EligibilityService

KILLED = """
import os, sys
from pathlib import Path
from agent import backup_file
from agent.__main__ import main
backup_file.BackupWriter.add_file = lambda *_: os._exit(9)
sys.exit(main())
"""
"""In the midst of a backup."""


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path)
    made.receive(*VISITS)
    return made


@pytest.fixture
def left(clinic: Clinic) -> Path:
    """The copy that a killed backup left."""
    command = [sys.executable, "-c", KILLED, "backup", "--config", str(clinic.config_file)]
    done = subprocess.run([*command, "--out", str(clinic.backup)], check=False)
    assert done.returncode == 9
    (copy,) = clinic.folder.glob("backup-*/*")
    assert NAME_IN_STORE in copy.read_bytes(), "negative control: this is what would stay"
    return copy


def store_of(clinic: Clinic) -> Path:
    return read_config(clinic.config_file).store.path


def next_backup(clinic: Clinic) -> None:
    clinic.back_up()


def next_start(clinic: Clinic) -> None:
    sweep_copies(store_of(clinic))


@pytest.mark.parametrize("comes_next", [next_backup, next_start])
def test_a_killed_backup_leaves_nothing_for_long(
    clinic: Clinic, left: Path, comes_next: Callable[[Clinic], None]
) -> None:
    same_bytes = clinic.folder.parent / "as the disk has them"
    same_bytes.hardlink_to(left)
    comes_next(clinic)
    assert not left.parent.exists()
    assert same_bytes.read_bytes().strip(b"\0") == b"", "they are overwritten"


def test_bytes_that_are_not_overwritten_would_be_found(
    clinic: Clinic, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    same_bytes = clinic.folder.parent / "as the disk has them"
    same_bytes.hardlink_to(left)
    monkeypatch.setattr(store_copy, "_overwrite", lambda _: None)
    next_start(clinic)
    assert NAME_IN_STORE in same_bytes.read_bytes()


def test_the_agent_sweeps_when_it_starts(tmp_path: Path) -> None:
    with EligibilityService() as service:
        RunningAgent(tmp_path, service)
        config = read_config(tmp_path / "agent.toml")
        copy = config.store.path.with_name("backup-abcd1234") / "store.sqlite3"
        copy.parent.mkdir()
        copy.touch()
        with assemble(config, tmp_path):
            assert not copy.parent.exists()


def test_a_backup_that_is_made_keeps_its_copy(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.file_lock.PATIENCE_S", 0.0)
    with copied(store_of(clinic)) as copy:
        next_start(clinic)
        assert NAME_IN_STORE in copy.read_bytes()
        with pytest.raises(BackupError, match="another backup is being made"):
            clinic.back_up()
    assert not copy.parent.exists()


def test_without_a_lock_it_would_be_swept_away(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the file in the backup would be half zeros, and its sum theirs."""

    class NoLock(nullcontext[None]):
        def close(self) -> None:
            """There is none."""

    monkeypatch.setattr(store_copy, "_lock_beside", lambda _: NoLock())
    with copied(store_of(clinic)) as copy:
        next_start(clinic)
        assert not copy.exists()
        copy.parent.mkdir()


def test_nothing_else_is_taken_away(clinic: Clinic) -> None:
    others = [
        clinic.folder / "backup-of-may" / "store.sqlite3",
        clinic.folder / "backup-abcd1234" / "a letter",
        clinic.folder / "Backup-abcd1234" / "store.sqlite3",
    ]
    for path in others:
        path.parent.mkdir()
        path.write_bytes(b"mine")
    (clinic.folder / "backup-87654321").write_bytes(b"a file")
    linked = clinic.folder / "backup-linked__"
    linked.symlink_to(others[0].parent)
    next_start(clinic)
    assert [path.read_bytes() for path in others] == [b"mine"] * 3
    assert (clinic.folder / "backup-87654321").exists()
    assert linked.exists()

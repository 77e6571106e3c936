"""What is written is what is there, also where descriptors are of text unless they are told."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.chained_log import ChainedLog
from agent.clock import SystemClock
from agent.own_file import open_own
from agent.whole_file import keep_file

AGENT = Path(__file__).parents[2] / "agent"
O_BINARY = 0x8000
"""Of Windows; Linux knows it as O_LARGEFILE, which changes nothing here."""


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptors as Windows has them: a line's end grows unless O_BINARY was said."""
    text: set[int] = set()
    open_it: Callable[..., int] = os.open
    write_it = os.write

    def open_as_windows(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = open_it(path, flags, mode)
        (text.discard if flags & O_BINARY else text.add)(descriptor)
        return descriptor

    def write_as_windows(descriptor: int, data: bytes) -> int:
        if descriptor in text:
            write_it(descriptor, bytes(data).replace(b"\n", b"\r\n"))
            return len(data)
        return write_it(descriptor, data)

    monkeypatch.setattr(os, "O_BINARY", O_BINARY, raising=False)
    monkeypatch.setattr(os, "open", open_as_windows)
    monkeypatch.setattr(os, "write", write_as_windows)


@pytest.mark.usefixtures("windows")
def test_a_whole_file_has_the_bytes_it_was_given(tmp_path: Path) -> None:
    keep_file(tmp_path / "key.pem", b"a\nb\r\nc\x1a")
    assert (tmp_path / "key.pem").read_bytes() == b"a\nb\r\nc\x1a"


@pytest.mark.usefixtures("windows")
def test_a_line_of_the_journal_ends_as_it_is_told_to(tmp_path: Path) -> None:
    log = ChainedLog(tmp_path / "journal.jsonl", SystemClock())
    log.append("tried", {})
    log.close()
    written = (tmp_path / "journal.jsonl").read_bytes()
    assert written.endswith(b"}\n")


@pytest.mark.usefixtures("windows")
def test_the_stand_in_for_windows_finds_it_out(tmp_path: Path) -> None:
    """Negative control."""
    descriptor = os.open(tmp_path / "text", os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"\n")
    os.close(descriptor)
    assert (tmp_path / "text").read_bytes() == b"\r\n"


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    os.close(open_own(tmp_path / "made", os.O_WRONLY | os.O_CREAT))
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600


def test_nothing_else_opens_a_file_to_write_into_its_descriptor() -> None:
    """But folders, which are no files, and the lock, which stays empty."""
    found = {
        path.name
        for path in AGENT.rglob("*.py")
        if re.search(r"\bos\.open\(", path.read_text(encoding="utf-8"))
    }
    assert found == {"own_file.py", "folders.py", "file_lock.py"}

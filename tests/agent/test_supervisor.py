"""systemd hears that the agent serves and that its main thread works, and nothing when it hangs."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.service import SignOfLifeWanted
from hostlink.events import Received
from hostlink.messages import VisitOpened
from hostlink.terms import CardKind
from tests.agent.service_bench import Bench
from tests.agent.world import VISIT_ID

PATIENCE_S = 30.0
SILENCE_S = 0.5


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The socket on which a service manager listens."""
    path = tmp_path / "notify"
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(PATIENCE_S)
        yield listening


def test_it_is_told_of_the_beginning_of_life_and_of_the_end(
    systemd: socket.socket, tmp_path: Path
) -> None:
    bench = Bench(tmp_path / "agent.sqlite3")
    bench.start()
    assert systemd.recv(64) == b"READY=1"
    for _ in range(2):
        bench.service.post(SignOfLifeWanted())
        assert systemd.recv(64) == b"WATCHDOG=1"
    bench.stop()
    assert systemd.recv(64) == b"STOPPING=1"


def test_a_main_thread_that_hangs_says_nothing(
    systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path / "agent.sqlite3")
    gate = threading.Event()
    monkeypatch.setattr(bench.desk, "visit_opened", lambda _: gate.wait(PATIENCE_S))
    bench.start()
    assert systemd.recv(64) == b"READY=1"
    bench.service.post(Received(VisitOpened(VISIT_ID, CardKind.MY_NUMBER)))
    bench.service.post(SignOfLifeWanted())
    systemd.settimeout(SILENCE_S)
    with pytest.raises(TimeoutError):
        systemd.recv(64)
    gate.set()
    systemd.settimeout(PATIENCE_S)
    assert systemd.recv(64) == b"WATCHDOG=1"
    bench.stop()


def test_without_systemd_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    bench = Bench(tmp_path / "agent.sqlite3")
    bench.start()
    bench.service.post(SignOfLifeWanted())
    bench.stop()
    assert bench.journal.alarms == []

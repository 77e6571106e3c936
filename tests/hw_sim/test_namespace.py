import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from tests.hw_sim.namespace import EXIT_FORBIDDEN, EXIT_USAGE, is_isolated
from tests.hw_sim.pcscd import Pcscd, PcscdError

REPOSITORY = Path(__file__).resolve().parents[2]
MARK = "UKETSUKE_NAMESPACE"
TIMEOUT_S = 20.0


def isolated(
    *command: str, stdin: str = "", path: str | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != MARK}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        [sys.executable, "-m", "tests.hw_sim.namespace", *command],
        cwd=REPOSITORY,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def test_the_command_sees_only_loopback_and_an_empty_run_folder() -> None:
    result = isolated("sh", "-c", "ls -A /run /run/pcscd; ip -o link")

    *folders, link = result.stdout.splitlines()
    assert folders == ["/run:", "pcscd", "", "/run/pcscd:"]
    assert link.startswith("1: lo: <LOOPBACK,UP")


def test_the_command_has_shared_memory_of_its_own() -> None:
    with NamedTemporaryFile(dir="/dev/shm"):
        assert isolated("ls", "-A", "/dev/shm").stdout == ""  # noqa: S108


def test_streams_and_exit_status_are_the_commands_own() -> None:
    result = isolated("sh", "-c", "cat; echo complaint >&2; exit 3", stdin="spoken")

    assert (result.stdout, result.stderr, result.returncode) == ("spoken", "complaint\n", 3)


def test_signals_reach_the_command() -> None:
    result = isolated("sh", "-c", "kill -TERM $$")

    assert result.returncode == -signal.SIGTERM


def test_where_it_is_forbidden_it_says_so(tmp_path: Path) -> None:
    unshare = tmp_path / "unshare"
    unshare.write_text("#!/bin/sh\necho 'Operation not permitted' >&2\nexit 1\n")
    unshare.chmod(0o755)
    result = isolated("true", path=f"{tmp_path}:{os.environ['PATH']}")

    assert result.returncode == EXIT_FORBIDDEN
    assert "cannot isolate" in result.stderr
    assert "Operation not permitted" in result.stderr


def test_usage_and_unknown_commands() -> None:
    assert isolated().returncode == EXIT_USAGE
    assert isolated("no-such-program-anywhere").returncode == 127


@pytest.mark.parametrize("mark", ["", "1", "net:[1] mnt:[2]"])
def test_a_forged_mark_isolates_nothing(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    monkeypatch.setenv(MARK, mark)

    assert not is_isolated()


def test_pcscd_refuses_to_start_beside_the_machines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MARK, raising=False)
    daemon = Pcscd()
    try:
        with pytest.raises(PcscdError, match="make test"):
            daemon.start()
        assert not daemon.is_running
    finally:
        daemon.close()


def test_pcscd_comes_up_dies_and_comes_back(pcscd: Pcscd) -> None:
    with pytest.raises(PcscdError, match="already"):
        pcscd.start()
    pcscd.kill()
    assert not pcscd.is_running

    pcscd.restart()

    assert pcscd.is_running

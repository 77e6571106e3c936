"""The real pcscd with a virtual reader, run for a test and killable like any daemon.

Source: facts/platform.md §1.2, §1.6.
"""

import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Self

from tests.hw_sim.namespace import is_isolated

NOT_ISOLATED = (
    "pcscd is only started inside an isolated namespace, never beside the machine's own:"
    " run the tests with `make test`,"
    " or prefix the command with `python -m tests.hw_sim.namespace`"
)
READER_NAME = "Virtual PCD 00 00"
_SOCKET = "/run/pcscd/pcscd.comm"
_READER_PORTS = (35963, 35964)
_READER_CONFIGURATION = """\
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID    0x8C7B
"""
_READY_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 5.0
_POLL_S = 0.002
_LISTENING = "0A"


class PcscdError(Exception):
    """pcscd could not be run; the sentence says what to do."""


class Pcscd:
    """One pcscd of our own; refuses to run outside an isolated namespace."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="uketsuke-pcscd-")
        self._log = Path(self._folder.name) / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None
        readers = Path(self._folder.name) / "reader.conf.d"
        readers.mkdir()
        (readers / "vpcd").write_text(_READER_CONFIGURATION, encoding="ascii")
        self._command = ["pcscd", "--foreground", "-c", str(readers), *_polkit_option()]

    @property
    def is_running(self) -> bool:
        """The process lives."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """What pcscd has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start pcscd and wait until clients and the virtual card can connect.

        Raises:
            PcscdError: Not isolated, running already, or it did not come up.
        """
        if not is_isolated():
            raise PcscdError(NOT_ISOLATED)
        if self.is_running:
            raise PcscdError("this pcscd runs already")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        self._wait_until_ready()

    def kill(self) -> None:
        """SIGKILL, as if it had crashed; its socket file stays behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """Ask it to end, and insist if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + _READY_TIMEOUT_S
        while not (_accepts_clients() and _listens_for_cards()):
            if not self.is_running or time.monotonic() > deadline_s:
                self.kill()
                raise PcscdError(f"pcscd did not come up; it wrote: {self.log()}")
            time.sleep(_POLL_S)


@cache
def _polkit_option() -> tuple[str, ...]:
    try:
        usage = subprocess.run(["pcscd", "--help"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise PcscdError("pcscd is missing: apt-get install pcscd vsmartcard-vpcd") from error
    option = "--disable-polkit"
    return (option,) if option in usage.stdout + usage.stderr else ()


def _accepts_clients() -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(_SOCKET) == 0


def _listens_for_cards() -> bool:
    """Look at the kernel's list, because connecting would look like a card."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENING}
    return listening.issuperset(_READER_PORTS)

"""A TPM 2.0 made of software: the real swtpm, behind Debian's PKCS #11 library for TPMs.

Without a resource manager a TPM holds few objects at a time, so tpm2_ptool fails here; the
library itself, and pkcs11-tool through it, clean up behind them.

Source: facts/platform.md §6.2.
"""

import os
import socket
import subprocess
import time
from pathlib import Path

MODULE = next(Path("/usr/lib").glob("*/libtpm2_pkcs11.so.1"), Path("/usr/lib/libtpm2_pkcs11.so.1"))
_START_TIMEOUT_S = 10.0


class SoftwareTpm:
    """One TPM on a loopback port. The library learns of it through the environment."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state"
        store = folder / "store"
        for each in (self._state, store):
            each.mkdir(parents=True)
        self._port = _free_pair_of_ports()
        tcti = f"swtpm:host=127.0.0.1,port={self._port}"
        os.environ.update(TPM2_PKCS11_TCTI=tcti, TPM2_PKCS11_STORE=str(store))
        self.bring_back()

    def bring_back(self) -> None:
        """Power on; what it keeps is as before."""
        places = [
            f"type=tcp,port={port},bindaddr=127.0.0.1" for port in (self._port, self._port + 1)
        ]
        state = ["--tpmstate", f"dir={self._state}", "--flags", "not-need-init,startup-clear"]
        command = ["swtpm", "socket", "--tpm2", "--server", places[0], "--ctrl", places[1]]
        self._process = subprocess.Popen([*command, *state], stdout=subprocess.DEVNULL)
        ends_at_s = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port + 1)).close()
            except ConnectionRefusedError:
                if time.monotonic() > ends_at_s:
                    raise
                time.sleep(0.02)
            else:
                return

    def take_away(self) -> None:
        """Power off, without a word of warning."""
        self._process.kill()
        self._process.wait()


def _free_pair_of_ports() -> int:
    """The library expects the second one right behind the first."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port

"""A card slot inside the reader's process, for machines that forbid private namespaces.

It speaks the driver's side of the virtual reader's protocol, so the same simulated card talks
to it, but there is no pcscd and no PC/SC between: what ran with it says so.
"""

import contextlib
import socket
import threading

from device.reader.errors import CardLostError, CardUnresponsiveError
from device.reader.port import CardConnection, SlotListener

_POWER_OFF, _POWER_ON, _GET_ATR = b"\x00", b"\x01", b"\x04"
_POLL_S = 0.1
_LONGEST_ATR_BYTES = 33
"""ISO/IEC 7816-3 §8.1; what is longer means a card that does not answer."""


class InProcessSlot:
    """Listens on a loopback port; a connected card is a laid card."""

    def __init__(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self._laid: _LaidCard | None = None
        self._stopping = threading.Event()

    def watch(self, listener: SlotListener) -> None:
        """See `CardSlot.watch`."""
        listener.slot_ready()
        thread = threading.Thread(target=self._monitor, args=(listener,), daemon=True)
        thread.start()

    def connect(self) -> CardConnection:
        """See `CardSlot.connect`."""
        laid = self._laid
        if laid is None:
            raise CardLostError
        if not laid.answers_to_reset():
            raise CardUnresponsiveError
        laid.power_on()
        return laid

    def close(self) -> None:
        """See `CardSlot.close`."""
        self._stopping.set()
        self._server.close()

    def _monitor(self, listener: SlotListener) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._laid = _LaidCard(connection)
            listener.card_placed()
            while self._laid.is_present() and not self._stopping.wait(_POLL_S):
                pass
            self._laid = None
            listener.card_removed()


class _LaidCard:
    """One card's connection; the monitor and the card's worker take turns on it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def is_present(self) -> bool:
        """Ask for the ATR, as the driver does."""
        try:
            return bool(self._ask(_GET_ATR))
        except CardLostError:
            return False

    def answers_to_reset(self) -> bool:
        """Whether what lies there is one working chip."""
        return 0 < len(self._ask(_GET_ATR)) <= _LONGEST_ATR_BYTES

    def power_on(self) -> None:
        """Give the card power."""
        self._tell(_POWER_ON)

    def transmit(self, command: bytearray) -> bytes:
        """See `CardConnection.transmit`."""
        return self._ask(bytes(command))

    def close(self) -> None:
        """Take the power away; see `CardConnection.close`."""
        with contextlib.suppress(CardLostError):
            self._tell(_POWER_OFF)

    def _ask(self, message: bytes) -> bytes:
        with self._lock:
            self._send(message)
            return self._receive(int.from_bytes(self._receive(2), "big"))

    def _tell(self, message: bytes) -> None:
        with self._lock:
            self._send(message)

    def _send(self, message: bytes) -> None:
        try:
            self._connection.sendall(len(message).to_bytes(2, "big") + message)
        except OSError:
            raise CardLostError from None

    def _receive(self, length: int) -> bytes:
        received = b""
        while len(received) < length:
            try:
                chunk = self._connection.recv(length - len(received))
            except OSError:
                raise CardLostError from None
            if not chunk:
                raise CardLostError
            received += chunk
        return received

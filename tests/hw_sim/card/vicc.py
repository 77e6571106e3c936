"""The card as the virtual reader sees it: a TCP client of pcscd's vpcd driver.

Laying the card is connecting, taking it away is disconnecting.
Source: facts/platform.md §1.4 (protocol), §1.6 (faults).
"""

import socket
import threading
from typing import Self

from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.errors import CardPulledError, SlotOccupiedError

VPCD_PORT = 35963
_RETRY_S = 0.02
_CONNECT_TIMEOUT_S = 2.0
_NO_ATR = bytes(34)
"""One byte longer than any ATR: vpcd sees that something lies there and fails to power it up, so
pcscd reports it as mute. An empty answer would mean an empty reader."""
_LONGEST_MESSAGE_BYTES = 0xFFFF


class _Control:
    """Messages of one byte; anything longer is a command APDU."""

    POWER_OFF = b"\x00"
    POWER_ON = b"\x01"
    RESET = b"\x02"
    GET_ATR = b"\x04"


class VirtualSlot:
    """The place on the virtual reader where cards are laid; any thread may act."""

    def __init__(self, port: int = VPCD_PORT) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._stay: _Stay | None = None

    @property
    def card(self) -> SimulatedCard | None:
        """The card that lies here now; None once it was taken away or pulled."""
        stay = self._stay
        return None if stay is None or stay.is_over else stay.card

    def lay(self, card: SimulatedCard) -> None:
        """Lay a card; it stays through restarts of pcscd until it is taken away.

        Raises:
            SlotOccupiedError: Another card lies here.
        """
        with self._lock:
            if self.card is not None:
                raise SlotOccupiedError
            self._stay = _Stay(card, self._port)
            self._stay.begin()

    def remove(self) -> None:
        """Take the card away, even in the middle of a command; nothing lies here: no effect."""
        with self._lock:
            stay, self._stay = self._stay, None
        if stay is not None:
            stay.end()

    def close(self) -> None:
        """Leave the place empty and no thread behind."""
        self.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class _Stay:
    """One card's time on the reader."""

    def __init__(self, card: SimulatedCard, port: int) -> None:
        self.card = card
        self._port = port
        self._over = threading.Event()
        self._socket_lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="simulated-card", daemon=True)

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def begin(self) -> None:
        self.card.enter_field()
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self.card.leave_field()
        with self._socket_lock:
            if self._socket is not None:
                _hang_up(self._socket)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self.is_over:
            try:
                self._serve_one_connection()
            except OSError:
                self._wait_for_pcscd()

    def _wait_for_pcscd(self) -> None:
        if not self.is_over:
            self.card.power_off()
            self._over.wait(_RETRY_S)

    def _serve_one_connection(self) -> None:
        address = ("127.0.0.1", self._port)
        with socket.create_connection(address, timeout=_CONNECT_TIMEOUT_S) as connection:
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._socket_lock:
                self._socket = connection
            try:
                while not self.is_over:
                    self._answer(connection)
            except CardPulledError:
                if not self.card.physics.has_power:
                    self._over.set()
            finally:
                with self._socket_lock:
                    self._socket = None

    def _answer(self, connection: socket.socket) -> None:
        length = int.from_bytes(_receive(connection, 2), "big")
        message = _receive(connection, length)
        match message:
            case _Control.POWER_OFF:
                self.card.power_off()
            case _Control.POWER_ON:
                self.card.power_on()
            case _Control.RESET:
                self.card.reset()
            case _Control.GET_ATR:
                _send(connection, _NO_ATR if self.card.is_silent else self.card.atr)
            case _:
                _send(connection, self.card.transmit(message))


def _receive(connection: socket.socket, length: int) -> bytes:
    """Read exactly `length` bytes, acknowledging at once.

    vpcd sends length and body apart; without TCP_QUICKACK every command would cost 44 ms.
    """
    received = b""
    while len(received) < length:
        chunk = connection.recv(length - len(received))
        if not chunk:
            raise ConnectionResetError
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        received += chunk
    return received


def _send(connection: socket.socket, payload: bytes) -> None:
    payload = payload[:_LONGEST_MESSAGE_BYTES]
    connection.sendall(len(payload).to_bytes(2, "big") + payload)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return

"""A plain PC/SC client for tests of the simulator: pyscard's bare calls, nothing of the product.

Source: facts/platform.md §1.5, §1.6.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from tests.hw_sim.pcscd import READER_NAME

_EVENT_TIMEOUT_S = 30.0


class PlainClientError(Exception):
    """A PC/SC call failed."""

    def __init__(self, code: int) -> None:
        super().__init__(f"PC/SC error {code & 0xFFFFFFFF:08X}")
        self.code = code & 0xFFFFFFFF


class PlainConnection:
    """An exclusive connection to the card on the virtual reader."""

    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self.protocol = protocol
        """1 for T=0, 2 for T=1."""
        self.is_card_lost = False
        """A command got no answer."""

    def transmit(self, command: bytes) -> bytes:
        """Exchange one APDU; a card pulled meanwhile gives no bytes at all, or an error.

        Raises:
            PlainClientError: pcscd reports an error.
        """
        header = scard.SCARD_PCI_T0 if self.protocol == 1 else scard.SCARD_PCI_T1
        code, response = scard.SCardTransmit(self._handle, header, list(command))
        self.is_card_lost = not response
        _require_success(code)
        return bytes(response)

    def disconnect(self) -> None:
        """Take the power from the card, if it is still there.

        After a power-down that failed, pcscd 1.9.9 calls the slot empty at once and then never
        notices a card that was laid again before its next poll.
        """
        disposition = scard.SCARD_LEAVE_CARD if self.is_card_lost else scard.SCARD_UNPOWER_CARD
        scard.SCardDisconnect(self._handle, disposition)


@contextmanager
def connection() -> Iterator[PlainConnection]:
    """Connect exclusively and leave the card without power at the end.

    Raises:
        PlainClientError: No card, no reader or no pcscd.
    """
    with _context() as context:
        code, handle, protocol = scard.SCardConnect(
            context,
            READER_NAME,
            scard.SCARD_SHARE_EXCLUSIVE,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        _require_success(code)
        opened = PlainConnection(handle, protocol)
        try:
            yield opened
        finally:
            opened.disconnect()


def wait_for_card(*, is_present: bool = True, reader: str = READER_NAME) -> None:
    """Wait until pcscd has noticed that a card was laid on a reader or taken away.

    Raises:
        TimeoutError: It has not noticed in time.
        PlainClientError: pcscd reports an error.
    """
    deadline_s = time.monotonic() + _EVENT_TIMEOUT_S
    known_state = scard.SCARD_STATE_UNAWARE
    with _context() as context:
        while (left_s := deadline_s - time.monotonic()) > 0:
            code, states = scard.SCardGetStatusChange(
                context, int(left_s * 1000), [(reader, known_state)]
            )
            _require_success(code)
            known_state = states[0][1]
            if bool(known_state & scard.SCARD_STATE_PRESENT) is is_present:
                return
    raise TimeoutError


def reader_state(reader: str = READER_NAME) -> int:
    """What pcscd says of a reader now, as the bits SCARD_STATE_*.

    Raises:
        PlainClientError: pcscd reports an error.
    """
    with _context() as context:
        unaware = [(reader, scard.SCARD_STATE_UNAWARE)]
        code, states = scard.SCardGetStatusChange(context, 0, unaware)
        _require_success(code)
        return int(states[0][1])


@contextmanager
def _context() -> Iterator[int]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _require_success(code)
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def _require_success(code: int) -> None:
    if code != scard.SCARD_S_SUCCESS:
        raise PlainClientError(code)

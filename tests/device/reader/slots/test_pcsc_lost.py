"""A lost card is waited for until the service knows of it, whatever else the service tells.

The service and its clock are played here: no virtual reader changes another bit at that moment.
"""

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.errors import CardLostError
from device.reader.slots import pcsc
from device.reader.slots.pcsc import PcscConnection

READER = "A reader 00 00"
LIES = scard.SCARD_STATE_PRESENT | 1 << 16
LIES_IN_USE = LIES | scard.SCARD_STATE_INUSE
LIES_MUTE = LIES | scard.SCARD_STATE_MUTE
GONE = scard.SCARD_STATE_EMPTY | 2 << 16
ANOTHER = scard.SCARD_STATE_PRESENT | 3 << 16
LOOK_MS = 50
"""From one change to the next."""
POLL_MS = round(1000 * pcsc._SERVICE_POLL_S)
LEFT, UNPOWERED = scard.SCARD_LEAVE_CARD, scard.SCARD_UNPOWER_CARD


class Service:
    """Tells one state after the other, then none any more; remembers how the card was let go."""

    def __init__(self, *states: int) -> None:
        self._states = list(states)
        self.now_ms = 0
        self.disposition: int | None = None

    def transmit(self, *_: object) -> tuple[int, list[int]]:
        return scard.SCARD_E_NOT_TRANSACTED, []

    def get_status_change(
        self, _context: int, wait_ms: int, known: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        is_first = known == [(READER, scard.SCARD_STATE_UNAWARE)]
        if not self._states:
            self.now_ms += wait_ms
            return scard.SCARD_E_TIMEOUT, []
        self.now_ms += 0 if is_first else LOOK_MS
        state = self._states.pop(0) | scard.SCARD_STATE_CHANGED
        return scard.SCARD_S_SUCCESS, [(READER, state, [])]

    def disconnect(self, _card: int, disposition: int) -> int:
        self.disposition = disposition
        return int(scard.SCARD_S_SUCCESS)


def let_go(service: Service, monkeypatch: pytest.MonkeyPatch) -> tuple[int | None, int]:
    """How a card that gave no answer is let go, and after how long (ms)."""
    for name, function in {
        "SCardTransmit": service.transmit,
        "SCardGetStatusChange": service.get_status_change,
        "SCardDisconnect": service.disconnect,
        "SCardReleaseContext": lambda _context: scard.SCARD_S_SUCCESS,
    }.items():
        monkeypatch.setattr(scard, name, function)
    monkeypatch.setattr(pcsc, "monotonic", lambda: service.now_ms / 1000)
    connection = PcscConnection(1, READER, 1, scard.SCARD_PROTOCOL_T1)
    with pytest.raises(CardLostError):
        connection.transmit(bytearray(4))
    connection.close()
    return service.disposition, service.now_ms


@pytest.mark.parametrize(
    ("told", "disposition", "after_ms"),
    [
        ((LIES,), UNPOWERED, POLL_MS),
        ((LIES, GONE), LEFT, LOOK_MS),
        ((LIES, ANOTHER), LEFT, LOOK_MS),
        ((GONE,), LEFT, 0),
        ((LIES, LIES_IN_USE), UNPOWERED, POLL_MS),
        ((LIES, LIES_IN_USE, LIES, LIES_MUTE), UNPOWERED, POLL_MS),
        ((LIES, LIES_IN_USE, GONE), LEFT, 2 * LOOK_MS),
        ((LIES, LIES_MUTE, ANOTHER), LEFT, 2 * LOOK_MS),
    ],
)
def test_a_lost_card_is_let_go_when_the_service_knows_or_has_looked(
    monkeypatch: pytest.MonkeyPatch, told: tuple[int, ...], disposition: int, after_ms: int
) -> None:
    assert let_go(Service(*told), monkeypatch) == (disposition, after_ms)


def test_no_end_of_other_changes_does_not_hold_it_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    flickering = Service(LIES, *[LIES_IN_USE, LIES] * POLL_MS)
    assert let_go(flickering, monkeypatch) == (UNPOWERED, POLL_MS)

"""The reader's own plug, pulled and put back. The virtual reader cannot leave a running pcscd, so
the service is played here: what it answers is what pcsc-lite answers of a USB reader.
"""

from collections.abc import Callable, Iterator
from threading import Condition

import pytest
from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.errors import CardLostError, SlotLostError
from device.reader.port import CardSlot
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots.pcsc import Settings, create
from tests.device.reader.calendar_day import known_day
from tests.device.reader.heard import Heard
from tests.device.reader.visit_steps import check_signature, use_card
from tests.hw_sim.card.card import SimulatedCard

READER = "A reader on a cable 00 00"
OK, CHANGED = scard.SCARD_S_SUCCESS, scard.SCARD_STATE_CHANGED
GONE = scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE
States = list[tuple[str, int]]


class Service:
    """A service that runs on, with one reader that may be unplugged."""

    def __init__(self, card: SimulatedCard) -> None:
        self._card = card
        self._changed = Condition()
        self.is_plugged_in = True
        self.has_card = False
        self.cold_starts = 0
        self.before_cold_start: Callable[[], None] = lambda: None
        self._plugs = self._cancels = 0
        self.tells_by: int = GONE
        """State of a reader that goes while somebody waits; 0: the call fails instead."""

    def plug(self, *, is_in: bool) -> None:
        with self._changed:
            self.is_plugged_in = is_in
            self._plugs += 1
            self._changed.notify_all()

    def lay(self) -> None:
        with self._changed:
            self.has_card = True
            self._changed.notify_all()

    def list_readers(self, _context: int, _groups: list[str]) -> tuple[int, list[str]]:
        if self.is_plugged_in:
            return OK, [READER]
        return scard.SCARD_E_NO_READERS_AVAILABLE, []

    def cancel(self, _context: int) -> int:
        with self._changed:
            self._cancels += 1
            self._changed.notify_all()
        return int(OK)

    def get_status_change(
        self, _context: int, wait_ms: int, known: States
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        with self._changed:
            names = [name for name, _ in known[1:]]
            if names and not self.is_plugged_in:
                return scard.SCARD_E_UNKNOWN_READER, []
            plugs, cancels = self._plugs, self._cancels
            self._changed.wait_for(
                lambda: (
                    self._plugs != plugs
                    or self._cancels != cancels
                    or any(state != self._state() for _, state in known[1:])
                ),
                wait_ms / 1000,
            )
            if self._cancels != cancels:
                return scard.SCARD_E_CANCELLED, []
            if names and not self.is_plugged_in and not self.tells_by:
                return scard.SCARD_E_READER_UNAVAILABLE, []
            return OK, [(name, self._state() | CHANGED, []) for name, _ in known]

    def connect(self, *_: object) -> tuple[int, int, int]:
        if not self.is_plugged_in:
            return scard.SCARD_E_READER_UNAVAILABLE, 0, 0
        self._card.enter_field()
        self._card.power_on()
        return OK, 1, scard.SCARD_PROTOCOL_T1

    def transmit(self, _card: int, _protocol: int, command: list[int]) -> tuple[int, list[int]]:
        if not self.is_plugged_in:
            return scard.SCARD_E_READER_UNAVAILABLE, []
        return OK, list(self._card.transmit(bytes(command)))

    def reconnect(self, *_: object) -> tuple[int, int]:
        self.before_cold_start()
        self.cold_starts += 1
        result, _card, protocol = self.connect()
        return result, protocol

    def disconnect(self, _card: int, _disposition: int) -> int:
        self._card.power_off()
        return int(OK)

    def _state(self) -> int:
        if not self.is_plugged_in:
            return self.tells_by
        present, empty = scard.SCARD_STATE_PRESENT, scard.SCARD_STATE_EMPTY
        return int((present if self.has_card else empty) | self._plugs << 16)


@pytest.fixture
def service(card: SimulatedCard, monkeypatch: pytest.MonkeyPatch) -> Service:
    played = Service(card)
    for name, function in {
        "SCardEstablishContext": lambda _scope: (OK, 1),
        "SCardReleaseContext": lambda _context: OK,
        "SCardListReaders": played.list_readers,
        "SCardGetStatusChange": played.get_status_change,
        "SCardCancel": played.cancel,
        "SCardConnect": played.connect,
        "SCardReconnect": played.reconnect,
        "SCardTransmit": played.transmit,
        "SCardDisconnect": played.disconnect,
    }.items():
        monkeypatch.setattr(scard, name, function)
    return played


@pytest.fixture
def reader(service: Service) -> Iterator[CardSlot]:
    assert service.is_plugged_in
    reader = create(Settings())
    yield reader
    reader.close()


@pytest.mark.parametrize("tells_by", [GONE, 0])
@pytest.mark.parametrize("has_card", [False, True])
def test_an_unplugged_reader_is_told_and_so_is_its_return(
    reader: CardSlot, heard: Heard, service: Service, *, tells_by: int, has_card: bool
) -> None:
    service.tells_by = tells_by
    if has_card:
        service.lay()
        assert heard.wait_for("card_placed")
    service.plug(is_in=False)
    assert heard.wait_until("slot_lost")
    with pytest.raises(SlotLostError):
        reader.connect()
    service.plug(is_in=True)
    assert heard.wait_for("slot_ready", *(["card_placed"] if has_card else []))
    assert heard.events == []


def test_unplugged_in_the_middle_of_a_visit(
    reader: CardSlot, heard: Heard, service: Service, anchors: RecordAnchors
) -> None:
    service.lay()
    assert heard.wait_for("card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    service.plug(is_in=False)
    with pytest.raises(SlotLostError):
        session.read_certificate()
    session.close()
    assert heard.wait_until("slot_lost")
    service.plug(is_in=True)
    assert heard.wait_for("slot_ready", "card_placed")
    session = CardSession(reader, anchors=anchors, today=known_day)
    check_signature(use_card(session))
    session.close()


def test_a_card_starts_cold_where_nobody_saw_it_come_to_power(
    reader: CardSlot, heard: Heard, service: Service, anchors: RecordAnchors
) -> None:
    """At the start and after the service was away; between, each session ends without power."""
    service.lay()
    assert heard.wait_for("card_placed")
    starts = []
    for _ in range(2):
        identify(reader, anchors)
        starts.append(service.cold_starts)
    service.plug(is_in=False)
    assert heard.wait_until("slot_lost")
    service.plug(is_in=True)
    assert heard.wait_for("slot_ready", "card_placed")
    identify(reader, anchors)
    assert [*starts, service.cold_starts] == [1, 1, 2]


def test_a_service_that_goes_during_a_cold_start_makes_the_next_one_cold_too(
    reader: CardSlot, heard: Heard, service: Service, anchors: RecordAnchors
) -> None:
    """Told on another thread, while the card on this one has just come to power."""

    def replug() -> None:
        service.before_cold_start = lambda: None
        service.plug(is_in=False)
        assert heard.wait_until("slot_lost")
        service.plug(is_in=True)
        assert heard.wait_until("card_placed")

    service.before_cold_start = replug
    service.lay()
    assert heard.wait_for("card_placed")
    identify(reader, anchors)
    identify(reader, anchors)
    assert service.cold_starts == 2


def test_a_cold_start_that_fails_is_made_up_for(
    reader: CardSlot,
    heard: Heard,
    service: Service,
    anchors: RecordAnchors,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.lay()
    assert heard.wait_for("card_placed")
    with monkeypatch.context() as glitch:
        glitch.setattr(scard, "SCardReconnect", lambda *_: (scard.SCARD_E_NOT_TRANSACTED, 0))
        with pytest.raises(CardLostError):
            reader.connect()
    identify(reader, anchors)
    assert service.cold_starts == 1


def identify(reader: CardSlot, anchors: RecordAnchors) -> None:
    session = CardSession(reader, anchors=anchors, today=known_day)
    session.identify()
    session.close()


def test_a_reader_that_stays_is_not_told_lost(heard: Heard, service: Service) -> None:
    """Negative control: it is the plug that the tests above are about."""
    service.lay()
    assert heard.wait_for("card_placed")
    assert not heard.wait_for("slot_lost", timeout_s=0.2)

"""The TCP side of the virtual card against a driver that the test plays itself."""

import socket
from collections.abc import Iterator

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import HANAKO, MY_NUMBER
from tests.hw_sim.card.errors import SlotOccupiedError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import select
from tests.hw_sim.card.vicc import VirtualSlot

TIMEOUT_S = 5.0
POWER_OFF, POWER_ON, GET_ATR = b"\x00", b"\x01", b"\x04"
SELECT_JPKI = select(aids.JPKI)


class Driver:
    """vpcd as facts/platform.md §1.4 describes it: length and body in two sends."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(TIMEOUT_S)
        self.port: int = self._listener.getsockname()[1]
        self._card: socket.socket | None = None

    def accept(self) -> None:
        self._card, _ = self._listener.accept()
        self._card.settimeout(TIMEOUT_S)

    def send(self, message: bytes) -> None:
        assert self._card is not None
        self._card.sendall(len(message).to_bytes(2, "big"))
        self._card.sendall(message)

    def receive(self) -> bytes:
        """One answer; empty when the card is gone."""
        assert self._card is not None
        try:
            with self._card.makefile("rb") as stream:
                length = int.from_bytes(stream.read(2), "big")
                return stream.read(length)
        except ConnectionResetError:
            return b""

    def ask(self, message: bytes) -> bytes:
        self.send(message)
        return self.receive()

    def close(self) -> None:
        for sock in (self._card, self._listener):
            if sock is not None:
                sock.close()


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.close()


@pytest.fixture
def place(driver: Driver) -> Iterator[VirtualSlot]:
    with VirtualSlot(driver.port) as place:
        yield place


@pytest.fixture
def card(driver: Driver, place: VirtualSlot, issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    place.lay(card)
    driver.accept()
    driver.send(POWER_ON)
    return card


def test_answers_atr_and_commands(driver: Driver, card: SimulatedCard) -> None:
    assert driver.ask(GET_ATR) == card.atr
    assert driver.ask(SELECT_JPKI) == b"\x90\x00"
    assert driver.ask(bytes.fromhex("00B0860004")) == b"JPKI\x90\x00"


def test_taking_the_card_away_ends_the_connection(
    driver: Driver, place: VirtualSlot, card: SimulatedCard
) -> None:
    assert driver.ask(GET_ATR) == card.atr
    place.remove()

    assert place.card is None
    assert driver.receive() == b""
    place.remove()


def test_two_cards_do_not_fit(place: VirtualSlot, card: SimulatedCard, issuer: Issuer) -> None:
    with pytest.raises(SlotOccupiedError):
        place.lay(issuer.issue(MY_NUMBER.issued_to(HANAKO)))

    assert place.card is card


def test_the_next_card_finds_an_empty_place(
    driver: Driver, place: VirtualSlot, card: SimulatedCard, issuer: Issuer
) -> None:
    place.remove()
    other = issuer.issue(MY_NUMBER.issued_to(HANAKO))
    place.lay(other)
    driver.accept()

    assert driver.ask(GET_ATR) == other.atr
    assert (place.card, card.trace.exchanges) == (other, [])


def test_pulled_by_plan_gives_no_answer(
    driver: Driver, place: VirtualSlot, card: SimulatedCard
) -> None:
    card.physics.pull_at(2)
    assert driver.ask(SELECT_JPKI) == b"\x90\x00"

    assert driver.ask(SELECT_JPKI) == b""
    assert place.card is None


def test_taken_away_while_it_hangs(driver: Driver, place: VirtualSlot, card: SimulatedCard) -> None:
    card.physics.hang_at(1)
    driver.send(SELECT_JPKI)
    assert card.physics.wait_until_hanging(TIMEOUT_S)
    place.remove()

    assert driver.receive() == b""
    assert card.trace.exchanges[0].response is None


def test_taken_away_from_within_a_command(
    driver: Driver, place: VirtualSlot, card: SimulatedCard
) -> None:
    card.physics.before_command = lambda _raw: place.remove()

    assert driver.ask(SELECT_JPKI) == b""
    assert place.card is None


def test_a_lying_card_connects_to_the_next_driver(
    driver: Driver, place: VirtualSlot, card: SimulatedCard
) -> None:
    driver.ask(SELECT_JPKI)
    driver.close()
    next_driver = Driver(driver.port)
    try:
        next_driver.accept()
        next_driver.send(POWER_ON)
        assert next_driver.ask(GET_ATR) == card.atr
        assert next_driver.ask(bytes.fromhex("00B0860004")) == b"\x6a\x82"
    finally:
        next_driver.close()
    assert place.card is card


def test_without_power_a_lying_card_drops_the_line_and_stays(
    driver: Driver, place: VirtualSlot, card: SimulatedCard
) -> None:
    driver.send(POWER_OFF)

    assert driver.ask(SELECT_JPKI) == b""
    driver.accept()
    driver.send(POWER_ON)
    assert driver.ask(SELECT_JPKI) == b"\x90\x00"
    assert place.card is card

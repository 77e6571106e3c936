import threading

import pytest

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.talk import QUERY_TRIES, select, send, status_words, verify

PIN = PinName.JPKI_AUTHENTICATION
WAIT_S = 5.0
WRONG = verify("9999", p2=0x98)


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    card.enter_field()
    card.power_on()
    return card


@pytest.mark.parametrize(
    ("fault", "tries"), [(Fault.PULL_BEFORE_COMMAND, 3), (Fault.PULL_BEFORE_ANSWER, 2)]
)
def test_pulled_at_the_second_command(card: SimulatedCard, fault: Fault, tries: int) -> None:
    card.physics.pull_at(2, fault)
    send(card, select(aids.JPKI))

    with pytest.raises(CardPulledError):
        card.transmit(WRONG)

    assert card.tries_left(PIN) == tries
    assert card.trace.exchanges[-1].response is None
    with pytest.raises(CardPulledError):
        card.transmit(QUERY_TRIES)


def test_a_pulled_card_forgets_and_comes_back(card: SimulatedCard) -> None:
    send(card, select(aids.JPKI))
    send(card, verify("1234", p2=0x98))
    card.leave_field()
    card.enter_field()
    card.power_on()

    sign = bytes.fromhex("802A0097010000")
    assert status_words(card, select(aids.JPKI), sign) == [0x9000, 0x6982]


@pytest.mark.parametrize("is_released", [True, False])
def test_a_hanging_card_answers_when_released_or_never(
    card: SimulatedCard, is_released: bool
) -> None:
    card.physics.hang_at(1)
    answers: list[bytes | None] = []

    def ask() -> None:
        try:
            answers.append(card.transmit(select(aids.JPKI)))
        except CardPulledError:
            answers.append(None)

    asking = threading.Thread(target=ask)
    asking.start()
    assert card.physics.wait_until_hanging(WAIT_S)
    assert answers == []
    if is_released:
        card.physics.release()
    else:
        card.leave_field()
    asking.join(WAIT_S)

    assert answers == [b"\x90\x00" if is_released else None]


@pytest.mark.parametrize(
    ("fault", "arriving"),
    [(Fault.TRUNCATED, b"\x63"), (Fault.GARBAGE, bytes(range(0x5A, 0x6A)) + b"\x5a\xa5")],
)
def test_an_answer_is_spoilt_on_its_way(card: SimulatedCard, fault: Fault, arriving: bytes) -> None:
    card.physics.fault_at(2, fault)
    send(card, select(aids.JPKI))

    assert card.transmit(WRONG) == arriving
    assert card.tries_left(PIN) == 2
    assert card.trace.exchanges[-1].response == arriving
    assert card.transmit(bytes.fromhex("00200098")) == b"\x63\xc2"


def test_any_status_word_at_one_command(card: SimulatedCard) -> None:
    card.physics.status_word_at(2, 0x6F00)

    commands = [select(aids.JPKI), select(aids.JPKI), select(aids.JPKI)]
    assert status_words(card, *commands) == [0x9000, 0x6F00, 0x9000]


def test_a_spoilt_answer_of_a_pulled_card_never_comes_later(card: SimulatedCard) -> None:
    card.physics.fault_at(1, Fault.GARBAGE)
    card.physics.pull_at(1)
    with pytest.raises(CardPulledError):
        card.transmit(WRONG)
    card.enter_field()
    card.power_on()

    assert card.transmit(select(aids.JPKI)) == b"\x90\x00"


def test_the_virtual_clock_can_be_slept(card: SimulatedCard) -> None:
    card.physics.pace = 1.0
    send(card, select(aids.JPKI))

    exchange = card.trace.exchanges[0]
    took_s = exchange.answered_at_s - exchange.received_at_s
    assert took_s >= exchange.link_s + exchange.card_s > 0.001


def test_latency_shows_in_the_trace(card: SimulatedCard) -> None:
    card.physics.latency_s = 0.02
    send(card, select(aids.JPKI))

    exchange = card.trace.exchanges[0]
    assert exchange.answered_at_s - exchange.received_at_s >= 0.02


def test_the_hook_sees_a_command_before_the_card_does(card: SimulatedCard) -> None:
    send(card, select(aids.JPKI))
    tries_seen: list[int | None] = []
    card.physics.before_command = lambda _raw: tries_seen.append(card.tries_left(PIN))
    send(card, WRONG)

    assert (tries_seen, card.tries_left(PIN)) == ([3], 2)


def test_the_trace_tells_secrets_from_queries(card: SimulatedCard) -> None:
    commands = [select(aids.JPKI), bytes.fromhex("00200098"), WRONG, verify("1234", p2=0x98)]
    status_words(card, *commands)

    assert len(card.trace.with_ins(0x20)) == 3
    assert [e.status_word for e in card.trace.presented_pins()] == [0x63C2, 0x9000]

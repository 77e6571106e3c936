import threading
import time
from collections.abc import Callable
from threading import Event

import pytest

from device.reader.apdu import CommandApdu
from device.reader.blocking_calls import BlockingCalls
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardTimeoutError,
    CardUnresponsiveError,
    MalformedAnswerError,
    ReaderError,
    SlotLostError,
)
from device.reader.exchange import Exchange
from device.reader.port import CardConnection
from tests.device.posted import LONGEST_WAIT_S
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot

READ = CommandApdu(0x00, 0xB0, 0x00, 0x00, ne=256)
SELECT = CommandApdu(0x00, 0xA4, 0x02, 0x0C, b"\x00\x06")
VERIFY = CommandApdu(0x00, 0x20, 0x00, 0x80, b"1234")


def exchange_with(connection: ScriptedConnection) -> Exchange:
    return Exchange(ScriptedSlot(connection), apdu_deadline_s=2)


def failing(error: ReaderError) -> Callable[[bytes], bytes]:
    def answer(_: bytes) -> bytes:
        raise error

    return answer


def test_plain_answer() -> None:
    card = ScriptedConnection([b"data\x90\x00"])
    assert exchange_with(card).send_ok(READ) == b"data"
    assert card.sent == [bytes.fromhex("00B0000000")]


def test_waiting_bytes_are_fetched() -> None:
    card = ScriptedConnection([b"\x61\x03", b"ab\x61\x01", b"c\x90\x00"])
    assert exchange_with(card).send_ok(READ) == b"abc"
    assert card.sent[1:] == [bytes.fromhex("00C0000003"), bytes.fromhex("00C0000001")]


def test_a_wrong_le_is_corrected_once() -> None:
    card = ScriptedConnection([b"\x6c\x02", b"ab\x90\x00"])
    assert exchange_with(card).send_ok(READ) == b"ab"
    assert card.sent[1] == bytes.fromhex("00B0000002")

    card = ScriptedConnection(lambda _: b"\x6c\x02")
    with pytest.raises(CardAnswerError) as refusal:
        exchange_with(card).send_ok(READ)
    assert refusal.value.status_word.value == 0x6C02
    assert len(card.sent) == 2


def test_a_command_that_asks_for_no_data_is_never_sent_twice() -> None:
    card = ScriptedConnection(lambda _: b"\x6c\x04")
    assert exchange_with(card).send(VERIFY).status_word.value == 0x6C04
    assert len(card.sent) == 1


def test_a_select_lost_after_power_up_is_sent_again_once() -> None:
    card = ScriptedConnection([b"\x6f\x00", b"\x90\x00"])
    assert exchange_with(card).send(SELECT).status_word.is_ok
    assert card.sent == [SELECT.encode()] * 2

    card = ScriptedConnection(lambda _: b"\x6f\x00")
    assert exchange_with(card).send(SELECT).status_word.is_first_after_power_up
    assert len(card.sent) == 2


@pytest.mark.parametrize("first", [SELECT, VERIFY])
def test_only_the_very_first_command_may_be_lost(first: CommandApdu) -> None:
    card = ScriptedConnection([b"\x90\x00", b"\x6f\x00"])
    exchange = exchange_with(card)
    exchange.send(first)
    assert exchange.send(SELECT).status_word.is_first_after_power_up
    assert len(card.sent) == 2


def test_even_as_the_first_command_a_secret_is_sent_only_once() -> None:
    card = ScriptedConnection(lambda _: b"\x6f\x00")
    exchange_with(card).send(VERIFY)
    assert len(card.sent) == 1


def test_a_command_is_wiped_as_soon_as_it_was_sent() -> None:
    sent: list[bytearray] = []

    class Keeping(ScriptedConnection):
        def transmit(self, command: bytearray) -> bytes:
            sent.append(command)
            return super().transmit(command)

    exchange = exchange_with(Keeping([b"\x90\x00"]))
    exchange.send(VERIFY)
    assert sent == [bytearray(len(VERIFY.encode()))]


def test_a_command_that_hangs_is_wiped_only_when_it_ends() -> None:
    """Zeros that a late call sends as a PIN would cost the patient a try."""
    wake, sent, ended = Event(), [b""], Event()

    class Late(ScriptedConnection):
        def transmit(self, command: bytearray) -> bytes:
            wake.wait(5)
            sent[0] = bytes(command)
            return b"\x90\x00"

        def close(self) -> None:
            ended.set()

    exchange = Exchange(ScriptedSlot(Late([])), apdu_deadline_s=0.02)
    with pytest.raises(CardTimeoutError):
        exchange.send(VERIFY)
    wake.set()
    assert ended.wait(5)
    assert sent == [VERIFY.encode()]


@pytest.mark.parametrize("answer", [b"\x61\x10", b"x\x61\x00", bytes(200) + b"\x61\xff"])
def test_endless_waiting_bytes_come_to_an_end(answer: bytes) -> None:
    card = ScriptedConnection(lambda _: answer)
    with pytest.raises(MalformedAnswerError):
        exchange_with(card).send(SELECT)
    assert len(card.sent) <= 9


def time_of(command: CommandApdu, pause_s: float) -> float:
    """How long a command lasts whose rest comes in pieces, each after a pause."""

    def answer(_: bytes) -> bytes:
        time.sleep(pause_s)
        return b"x\x61\x01"

    exchange = Exchange(ScriptedSlot(ScriptedConnection(answer)), apdu_deadline_s=0.2)
    begun_s = time.monotonic()
    with pytest.raises((CardTimeoutError, MalformedAnswerError)):
        exchange.send(command)
    return time.monotonic() - begun_s


def test_a_rest_that_comes_in_pieces_has_one_deadline_with_its_command() -> None:
    assert time_of(READ, pause_s=0.15) < 0.4


def test_pieces_with_a_deadline_each_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    run = BlockingCalls.run
    monkeypatch.setattr(
        BlockingCalls, "run", lambda calls, call, _: run(calls, call, calls.new_deadline())
    )
    assert time_of(READ, pause_s=0.15) > 1


def spend_time(exchange: Exchange, left_s: float) -> None:
    exchange._calls._budget_s = left_s


def test_what_the_time_of_the_session_is_too_short_for_is_not_sent_but_wiped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[bytearray] = []
    encode = CommandApdu.encode

    def encode_watched(command: CommandApdu) -> bytearray:
        encoded.append(encode(command))
        return encoded[-1]

    card = ScriptedConnection(lambda _: b"\x90\x00")
    exchange = exchange_with(card)
    spend_time(exchange, left_s=0)
    monkeypatch.setattr(CommandApdu, "encode", encode_watched)
    with pytest.raises(CardTimeoutError):
        exchange.send(VERIFY)
    assert card.sent == []
    assert [bytes(command) for command in encoded] == [bytes(9)]


def test_at_the_end_of_its_time_the_card_loses_its_power_at_once() -> None:
    card = ScriptedConnection(lambda _: b"\x90\x00")
    exchange = exchange_with(card)
    spend_time(exchange, left_s=0)
    with pytest.raises(CardTimeoutError):
        exchange.send(READ)
    assert card.times_closed == 1
    with pytest.raises(CardTimeoutError):
        exchange.send(READ)


def test_what_is_sent_once_needs_time_for_its_answer() -> None:
    exchange = exchange_with(ScriptedConnection(lambda _: b"\x90\x00"))
    exchange.require_whole_deadline()
    spend_time(exchange, left_s=1.9)
    with pytest.raises(CardTimeoutError):
        exchange.require_whole_deadline()
    assert exchange.send(READ).status_word.is_ok


def test_an_answer_longer_than_asked_for_is_refused() -> None:
    card = ScriptedConnection(lambda _: bytes(257) + b"\x90\x00")
    with pytest.raises(MalformedAnswerError):
        exchange_with(card).send(READ)


@pytest.mark.parametrize("error", [CardLostError, SlotLostError])
def test_once_lost_always_lost(error: type[ReaderError]) -> None:
    card = ScriptedConnection(failing(error()))
    exchange = exchange_with(card)
    for _ in range(2):
        with pytest.raises(error):
            exchange.send(READ)
    with pytest.raises(error):
        exchange.require_alive()
    assert len(card.sent) == 1
    exchange.close()
    assert card.times_closed == 1


def test_nothing_is_sent_after_close() -> None:
    card = ScriptedConnection(lambda _: b"\x90\x00")
    exchange = exchange_with(card)
    exchange.close()
    with pytest.raises(CardLostError):
        exchange.send(SELECT)
    assert (card.sent, card.times_closed) == ([], 1)


def test_a_hung_card_is_given_up_and_unpowered_when_it_wakes() -> None:
    wake, closed = Event(), Event()

    class Hanging(ScriptedConnection):
        def close(self) -> None:
            closed.set()

    def hang(_: bytes) -> bytes:
        wake.wait(5)
        return b"\x90\x00"

    card = Hanging(hang)
    exchange = Exchange(ScriptedSlot(card), apdu_deadline_s=0.02)
    for _ in range(2):
        with pytest.raises(CardTimeoutError):
            exchange.send(SELECT)
    exchange.close()
    assert not closed.is_set()
    wake.set()
    assert closed.wait(5)
    assert len(card.sent) == 1


def test_a_card_that_powers_up_too_late_is_unpowered() -> None:
    wake, closed = Event(), Event()

    class Late(ScriptedSlot):
        def connect(self) -> CardConnection:
            wake.wait(5)
            return super().connect()

    class Closing(ScriptedConnection):
        def close(self) -> None:
            closed.set()

    with pytest.raises(CardTimeoutError):
        Exchange(Late(Closing([])), apdu_deadline_s=0.02)
    wake.set()
    assert closed.wait(5)


def test_what_does_not_power_up_says_so() -> None:
    class Dead(ScriptedSlot):
        def connect(self) -> CardConnection:
            raise CardUnresponsiveError

    with pytest.raises(CardUnresponsiveError):
        Exchange(Dead(ScriptedConnection([])), apdu_deadline_s=2)


def card_threads() -> int:
    return sum(thread.name == "card-calls" for thread in threading.enumerate())


def test_whatever_power_up_raises_leaves_no_thread_behind() -> None:
    class Unforeseen(ScriptedSlot):
        def connect(self) -> CardConnection:
            raise ValueError("unforeseen")

    before = card_threads()
    for _ in range(5):
        with pytest.raises(ValueError, match="unforeseen"):
            Exchange(Unforeseen(ScriptedConnection([])), apdu_deadline_s=2)
    ends_at_s = time.monotonic() + LONGEST_WAIT_S
    while card_threads() > before and time.monotonic() < ends_at_s:
        time.sleep(0.001)
    assert card_threads() <= before


def test_closing_twice_is_closing_once() -> None:
    card = ScriptedConnection([])
    exchange = exchange_with(card)
    exchange.close()
    exchange.close()
    assert card.times_closed == 1

"""A PIN that is kept back while the disk or a last check holds it is not sent, nor said to be."""

from collections.abc import Callable, Iterator

import pytest

from device.jobs.sent_pins import SentPins
from device.pinpad.pin import Pin
from device.reader.session import CardSession
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.jobs.card_bench import RIGHT, TURN, WRONG, Bench, attempts_on, failed
from tests.device.pinpad.fake_disk import FakeDisk
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer


class SlowDisk(FakeDisk):
    """A disk whose syncing takes so long, once, that something happens meanwhile."""

    meanwhile: Callable[[], None] | None = None

    def sync(self, name: str) -> None:
        super().sync(name)
        if happen := self.meanwhile:
            self.meanwhile = None
            happen()


@pytest.fixture
def slow(issuer: Issuer) -> Iterator[Bench]:
    """Recognised, and with two tries, so that the log knows something of the card."""
    bench = Bench(issuer.issue(catalog.MY_NUMBER), disk=SlowDisk())
    bench.recognise()
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    yield bench
    bench.jobs.stop()


def sent_while_the_disk_hangs(bench: Bench, meanwhile: Callable[[], None]) -> int:
    """A PIN whose intent is being written when its visit goes on; gives how often it was sent."""
    assert isinstance(bench.disk, SlowDisk)
    bench.disk.meanwhile = meanwhile
    before, buffer = bench.pins_sent, bytearray(WRONG)
    bench.jobs.verify_pin(TURN, Pin(buffer))
    bench.finish()
    assert bytes(buffer) == bytes(4)
    return bench.pins_sent - before


def recalled_while_the_disk_hangs(bench: Bench) -> int:
    return sent_while_the_disk_hangs(bench, lambda: bench.jobs.recall_pin(TURN + 1))


def forgotten_while_the_disk_hangs(bench: Bench) -> int:
    return sent_while_the_disk_hangs(bench, bench.jobs.forget)


def test_a_pin_that_is_recalled_while_the_disk_hangs_is_said_to_be_unsent_and_is(
    slow: Bench,
) -> None:
    assert recalled_while_the_disk_hangs(slow) == 0
    assert slow.posted.next() == events.JobFailed(TURN + 1, FailureCode.PIN_EXPIRED)
    assert slow.posted.next() == failed(FailureCode.PIN_EXPIRED)
    assert isinstance(slow.verify(RIGHT), events.PinAccepted)


def test_a_pin_whose_visit_ends_while_the_disk_hangs_is_never_sent(slow: Bench) -> None:
    assert forgotten_while_the_disk_hangs(slow) == 0
    assert slow.posted.next() == failed(FailureCode.PIN_EXPIRED)


def test_a_pin_that_was_not_sent_leaves_the_log_as_it_was(slow: Bench) -> None:
    recalled_while_the_disk_hangs(slow)
    reference = slow.jobs._reference()
    after = attempts_on(FakeDisk(slow.disk.now))
    assert (after.has_unsettled(reference), after.tries_left_seen(reference)) == (False, 2)


@pytest.mark.parametrize(
    ("meanwhile", "answers"),
    [
        (
            recalled_while_the_disk_hangs,
            [events.JobFailed(TURN + 1, FailureCode.PIN_OUTCOME_UNKNOWN)],
        ),
        (forgotten_while_the_disk_hangs, []),
    ],
)
def test_a_pin_that_leaves_before_its_intent_is_caught(
    slow: Bench,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Bench], int],
    answers: list[events.Event],
) -> None:
    """Negative control."""
    send = SentPins.send

    def send_late(
        pins: SentPins, card: CardSession, reference: bytes, pin: Pin, leave: Callable[[], None]
    ) -> int | None:
        leave()
        return send(pins, card, reference, pin, lambda: None)

    monkeypatch.setattr(SentPins, "send", send_late)
    before = len(slow.posted.events)
    assert meanwhile(slow) == 1
    assert slow.posted.events[before:] == [*answers, events.PinRejected(TURN, 1)]


def test_a_pin_that_is_refused_was_not_sent_whoever_asks_meanwhile(issuer: Issuer) -> None:
    """Recalled in the last moment at which anything but the card can still refuse it."""

    def recall_and_fail() -> bool:
        bench.jobs.recall_pin(TURN + 1)
        return True

    bench = Bench(issuer.issue(catalog.MY_NUMBER), is_power_failing=recall_and_fail)
    bench.jobs.verify_pin(TURN, Pin(bytearray(WRONG)))
    assert bench.posted.next() == events.JobFailed(TURN + 1, FailureCode.PIN_EXPIRED)
    assert bench.posted.next() == failed(FailureCode.READER_UNAVAILABLE)
    assert bench.pins_sent == 0
    bench.jobs.stop()

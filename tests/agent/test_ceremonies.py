"""Pairing, renewing and unpairing beside an agent that serves: one at a time, and whole or not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from agent.ceremonies import GONE_S, Ceremonies, CeremonyRefusedError, Kind, Phase
from agent.errors import ConfigError, PairingError
from agent.journal import Event
from agent.pairing.failures import Failure, PairingFailedError
from agent.readers import Readers
from tests.agent.fake_cable import FakeCounter, a_pairing
from tests.agent.fake_steps import DIGITS, NEW_UEID, FakeSteps, ceremonies_of, over
from tests.agent.running_agent import wait_until
from tests.agent.world import HeardJournal

NEW, OLD = "1番窓口", "2番窓口"
OLD_UEID = b"\x02"
NAME = "受付１"


@dataclass
class Bench:
    """A counter without a reader and one with, and staff before them."""

    time_s: float = 0.0
    heard: HeardJournal = field(default_factory=HeardJournal)
    counters: dict[str, FakeCounter] = field(
        default_factory=lambda: {NEW: FakeCounter(None), OLD: FakeCounter(a_pairing(OLD_UEID, OLD))}
    )

    def __post_init__(self) -> None:
        self.readers = Readers({name: each.link for name, each in self.counters.items()})
        self.readers.start()
        self.steps = FakeSteps(self.counters)
        self.ceremonies = ceremonies_of(
            self.counters, self.readers, self.heard, self.steps, lambda: self.time_s
        )

    def begin(self, counter: str = NEW, *, may_replace: bool = False) -> None:
        self.ceremonies.pair(counter, NAME, may_replace=may_replace)

    def compared(self) -> None:
        """As far as the digits."""
        self.begin()
        self.steps.press()
        self.wait_for(Phase.COMPARING)

    def wait_for(self, phase: Phase, counter: str = NEW) -> None:
        def is_there() -> bool:
            shown = self.ceremonies.look(counter)
            return shown is not None and shown.phase is phase

        wait_until(is_there)

    def told(self) -> list[tuple[Event, str | None, str | None]]:
        return [(each.event, each.counter, each.detail) for each in self.heard.heard]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.ceremonies.close()


@pytest.mark.parametrize("is_reader_first", [True, False])
def test_a_reader_is_paired_and_served(bench: Bench, is_reader_first: bool) -> None:
    bench.begin()
    bench.wait_for(Phase.WAITING_FOR_BUTTON)
    bench.steps.press()
    bench.wait_for(Phase.COMPARING)
    shown = bench.ceremonies.look(NEW)
    assert shown is not None
    assert (shown.digits, shown.ueid) == (DIGITS, NEW_UEID)
    assert DIGITS not in repr(shown)
    if is_reader_first:
        bench.steps.agree()
    assert bench.ceremonies.answer(NEW, is_same=True).phase is Phase.WAITING_FOR_READER
    if not is_reader_first:
        bench.steps.agree()
    ended = over(bench.ceremonies, NEW)
    assert (ended.phase, ended.digits, ended.ueid) == (Phase.DONE, None, NEW_UEID)
    assert bench.readers[NEW].is_up
    assert bench.counters[OLD].said == [f"start {OLD_UEID.hex()}"], "the other goes on"
    wait_until(lambda: len(bench.told()) == 2)
    assert bench.told() == [
        (Event.PAIRING_BEGUN, NEW, "pairing"),
        (Event.READER_PAIRED, NEW, NEW_UEID.hex()),
    ]
    assert bench.steps.names == [NAME]


def test_digits_that_differ_keep_nothing(bench: Bench) -> None:
    bench.compared()
    bench.ceremonies.answer(NEW, is_same=False)
    ended = over(bench.ceremonies, NEW)
    assert (ended.phase, ended.digits, ended.why) == (Phase.REFUSED, None, Failure.DIGITS_DIFFER)
    assert not bench.readers[NEW].is_paired
    wait_until(lambda: len(bench.told()) == 2)
    assert bench.told()[1] == (Event.PAIRING_FAILED, NEW, "pairing: digits_differ")
    assert DIGITS not in str(bench.told())


def test_an_answer_without_digits_is_none(bench: Bench) -> None:
    bench.begin()
    for counter in (NEW, OLD):
        with pytest.raises(CeremonyRefusedError, match="nothing to compare"):
            bench.ceremonies.answer(counter, is_same=True)
    bench.steps.press()
    bench.wait_for(Phase.COMPARING)
    bench.ceremonies.answer(NEW, is_same=True)
    with pytest.raises(CeremonyRefusedError):
        bench.ceremonies.answer(NEW, is_same=False)


def test_one_at_a_time(bench: Bench) -> None:
    bench.begin()
    with pytest.raises(CeremonyRefusedError, match="already"):
        bench.begin()
    with pytest.raises(CeremonyRefusedError, match="already"):
        bench.ceremonies.renew(OLD)
    assert bench.ceremonies.running_at(NEW) is Kind.PAIRING
    assert bench.ceremonies.running_at(OLD) is None
    bench.ceremonies.call_off(OLD)
    assert bench.ceremonies.running_at(NEW) is Kind.PAIRING
    bench.ceremonies.call_off(NEW)
    assert over(bench.ceremonies, NEW).why is Failure.CALLED_OFF
    assert bench.ceremonies.running_at(NEW) is None
    bench.ceremonies.renew(OLD)
    assert over(bench.ceremonies, OLD).phase is Phase.DONE


def test_what_is_over_is_forgotten_when_it_was_seen(bench: Bench) -> None:
    bench.compared()
    bench.ceremonies.call_off(NEW)
    over(bench.ceremonies, NEW)
    bench.ceremonies.call_off(NEW)
    assert bench.ceremonies.look(NEW) is None


def test_another_reader_takes_a_place_only_where_staff_said_so(bench: Bench) -> None:
    bench.begin(OLD)
    bench.steps.press()
    assert over(bench.ceremonies, OLD).why is Failure.OTHER_READER
    assert bench.readers[OLD].ueid == OLD_UEID
    assert bench.readers[OLD].is_up
    bench.begin(OLD, may_replace=True)
    bench.steps.press()
    bench.wait_for(Phase.COMPARING, OLD)
    bench.ceremonies.answer(OLD, is_same=True)
    bench.steps.agree()
    assert over(bench.ceremonies, OLD).phase is Phase.DONE
    assert bench.readers[OLD].ueid == NEW_UEID


def test_a_console_that_is_gone_ends_it(bench: Bench) -> None:
    bench.compared()
    bench.time_s = GONE_S
    bench.ceremonies.end_if_nobody_looks()
    assert bench.ceremonies.look(NEW) is not None
    bench.time_s = 2 * GONE_S + 1
    bench.ceremonies.end_if_nobody_looks()
    assert over(bench.ceremonies, NEW).why is Failure.CALLED_OFF
    assert not bench.readers[NEW].is_paired


def test_keys_are_renewed_and_a_pairing_is_ended(bench: Bench) -> None:
    bench.ceremonies.renew(OLD)
    assert over(bench.ceremonies, OLD).phase is Phase.DONE
    assert bench.readers[OLD].is_up
    bench.ceremonies.unpair(OLD, is_reader_gone=False)
    assert over(bench.ceremonies, OLD).phase is Phase.DONE
    assert not bench.readers[OLD].is_paired
    with pytest.raises(CeremonyRefusedError, match="no reader is paired"):
        bench.ceremonies.unpair(OLD, is_reader_gone=True)
    events = [event for event, *_ in bench.told()]
    assert {Event.READER_RENEWED, Event.READER_UNPAIRED} <= set(events)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (PairingFailedError(Failure.NO_READER, "no reader answers"), Failure.NO_READER),
        (ConfigError("trust_root: it cannot be used"), Failure.NOT_USABLE),
        (OSError(5, "Input/output error"), Failure.NOT_USABLE),
        (ZeroDivisionError(), Failure.INTERNAL),
    ],
)
def test_a_fault_is_told_and_the_reader_goes_on(
    bench: Bench, fault: Exception, why: Failure
) -> None:
    bench.steps.fault = fault
    bench.ceremonies.unpair(OLD, is_reader_gone=False)
    assert over(bench.ceremonies, OLD).why is why
    assert bench.readers[OLD].is_up
    wait_until(lambda: bench.told()[-1] == (Event.PAIRING_FAILED, OLD, f"unpairing: {why.value}"))
    bench.ceremonies.unpair(OLD, is_reader_gone=True)
    assert over(bench.ceremonies, OLD).phase is Phase.DONE


def test_a_name_that_the_reader_cannot_show_begins_nothing(bench: Bench) -> None:
    with pytest.raises(PairingError, match="--name"):
        bench.ceremonies.pair(NEW, "123456", may_replace=False)
    assert bench.ceremonies.look(NEW) is None


def test_the_end_of_the_agent_ends_it(bench: Bench) -> None:
    bench.compared()
    bench.ceremonies.close()
    assert over(bench.ceremonies, NEW).why is Failure.CALLED_OFF
    with pytest.raises(CeremonyRefusedError):
        bench.begin()


class KeepsDigits(Ceremonies):
    """A design that lets staff see the digits longer."""

    def _fail(self, begun: object, why: Failure) -> None:
        self.change(lambda now: replace(now, phase=Phase.REFUSED, why=why))


def digits_left(kind: type[Ceremonies], bench: Bench) -> str | None:
    """What is shown of the digits after somebody said that they differ."""
    bench.ceremonies.__class__ = kind
    bench.compared()
    bench.ceremonies.answer(NEW, is_same=False)
    return over(bench.ceremonies, NEW).digits


def test_digits_are_gone_with_the_comparison(bench: Bench) -> None:
    assert digits_left(Ceremonies, bench) is None


def test_negative_control_digits_that_stay(bench: Bench) -> None:
    assert digits_left(KeepsDigits, bench) == DIGITS

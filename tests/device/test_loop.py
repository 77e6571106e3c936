"""One thread owns the visit: events in order, effects in order, one timer."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device.journal import Journal
from device.loop import VisitLoop
from device.visit import events
from device.visit.effects import Effect, PageName, RecogniseCard, ShowPage, StartTimer, TellAgent
from device.visit.policy import VisitPolicy
from hostlink.messages import VisitProgressed
from hostlink.terms import CardKind, VisitStep

WAIT_S = 5.0
VISIT = b"v" * 16


class Performer:
    """Remembers the effects and the threads they came from."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.threads: set[int] = set()
        self._changed = threading.Condition()

    def perform(self, effect: Effect) -> None:
        with self._changed:
            self.effects.append(effect)
            self.threads.add(threading.get_ident())
            self._changed.notify_all()

    def wait_for(self, is_there: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(is_there, WAIT_S)

    def wait_for_page(self, page: PageName) -> None:
        self.wait_for(lambda: page in self.pages)

    @property
    def pages(self) -> list[PageName]:
        return [effect.page for effect in self.effects if isinstance(effect, ShowPage)]

    @property
    def news(self) -> list[VisitStep]:
        told = [effect.message for effect in self.effects if isinstance(effect, TellAgent)]
        return [message.step for message in told if isinstance(message, VisitProgressed)]


@pytest.fixture
def performer() -> Performer:
    return Performer()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.jsonl")
    yield made
    made.close()


@pytest.fixture
def loop(journal: Journal) -> Iterator[VisitLoop]:
    made = VisitLoop(VisitPolicy(), journal)
    yield made
    made.stop()


def test_events_are_handled_in_order_and_effects_come_in_order(
    loop: VisitLoop, performer: Performer
) -> None:
    loop.post(events.SlotReady())
    loop.post(events.CardPlaced(VISIT))
    loop.post(events.CardRemoved())
    loop.start(performer)
    performer.wait_for(lambda: performer.news[-1:] == [VisitStep.LEFT])
    assert performer.pages == [
        PageName.STARTING,
        PageName.IDLE,
        PageName.RECOGNISING,
        PageName.CARD_TAKEN,
    ]
    kinds = [type(effect).__name__ for effect in performer.effects]
    assert kinds == [
        *("ShowPage", "ShowPage", "ShowPage", "RecogniseCard", "TellAgent"),
        *("KeepRecord", "ForgetPatient", "ShowPage", "TellAgent"),
    ]


def test_the_agent_is_told_where_the_patient_is_and_anew_when_it_comes_back(
    loop: VisitLoop, performer: Performer
) -> None:
    loop.start(performer)
    laid: list[events.Event] = [events.SlotReady(), events.CardPlaced(VISIT)]
    for event in (*laid, events.AgentConnected(), events.CardRemoved(), events.AgentConnected()):
        loop.post(event)
    loop.stop()
    read, left = VisitStep.CARD_READ, VisitStep.LEFT
    assert performer.news == [read, read, left, left]


def test_effects_come_from_one_thread_whoever_posts(loop: VisitLoop, performer: Performer) -> None:
    loop.start(performer)
    for event in (events.SlotReady(), events.CardPlaced(VISIT), events.SlotLost()):
        thread = threading.Thread(target=loop.post, args=(event,))
        thread.start()
        thread.join()
    performer.wait_for_page(PageName.OUT_OF_SERVICE)
    assert len(performer.threads) == 1
    assert threading.get_ident() not in performer.threads


def test_the_loop_keeps_the_timer_itself(loop: VisitLoop, performer: Performer) -> None:
    loop._perform(performer, (StartTimer(3, 1000.0), ShowPage(3, PageName.IDLE)))
    assert performer.effects == [ShowPage(3, PageName.IDLE)]


def test_a_newer_timer_replaces_the_older_one(loop: VisitLoop, performer: Performer) -> None:
    loop._perform(performer, (StartTimer(1, 0.0), StartTimer(2, 0.0)))
    assert loop._next() == events.TimedOut(2)
    loop.post(events.SlotReady())
    assert loop._next() == events.SlotReady()
    loop._perform(performer, (StartTimer(3, 0.0), StartTimer(4, 1000.0)))
    loop.post(events.SlotLost())
    assert loop._next() == events.SlotLost()
    assert [event for _, event in loop._due] == [events.TimedOut(4)]


def test_what_has_already_happened_comes_before_the_time_that_is_over(
    loop: VisitLoop, performer: Performer
) -> None:
    loop._perform(performer, (StartTimer(1, 0.0),))
    loop.post(events.PinEntered(1))
    assert [loop._next(), loop._next()] == [events.PinEntered(1), events.TimedOut(1)]
    assert loop._due == [], "it runs out once"


def test_a_warning_comes_before_the_end_and_both_go_with_the_next_timer(
    loop: VisitLoop, performer: Performer
) -> None:
    loop._perform(performer, (StartTimer(1, 0.02, warn_s=0.01),))
    assert [loop._next(), loop._next()] == [events.TimeRunsShort(1), events.TimedOut(1)]
    loop._perform(performer, (StartTimer(2, 1000.0, warn_s=10.0), StartTimer(3, 1000.0)))
    assert [event for _, event in loop._due] == [events.TimedOut(3)]


def test_the_time_of_a_turn_runs_out(journal: Journal, performer: Performer) -> None:
    loop = VisitLoop(VisitPolicy(recognise_s=0.01), journal)
    loop.post(events.SlotReady())
    loop.post(events.CardPlaced(VISIT))
    begun_s = time.monotonic()
    loop.start(performer)
    performer.wait_for_page(PageName.TAKE_CARD)
    loop.stop()
    assert 0.01 <= time.monotonic() - begun_s < WAIT_S


def test_a_late_timer_changes_nothing(loop: VisitLoop, performer: Performer) -> None:
    loop.start(performer)
    loop.post(events.SlotReady())
    loop.post(events.CardPlaced(VISIT))
    loop.post(events.CardRecognised(2, CardKind.MY_NUMBER, True, True, 3))
    performer.wait_for_page(PageName.CHOOSE_METHOD)
    loop.post(events.TimedOut(2))
    loop.post(events.TimedOut(99))
    loop.post(events.PinChosen(3))
    performer.wait_for_page(PageName.PIN)
    assert performer.pages[-2:] == [PageName.CHOOSE_METHOD, PageName.PIN]


def test_the_journal_holds_names_and_nothing_else(
    loop: VisitLoop, performer: Performer, tmp_path: Path
) -> None:
    loop.start(performer)
    for event in (events.SlotReady(), events.CardPlaced(VISIT), events.CardRemoved()):
        loop.post(event)
    performer.wait_for_page(PageName.CARD_TAKEN)
    loop.stop()
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    told = [(line["event"], line["before"], line["after"], line["turn"]) for line in lines]
    assert told == [
        ("SlotReady", "OutOfService", "Idle", 1),
        ("CardPlaced", "Idle", "Recognising", 2),
        ("CardRemoved", "Recognising", "CardTaken", 3),
    ]
    assert [line["visit"] for line in lines] == ["", VISIT.hex(), VISIT.hex()]
    assert {key for line in lines for key in line} == {
        *("at_ms", "event", "before", "after", "turn", "visit"),
    }


def test_stopping_ends_the_thread_after_what_is_queued(
    loop: VisitLoop, performer: Performer
) -> None:
    runs = [loop.is_running]
    loop.start(performer)
    runs.append(loop.is_running)
    loop.post(events.SlotReady())
    loop.stop()
    runs.append(loop.is_running)
    assert runs == [False, True, False]
    assert performer.pages == [PageName.STARTING, PageName.IDLE]


class Breaking(Performer):
    def perform(self, effect: Effect) -> None:
        if type(effect) is RecogniseCard:
            raise RuntimeError
        super().perform(effect)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_effect_that_breaks_is_seen_from_outside(loop: VisitLoop) -> None:
    loop.start(Breaking())
    loop.post(events.SlotReady())
    loop.post(events.CardPlaced(VISIT))
    assert loop._thread is not None
    loop._thread.join(WAIT_S)
    assert not loop.is_running

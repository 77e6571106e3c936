"""A silent patient is warned, may ask for more time as often as wanted, and is then let go."""

from collections.abc import Callable
from dataclasses import replace

from device.visit import events, patience
from device.visit.effects import ForgetPatient, StartTimer, TakeBackWarning, WarnOfEnd
from device.visit.machine import Step, advance
from device.visit.policy import VisitPolicy
from device.visit.state import ComparingFace, State, TakingCard
from hostlink.terms import FailureCode
from tests.device.visit.story import NOW, OPTIONS, Story
from tools.draw_states import TYPING, explore

POLICY = VisitPolicy()
STEPS = explore()
ENDED_BY_SILENCE = sorted(
    {
        type(before).__name__
        for before, event, after, _ in STEPS
        if isinstance(event, events.TimedOut)
        and not isinstance(before, TakingCard | ComparingFace)
        and isinstance(after, TakingCard)
        and after.failure is FailureCode.TIMED_OUT
    }
)
WAITING = sorted(
    each.__name__ for each in patience.WaitingForPatient.__args__ if each is not ComparingFace
)
"""Staff who compare are not waited for at a reception; the crew are, see `test_emergency.py`."""


def asked_to_choose() -> Story:
    return Story().lay_card()


def test_whoever_is_let_go_for_silence_was_warned() -> None:
    assert set(ENDED_BY_SILENCE) | {"Failing"} == set(WAITING)


def unwarned(advance: Callable[..., Step]) -> set[str]:
    """Pages that came up with a timer that warns nobody."""
    found = set()
    for before, event, *_ in STEPS:
        after, effects = advance(before, event, TYPING)
        timers = [effect for effect in effects if isinstance(effect, StartTimer)]
        is_new = after.turn != before.turn and type(after).__name__ in WAITING
        if is_new and [timer.warn_s for timer in timers] != [POLICY.warn_s]:
            found.add(type(after).__name__)
    return found


def warns_nobody(state: State, event: events.Event, policy: VisitPolicy) -> Step:
    """Bad: plain timers."""
    after, effects = advance(state, event, policy)
    return after, tuple(
        replace(effect, warn_s=0.0) if isinstance(effect, StartTimer) else effect
        for effect in effects
    )


def test_each_of_these_pages_starts_with_a_timer_that_warns() -> None:
    assert POLICY.warn_s >= 20
    assert unwarned(advance) == set()
    assert unwarned(warns_nobody) == set(WAITING)


def test_the_warning_says_how_long_is_left_and_changes_nothing() -> None:
    story = asked_to_choose()
    before = story.state
    story.happen(events.TimeRunsShort(story.turn))
    assert story.last == (WarnOfEnd(story.turn, POLICY.warn_s),)
    assert story.state == before


def test_more_time_begins_the_page_s_time_anew_as_often_as_it_is_asked_for() -> None:
    story = asked_to_choose()
    for _ in range(20):
        story.happen(events.TimeRunsShort(story.turn), events.MoreTimeWanted(story.turn))
        timer = StartTimer(story.turn, POLICY.choose_s, POLICY.warn_s)
        assert story.last == (TakeBackWarning(story.turn), timer)
    story.match_face().prove()
    assert story.happen(events.AllConsentsAnswered(story.turn, True, NOW, b"")).records


def test_silence_after_the_warning_ends_the_visit_and_forgets_the_patient() -> None:
    story = Story().lay_card().match_face().prove(OPTIONS)
    story.happen(events.TimeRunsShort(story.turn), events.TimedOut(story.turn))
    assert story.records[0].failure is FailureCode.TIMED_OUT
    assert ForgetPatient() in story.last


def test_a_sign_that_comes_too_late_brings_nothing_back() -> None:
    story = asked_to_choose()
    turn = story.turn
    story.happen(events.TimedOut(turn), events.MoreTimeWanted(turn))
    assert story.last == ()


def test_a_reader_that_works_warns_nobody() -> None:
    story = Story().lay_card().match_face()
    story.happen(events.TimeRunsShort(story.turn))
    assert story.last == ()
    story.happen(events.MoreTimeWanted(story.turn))
    assert story.last == ()


def test_of_a_short_time_half_is_left_after_the_warning() -> None:
    policy = replace(POLICY, choose_s=10.0)
    story = Story(policy).lay_card()
    (timer,) = (effect for effect in story.last if isinstance(effect, StartTimer))
    assert (timer.after_s, timer.warn_s) == (10.0, 5.0)

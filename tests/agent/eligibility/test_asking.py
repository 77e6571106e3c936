"""Time limits and the one repetition, against a service that behaves as badly as one can."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from agent.clock import Clock, SystemClock
from agent.eligibility._asking import Asker, Reply, Times, pause_before_repeating
from agent.eligibility._breaker import FAILED_VISITS, PAUSE_S
from agent.eligibility.http import PATH, HttpSource
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from hostlink.terms import FailureCode
from tests.agent.world import INSTITUTION, TODAY, ToldClock
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService, Manners

WHOLE_S = 0.4
SLACK_S = 0.3
TLS = ssl.create_default_context()
WELL = Manners()
CUT = Manners(cut_after_bytes=100)
"""In the middle of an answer's body."""
MakeSource = Callable[..., HttpSource]


@pytest.fixture(scope="module")
def running() -> Iterator[EligibilityService]:
    with EligibilityService(default_person=UKETSUKE_TARO) as service:
        yield service


@pytest.fixture
def service(running: EligibilityService) -> EligibilityService:
    running.come_back()
    running.questions.clear()
    return running


@pytest.fixture
def make(service: EligibilityService) -> Iterator[MakeSource]:
    made: list[HttpSource] = []

    def make_source(
        whole_s: float = WHOLE_S, read_s: float = WHOLE_S, clock: Clock | None = None
    ) -> HttpSource:
        times = Times(connect_s=whole_s, read_s=read_s, whole_s=whole_s)
        asker = Asker(httpx.URL(service.url + PATH), TLS, times)
        made.append(HttpSource(asker, clock or SystemClock()))
        return made[-1]

    yield make_source
    for source in made:
        source.close()


def query(visit: int = 0) -> EligibilityQuery:
    return EligibilityQuery(bytes([visit] * 16), INSTITUTION, b"certificate", TODAY.date())


BAD_ANSWERS = {
    "late": Manners(latency_s=5),
    "byte by byte": Manners(trickle_s=0.05),
    "half": CUT,
    "in the head": Manners(cut_after_bytes=5),
    "none": Manners(cut_after_bytes=0),
    "down": Manners(status=503),
    "down for long": Manners(status=503, retry_after="3600"),
    "refusing": Manners(status=403),
    "broken": Manners(status=500),
}


@pytest.mark.parametrize("manners", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_no_answer_takes_longer_than_it_may(
    make: MakeSource, service: EligibilityService, manners: Manners
) -> None:
    service.behave(manners)
    started = time.monotonic()
    assert make().ask(query()) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert time.monotonic() - started < WHOLE_S + SLACK_S


def test_what_a_patient_waited_before_counts(make: MakeSource, service: EligibilityService) -> None:
    service.behave(Manners(latency_s=5))
    began_s = time.monotonic()
    waiting = replace(query(), since_ms=(began_s - WHOLE_S * 3 / 4) * 1000)
    assert make().ask(waiting) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert time.monotonic() - began_s < WHOLE_S * 3 / 4
    # Negative control: one whose time begins when it is asked.
    began_s = time.monotonic()
    assert make().ask(query()) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert time.monotonic() - began_s > WHOLE_S * 3 / 4


def test_whoever_waited_long_enough_is_not_asked_for(
    make: MakeSource, service: EligibilityService
) -> None:
    late = replace(query(), since_ms=(time.monotonic() - WHOLE_S) * 1000)
    assert make().ask(late) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert service.questions == []


def test_waiting_for_each_part_alone_is_caught(service: EligibilityService) -> None:
    """Negative control: a byte now and then keeps a plain client far beyond its time-out."""
    service.behave(Manners(status=403, trickle_s=0.01))
    started = time.monotonic()
    with httpx.Client(timeout=WHOLE_S, trust_env=False) as client:
        client.post(service.url + PATH, json={})
    assert time.monotonic() - started > WHOLE_S + SLACK_S


REPEATED = {
    "dropped": (CUT, True),
    "bad gateway": (Manners(status=502), True),
    "down": (Manners(status=503), True),
    "gateway too late": (Manners(status=504), True),
    "down for no time": (Manners(status=503, retry_after="0"), True),
    "down for long": (Manners(status=503, retry_after="3"), False),
    "down until a day": (Manners(status=503, retry_after="Mon, 30 Nov 2026 00:00:00 GMT"), False),
    "refusing": (Manners(status=403), False),
    "broken": (Manners(status=500), False),
    "busy": (Manners(status=429), False),
}


@pytest.mark.parametrize(("manners", "is_repeated"), REPEATED.values(), ids=REPEATED)
def test_what_is_repeated_once(
    make: MakeSource, service: EligibilityService, manners: Manners, *, is_repeated: bool
) -> None:
    service.behave(WELL, manners)
    answer = make(whole_s=5).ask(query())
    assert isinstance(answer, EligibilityAnswer) == is_repeated
    assert len(service.questions) == (2 if is_repeated else 1)
    assert len({question["visit"] for question in service.questions}) == 1


def test_nothing_is_repeated_twice(make: MakeSource, service: EligibilityService) -> None:
    service.behave(WELL, CUT, CUT)
    assert make(whole_s=5).ask(query()) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert len(service.questions) == 2


def test_a_silence_is_broken_by_asking_again(make: MakeSource, service: EligibilityService) -> None:
    """Such as a kept connection whose other end was switched off."""
    service.behave(WELL, Manners(latency_s=5))
    assert isinstance(make(whole_s=5, read_s=0.2).ask(query()), EligibilityAnswer)


@pytest.mark.parametrize(
    ("retry_after", "pause_s"),
    [
        (None, 0.1),
        ("0", 0.1),
        ("2", 2),
        ("3", None),
        ("-1", None),
        ("9" * 5000, None),
        ("１", None),
    ],
)
def test_a_wish_for_a_pause(retry_after: str | None, pause_s: float | None) -> None:
    assert pause_before_repeating(Reply(503, b"", retry_after)) == pause_s


def test_a_dead_service_costs_three_patients_time_and_no_more(
    service: EligibilityService, make: MakeSource
) -> None:
    clock = ToldClock()
    source = make(clock=clock)
    service.behave(Manners(latency_s=5))
    for visit in range(FAILED_VISITS):
        assert source.ask(query(visit)) is FailureCode.ELIGIBILITY_UNREACHABLE
    asked = len(service.questions)
    started = time.monotonic()
    assert source.ask(query(9)) is FailureCode.ELIGIBILITY_UNREACHABLE
    assert time.monotonic() - started < WHOLE_S / 2
    assert len(service.questions) == asked
    service.come_back()
    clock.time += timedelta(seconds=PAUSE_S)
    assert isinstance(source.ask(query(9)), EligibilityAnswer)


@pytest.mark.parametrize("status", [500, 403, 404])
def test_whoever_answers_at_once_is_there(
    service: EligibilityService, make: MakeSource, status: int
) -> None:
    source = make()
    service.behave(WELL, *[Manners(status=status)] * (FAILED_VISITS + 1))
    for visit in range(FAILED_VISITS + 1):
        source.ask(query(visit))
    assert isinstance(source.ask(query()), EligibilityAnswer)


def test_whoever_waits_at_the_end_is_let_go(make: MakeSource, service: EligibilityService) -> None:
    service.behave(Manners(latency_s=30))
    source = make(whole_s=30)
    answers: list[object] = []
    waiting = threading.Thread(target=lambda: answers.append(source.ask(query())))
    waiting.start()
    while not service.questions:
        time.sleep(0.005)
    source.close()
    waiting.join(5)
    assert answers == [FailureCode.ELIGIBILITY_UNREACHABLE]
    assert source.ask(query(1)) is FailureCode.ELIGIBILITY_UNREACHABLE
    source.close()

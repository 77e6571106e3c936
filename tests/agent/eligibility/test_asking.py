"""Time limits and the one repetition, against a service that behaves as badly as one can."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from agent.clock import Clock, SystemClock
from agent.eligibility._asking import ENDING, TOO_LATE, Asker, Reply, Times, pause_before_repeating
from agent.eligibility._breaker import FAILED_VISITS, PAUSE_S
from agent.eligibility.http import PATH, HttpSource
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.errors import EligibilityUnreachableError
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
    "late": (Manners(latency_s=5), TOO_LATE),
    "byte by byte": (Manners(trickle_s=0.05), TOO_LATE),
    "half": (CUT, "RemoteProtocolError"),
    "in the head": (Manners(cut_after_bytes=5), "RemoteProtocolError"),
    "none": (Manners(cut_after_bytes=0), "RemoteProtocolError"),
    "down": (Manners(status=503), "HTTP 503"),
    "down for long": (Manners(status=503, retry_after="3600"), "HTTP 503"),
    "unknown here": (Manners(status=401), "HTTP 401"),
    "refusing": (Manners(status=403), "HTTP 403"),
    "broken": (Manners(status=500), "HTTP 500"),
}


@pytest.mark.parametrize(("manners", "cause"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_no_answer_takes_longer_than_it_may_and_each_has_its_cause(
    make: MakeSource, service: EligibilityService, manners: Manners, cause: str
) -> None:
    service.behave(manners)
    started = time.monotonic()
    with pytest.raises(EligibilityUnreachableError) as unreachable:
        make().ask(query())
    assert time.monotonic() - started < WHOLE_S + SLACK_S
    assert unreachable.value.cause == cause


def test_what_a_patient_waited_before_counts(make: MakeSource, service: EligibilityService) -> None:
    service.behave(Manners(latency_s=5))
    began_s = time.monotonic()
    waiting = replace(query(), since_ms=(began_s - WHOLE_S * 3 / 4) * 1000)
    with pytest.raises(EligibilityUnreachableError):
        make().ask(waiting)
    assert time.monotonic() - began_s < WHOLE_S * 3 / 4
    # Negative control: one whose time begins when it is asked.
    began_s = time.monotonic()
    with pytest.raises(EligibilityUnreachableError):
        make().ask(query())
    assert time.monotonic() - began_s > WHOLE_S * 3 / 4


def test_whoever_waited_long_enough_is_not_asked_for(
    make: MakeSource, service: EligibilityService
) -> None:
    late = replace(query(), since_ms=(time.monotonic() - WHOLE_S) * 1000)
    with pytest.raises(EligibilityUnreachableError):
        make().ask(late)
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
    with nullcontext() if is_repeated else pytest.raises(EligibilityUnreachableError):
        make(whole_s=5).ask(query())
    assert len(service.questions) == (2 if is_repeated else 1)
    assert len({question["visit"] for question in service.questions}) == 1


def test_nothing_is_repeated_twice(make: MakeSource, service: EligibilityService) -> None:
    service.behave(WELL, CUT, CUT)
    with pytest.raises(EligibilityUnreachableError):
        make(whole_s=5).ask(query())
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
        with pytest.raises(EligibilityUnreachableError):
            source.ask(query(visit))
    asked = len(service.questions)
    started = time.monotonic()
    with pytest.raises(EligibilityUnreachableError):
        source.ask(query(9))
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
        with suppress(EligibilityUnreachableError):
            source.ask(query(visit))
    assert isinstance(source.ask(query()), EligibilityAnswer)


def test_whoever_waits_at_the_end_is_let_go(make: MakeSource, service: EligibilityService) -> None:
    service.behave(Manners(latency_s=30))
    source = make(whole_s=30)
    causes: list[str] = []

    def wait() -> None:
        try:
            source.ask(query())
        except EligibilityUnreachableError as error:
            causes.append(error.cause)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not service.questions:
        time.sleep(0.005)
    source.close()
    waiting.join(5)
    assert causes == [ENDING]
    with pytest.raises(EligibilityUnreachableError):
        source.ask(query(1))
    source.close()

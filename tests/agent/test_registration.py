"""A chosen number is registered in the background, and what comes of it stops nobody."""

import threading
from concurrent.futures import Future
from dataclasses import replace
from queue import Queue

import pytest

from agent.eligibility.port import InsuredNumbers, NumbersRefused
from agent.errors import MalformedNumberError, NumbersTimedOutError
from agent.journal import Alarm, Event
from agent.registration import BackgroundRegistration
from tests.agent.world import INSTITUTION, RECORD, VISIT_ID, HeardJournal

PATIENCE_S = 10
VISITS = [bytes([number]) * 16 for number in range(3)]


class ToldNetwork:
    """Answers as the test says."""

    def __init__(self, answer: NumbersRefused | Exception | None = None) -> None:
        self.asked: Queue[tuple[str, str, InsuredNumbers]] = Queue()
        self._answer = answer

    def register(
        self, medical_institution_code: str, reference_number: str, numbers: InsuredNumbers
    ) -> NumbersRefused | None:
        self.asked.put((medical_institution_code, reference_number, numbers))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def registered(network: ToldNetwork) -> HeardJournal:
    journal = HeardJournal()
    registration = BackgroundRegistration(network, INSTITUTION, journal)
    registration.register(VISIT_ID, RECORD, "24434")
    registration._pool.shutdown(wait=True)
    return journal


def test_the_numbers_of_the_record_go_with_the_clinics_own() -> None:
    network = ToldNetwork()
    assert registered(network).events == [Event.NUMBER_REGISTERING, Event.NUMBER_REGISTERED]
    code, number, numbers = network.asked.get(timeout=PATIENCE_S)
    assert (code, number) == (INSTITUTION, "24434")
    assert numbers.insurer_number == RECORD.person.insurer_number
    assert numbers.insured_identification_number == RECORD.person.insured_identification_number


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (NumbersRefused("R1", "対象者なし"), "refused by the network"),
        (NumbersTimedOutError(is_taken=True), "NumbersTimedOutError"),
    ],
)
def test_staff_are_told_of_a_failure_without_the_number(
    answer: NumbersRefused | Exception, why: str
) -> None:
    begun, event = registered(ToldNetwork(answer)).heard
    assert begun.event is Event.NUMBER_REGISTERING
    assert (event.alarm, event.detail) == (Alarm.NUMBER_NOT_REGISTERED, why)
    assert event.visit == VISIT_ID


class SlowNetwork(ToldNetwork):
    """Answers nobody before it is told to end."""

    def __init__(self) -> None:
        super().__init__(NumbersTimedOutError(is_taken=True))
        self.is_asked = threading.Event()
        self.is_ended = threading.Event()

    def register(
        self, medical_institution_code: str, reference_number: str, numbers: InsuredNumbers
    ) -> NumbersRefused | None:
        self.is_asked.set()
        self.is_ended.wait(PATIENCE_S)
        return super().register(medical_institution_code, reference_number, numbers)


class Forgetful(BackgroundRegistration):
    """Negative control: tells what became of what it began, and no more."""

    def _tell(self, visit_id: bytes, registered: Future[NumbersRefused | None]) -> None:
        if not registered.cancelled():
            super()._tell(visit_id, registered)


@pytest.mark.parametrize(
    ("made", "told"),
    [(BackgroundRegistration, [*VISITS[1:], VISITS[0]]), (Forgetful, VISITS[:1])],
    ids=["told", "negative control"],
)
def test_staff_are_told_of_all_that_the_end_of_the_agent_came_before(
    made: type[BackgroundRegistration], told: list[bytes]
) -> None:
    network, journal = SlowNetwork(), HeardJournal()
    registration = made(network, INSTITUTION, journal)
    for visit in VISITS:
        registration.register(visit, RECORD, "24434")
    assert network.is_asked.wait(PATIENCE_S)
    registration._pool.shutdown(wait=False, cancel_futures=True)  # as `close` begins
    network.is_ended.set()
    registration.close()
    assert [event.visit for event in journal.heard if event.alarm] == told
    assert set(journal.alarms) == {Alarm.NUMBER_NOT_REGISTERED}


def test_a_record_without_a_number_is_refused_at_once() -> None:
    unnumbered = replace(RECORD, person=replace(RECORD.person, insured_identification_number=None))
    registration = BackgroundRegistration(ToldNetwork(), INSTITUTION, HeardJournal())
    with pytest.raises(MalformedNumberError):
        registration.register(VISIT_ID, unnumbered, "24434")
    registration.close()

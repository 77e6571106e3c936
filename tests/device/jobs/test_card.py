"""The jobs with a card, against the simulated card in this process.

A PIN goes to the card once, after its intent is on the disk, and is wiped whatever happens.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from device.clock import Clock
from device.jobs import card as card_jobs
from device.jobs.card import CardJobs, CardParts
from device.pinpad.attempts import AttemptOutcome, AttemptToken, PinAttempts
from device.pinpad.pin import Pin
from device.reader.card_facts import SignedChallenge
from device.reader.errors import (
    CardLostError,
    PrintedCodeUnreadableError,
    ReaderError,
    SlotLostError,
)
from device.reader.port import CardConnection, SlotListener
from device.reader.printed_code import PrintedCode
from device.visit import events
from hostlink.terms import CardKind, FailureCode, TimeSource
from tests.device.pinpad.fake_disk import FakeDisk, crashes
from tests.device.posted import LONGEST_WAIT_S, Posted, finish
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.visit_steps import CHALLENGE, CODE, PHOTO, check_signature
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.trace import VERIFY

TURN = 11
KEY = bytes(range(32))
RIGHT, WRONG = b"1234", b"9999"
NOW_S = 1_800_000_000


class Front:
    """Reads what is printed, or fails as it is told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked: list[float] = []

    def read_printed_code(self, not_before_s: float) -> PrintedCode:
        self.asked.append(not_before_s)
        if self.error:
            raise self.error
        return CODE


class Slot(InProcessSlot):
    """The slot of the simulated card, which can also break."""

    error: Exception | None = None

    def connect(self) -> CardConnection:
        if self.error:
            raise self.error
        return super().connect()

    def watch(self, listener: SlotListener) -> None:
        """Nobody asks."""


def attempts_on(disk: FakeDisk) -> PinAttempts:
    return PinAttempts(disk, KEY, lambda: NOW_S)


@dataclass
class Bench:
    card: SimulatedCard
    make_attempts: Callable[[FakeDisk], PinAttempts] = attempts_on
    disk: FakeDisk = field(default_factory=FakeDisk)
    front: Front = field(default_factory=Front)
    posted: Posted = field(default_factory=Posted)

    def __post_init__(self) -> None:
        self.slot = Slot(self.card)
        parts = CardParts(self.slot, self.front, None, self.make_attempts(self.disk))
        self.jobs = CardJobs(parts, Clock(), self.posted)

    def count(self, turn: int = TURN) -> events.Event:
        self.jobs.count_pin_tries(turn)
        return self.posted.next()

    def verify(self, digits: bytes, turn: int = TURN) -> events.Event:
        """Send a PIN; whatever comes of it, its buffer is empty afterwards."""
        buffer = bytearray(digits)
        self.jobs.verify_pin(turn, Pin(buffer))
        answer = self.posted.next()
        self.finish()
        assert bytes(buffer) == bytes(len(digits))
        return answer

    def sign(self, *, is_after_face: bool = False) -> events.Event:
        self.jobs.sign(TURN, CHALLENGE, is_after_face=is_after_face)
        return self.posted.next()

    def finish(self) -> None:
        finish(self.jobs._worker)

    @property
    def pins_sent(self) -> int:
        return len(self.card.trace.presented_pins())


Lay = Callable[[CardProfile], Bench]


@pytest.fixture
def lay(issuer: Issuer) -> Iterator[Lay]:
    benches: list[Bench] = []

    def make(profile: CardProfile) -> Bench:
        benches.append(Bench(issuer.issue(profile, PHOTO)))
        return benches[-1]

    yield make
    for bench in benches:
        bench.jobs.stop()


@pytest.fixture
def bench(lay: Lay) -> Bench:
    return lay(catalog.MY_NUMBER)


def failed(failure: FailureCode) -> events.JobFailed:
    return events.JobFailed(TURN, failure)


def is_sent_pin(command: bytes) -> bool:
    return command[1] == VERIFY and len(command) > 5


# --- recognising ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "answer"),
    [
        (catalog.MY_NUMBER, events.CardRecognised(TURN, CardKind.MY_NUMBER, True, True)),
        (catalog.FACE_ONLY, events.CardRecognised(TURN, CardKind.FACE_ONLY, False, True)),
        (catalog.ANDROID, events.CardRecognised(TURN, CardKind.ANDROID, True, False)),
        (catalog.TRANSIT, failed(FailureCode.CARD_NOT_ACCEPTED)),
    ],
)
def test_tells_what_lies_there(lay: Lay, profile: CardProfile, answer: events.Event) -> None:
    bench = lay(profile)
    bench.jobs.recognise(TURN)
    assert bench.posted.next() == answer
    bench.finish()
    assert bench.posted.events == [answer]


def test_the_certificate_is_fetched_while_the_patient_chooses(bench: Bench) -> None:
    bench.jobs.recognise(TURN)
    bench.finish()
    bench.card.trace.clear()
    bench.count()
    assert bench.card.trace.with_ins(0xB0) == []


def test_a_card_pulled_after_it_was_recognised_answers_once(bench: Bench) -> None:
    """Reading ahead is nobody's job: whoever needs the certificate hears the reason."""
    bench.card.physics.before_command = lambda command: (
        bench.card.physics.pull() if bench.posted.events else None
    )
    bench.jobs.recognise(TURN)
    bench.finish()
    assert isinstance(bench.posted.next(), events.CardRecognised)
    assert bench.count() == failed(FailureCode.CARD_REMOVED)


# --- the photo ------------------------------------------------------------------------------------


def test_the_photo_is_opened_with_the_printed_code(bench: Bench) -> None:
    assert bench.jobs.read_photo().result(LONGEST_WAIT_S) == PHOTO


@pytest.mark.parametrize("error", [PrintedCodeUnreadableError(), RuntimeError("what was this?")])
def test_whatever_stands_in_the_way_of_the_photo_is_told(bench: Bench, error: Exception) -> None:
    bench.front.error = error
    with pytest.raises(ReaderError):
        bench.jobs.read_photo().result(LONGEST_WAIT_S)
    bench.front.error = None
    assert bench.jobs.read_photo().result(LONGEST_WAIT_S) == PHOTO


def lay_and_read(bench: Bench) -> float:
    """From when on the front was believed, Unix time."""
    bench.jobs.recognise(TURN)
    bench.jobs.read_photo().result(LONGEST_WAIT_S)
    return bench.front.asked[-1]


def test_only_a_front_that_was_seen_since_the_card_was_laid_is_believed(bench: Bench) -> None:
    laid_at_s = time.time()
    not_before_s = lay_and_read(bench)
    assert laid_at_s - card_jobs._NOTICED_WITHIN_S <= not_before_s <= time.time() - 1


def test_what_was_seen_while_another_card_lay_there_is_never_believed(bench: Bench) -> None:
    lay_and_read(bench)
    taken_at_s = time.time()
    bench.jobs.forget()
    assert lay_and_read(bench) >= taken_at_s


def test_where_no_card_was_laid_no_front_is_believed(bench: Bench) -> None:
    bench.jobs.read_photo().result(LONGEST_WAIT_S)
    assert bench.front.asked == [math.inf]


# --- the PIN --------------------------------------------------------------------------------------


def test_the_right_pin_is_accepted(bench: Bench) -> None:
    assert bench.count() == events.PinTriesCounted(TURN, 3)
    answer = bench.verify(RIGHT)
    assert isinstance(answer, events.PinAccepted)
    assert (answer.turn, answer.at.source, bench.pins_sent) == (TURN, TimeSource.NONE, 1)
    signed = bench.sign()
    assert isinstance(signed, events.ChallengeSigned)
    check_signature(SignedChallenge(signed.certificate, signed.signature))


def test_a_wrong_pin_is_rejected_with_the_tries_that_are_left(bench: Bench) -> None:
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    assert bench.verify(WRONG) == events.PinRejected(TURN, 1)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert bench.count() == events.PinTriesCounted(TURN, 3)
    assert bench.pins_sent == 3


def test_the_last_wrong_pin_locks(lay: Lay) -> None:
    bench = lay(catalog.PIN_LAST_TRY)
    assert bench.verify(WRONG) == events.PinRejected(TURN, 0)
    assert bench.count() == events.PinTriesCounted(TURN, 0)


def test_a_locked_card_says_so(lay: Lay) -> None:
    assert lay(catalog.PIN_LOCKED).verify(RIGHT) == events.PinRejected(TURN, 0)


def test_an_android_phone_takes_its_pin_before_it_tells_who_it_is(lay: Lay) -> None:
    bench = lay(catalog.ANDROID)
    bench.jobs.recognise(TURN)
    bench.posted.next()
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert isinstance(bench.sign(), events.ChallengeSigned)


def test_what_is_no_pin_is_not_sent_and_wiped(bench: Bench) -> None:
    assert bench.verify(b"12a4") == failed(FailureCode.CARD_UNREADABLE)
    assert bench.pins_sent == 0


# --- before the PIN, the intent -------------------------------------------------------------------


def free_tries(bench: Bench) -> int:
    """Power cuts after which the disk knows nothing of a PIN that was sent."""
    bench.card.physics.before_command = lambda command: (
        bench.disk.mark("verify") if is_sent_pin(command) else None
    )
    bench.jobs._worker.submit(lambda: certificate.append(bench.jobs._reference()))
    certificate: list[bytes] = []
    bench.verify(WRONG)
    after = [crash for crash in crashes(bench.disk) if "verify" in crash.marks]
    assert len(after) > 1
    read_back = [attempts_on(FakeDisk(crash.image)) for crash in after]
    return sum(
        not log.has_unsettled(certificate[0]) and log.tries_left_seen(certificate[0]) != 2
        for log in read_back
    )


class LateAttempts(PinAttempts):
    """Wrong on purpose: what is sent is written down only with its outcome."""

    def begin(self, card_reference: bytes) -> AttemptToken:
        log, begin = self, super().begin

        class LateToken(AttemptToken):
            def settle(self, outcome: AttemptOutcome, tries_left: int | None = None) -> None:
                begin(card_reference).settle(outcome, tries_left)

        return LateToken(log, b"")


def test_the_intent_is_on_the_disk_before_the_pin_is_sent(bench: Bench) -> None:
    assert free_tries(bench) == 0


def test_an_intent_that_is_written_late_is_caught(issuer: Issuer) -> None:
    late = Bench(
        issuer.issue(catalog.MY_NUMBER), lambda disk: LateAttempts(disk, KEY, lambda: NOW_S)
    )
    assert free_tries(late) > 0
    late.jobs.stop()


def test_a_disk_that_does_not_sync_is_caught(issuer: Issuer) -> None:
    lying = Bench(issuer.issue(catalog.MY_NUMBER), disk=FakeDisk(is_lying=frozenset({"sync"})))
    assert free_tries(lying) > 0
    lying.jobs.stop()


def test_without_the_intent_no_pin_is_sent(bench: Bench) -> None:
    bench.disk.failing.add("sync")
    assert bench.verify(RIGHT) == failed(FailureCode.STORAGE_UNAVAILABLE)
    assert bench.pins_sent == 0


def test_an_outcome_that_cannot_be_written_ends_the_visit(bench: Bench) -> None:
    bench.card.physics.before_command = lambda command: (
        bench.disk.failing.add("append") if is_sent_pin(command) else None
    )
    assert bench.verify(RIGHT) == failed(FailureCode.STORAGE_UNAVAILABLE)
    assert bench.verify(RIGHT) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
    assert bench.pins_sent == 1


# --- the card is pulled --------------------------------------------------------------------------


def commands_before_the_pin(lay: Lay) -> int:
    twin = lay(catalog.MY_NUMBER)
    twin.verify(WRONG)
    commands = [exchange.command for exchange in twin.card.trace.exchanges]
    return next(place for place, command in enumerate(commands) if is_sent_pin(command))


@pytest.mark.parametrize(
    ("fault", "tries_left"), [(Fault.PULL_BEFORE_COMMAND, 3), (Fault.PULL_BEFORE_ANSWER, 2)]
)
def test_a_card_pulled_while_it_checks_the_pin_is_asked_and_never_tried_again(
    lay: Lay, fault: Fault, tries_left: int
) -> None:
    before = commands_before_the_pin(lay)
    bench = lay(catalog.MY_NUMBER)
    bench.card.physics.pull_at(before + 1, fault)
    assert bench.verify(WRONG) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
    assert bench.pins_sent == 1
    assert bench.card.tries_left(PinName.JPKI_AUTHENTICATION) == tries_left

    bench.jobs.forget()
    assert bench.verify(RIGHT) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
    assert bench.pins_sent == 1

    assert bench.count() == events.PinTriesCounted(TURN, tries_left)
    assert bench.pins_sent == 1
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert bench.pins_sent == 2


def test_a_card_pulled_at_any_command_before_the_pin_is_removed(lay: Lay) -> None:
    for nth in range(1, commands_before_the_pin(lay) + 1):
        bench = lay(catalog.MY_NUMBER)
        bench.card.physics.pull_at(nth, Fault.PULL_BEFORE_ANSWER)
        assert bench.verify(RIGHT) == failed(FailureCode.CARD_REMOVED)
        assert bench.pins_sent == 0


# --- signing, forgetting, breaking ---------------------------------------------------------------


def test_without_a_pin_the_card_does_not_sign(bench: Bench) -> None:
    assert bench.sign() == failed(FailureCode.CARD_UNREADABLE)


def test_without_a_terminal_a_face_does_not_unlock_the_card(bench: Bench) -> None:
    assert bench.sign(is_after_face=True) == failed(FailureCode.PIN_NEEDED)


def test_forgetting_takes_the_power_and_what_the_pin_opened(bench: Bench) -> None:
    bench.verify(RIGHT)
    bench.jobs.forget()
    bench.finish()
    assert not bench.card._is_powered
    assert bench.sign() == failed(FailureCode.CARD_UNREADABLE)


def test_without_forgetting_the_card_would_sign_for_the_next_patient(bench: Bench) -> None:
    """Negative control of the test above."""
    bench.verify(RIGHT)
    assert isinstance(bench.sign(), events.ChallengeSigned)


def test_stopping_takes_the_power(bench: Bench) -> None:
    bench.count()
    bench.jobs.stop()
    assert not bench.card._is_powered


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (SlotLostError(), FailureCode.READER_UNAVAILABLE),
        (CardLostError(), FailureCode.CARD_REMOVED),
        (RuntimeError("1234"), FailureCode.INTERNAL),
    ],
)
def test_a_broken_slot_fails_every_job_and_the_next_one_works(
    bench: Bench, error: Exception, failure: FailureCode, caplog: pytest.LogCaptureFixture
) -> None:
    bench.slot.error = error
    bench.jobs.recognise(TURN)
    assert bench.posted.next() == failed(failure)
    assert bench.count() == failed(failure)
    assert bench.verify(RIGHT) == failed(failure)
    assert bench.sign() == failed(failure)
    bench.slot.error = None
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert "1234" not in caplog.text

"""A PIN goes to the card once, after its intent is on the disk, and is wiped whatever happens."""

import threading

import pytest

from device.jobs.departing_pin import DepartingPin
from device.pinpad.attempts import AttemptOutcome, AttemptToken, PinAttempts
from device.pinpad.pin import Pin
from device.reader.card_facts import SignedChallenge
from device.visit import events
from hostlink.terms import FailureCode, TimeSource
from tests.device.jobs.card_bench import (
    KEY,
    NOW_S,
    RIGHT,
    TURN,
    WRONG,
    Bench,
    Lay,
    attempts_on,
    failed,
    is_sent_pin,
    wait_for,
)
from tests.device.pinpad.fake_disk import FakeDisk, crashes
from tests.device.reader.visit_steps import check_signature
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.trace import VERIFY

# --- the PIN --------------------------------------------------------------------------------------


def test_the_right_pin_is_accepted(bench: Bench) -> None:
    answer = bench.verify(RIGHT)
    assert isinstance(answer, events.PinAccepted)
    assert (answer.turn, answer.at.source, bench.pins_sent) == (TURN, TimeSource.AGENT, 1)
    signed = bench.sign()
    assert isinstance(signed, events.ChallengeSigned)
    check_signature(SignedChallenge(signed.certificate, signed.signature))


def test_a_wrong_pin_is_rejected_with_the_tries_that_are_left(bench: Bench) -> None:
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    assert bench.verify(WRONG) == events.PinRejected(TURN, 1)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert bench.count() == 3
    assert bench.pins_sent == 3


def test_the_last_wrong_pin_locks(lay: Lay) -> None:
    bench = lay(catalog.PIN_LAST_TRY)
    assert bench.verify(WRONG) == events.PinRejected(TURN, 0)
    assert bench.count() == 0


def test_a_locked_card_says_so(lay: Lay) -> None:
    assert lay(catalog.PIN_LOCKED).verify(RIGHT) == events.PinRejected(TURN, 0)


def test_an_android_phone_takes_its_pin_before_it_tells_who_it_is(lay: Lay) -> None:
    bench = lay(catalog.ANDROID)
    bench.recognise()
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert isinstance(bench.sign(), events.ChallengeSigned)


def test_what_is_no_pin_is_not_sent_and_wiped(bench: Bench) -> None:
    assert bench.verify(b"12a4") == failed(FailureCode.CARD_UNREADABLE)
    assert bench.pins_sent == 0


# --- a PIN that is not sent ---------------------------------------------------------------------


def sent_after(bench: Bench, pin: Pin) -> events.Event:
    bench.jobs.verify_pin(TURN, pin)
    return bench.posted.next()


def test_a_pin_typed_too_long_ago_is_neither_sent_nor_written_down(bench: Bench) -> None:
    """It may go stale while the card is busy with something else."""
    steps, buffer = len(bench.disk.steps), bytearray(RIGHT)
    answer = sent_after(bench, Pin(buffer, is_fresh=lambda: False))
    assert answer == failed(FailureCode.PIN_EXPIRED)
    bench.finish()
    assert (bench.pins_sent, len(bench.disk.steps), bytes(buffer)) == (0, steps, bytes(4))


def test_a_pin_that_waits_while_its_visit_ends_is_never_sent(bench: Bench) -> None:
    is_free, buffer = threading.Event(), bytearray(RIGHT)
    bench.jobs._worker.submit(lambda: wait_for(is_free))
    bench.jobs.verify_pin(TURN, Pin(buffer))
    bench.jobs.forget()
    is_free.set()
    assert bench.posted.next() == failed(FailureCode.PIN_EXPIRED)
    bench.finish()
    assert (bench.pins_sent, bytes(buffer)) == (0, bytes(4))


def recalled_behind_a_busy_card(bench: Bench) -> int:
    """A PIN waits for a card that hangs in another command and is recalled.

    Gives how many were sent after all.
    """
    bench.recognise()
    bench.finish()
    is_free = threading.Event()
    bench.jobs._worker.submit(lambda: wait_for(is_free))
    bench.jobs.verify_pin(TURN, Pin(bytearray(WRONG)))
    bench.jobs.recall_pin(TURN + 1)
    assert bench.posted.next() == events.JobFailed(TURN + 1, FailureCode.PIN_EXPIRED)
    is_free.set()
    bench.finish()
    return bench.pins_sent


def test_a_pin_that_is_recalled_while_it_waits_is_said_to_be_unsent_and_is(bench: Bench) -> None:
    steps = len(bench.disk.steps)
    assert recalled_behind_a_busy_card(bench) == 0
    assert len(bench.disk.steps) == steps


def test_a_recall_that_is_only_said_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for check in ("refuse_if_kept_back", "leave"):
        monkeypatch.setattr(DepartingPin, check, lambda _: None)
    assert recalled_behind_a_busy_card(bench) == 1


def test_a_pin_that_is_recalled_too_late_has_an_unknown_outcome(bench: Bench) -> None:
    bench.recognise()
    bench.finish()
    bench.card.physics.before_command = lambda command: (
        bench.jobs.recall_pin(TURN + 1) if is_sent_pin(command) else None
    )
    bench.jobs.verify_pin(TURN, Pin(bytearray(WRONG)))
    assert bench.posted.next() == events.JobFailed(TURN + 1, FailureCode.PIN_OUTCOME_UNKNOWN)
    assert bench.posted.next() == events.PinRejected(TURN, 2)


def test_too_late_for_the_cards_word_nothing_is_sent_nor_written_down(bench: Bench) -> None:
    bench.recognise()
    bench.finish()
    session, steps = bench.jobs._session, len(bench.disk.steps)
    assert session is not None
    assert session._exchange is not None
    session._exchange._calls._budget_s = 4.9
    assert bench.verify(WRONG) == failed(FailureCode.CARD_UNREADABLE)
    assert (bench.pins_sent, len(bench.disk.steps)) == (0, steps)


def test_with_failing_power_no_pin_is_sent(issuer: Issuer) -> None:
    bench = Bench(issuer.issue(catalog.MY_NUMBER), is_power_failing=lambda: True)
    steps = len(bench.disk.steps)
    assert bench.verify(RIGHT) == failed(FailureCode.READER_UNAVAILABLE)
    assert (bench.pins_sent, len(bench.disk.steps)) == (0, steps)
    bench.jobs.stop()


def test_another_card_laid_since_the_prompt_gets_no_pin(bench: Bench, issuer: Issuer) -> None:
    bench.recognise()
    bench.finish()
    bench.card.physics.pull()
    other = issuer.issue(catalog.MY_NUMBER)
    bench.slot._card = other
    assert bench.verify(RIGHT) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_REMOVED)
    assert (bench.pins_sent, other.trace.exchanges) == (1, [])


# --- tries that went up or down without us ------------------------------------------------------


def lay_again(bench: Bench, tries: int, then: int | None = None) -> list[int]:
    """Lay the card with so many tries, and again with so many when it is asked once more.

    Gives how many empty VERIFY it heard for that.
    """
    asked: list[int] = []
    counter = bench.card._pins[PinName.JPKI_AUTHENTICATION]
    counter.tries_left = tries

    def before(command: bytes) -> None:
        if command[1] == VERIFY and not is_sent_pin(command):
            asked.append(tries if not asked or then is None else then)
            counter.tries_left = asked[-1]

    bench.card.physics.before_command = before
    bench.count()
    bench.finish()
    bench.card.physics.before_command = None
    return asked


@pytest.mark.parametrize(
    ("tries", "warning"),
    [(1, "fewer tries than it was left with"), (3, "more tries than it was left with")],
)
def test_other_tries_than_before_are_asked_twice_and_told_to_staff(
    bench: Bench, caplog: pytest.LogCaptureFixture, tries: int, warning: str
) -> None:
    bench.verify(WRONG)
    assert lay_again(bench, tries) == [tries, tries]
    assert warning in caplog.text
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)


def test_the_tries_it_was_left_with_cost_no_question(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.verify(WRONG)
    assert lay_again(bench, 2) == [2]
    assert "a card came back" not in caplog.text


def test_a_card_that_contradicts_itself_gets_no_pin(bench: Bench) -> None:
    bench.verify(WRONG)
    assert lay_again(bench, 3, then=2) == [3, 2]
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_UNREADABLE)
    assert bench.pins_sent == 1
    assert lay_again(bench, 2) == [2]
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)


@pytest.mark.parametrize("tries", [0, 1, 3])
def test_a_wrong_pin_that_did_not_cost_one_try_is_asked_about(
    bench: Bench, caplog: pytest.LogCaptureFixture, tries: int
) -> None:
    lay_again(bench, 2)
    counter = bench.card._pins[PinName.JPKI_AUTHENTICATION]
    bench.card.physics.before_command = lambda command: (
        setattr(counter, "tries_left", tries + 1) if is_sent_pin(command) else None
    )
    assert bench.verify(WRONG) == events.PinRejected(TURN, tries)
    assert ("other tries than it had before" in caplog.text) == (tries == 3)


# --- one card's, and no other's -------------------------------------------------------------------

READ_AHEAD = 8
"""The command that reads on in the certificate, from the first at recognition on."""
SPOILT = [b"\x64\x00", b"\x30"]
"""A refusal that passes, and an answer that breaks off."""


def lay_next(bench: Bench, card: SimulatedCard) -> None:
    """The next patient's card, whose certificate cannot be read ahead."""
    bench.jobs.forget()
    bench.finish()
    bench.slot._card = card
    card.physics.distort_at(READ_AHEAD, lambda _: SPOILT[-1])
    assert isinstance(bench.recognise(), events.CardRecognised)
    bench.finish()
    assert spoilt_reads(card) == 1


def spoilt_reads(card: SimulatedCard) -> int:
    """How many answers out of the certificate, behind its first block, were spoilt."""
    behind = [each for each in card.trace.exchanges if each.command[:3] == b"\x00\xb0\x01"]
    return sum(each.response in SPOILT for each in behind)


def test_what_one_card_contradicted_is_not_held_against_the_next(
    bench: Bench, issuer: Issuer
) -> None:
    bench.verify(WRONG)
    lay_again(bench, 3, then=2)
    hanako = issuer.issue(catalog.MY_NUMBER.issued_to(catalog.HANAKO))
    lay_next(bench, hanako)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert len(hanako.trace.presented_pins()) == 1


def test_nor_are_the_tries_that_one_card_told(
    bench: Bench, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    bench.verify(WRONG)
    bench.verify(WRONG)
    hanako = issuer.issue(catalog.MY_NUMBER.issued_to(catalog.HANAKO))
    lay_next(bench, hanako)
    assert bench.verify(WRONG) == events.PinRejected(TURN, 2)
    assert "other tries than it had before" not in caplog.text


@pytest.mark.parametrize("answer", SPOILT)
def test_an_outcome_that_was_lost_is_settled_though_nothing_could_be_read_ahead(
    bench: Bench, answer: bytes
) -> None:
    """The card told its tries when it was recognised, and goes by one name only."""
    bench.recognise()
    bench.finish()
    bench.card.physics.pull_at(1, Fault.PULL_BEFORE_ANSWER)
    assert bench.verify(WRONG) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
    bench.card.trace.clear()
    bench.card.physics.distort_at(READ_AHEAD, lambda _: answer)
    assert bench.count() == 2
    bench.finish()
    assert spoilt_reads(bench.card) == 1
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert bench.pins_sent == 1


def test_a_card_that_does_not_show_its_certificate_gets_no_pin(bench: Bench) -> None:
    """By any other name a PIN whose outcome was lost would not be found again."""
    bench.card.physics.distort_at(READ_AHEAD, lambda _: SPOILT[0])
    bench.card.physics.distort_at(READ_AHEAD + 1, lambda _: SPOILT[0])
    bench.recognise()
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_UNREADABLE)
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

    assert bench.count() == tries_left
    assert bench.pins_sent == 1
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert bench.pins_sent == 2


def test_a_card_pulled_at_any_command_before_the_pin_is_removed(lay: Lay) -> None:
    for nth in range(1, commands_before_the_pin(lay) + 1):
        bench = lay(catalog.MY_NUMBER)
        bench.card.physics.pull_at(nth, Fault.PULL_BEFORE_ANSWER)
        assert bench.verify(RIGHT) == failed(FailureCode.CARD_REMOVED)
        assert bench.pins_sent == 0


def test_an_outcome_that_was_lost_is_settled_off_the_patients_path(lay: Lay) -> None:
    """The card told its tries when it was recognised; a phone is known by its token until then."""
    for profile in (catalog.MY_NUMBER, catalog.ANDROID):
        bench = lay(profile)
        bench.recognise()
        bench.finish()
        bench.card.physics.before_command = lambda command, b=bench: (
            b.card.physics.pull() if is_sent_pin(command) else None
        )
        assert bench.verify(WRONG) == failed(FailureCode.PIN_OUTCOME_UNKNOWN)
        bench.card.physics.before_command = None
        bench.jobs.forget()
        bench.recognise()
        bench.finish()
        assert isinstance(bench.verify(RIGHT), events.PinAccepted), profile.kind


def test_a_disk_that_fails_while_the_card_is_read_ahead_fails_the_pin_only(bench: Bench) -> None:
    bench.card.physics.before_command = lambda command: (
        bench.card.physics.pull() if is_sent_pin(command) else None
    )
    bench.verify(WRONG)
    bench.card.physics.before_command = None
    bench.disk.failing.add("append")
    assert bench.count() == 3
    assert bench.verify(RIGHT) == failed(FailureCode.STORAGE_UNAVAILABLE)
    assert bench.pins_sent == 1

"""A PIN goes to the card once, after its intent is on the disk, and is wiped whatever happens."""

import pytest

from device.pinpad.attempts import AttemptOutcome, AttemptToken, PinAttempts
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
)
from tests.device.pinpad.fake_disk import FakeDisk, crashes
from tests.device.reader.visit_steps import check_signature
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName

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

"""What was read ahead of a card that is not genuine holds whatever its holder then chooses.

Source: docs/decisions/0012-genuine-or-refused.md.
"""

import pytest

from device.reader import authenticity
from device.reader.errors import PrintedCodeUnreadableError
from device.reader.printed_code import PrintedCode
from device.reader.session import CardSession
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.jobs.card_bench import (
    RIGHT,
    Bench,
    Lay,
    commands_of,
    failed,
    is_sent_pin,
    read_ahead,
)
from tests.device.reader.visit_steps import CODE, PHOTO
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.trace import SIGN

NOT_GENUINE = [
    (catalog.PHOTO_SWAPPED, FailureCode.CARD_PHOTO_SWAPPED),
    (catalog.CLONED, FailureCode.CARD_CLONED),
    (catalog.BIRTH_DATE_TAMPERED, FailureCode.CARD_RECORD_ALTERED),
    (catalog.RECORD_ISSUER_UNKNOWN, FailureCode.CARD_RECORD_UNTRUSTED),
]
MISREAD = PrintedCode.from_digits("33031420350000", None)


class LetsThroughError(AssertionError):
    """A card that was found out is used."""


def choose_pin(bench: Bench, failure: FailureCode) -> None:
    """After the whole reading; the PIN must be refused and neither sent nor written down.

    Raises:
        LetsThroughError: It was not.
    """
    read_ahead(bench)
    bench.jobs.stop_reading()
    steps = len(bench.disk.steps)
    answers: list[events.Event] = []
    sent = commands_of(bench, lambda: answers.append(bench.verify(RIGHT)))
    if isinstance(answers[0], events.PinAccepted):
        raise LetsThroughError
    assert answers == [failed(failure)]
    assert (sent, len(bench.disk.steps)) == ([], steps)
    assert bench.card.tries_left(PinName.JPKI_AUTHENTICATION) == 3


@pytest.mark.parametrize(("profile", "failure"), NOT_GENUINE)
def test_a_card_found_out_ahead_is_refused_before_the_pin_is_sent(
    lay: Lay, profile: CardProfile, failure: FailureCode
) -> None:
    choose_pin(lay(profile), failure)


@pytest.mark.parametrize(("profile", "failure"), NOT_GENUINE)
def test_a_reading_that_forgets_what_it_found_is_caught(
    lay: Lay, profile: CardProfile, failure: FailureCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: with the photo that nobody wants the finding goes, too."""
    monkeypatch.setattr(CardSession, "refuse_if_not_genuine", lambda _: None)
    bench = lay(profile)
    with pytest.raises(LetsThroughError):
        choose_pin(bench, failure)
    assert isinstance(bench.sign(), events.ChallengeSigned)


@pytest.mark.parametrize(("profile", "failure"), NOT_GENUINE)
def test_nor_does_it_sign_for_whom_staff_confirm(
    lay: Lay, profile: CardProfile, failure: FailureCode
) -> None:
    bench = lay(profile)
    read_ahead(bench)
    bench.jobs.stop_reading()
    answers: list[events.Event] = []
    sent = commands_of(bench, lambda: answers.append(bench.sign(is_after_face=True)))
    assert (answers, sent) == ([failed(failure)], [])


def test_what_a_typed_code_let_the_reader_find_holds_for_the_pin(lay: Lay) -> None:
    bench = lay(catalog.PHOTO_SWAPPED)
    bench.recognise()
    bench.jobs.use_code(CODE)
    bench.finish()
    bench.jobs.stop_reading()
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_PHOTO_SWAPPED)


# --- what is not finished is not waited for -----------------------------------------------------


def stop_before(bench: Bench, ins: int) -> None:
    """The PIN is chosen while such a command is on its way to the card."""
    bench.recognise()
    bench.finish()
    bench.card.physics.before_command = lambda command: (
        bench.jobs.stop_reading() if command[1] == ins else None
    )
    bench.jobs.read_ahead()
    bench.finish()
    bench.card.physics.before_command = None


def test_a_reading_that_is_not_finished_refuses_nobody_and_is_not_waited_for(lay: Lay) -> None:
    bench = lay(catalog.CLONED)
    stop_before(bench, ins=0xB0)
    pin = commands_of(bench, lambda: bench.verify(RIGHT))
    assert [len(pin), is_sent_pin(pin[0])] == [1, True]
    assert isinstance(bench.sign(), events.ChallengeSigned)


def test_what_the_command_under_way_shows_still_counts(lay: Lay) -> None:
    bench = lay(catalog.CLONED)
    stop_before(bench, ins=SIGN)
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_CLONED)


# --- what is not a finding ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "profile",
    [catalog.MY_NUMBER, catalog.PHOTO_ABSENT, catalog.PHOTO_CORRUPT, catalog.CODE_B_LOCKED],
)
def test_a_photo_that_cannot_be_had_refuses_no_pin(lay: Lay, profile: CardProfile) -> None:
    bench = lay(profile)
    read_ahead(bench)
    bench.jobs.stop_reading()
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert isinstance(bench.sign(), events.ChallengeSigned)


@pytest.mark.parametrize(
    "failure", [FailureCode.PRINTED_CODE_UNREADABLE, FailureCode.SEVERAL_CARDS]
)
def test_a_front_that_cannot_be_read_refuses_no_pin(bench: Bench, failure: FailureCode) -> None:
    assert bench.front
    bench.front.error = PrintedCodeUnreadableError(failure)
    read_ahead(bench)
    bench.jobs.stop_reading()
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)


def test_a_code_that_the_card_refuses_refuses_no_pin(bench: Bench) -> None:
    assert bench.front
    bench.front.code = MISREAD
    read_ahead(bench)
    bench.jobs.stop_reading()
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)


def refuse_once(bench: Bench) -> None:
    """The chip's own signature is answered with an error, for once."""
    physics, refusals = bench.card.physics, [0x6F00]
    physics.before_command = lambda command: (
        physics.status_word_at(0, refusals.pop()) if command[1] == SIGN and refusals else None
    )


def test_a_chip_that_refuses_to_sign_once_refuses_neither_pin_nor_face(bench: Bench) -> None:
    refuse_once(bench)
    read_ahead(bench)
    assert bench.photo() == PHOTO
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert isinstance(bench.sign(), events.ChallengeSigned)


def test_a_reader_that_takes_one_refusal_for_a_finding_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(authenticity, "_MOST_CHALLENGES", 1)
    refuse_once(bench)
    read_ahead(bench)
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_CLONED)


def test_a_card_pulled_while_it_is_read_is_removed_and_not_found_out(lay: Lay) -> None:
    bench = lay(catalog.CLONED)
    bench.recognise()
    bench.finish()
    bench.card.physics.before_command = lambda command: (
        bench.card.physics.pull() if command[1] == SIGN else None
    )
    bench.jobs.read_ahead()
    bench.finish()
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_REMOVED)


def test_what_was_found_of_one_card_is_not_held_against_the_next(lay: Lay, issuer: Issuer) -> None:
    bench = lay(catalog.PHOTO_SWAPPED)
    read_ahead(bench)
    bench.jobs.forget()
    bench.slot._card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    read_ahead(bench)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)

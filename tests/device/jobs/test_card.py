"""The jobs with a card, against the simulated card in this process."""

from dataclasses import replace
from datetime import date

import pytest

from device.reader import laid_card
from device.reader.errors import (
    CardLostError,
    CardUnresponsiveError,
    ReaderError,
    SlotLostError,
)
from device.visit import events
from hostlink.terms import CardKind, FailureCode, Notice, TimeSource
from tests.device.jobs.card_bench import RIGHT, TURN, Bench, Front, Lay, failed
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile, PinName

# --- recognising ----------------------------------------------------------------------------------


def known(
    kind: CardKind, *, has_pin: bool = False, has_face: bool = False, tries: int | None = None
) -> events.CardRecognised:
    has_terminal = kind in {CardKind.MY_NUMBER, CardKind.FACE_ONLY}
    return events.CardRecognised(TURN, kind, has_pin, has_face, tries, has_terminal=has_terminal)


@pytest.mark.parametrize(
    ("profile", "answer"),
    [
        (catalog.MY_NUMBER, known(CardKind.MY_NUMBER, has_pin=True, has_face=True, tries=3)),
        (catalog.PIN_LAST_TRY, known(CardKind.MY_NUMBER, has_pin=True, has_face=True, tries=1)),
        (catalog.PIN_LOCKED, known(CardKind.MY_NUMBER, has_pin=True, has_face=True, tries=0)),
        (catalog.FACE_ONLY, known(CardKind.FACE_ONLY, has_face=True)),
        (catalog.ANDROID, known(CardKind.ANDROID, has_pin=True, tries=3)),
        (catalog.IPHONE, known(CardKind.IPHONE)),
        (catalog.TRANSIT, failed(FailureCode.TRANSIT_CARD)),
        (catalog.DRIVING_LICENCE, failed(FailureCode.DRIVING_LICENCE)),
        (catalog.JUKI, failed(FailureCode.OLD_RESIDENT_CARD)),
    ],
)
def test_tells_what_lies_there(lay: Lay, profile: CardProfile, answer: events.Event) -> None:
    bench = lay(profile)
    assert bench.recognise() == answer
    bench.finish()
    assert bench.posted.events == [answer]


@pytest.mark.parametrize("tries", [3, 0])
def test_a_card_that_cannot_sign_fails_before_any_choice(lay: Lay, tries: int) -> None:
    tries_left = {PinName.JPKI_AUTHENTICATION: tries}
    bench = lay(replace(catalog.NO_CERTIFICATE, tries_left=tries_left))
    assert bench.recognise() == failed(FailureCode.CERTIFICATE_MISSING)
    bench.finish()
    assert len(bench.posted.events) == 1
    assert bench.verify(RIGHT) == failed(FailureCode.CERTIFICATE_MISSING)
    assert bench.pins_sent == 0


def test_a_reader_without_an_eye_for_the_card_says_so(issuer: Issuer) -> None:
    blind = Bench(issuer.issue(catalog.MY_NUMBER), front=None)
    answer = blind.recognise()
    assert isinstance(answer, events.CardRecognised)
    assert (answer.has_face, answer.has_front) == (True, False)
    blind.jobs.stop()


def test_a_reader_without_a_terminal_offers_no_face(issuer: Issuer) -> None:
    plain = Bench(issuer.issue(catalog.MY_NUMBER), terminal=None)
    answer = plain.recognise()
    assert isinstance(answer, events.CardRecognised)
    assert (answer.has_pin, answer.has_face) == (True, False)
    assert plain.sign(is_after_face=True) == failed(FailureCode.PIN_NEEDED)
    plain.jobs.stop()


def test_a_card_past_its_last_day_has_expired_once_the_reader_knows_the_day(lay: Lay) -> None:
    bench = lay(replace(catalog.MY_NUMBER, card_expiry=date(2026, 6, 1)))
    bench.forget_time()
    assert isinstance(bench.recognise(), events.CardRecognised)
    for unix_ms, notices in ((1_780_000_000_000, (Notice.CARD_EXPIRES_SOON,)), (10**12, ())):
        bench.clock.set_from_agent(unix_ms)
        answer = bench.recognise()
        assert isinstance(answer, events.CardRecognised)
        assert answer.notices == notices
    bench.clock.set_from_agent(1_795_000_000_000)
    assert bench.recognise() == failed(FailureCode.CARD_EXPIRED)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (None, FailureCode.SEVERAL_CARDS),
        (ReaderError(), FailureCode.CARD_UNREADABLE),
        (RuntimeError("what was this?"), FailureCode.CARD_UNREADABLE),
    ],
)
def test_the_camera_explains_why_no_chip_answers(
    lay: Lay, error: Exception | None, failure: FailureCode
) -> None:
    front = Front()
    front.error = error
    bench = lay(catalog.MY_NUMBER, front)
    bench.slot.error = CardUnresponsiveError()
    assert bench.recognise() == failed(failure)
    bench.finish()
    assert len(bench.posted.events) == 1


def test_without_a_camera_a_silent_card_is_just_unreadable(issuer: Issuer) -> None:
    blind = Bench(issuer.issue(catalog.MY_NUMBER), front=None)
    blind.slot.error = CardUnresponsiveError()
    assert blind.recognise() == failed(FailureCode.CARD_UNREADABLE)
    blind.jobs.stop()


def test_a_card_that_expires_before_it_signs_does_not_sign(lay: Lay) -> None:
    """It was laid down before the reader was told which day it is."""
    bench = lay(replace(catalog.MY_NUMBER, card_expiry=date(2026, 6, 1)))
    bench.forget_time()
    assert isinstance(bench.recognise(), events.CardRecognised)
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    bench.clock.set_from_agent(1_780_000_000_000)
    assert isinstance(bench.sign(), events.ChallengeSigned)
    bench.clock.set_from_agent(1_795_000_000_000)
    assert bench.sign() == failed(FailureCode.CARD_EXPIRED)


READ_RECORD = 0xB2
COMMON_SELECTED, RECORD_READ = 1, 2
"""Commands of recognising, by their number."""


@pytest.mark.parametrize("word", [0x6F00, 0x6985, 0x6282, 0x6400, 0x6A83, 0x5AA5])
@pytest.mark.parametrize("nth", [COMMON_SELECTED, RECORD_READ])
def test_one_bad_answer_does_not_let_a_card_pass_that_has_ended(
    lay: Lay, nth: int, word: int
) -> None:
    bench = lay(catalog.CARD_EXPIRED)
    bench.card.physics.status_word_at(nth, word)
    assert bench.recognise() == failed(FailureCode.CARD_EXPIRED)


def test_a_reader_that_is_told_no_last_day_lets_it_pass(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: nothing but that answer keeps the card out."""
    monkeypatch.setattr(laid_card, "read_expiry", lambda _: None)
    assert isinstance(lay(catalog.CARD_EXPIRED).recognise(), events.CardRecognised)


def test_a_card_whose_last_day_cannot_be_read_is_unreadable(lay: Lay) -> None:
    bench = lay(catalog.CARD_EXPIRED)
    physics = bench.card.physics
    physics.before_command = lambda command: (
        physics.status_word_at(0, 0x6F00) if command[1] == READ_RECORD else None
    )
    assert bench.recognise() == failed(FailureCode.CARD_UNREADABLE)


# --- signing, forgetting, breaking ---------------------------------------------------------------


def test_an_iphone_signs_only_after_it_asked_its_holder(lay: Lay) -> None:
    bench = lay(catalog.IPHONE)
    bench.recognise()
    answer = bench.sign()
    assert isinstance(answer, events.ChallengeSigned)
    assert answer.at.source is TimeSource.AGENT
    locked = lay(catalog.IPHONE_LOCKED)
    locked.recognise()
    assert locked.sign() == failed(FailureCode.PHONE_NOT_AUTHENTICATED)


def test_without_a_pin_the_card_does_not_sign(bench: Bench) -> None:
    assert bench.sign() == failed(FailureCode.CARD_UNREADABLE)


def test_where_the_terminal_is_not_trusted_a_face_does_not_unlock_the_card(bench: Bench) -> None:
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
    bench.recognise()
    bench.jobs.stop()
    assert not bench.card._is_powered
    assert bench.front
    assert bench.front.is_closed


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
    assert bench.recognise() == failed(failure)
    assert bench.verify(RIGHT) == failed(failure)
    assert bench.sign() == failed(failure)
    bench.slot.error = None
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    assert "1234" not in caplog.text

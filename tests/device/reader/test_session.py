from collections.abc import Callable
from pathlib import Path

import pytest

from device.reader.card_facts import SignedChallenge
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardTimeoutError,
    PinBlockedError,
    PinlessUnavailableError,
    PinOutcomeUnknownError,
    PinRejectedError,
    ReaderError,
    ReadingStoppedError,
)
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from tests.device.reader.calendar_day import known_day
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.unwatched import unwatched
from tests.device.reader.visit_steps import (
    CHALLENGE,
    CODE,
    NOBODY,
    PHOTO,
    check_signature,
    session_with,
    terminal_of,
    use_card,
    use_card_after_face,
)
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName


def test_a_stopped_reading_of_the_photo_sends_nothing_more(
    card: SimulatedCard, session: CardSession
) -> None:
    session.identify()
    card.trace.clear()
    with pytest.raises(ReadingStoppedError):
        session.read_photo(CODE, lambda: len(card.trace.exchanges) == 6, unwatched)
    assert len(card.trace.exchanges) == 6
    session.verify_pin(b"1234")
    check_signature(session.sign_challenge(CHALLENGE))


@pytest.mark.parametrize("left_s", [0.0, 0.05, 1.9])
def test_a_pin_is_not_sent_where_the_time_is_too_short_for_its_answer(
    card: SimulatedCard, session: CardSession, left_s: float
) -> None:
    session.identify()
    session.get_ready_to_sign()
    assert session._exchange is not None
    session._exchange._calls._budget_s = left_s
    with pytest.raises(CardTimeoutError):
        session.verify_pin(b"9999")
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 3
    assert card.trace.presented_pins() == []


def test_a_printed_code_is_not_sent_where_the_time_is_too_short_for_its_answer(
    card: SimulatedCard, session: CardSession
) -> None:
    session.identify()
    exchange = session._exchange
    assert exchange is not None

    def stop_time() -> bool:
        exchange._calls._budget_s = 1.9
        return False

    with pytest.raises(CardTimeoutError):
        session.read_photo(CODE, stop_time, unwatched)
    assert card.trace.presented_pins() == []


def test_a_wrong_pin_and_then_the_right_one(session: CardSession) -> None:
    session.identify()
    with pytest.raises(PinRejectedError) as rejection:
        session.verify_pin(b"9999")
    assert rejection.value.tries_left == session.identify().pin_tries_left == 2
    session.verify_pin(bytearray(b"1234"))
    assert session.identify().pin_tries_left == 3


def test_a_locked_pin(issuer: Issuer) -> None:
    session = session_with(issuer.issue(catalog.PIN_LOCKED))
    with pytest.raises(PinBlockedError):
        session.verify_pin(b"1234")


def test_the_certificate_is_read_once(card: SimulatedCard, session: CardSession) -> None:
    session.verify_pin(b"1234")
    certificate = session.read_certificate()
    card.trace.clear()
    assert session.sign_challenge(b"first").certificate == certificate
    assert session.sign_challenge(b"second").certificate == certificate
    assert card.trace.with_ins(0xB0) == []


def test_an_android_phone_signs_after_its_pin(issuer: Issuer) -> None:
    session = session_with(issuer.issue(catalog.ANDROID))
    session.identify()
    with pytest.raises(CardAnswerError):
        session.sign_challenge(b"challenge")
    session.verify_pin(b"1234")
    assert len(session.sign_challenge(b"challenge").signature) == 256


def test_without_terminal_no_unlocking(session: CardSession) -> None:
    with pytest.raises(PinlessUnavailableError):
        session.unlock_after_face()


def test_closing_forgets_what_the_pin_opened(card: SimulatedCard) -> None:
    first = session_with(card)
    first.verify_pin(b"1234")
    first.close()
    with pytest.raises(CardAnswerError):
        session_with(card).sign_challenge(b"challenge")


def test_a_session_that_was_not_closed_leaves_the_card_open(card: SimulatedCard) -> None:
    """Negative control of the test above: it is the closing that protects the patient."""
    session_with(card).verify_pin(b"1234")
    session_with(card).sign_challenge(b"challenge")


@pytest.mark.parametrize("was_used", [True, False])
def test_a_closed_session_says_nothing_more(session: CardSession, *, was_used: bool) -> None:
    if was_used:
        session.identify()
    session.close()
    session.close()
    with pytest.raises(CardLostError):
        session.identify()


@pytest.mark.parametrize("fault", [Fault.PULL_BEFORE_COMMAND, Fault.PULL_BEFORE_ANSWER])
@pytest.mark.parametrize(("use", "fewest"), [(use_card, 30), (use_card_after_face, 34)])
def test_a_card_pulled_at_any_command(
    issuer: Issuer,
    anchors: RecordAnchors,
    tmp_path: Path,
    fault: Fault,
    use: Callable[[CardSession], SignedChallenge],
    fewest: int,
) -> None:
    card, terminal = issuer.issue(catalog.MY_NUMBER, PHOTO), terminal_of(issuer, tmp_path)
    use(session_with(card, anchors, terminal))
    commands = len(card.trace.exchanges)
    assert commands >= fewest
    card.power_off()
    for nth in range(1, commands + 1):
        card.trace.clear()
        card.physics.pull_at(nth, fault)
        session = session_with(card, anchors, terminal)
        with pytest.raises(ReaderError) as failure:
            use(session)
        is_pin = bytes.fromhex("002000980431323334") == card.trace.exchanges[-1].command
        assert isinstance(failure.value, PinOutcomeUnknownError if is_pin else CardLostError)
        with pytest.raises(CardLostError):
            session.identify()
        session.close()
        assert len(card.trace.exchanges) == nth
        check_signature(use(session_with(card, anchors, terminal)))
        card.power_off()
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 3


@pytest.mark.parametrize("nth", [1, 8, 16])
def test_a_card_that_hangs(card: SimulatedCard, nth: int) -> None:
    card.physics.hang_at(nth)
    session = CardSession(InProcessSlot(card), anchors=NOBODY, apdu_deadline_s=0.1, today=known_day)
    with pytest.raises(CardTimeoutError):
        use_card(session)
    session.close()
    card.physics.release()


def test_nothing_of_a_visit_shows_in_reprs(session: CardSession) -> None:
    proof = use_card(session)
    shown = repr(proof) + repr(CODE) + repr(session)
    assert "\\x" not in shown
    assert "330314" not in shown

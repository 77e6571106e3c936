"""Every word of the hardware becomes the right event, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.clock import Clock
from device.intake import HostIntake, KeypadIntake, ScreenIntake, SlotIntake
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.outbox import Outbox
from device.pinpad.entry import PinEntry
from device.pinpad.port import Key
from device.visit import events
from device.visit.effects import Choice
from hostlink.messages import (
    Message,
    Moment,
    ResultAcknowledged,
    SignedResult,
    VisitChallenge,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import Decision, FailureCode, TimeSource
from tests.device.fake_screen import FakeScreen
from tests.device.posted import Posted, finish
from tests.device.signing_reader import reader_identity
from tests.hostlink.samples import AGENT_HELLO, COMPLETED, VISIT_ID

TURN = 8
TEXTS = bytes(32)
NOW = Moment(1_795_000_000_000, 1, TimeSource.AGENT)


class ToldClock(Clock):
    def now(self) -> Moment:
        return NOW


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def screen() -> FakeScreen:
    return FakeScreen()


@pytest.fixture
def desk(posted: Posted, screen: FakeScreen) -> PinDesk:
    return PinDesk(PinEntry(lambda: 0.0, shuffle=False), screen, posted)


# --- the slot -------------------------------------------------------------------------------------


def test_each_laid_card_begins_a_visit_with_a_name_of_its_own(posted: Posted) -> None:
    intake = SlotIntake(posted)
    for _ in range(3):
        intake.card_placed()
    names = [event.visit_id for event in posted.events if isinstance(event, events.CardPlaced)]
    assert len(set(names)) == 3
    assert {len(name) for name in names} == {16}


def test_the_slot_comes_and_goes(posted: Posted) -> None:
    intake = SlotIntake(posted)
    intake.slot_ready()
    intake.card_removed()
    intake.slot_lost()
    assert posted.events == [events.SlotReady(), events.CardRemoved(), events.SlotLost()]


# --- the screen -----------------------------------------------------------------------------------

MEANINGS: dict[Choice, list[events.Event]] = {
    Choice.FACE: [events.FaceChosen(TURN)],
    Choice.RETRY_FACE: [events.FaceChosen(TURN)],
    Choice.PIN: [events.PinChosen(TURN)],
    Choice.CONFIRM: [events.PinEntered(TURN)],
    Choice.ERASE: [],
    Choice.TYPE_CODE: [events.CodeTypingChosen(TURN)],
    Choice.CONFIRM_LAST_TRY: [events.LastTryConfirmed(TURN)],
    Choice.USE_SUBSIDY: [events.Decided(TURN, Decision.USE_SUBSIDY, TEXTS)],
    Choice.NO_SUBSIDY: [events.Decided(TURN, Decision.NO_SUBSIDY, TEXTS)],
    Choice.ELECTRONIC_PRESCRIPTION: [events.Decided(TURN, Decision.ELECTRONIC_PRESCRIPTION, TEXTS)],
    Choice.PAPER_PRESCRIPTION: [events.Decided(TURN, Decision.PAPER_PRESCRIPTION, TEXTS)],
    Choice.STAFF: [events.StaffChosen(TURN)],
    Choice.BACK: [events.BackChosen(TURN)],
    Choice.STAFF_CONFIRMED: [events.StaffAnswered(TURN, True, NOW)],
    Choice.STAFF_DENIED: [events.StaffAnswered(TURN, False, NOW)],
    Choice.MORE_TIME: [events.MoreTimeWanted(TURN)],
    Choice.REGISTER: [events.RegistrationAccepted(TURN)],
    Choice.AGREE_ALL: [events.AllConsentsAnswered(TURN, True, NOW, TEXTS)],
    Choice.REFUSE_ALL: [events.AllConsentsAnswered(TURN, False, NOW, TEXTS)],
    Choice.CANNOT_ANSWER: [events.ConsentsUnobtainable(TURN, NOW, TEXTS)],
    Choice.ONE_BY_ONE: [events.OneByOneChosen(TURN)],
    Choice.AGREE: [events.ConsentAnswered(TURN, True, NOW, TEXTS)],
    Choice.REFUSE: [events.ConsentAnswered(TURN, False, NOW, TEXTS)],
    Choice.END: [events.Cancelled(TURN)],
}


@pytest.mark.parametrize("choice", Choice)
def test_each_button_means_one_thing(
    posted: Posted, desk: PinDesk, screen: FakeScreen, choice: Choice
) -> None:
    intake = ScreenIntake(posted, ToldClock(), (desk,), screen=screen)
    desk.open(TURN)
    for position in range(4):
        intake.pad_pressed(TURN, position)
    intake.chosen(TURN, choice.value)
    assert posted.events == MEANINGS[choice]


def test_erasing_takes_a_digit_back(screen: FakeScreen, posted: Posted, desk: PinDesk) -> None:
    intake = ScreenIntake(posted, ToldClock(), (desk,))
    desk.open(TURN)
    intake.pad_pressed(TURN, 3)
    intake.chosen(TURN, "erase")
    assert screen.lengths == [(TURN, 1), (TURN, 0)]


def test_each_pad_has_its_turn(screen: FakeScreen, posted: Posted, desk: PinDesk) -> None:
    """The desk whose turn it is not hears nothing, whichever page is touched."""
    code = PrintedCodeDesk(screen, posted)
    intake = ScreenIntake(posted, ToldClock(), (desk, code), screen)
    desk.open(TURN)
    code.open(TURN + 1, None)
    intake.pad_pressed(TURN, 3)
    assert (screen.lengths, screen.codes) == ([(TURN, 1)], [])
    for digit in "33031420354821":
        intake.pad_pressed(TURN + 1, 10 if digit == "0" else int(digit) - 1)
    intake.chosen(TURN + 1, "erase")
    intake.pad_pressed(TURN + 1, 0)
    assert screen.codes[-1] == (TURN + 1, "33031420354821", False)
    intake.chosen(TURN + 1, "confirm")
    assert posted.events == [events.PrintedCodeEntered(TURN + 1)]
    assert screen.lengths == [(TURN, 1)]


@pytest.mark.parametrize("choice", Choice)
def test_nothing_breaks_before_the_pad_is_made(posted: Posted, choice: Choice) -> None:
    intake = ScreenIntake(posted, ToldClock())
    intake.pad_pressed(TURN, 1)
    intake.chosen(TURN, choice.value)
    is_for_pad = choice in {Choice.CONFIRM, Choice.ERASE}
    assert len(posted.events) == (0 if is_for_pad else len(MEANINGS[choice]))


@pytest.mark.parametrize("word", ["", "Face", "FACE", "agree all", "同意"])
def test_unknown_words_are_ignored(posted: Posted, desk: PinDesk, word: str) -> None:
    ScreenIntake(posted, ToldClock(), (desk,)).chosen(TURN, word)
    assert posted.events == []


# --- the keypad -----------------------------------------------------------------------------------

DIGITS = [Key(digit) for digit in range(10)]


@pytest.mark.parametrize("key", DIGITS)
def test_each_digit_key_is_its_digit(
    posted: Posted, desk: PinDesk, screen: FakeScreen, key: Key
) -> None:
    intake = KeypadIntake(posted, screen, (desk,))
    desk.open(TURN)
    for pressed in (key, key, Key.ERASE, Key.DIGIT_5, key, key):
        intake.key_pressed(pressed)
    intake.key_pressed(Key.CONFIRM)
    assert posted.events == [events.PinEntered(TURN)]
    pin = desk.take()
    assert pin is not None
    assert bytes(pin.digits()) == b"%d5%d%d" % (key.value, key.value, key.value)


def test_cancel_ends_the_visit(posted: Posted, desk: PinDesk, screen: FakeScreen) -> None:
    desk.open(TURN)
    KeypadIntake(posted, screen, (desk,)).key_pressed(Key.CANCEL)
    assert posted.events == [events.Cancelled(TURN)]


@pytest.mark.parametrize("key", Key)
def test_while_nobody_asks_for_digits_none_is_taken(
    posted: Posted, desk: PinDesk, screen: FakeScreen, key: Key
) -> None:
    KeypadIntake(posted, screen, (desk,)).key_pressed(key)
    assert (posted.events, screen.lengths) == ([], [])


def test_where_no_digits_are_asked_for_the_keys_lead_through_the_buttons(
    posted: Posted, desk: PinDesk, screen: FakeScreen
) -> None:
    intake = KeypadIntake(posted, screen, (desk,))
    for key in (Key.DIGIT_6, Key.DIGIT_8, Key.DIGIT_4, Key.DIGIT_2, Key.DIGIT_5, Key.DIGIT_1):
        intake.key_pressed(key)
    intake.key_pressed(Key.CANCEL)
    assert [move.value for move in screen.moves] == [
        *("next", "next", "previous", "previous", "press", "leave"),
    ]


@pytest.mark.parametrize("key", Key)
def test_no_key_reaches_the_page_while_a_pin_is_typed(
    posted: Posted, desk: PinDesk, screen: FakeScreen, key: Key
) -> None:
    desk.open(TURN)
    KeypadIntake(posted, screen, (desk,)).key_pressed(key)
    assert screen.moves == []


def test_the_printed_code_is_typed_on_the_keypad_as_well(
    posted: Posted, desk: PinDesk, screen: FakeScreen
) -> None:
    code = PrintedCodeDesk(screen, posted)
    code.open(TURN, None)
    intake = KeypadIntake(posted, screen, (desk, code))
    for key in (Key.DIGIT_3, Key.DIGIT_9, Key.ERASE, Key.DIGIT_0):
        intake.key_pressed(key)
    assert screen.codes[-1] == (TURN, "30", False)


def test_only_a_key_after_a_warning_is_a_sign_of_life_in_the_journal(
    posted: Posted, desk: PinDesk, screen: FakeScreen
) -> None:
    """Else the journal would tell when each digit of a PIN was typed."""
    intake = KeypadIntake(posted, screen, (desk,))
    desk.open(TURN)
    intake.key_pressed(Key.DIGIT_1)
    screen.warn_of_end(TURN - 1, 20)
    intake.key_pressed(Key.DIGIT_2)
    assert posted.events == []
    screen.warn_of_end(TURN, 20)
    for key in (Key.DIGIT_3, Key.DIGIT_4):
        intake.key_pressed(key)
    assert posted.events == [events.MoreTimeWanted(TURN)], "not again before it is taken back"
    assert screen.lengths[-1] == (TURN, 4), "they are digits as well"


def test_digits_that_come_too_late_press_nothing_on_the_next_page(
    posted: Posted, desk: PinDesk, screen: FakeScreen
) -> None:
    now_s = [100.0]
    intake = KeypadIntake(posted, screen, (desk,), now_s=lambda: now_s[0])
    desk.open(TURN)
    for key in (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4, Key.CONFIRM):
        intake.key_pressed(key)
    for key in (Key.DIGIT_6, Key.DIGIT_5):
        intake.key_pressed(key)
    assert screen.moves == []
    now_s[0] += 1.1
    intake.key_pressed(Key.DIGIT_6)
    assert len(screen.moves) == 1


# --- the reception PC ----------------------------------------------------------------------------


@pytest.fixture
def sent() -> list[Message]:
    return []


@pytest.fixture
def record(tmp_path: Path, posted: Posted, sent: list[Message]) -> Iterator[RecordJobs]:
    def tell(message: Message) -> bool:
        sent.append(message)
        return True

    jobs = RecordJobs(Outbox(tmp_path), reader_identity(), Clock(), tell, posted)
    yield jobs
    jobs.stop()


def test_a_connected_agent_tells_the_time_and_gets_what_it_missed(
    posted: Posted, record: RecordJobs, sent: list[Message]
) -> None:
    record.keep(1, COMPLETED, bytes(32))
    finish(record._worker)
    record.link_lost()
    clock = Clock()
    intake = HostIntake(posted, clock, anybody, record)
    intake.agent_connected(AGENT_HELLO)
    finish(record._worker)
    assert posted.events == [events.RecordKept(1), events.AgentConnected()]
    assert abs(clock.now().unix_ms - AGENT_HELLO.unix_ms) < 1000
    assert [type(message) for message in sent] == [SignedResult, SignedResult]

    intake.agent_said(ResultAcknowledged(1))
    record.send_pending()
    finish(record._worker)
    assert len(sent) == 2


def test_after_a_lost_agent_the_oldest_result_comes_first(
    posted: Posted, record: RecordJobs, sent: list[Message]
) -> None:
    record.keep(1, COMPLETED, bytes(32))
    finish(record._worker)
    HostIntake(posted, Clock(), anybody, record).agent_lost()
    record.keep(2, COMPLETED, bytes(32))
    finish(record._worker)
    assert [message.seq for message in sent if isinstance(message, SignedResult)] == [1, 1, 2]


def anybody(_: str) -> bool:
    """No record was read that could say when its holder was born."""
    return True


MESSAGES: list[tuple[VisitChallenge | VisitOptions | VisitRefused, type[events.Event]]] = [
    (VisitChallenge(VISIT_ID, bytes(16), bytes(32)), events.ChallengeReceived),
    (VisitOptions(VISIT_ID, "試験 花子", True, (), ()), events.OptionsReceived),
    (VisitRefused(VISIT_ID, FailureCode.CARD_EXPIRED), events.RefusalReceived),
]


@pytest.mark.parametrize(("message", "kind"), MESSAGES)
def test_what_the_agent_says_becomes_an_event(
    posted: Posted,
    message: VisitChallenge | VisitOptions | VisitRefused,
    kind: type[events.ChallengeReceived | events.OptionsReceived | events.RefusalReceived],
) -> None:
    intake = HostIntake(posted, Clock(), anybody)
    intake.agent_said(message)
    intake.agent_lost()
    [heard, lost] = posted.events
    assert isinstance(heard, kind)
    assert heard.message is message
    assert lost == events.AgentLost()


@pytest.mark.parametrize(
    ("told", "is_of_another"), [("19580314", False), ("19310105", True), (None, False)]
)
def test_an_answer_about_somebody_else_is_told_as_such(
    posted: Posted, told: str | None, is_of_another: bool
) -> None:
    intake = HostIntake(posted, Clock(), "19580314".__eq__)
    options = VisitOptions(VISIT_ID, "", True, (), (), birthdate=told)
    intake.agent_said(options)
    assert posted.events == [events.OptionsReceived(options, is_of_another)]


def test_before_the_outbox_is_open_an_acknowledgement_is_nothing(posted: Posted) -> None:
    intake = HostIntake(posted, Clock(), anybody)
    intake.agent_connected(AGENT_HELLO)
    intake.agent_said(ResultAcknowledged(1))
    assert posted.events == [events.AgentConnected()]

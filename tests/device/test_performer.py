"""Each effect reaches the right piece of hardware, in order."""

from typing import Any, cast

import pytest

from device.host import Host
from device.jobs.card import CardJobs
from device.jobs.face import FaceJobs
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.jobs.staff import StaffJobs
from device.performer import Performer
from device.pinpad.entry import PinEntry
from device.visit import effects, events
from device.visit.effects import PageName
from hostlink.messages import VisitOpened
from hostlink.terms import CardKind, FailureCode
from tests.device.fake_screen import FakeScreen
from tests.device.posted import Posted
from tests.hostlink.samples import COMPLETED

TURN = 6
CODE = "33031420354821"
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")


class Calls:
    """Stands for any piece of hardware: notes what is asked of it."""

    expiry = None

    def __init__(self, name: str, told: list[str]) -> None:
        self._name = name
        self._told = told

    def __getattr__(self, called: str) -> Any:
        return lambda *given, **named: self._told.append(f"{self._name}.{called}")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def screen() -> FakeScreen:
    return FakeScreen()


@pytest.fixture
def performer(told: list[str], posted: Posted, screen: FakeScreen) -> Performer:
    return Performer(
        screen=screen,
        card=cast(CardJobs, Calls("card", told)),
        face=cast(FaceJobs, Calls("face", told)),
        pin=PinDesk(PinEntry(lambda: 0.0, shuffle=False), screen, posted),
        code=PrintedCodeDesk(screen, posted),
        password=PinDesk(
            PinEntry(lambda: 0.0, shuffle=False, least=6, most=32),
            screen,
            posted,
            events.StaffPasswordEntered,
        ),
        record=cast(RecordJobs, Calls("record", told)),
        host=cast(Host, Calls("host", told)),
        staff=cast(StaffJobs, Calls("staff", told)),
        post=posted,
    )


WORK: list[tuple[effects.Effect, list[str]]] = [
    (effects.WarnOfEnd(TURN, 20.0), []),
    (effects.TakeBackWarning(TURN), []),
    (effects.RecogniseCard(TURN), ["record.why_closed", "card.recognise"]),
    (effects.ReadPhotoAhead(), ["card.read_ahead"]),
    (effects.StopReadingPhoto(), ["card.stop_reading"]),
    (effects.StartFaceCheck(TURN), ["face.start"]),
    (effects.StopFaceCheck(), ["face.stop_check"]),
    (effects.OpenPinEntry(TURN), ["card.warn_of_several"]),
    (effects.OpenCodeEntry(TURN), []),
    (effects.ForgetPin(), []),
    (effects.VerifyPin(TURN), []),
    (effects.RecallPin(TURN), ["card.recall_pin"]),
    (effects.OpenPasswordEntry(TURN), ["card.warn_of_several"]),
    (effects.CheckPassword(TURN), []),
    (effects.SignChallenge(TURN, bytes(32), is_after_face=True), ["card.sign"]),
    (effects.TellAgent(VisitOpened(bytes(16), CardKind.MY_NUMBER)), ["host.tell"]),
    (effects.KeepRecord(TURN, COMPLETED, ()), ["record.keep"]),
    (effects.ForgetPatient(), ["face.stop_check", "card.forget"]),
]


@pytest.mark.parametrize(("effect", "calls"), WORK, ids=lambda each: type(each).__name__)
def test_each_effect_reaches_its_hardware(
    performer: Performer, told: list[str], effect: effects.Effect, calls: list[str]
) -> None:
    performer.perform(effect)
    assert told == calls


def test_every_effect_is_tried_here() -> None:
    tried = {type(effect) for effect, _ in WORK} | {effects.ShowPage, effects.StartTimer}
    assert tried == set(effects.Effect.__args__)


def type_password(performer: Performer) -> None:
    performer.perform(effects.OpenPasswordEntry(TURN))
    for digit in "730581":
        performer.password.press(TURN, PAD.index(digit))
    performer.password.confirm(TURN)


def test_a_typed_password_is_compared_once(
    performer: Performer, told: list[str], posted: Posted
) -> None:
    type_password(performer)
    assert posted.events == [events.StaffPasswordEntered(TURN)]
    for _ in range(2):
        performer.perform(effects.CheckPassword(TURN))
    assert told == ["card.warn_of_several", "staff.check"]
    assert posted.events[1:] == [events.JobFailed(TURN, FailureCode.PIN_EXPIRED)]


@pytest.mark.parametrize("forgetting", [effects.ForgetPin(), effects.ForgetPatient()])
def test_a_password_goes_with_the_patient(
    performer: Performer, told: list[str], forgetting: effects.Effect
) -> None:
    type_password(performer)
    performer.perform(forgetting)
    performer.perform(effects.CheckPassword(TURN))
    assert "staff.check" not in told


def test_a_reader_whose_staff_confirm_nobody_compares_nothing(
    performer: Performer, posted: Posted
) -> None:
    performer.staff = None
    type_password(performer)
    performer.perform(effects.CheckPassword(TURN))
    assert posted.events[-1] == events.JobFailed(TURN, FailureCode.STAFF_CHECK_LOCKED)


def test_the_timer_belongs_to_the_loop(performer: Performer) -> None:
    with pytest.raises(AssertionError):
        performer.perform(effects.StartTimer(TURN, 1.0))


def test_a_warning_is_laid_over_the_page_and_taken_back(
    performer: Performer, screen: FakeScreen
) -> None:
    performer.perform(effects.WarnOfEnd(TURN, 19.6))
    performer.perform(effects.TakeBackWarning(TURN))
    assert screen.warnings == [(TURN, 20), (TURN, 0)]


def pads(screen: FakeScreen) -> list[object]:
    return [page.values.get("pad") for page in screen.pages]


@pytest.mark.parametrize(
    "end",
    [
        effects.ForgetPin(),
        effects.StartFaceCheck(TURN, is_code_typed=True),
        effects.ForgetPatient(),
    ],
)
def test_the_pad_of_the_printed_code_is_drawn_while_it_is_typed(
    performer: Performer, screen: FakeScreen, end: effects.Effect
) -> None:
    page = effects.ShowPage(TURN, PageName.PRINTED_CODE)
    for effect in (page, effects.OpenCodeEntry(TURN), page, end, page):
        performer.perform(effect)
    assert pads(screen) == [(), PAD, ()]


def type_code(performer: Performer) -> None:
    performer.perform(effects.OpenCodeEntry(TURN))
    for digit in CODE:
        performer.code.press(TURN, PAD.index(digit))
    performer.code.confirm(TURN)


def test_a_typed_code_goes_to_the_card_before_the_face_is_checked(
    performer: Performer, posted: Posted, told: list[str]
) -> None:
    type_code(performer)
    performer.perform(effects.StartFaceCheck(TURN, is_code_typed=True))
    assert posted.events == [events.PrintedCodeEntered(TURN)]
    assert told == ["card.use_code", "face.start"]


def test_a_typed_code_that_is_not_there_any_more_is_asked_for_again(
    performer: Performer, posted: Posted, told: list[str]
) -> None:
    performer.perform(effects.StartFaceCheck(TURN, is_code_typed=True))
    assert posted.events == [events.JobFailed(TURN, FailureCode.PRINTED_CODE_UNREADABLE)]
    assert told == []


@pytest.mark.parametrize("end", [effects.ForgetPin(), effects.ForgetPatient(), None])
def test_forgetting_drops_the_printed_code(
    performer: Performer, end: effects.Effect | None
) -> None:
    type_code(performer)
    if end:
        performer.perform(end)
    else:
        performer.close()
    assert performer.code.take() is None


@pytest.mark.parametrize(
    "end", [effects.ForgetPin(), effects.VerifyPin(TURN), effects.ForgetPatient()]
)
def test_the_pad_is_drawn_while_a_pin_is_asked_for_and_then_forgotten(
    performer: Performer, screen: FakeScreen, end: effects.Effect
) -> None:
    page = effects.ShowPage(TURN, PageName.PIN)
    for effect in (page, effects.OpenPinEntry(TURN), page, end, page):
        performer.perform(effect)
    assert pads(screen) == [(), PAD, ()]


def test_a_pin_that_is_not_there_any_more_is_said_to_be_expired(
    performer: Performer, posted: Posted, told: list[str]
) -> None:
    performer.perform(effects.VerifyPin(TURN))
    assert posted.events == [events.JobFailed(TURN, FailureCode.PIN_EXPIRED)]
    assert told == []


@pytest.mark.parametrize("end", [effects.ForgetPin(), effects.ForgetPatient(), None])
def test_forgetting_wipes_the_digits(performer: Performer, end: effects.Effect | None) -> None:
    performer.perform(effects.OpenPinEntry(TURN))
    buffer = performer.pin._entry._buffer
    for position in range(4):
        performer.pin.press(TURN, position)
    assert bytes(buffer) == b"1234"
    if end:
        performer.perform(end)
    else:
        performer.close()
    assert bytes(buffer) == bytes(4)


def test_closing_switches_everything_off(
    performer: Performer, screen: FakeScreen, told: list[str]
) -> None:
    performer.close()
    assert told == ["face.stop", "card.stop", "record.stop", "staff.stop", "host.close"]
    assert screen.is_closed

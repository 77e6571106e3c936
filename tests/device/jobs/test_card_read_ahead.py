"""What is read of a card while its holder still chooses, and that it is in nobody's way."""

import threading

import pytest

from device.jobs.failures import failure_of
from device.jobs.rejected_codes import RejectedCodes
from device.reader.errors import (
    CardLostError,
    CardNotGenuineError,
    HolderAgeUnknownError,
    HolderTooYoungError,
    PrintedCodeRejectedError,
    PrintedCodeUnreadableError,
    ReaderError,
)
from device.reader.printed_code import PrintedCode
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.jobs.card_bench import (
    RIGHT,
    TURN,
    Bench,
    Front,
    Lay,
    commands_of,
    failed,
    is_sent_pin,
    read_ahead,
    wait_for,
)
from tests.device.posted import finish
from tests.device.reader.visit_steps import CODE, PHOTO
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardProfile, PinName

_DAY_BEFORE_THE_BIRTHDAY_MS = 1_781_900_000_000
"""The twelfth, of the child in the catalogue; in Japan."""
MISREAD = PrintedCode.from_digits("33031420350000", None)

# --- reading ahead --------------------------------------------------------------------------------


def test_when_the_patient_has_chosen_pin_and_signature_are_one_command_each(bench: Bench) -> None:
    read_ahead(bench)
    pin = commands_of(bench, lambda: bench.verify(RIGHT))
    assert [len(pin), is_sent_pin(pin[0])] == [1, True]
    assert len(commands_of(bench, bench.sign)) == 1


def test_when_the_face_is_chosen_the_photo_is_there(bench: Bench) -> None:
    read_ahead(bench)
    assert commands_of(bench, bench.photo) == []
    assert bench.photo() == PHOTO


@pytest.mark.parametrize(
    ("profile", "failure"),
    [
        (catalog.PHOTO_SWAPPED, FailureCode.CARD_PHOTO_SWAPPED),
        (catalog.RECORD_ISSUER_UNKNOWN, FailureCode.CARD_RECORD_UNTRUSTED),
    ],
)
def test_a_photo_that_the_anchors_do_not_vouch_for_never_arrives(
    lay: Lay, profile: CardProfile, failure: FailureCode
) -> None:
    bench = lay(profile)
    read_ahead(bench)
    with pytest.raises(CardNotGenuineError) as refusal:
        bench.photo()
    assert refusal.value.failure is failure


def test_what_is_told_of_the_card_does_not_wait_for_what_is_read_ahead(bench: Bench) -> None:
    told_after: list[int] = []
    bench.card.physics.before_command = lambda command: told_after.append(len(bench.posted.events))
    read_ahead(bench)
    assert told_after.count(0) < told_after.count(1)


def photo_commands(lay: Lay) -> list[bytes]:
    twin = lay(catalog.MY_NUMBER)
    twin.recognise()
    return commands_of(twin, twin.jobs.read_ahead)


def test_a_pin_never_waits_behind_the_whole_photo(lay: Lay) -> None:
    """Whichever command of the photo the card is at when the patient chooses the PIN."""
    whole = len(photo_commands(lay))
    for nth in range(1, whole):
        bench = lay(catalog.MY_NUMBER)
        bench.recognise()
        bench.finish()
        bench.card.trace.clear()
        stop_at(bench, nth)
        bench.jobs.read_ahead()
        bench.finish()
        sent = [exchange.command for exchange in bench.card.trace.exchanges]
        assert len(sent) <= nth + 1, "the command under way, and then JPKI again"
        pin = commands_of(bench, lambda b=bench: b.verify(RIGHT))  # type: ignore[misc]  # bound now
        assert [len(pin), is_sent_pin(pin[0])] == [1, True]


def stop_at(bench: Bench, nth: int) -> None:
    """The PIN is chosen while the card works on its nth command from now."""
    counted: list[bytes] = []

    def count(command: bytes) -> None:
        counted.append(command)
        if len(counted) == nth:
            bench.jobs.stop_reading()

    bench.card.physics.before_command = count


def test_the_intent_and_the_pin_need_no_front(bench: Bench) -> None:
    assert bench.front
    bench.front.is_clear.clear()
    bench.recognise()
    bench.jobs.read_ahead()
    bench.jobs.stop_reading()
    assert isinstance(bench.verify(RIGHT), events.PinAccepted)


def test_a_card_pulled_after_it_was_recognised_answers_once(bench: Bench) -> None:
    """Reading ahead is nobody's job: whoever needs the certificate hears the reason."""
    bench.card.physics.before_command = lambda command: (
        bench.card.physics.pull() if bench.posted.events else None
    )
    bench.recognise()
    bench.jobs.read_ahead()
    bench.finish()
    assert len(bench.posted.events) == 1
    assert bench.verify(RIGHT) == failed(FailureCode.CARD_REMOVED)
    with pytest.raises(CardLostError):
        bench.photo()


# --- the photo ------------------------------------------------------------------------------------


def test_the_photo_is_opened_with_the_printed_code_of_this_card(bench: Bench) -> None:
    read_ahead(bench)
    assert bench.photo() == PHOTO
    assert bench.front
    assert bench.front.asked == [catalog.MY_NUMBER.card_expiry]


@pytest.mark.parametrize("error", [PrintedCodeUnreadableError(), RuntimeError("what was this?")])
def test_whatever_stands_in_the_way_of_the_photo_is_told(bench: Bench, error: Exception) -> None:
    assert bench.front
    bench.front.error = error
    read_ahead(bench)
    with pytest.raises(ReaderError):
        bench.photo()
    bench.front.error = None
    assert bench.photo() == PHOTO


def test_a_typed_code_opens_the_photo(bench: Bench) -> None:
    assert bench.front
    bench.front.error = PrintedCodeUnreadableError(FailureCode.CARD_FACE_DOWN)
    read_ahead(bench)
    bench.jobs.use_code(CODE)
    assert bench.photo() == PHOTO
    assert bench.jobs.expiry == catalog.MY_NUMBER.card_expiry


def test_a_wrong_code_costs_one_try_however_often_the_photo_is_wanted(bench: Bench) -> None:
    bench.recognise()
    bench.jobs.use_code(MISREAD)
    for _ in range(3):
        with pytest.raises(PrintedCodeRejectedError):
            bench.photo()
    assert bench.card.tries_left(PinName.SURFACE_CODE_B) == 9


def test_a_card_that_is_misread_whenever_it_is_laid_loses_one_try_in_all(bench: Bench) -> None:
    """It is read ahead at each laying, even for patients who never choose the face."""
    assert bench.front
    bench.front.code = MISREAD
    for _ in range(4):
        read_ahead(bench)
        bench.jobs.forget()
    assert bench.card.tries_left(PinName.SURFACE_CODE_B) == 9
    bench.front.code = CODE
    read_ahead(bench)
    assert bench.photo() == PHOTO
    assert bench.card.tries_left(PinName.SURFACE_CODE_B) == 10


def test_a_misread_card_that_hid_its_certificate_at_first_loses_one_try_in_all(
    bench: Bench,
) -> None:
    """What is not known to be this card's name is no name: nothing is sent meanwhile."""
    assert bench.front
    bench.front.code = MISREAD
    physics = bench.card.physics
    physics.before_command = lambda command: (
        physics.status_word_at(0, 0x6400) if is_read_behind_the_first_block(command) else None
    )
    read_ahead(bench)
    assert bench.pins_sent == 0
    physics.before_command = None
    for _ in range(3):
        bench.jobs.forget()
        read_ahead(bench)
    assert bench.card.tries_left(PinName.SURFACE_CODE_B) == 9


def is_read_behind_the_first_block(command: bytes) -> bool:
    return command[:3] == b"\x00\xb0\x01"


LOST = [Fault.PULL_BEFORE_ANSWER, Fault.GARBAGE, Fault.TRUNCATED]
"""What happens to the answer to a VERIFY that the card has carried out."""


def tries_lost_if_the_answer_is_always_lost(bench: Bench, fault: Fault) -> int:
    """The misread card is laid four times, and no answer to a code ever arrives."""
    assert bench.front
    bench.front.code = MISREAD
    lose_answers(bench, fault)
    for _ in range(4):
        read_ahead(bench)
        bench.jobs.forget()
    left = bench.card.tries_left(PinName.SURFACE_CODE_B)
    assert left is not None
    return 10 - left


def lose_answers(bench: Bench, fault: Fault) -> None:
    physics = bench.card.physics
    physics.before_command = lambda command: (
        physics.fault_at(0, fault) if is_sent_code(command) else None
    )


def is_sent_code(command: bytes) -> bool:
    return is_sent_pin(command) and command[4] == len(CODE.reference())


@pytest.mark.parametrize("fault", LOST)
def test_a_misread_card_whose_answer_is_always_lost_loses_one_try_in_all(
    bench: Bench, fault: Fault
) -> None:
    assert tries_lost_if_the_answer_is_always_lost(bench, fault) == 1
    assert bench.pins_sent == 1


def test_a_reader_that_notes_only_what_it_was_answered_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the card's own word every laying costs a try."""
    monkeypatch.setattr(RejectedCodes, "_settle", lambda *_: None)
    assert tries_lost_if_the_answer_is_always_lost(bench, Fault.PULL_BEFORE_ANSWER) == 4


@pytest.mark.parametrize("fault", [Fault.PULL_BEFORE_COMMAND, *LOST])
def test_a_right_code_whose_answer_was_lost_is_accepted_at_the_next_laying(
    lay: Lay, fault: Fault
) -> None:
    bench = lay(catalog.MY_NUMBER)
    lose_answers(bench, fault)
    read_ahead(bench)
    with pytest.raises(ReaderError):
        bench.photo()
    bench.card.physics.before_command = None
    bench.jobs.forget()
    read_ahead(bench)
    assert bench.photo() == PHOTO
    assert [bench.pins_sent, bench.card.tries_left(PinName.SURFACE_CODE_B)] == [2, 10]


def test_nothing_of_a_patient_is_sent_to_the_card_of_the_next(issuer: Issuer) -> None:
    """A code that was read for a card that is gone would cost the next card a try."""
    front = Front()
    bench = Bench(issuer.issue(catalog.MY_NUMBER, PHOTO), front=front)
    bench.recognise()
    held = threading.Event()
    bench.jobs._worker.submit(lambda: wait_for(held))
    bench.jobs.read_ahead()
    finish(bench.jobs._front_worker)
    bench.jobs.forget()
    other = issuer.issue(catalog.MY_NUMBER.issued_to(catalog.HANAKO), PHOTO)
    bench.slot._card = other
    bench.jobs.recognise(TURN + 1)
    held.set()
    bench.finish()
    assert other.trace.presented_pins() == []
    bench.jobs.stop()


def test_a_childs_photo_is_refused_and_so_is_one_of_unknown_age(lay: Lay) -> None:
    adult = lay(catalog.MY_NUMBER)
    adult.recognise()
    adult.forget_time()
    with pytest.raises(HolderAgeUnknownError) as unknown:
        adult.photo()
    assert failure_of(unknown.value) is FailureCode.HOLDER_AGE_UNKNOWN
    profile, front = catalog.PROFILES["child"], Front()
    front.code = PrintedCode.from_digits(profile.matching_code_b, profile.card_expiry)
    child = lay(profile, front)
    child.recognise()
    child.clock.set_from_agent(_DAY_BEFORE_THE_BIRTHDAY_MS)
    with pytest.raises(HolderTooYoungError) as refusal:
        child.photo()
    assert failure_of(refusal.value) is FailureCode.HOLDER_TOO_YOUNG
    child.clock.set_from_agent(_DAY_BEFORE_THE_BIRTHDAY_MS + 86_400_000)
    assert child.photo() == PHOTO

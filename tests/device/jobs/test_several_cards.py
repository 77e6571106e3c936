"""Several cards lie there and one answers: who chooses the PIN is asked to lay theirs alone.

That a card which takes the place of the recognised one gets no PIN is shown in `test_sent_pins.py`.
"""

import pytest

from device.jobs.reading import PhotoReading
from device.pinpad.pin import Pin
from device.reader.errors import PrintedCodeUnreadableError
from device.visit import events
from device.visit.effects import PageName
from hostlink.terms import FailureCode
from tests.device.jobs.card_bench import RIGHT, TURN, Bench, failed, read_ahead
from tests.device.visit.story import Story

SEVERAL = failed(FailureCode.SEVERAL_CARDS)


def seen(bench: Bench, failure: FailureCode) -> None:
    """What the camera says of the front while the patient looks at the choices."""
    assert bench.front
    bench.front.error = PrintedCodeUnreadableError(failure)
    read_ahead(bench)
    bench.posted.events.clear()


def told_before_the_pin(bench: Bench) -> list[events.Event]:
    """As `performer.py` does it when the page for the PIN is due."""
    bench.jobs.stop_reading()
    bench.jobs.warn_of_several(TURN)
    told, bench.posted.events = bench.posted.events, []
    return told


def test_the_patient_is_told_before_typing_and_once(bench: Bench) -> None:
    seen(bench, FailureCode.SEVERAL_CARDS)
    assert told_before_the_pin(bench) == [SEVERAL]
    assert bench.pins_sent == 0
    assert told_before_the_pin(bench) == []


def test_who_goes_on_all_the_same_is_believed(bench: Bench) -> None:
    """The camera may err."""
    seen(bench, FailureCode.SEVERAL_CARDS)
    told_before_the_pin(bench)
    bench.jobs.verify_pin(TURN, Pin(bytearray(RIGHT)))
    bench.finish()
    assert [type(event) for event in bench.posted.events] == [events.PinAccepted]


@pytest.mark.parametrize(
    "failure",
    [
        FailureCode.CARD_FACE_DOWN,
        FailureCode.CARD_UPSIDE_DOWN,
        FailureCode.CARD_IN_CASE,
        FailureCode.PRINTED_CODE_UNREADABLE,
    ],
)
def test_nothing_else_that_is_seen_stands_in_the_way_of_the_pin(
    bench: Bench, failure: FailureCode
) -> None:
    seen(bench, failure)
    assert told_before_the_pin(bench) == []


def test_a_front_that_was_read_is_one_card(bench: Bench) -> None:
    read_ahead(bench)
    bench.posted.events.clear()
    assert told_before_the_pin(bench) == []


def test_who_heard_it_by_the_face_is_not_told_again(bench: Bench) -> None:
    seen(bench, FailureCode.SEVERAL_CARDS)
    with pytest.raises(PrintedCodeUnreadableError):
        bench.photo()
    assert told_before_the_pin(bench) == []


def test_the_next_card_is_not_judged_by_what_lay_there_before(bench: Bench) -> None:
    seen(bench, FailureCode.SEVERAL_CARDS)
    bench.jobs.forget()
    bench.finish()
    bench.jobs.warn_of_several(TURN)
    assert bench.posted.events == []


def test_a_reader_that_drops_what_was_seen_with_the_photo_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(PhotoReading, "stop", PhotoReading._drop_attempt)
    seen(bench, FailureCode.SEVERAL_CARDS)
    assert told_before_the_pin(bench) != [SEVERAL]


def test_the_page_asks_for_one_card_and_the_pin_stays_open() -> None:
    story = Story().lay_card()
    story.happen(events.PinChosen(story.turn))
    story.happen(events.JobFailed(story.turn, FailureCode.SEVERAL_CARDS))
    assert (story.shown(), story.page.failure) == (PageName.FAILED, FailureCode.SEVERAL_CARDS)
    story.happen(events.PinChosen(story.turn))
    assert story.shown() is PageName.PIN

"""The run finds a reader that sends again, one that spends the last try, one that never stops.

It also finds one that asks the card for its number.
"""

import pytest

from device.jobs.sent_pins import SentPins
from device.pinpad.attempts import PinAttempts
from device.pinpad.pin import Pin
from device.reader.session import CardSession
from device.visit import by_pin, failing
from device.visit.policy import VisitPolicy
from device.visit.state import Visit
from tests.hw_sim.card import aids
from tests.hw_sim.card.talk import select, select_file
from tests.torture.pin_reader import RIGHT
from tests.torture.runs import pins

SHARE = 150


def faults() -> set[str]:
    return {failure.what for failure in pins.run(SHARE, seed=1).failures}


def test_nothing_is_found() -> None:
    report = pins.run(SHARE, seed=1)
    assert report.failures == ()
    assert int(report.counted["PINs sent"]) > SHARE
    assert int(report.counted["of them last tries"]) > 3
    assert int(report.counted["power cuts"]) > SHARE // 3


def test_negative_control_a_pin_that_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the card comes back, what was cut short is done once more."""
    note_tries = SentPins.note_tries

    def send_again(self: SentPins, card: CardSession, name: bytes, tries: int | None) -> None:
        is_open = self._attempts.has_unsettled(name)
        note_tries(self, card, name, tries)
        if is_open:
            self.send(card, name, Pin(bytearray(RIGHT)), lambda: None)

    monkeypatch.setattr(SentPins, "note_tries", send_again)
    assert "a PIN was sent that nobody had confirmed" in faults()


def test_negative_control_a_last_try_that_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(by_pin, "_confirm_last_try", by_pin._verify_pin)
    assert "the last try was sent without a yes" in faults()


def test_negative_control_no_end_of_wrong_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    def may_try(visit: Visit, policy: VisitPolicy) -> bool:
        return visit.has_pin

    for module in (by_pin, failing):
        monkeypatch.setattr(module, "may_try_pin", may_try)
    assert "a third wrong PIN was sent in one insertion" in faults()


def test_negative_control_a_log_that_never_asks_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PinAttempts, "note_tries", lambda self, card_reference, tries: None)
    assert "the reader is of no use to the card's holder" in faults()


@pytest.mark.parametrize(
    ("application", "file_id"), [(aids.CARD_TEXT, 0x0001), (aids.CARD_SURFACE, 0x0005)]
)
def test_negative_control_a_reader_that_asks_for_the_number(
    monkeypatch: pytest.MonkeyPatch, application: bytes, file_id: int
) -> None:
    """When the card lies there anew; the card refuses, and that is no excuse."""
    note_tries = SentPins.note_tries

    def ask_first(self: SentPins, card: CardSession, name: bytes, tries: int | None) -> None:
        assert card._exchange is not None
        for command in (select(application), select_file(file_id)):
            card._exchange._connection.transmit(bytearray(command))
        note_tries(self, card, name, tries)

    monkeypatch.setattr(SentPins, "note_tries", ask_first)
    assert "a card was asked for its number" in faults()

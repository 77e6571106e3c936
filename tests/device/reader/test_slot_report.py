from device.reader.slot_report import SlotReport
from tests.device.reader.heard import Heard


def test_each_thing_is_told_once() -> None:
    heard = Heard()
    report = SlotReport(heard)
    for _ in range(2):
        report.saw_slot()
        report.saw_card(None)
        report.saw_card(("reader", 1))
    assert heard.events == ["slot_ready", "card_placed", "card_removed", "card_placed"]


def test_another_laying_is_removal_and_placing() -> None:
    heard = Heard()
    report = SlotReport(heard)
    report.saw_slot()
    report.saw_card(("reader", 1))
    report.saw_card(("reader", 3))
    report.saw_card(None)
    assert heard.events[1:] == ["card_placed", "card_removed", "card_placed", "card_removed"]


def test_a_slot_that_comes_back_announces_its_card_again() -> None:
    heard = Heard()
    report = SlotReport(heard)
    report.saw_slot()
    report.saw_card(("reader", 1))
    report.missed_slot()
    report.missed_slot()
    report.saw_slot()
    report.saw_card(("reader", 1))
    assert heard.events == ["slot_ready", "card_placed", "slot_lost", "slot_ready", "card_placed"]


def test_a_slot_that_was_never_there_is_lost() -> None:
    heard = Heard()
    SlotReport(heard).missed_slot()
    assert heard.events == ["slot_lost"]

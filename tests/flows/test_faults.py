"""Whatever breaks in the middle of a visit: both processes live, the patient is told, and the
next visit works.
"""

import pytest

from tests.flows.desk import Desk
from tests.hw_sim.card.physics import Fault

COMPLETED = 1


@pytest.mark.parametrize("page", ["choose_method", "pin", "consent_all"])
def test_pcscd_killed_in_the_middle(desk: Desk, page: str) -> None:
    desk.lay()
    desk.go_on_until(page)
    assert desk.bench.pcscd is not None
    desk.bench.pcscd.kill()
    desk.see("out_of_service")
    assert desk.screen.texts()[0]
    desk.bench.pcscd.start()
    desk.see("choose_method")
    desk.take()
    assert desk.are_both_alive()
    desk.complete_visit()


@pytest.mark.parametrize(
    ("method", "command", "fault"),
    [
        ("pin", 1, Fault.PULL_BEFORE_COMMAND),
        ("pin", 2, Fault.PULL_BEFORE_ANSWER),
        ("pin", 9, Fault.PULL_BEFORE_COMMAND),
        ("pin", 13, Fault.PULL_BEFORE_ANSWER),
        ("pin", 14, Fault.PULL_BEFORE_COMMAND),
        ("face", 17, Fault.PULL_BEFORE_ANSWER),
        ("face", 40, Fault.PULL_BEFORE_COMMAND),
        ("face", 55, Fault.PULL_BEFORE_ANSWER),
    ],
)
def test_card_pulled_at_an_apdu(desk: Desk, method: str, command: int, fault: Fault) -> None:
    """A PIN visit has 15 commands, a face visit 57; `tests/device/reader` pulls at each of them."""
    desk.bench.show_face("taro")
    desk.card.physics.pull_at(command, fault)
    desk.lay()
    desk.go_on_until("card_taken", "take_card", method=method)
    assert len(desk.screen.texts()) > 1, "the patient is told what to do next"
    desk.take()
    assert desk.are_both_alive()
    desk.complete_visit()


def test_cable_pulled_at_many_bytes_of_a_visit(desk: Desk) -> None:
    before = desk.bench.cable.carried_bytes
    desk.complete_visit()
    in_a_visit = desk.bench.cable.carried_bytes - before
    for place in range(1, in_a_visit, in_a_visit // 10):
        desk.bench.cable.unplug_after(place, for_s=0.2)
        desk.lay()
        desk.go_on_until("finished")
        desk.take()
        assert desk.are_both_alive()
    desk.complete_visit()
    assert_gap_free(desk)


def test_cable_that_stays_out_ends_the_visit_kindly_and_the_record_arrives_later(
    desk: Desk,
) -> None:
    before = len(desk.results())
    desk.bench.cable.unplug()
    desk.lay()
    desk.go_on_until("take_card")
    assert any("受付" in text for text in desk.screen.texts()), "the patient is sent to the desk"
    desk.take()
    desk.bench.cable.plug_in()
    desk.wait_until(lambda: len(desk.results()) == before + 1, "the record of the visit")
    desk.complete_visit()


def test_agent_killed_in_the_middle(desk: Desk) -> None:
    before = desk.completed()
    desk.lay()
    desk.go_on_until("consent_all")
    desk.bench.kill("agent")
    desk.bench.start("agent")
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: desk.completed() == before + 1, "the result at the restarted agent")
    desk.complete_visit()
    assert_gap_free(desk)


def test_reader_killed_in_the_middle_begins_anew_with_the_card_that_lies_there(
    desk: Desk,
) -> None:
    desk.lay()
    desk.go_on_until("consent_all")
    desk.bench.kill("device")
    desk.bench.start("device")
    desk.stand_before_screen_again()
    desk.go_on_until("finished")
    desk.take()
    desk.complete_visit()
    assert_gap_free(desk)


def assert_gap_free(desk: Desk) -> None:
    """Every result once, none missing."""
    numbers = [seq for seq, _ in desk.results()]
    assert numbers == list(range(1, len(numbers) + 1))

"""Whatever breaks in the middle of a visit: both processes live, the patient is told, the next
visit works, and every completed visit reaches the reception software exactly once (the fixture
`desk` looks at that after each test).
"""

from collections.abc import Callable

import pytest

from agent.status import read_status
from tests.flows.broken_connections import (
    kill_agent_in_the_middle,
    leave_cable_out,
    pull_cable_at_many_bytes,
)
from tests.flows.desk import Desk
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.trace import SIGN, VERIFY

_INS, _P1, _P2 = 1, 2, 3
_READ_BINARY = 0xB0
_WITHIN_PHOTO_P1, _SHORT_ID_MARK = 0x04, 0x80
_PIN_BYTES = 4
_SIGN_BY_AUTHENTICATION_KEY = 0x97

Moment = Callable[[bytes], bool]
"""Whether a command is the one at which something happens."""


def asks_for_common_data(_: bytes) -> bool:
    """The very first command."""
    return True


def asks_for_certificate(command: bytes) -> bool:
    return command[_INS] == _READ_BINARY and command[_P1] == 0


def asks_for_photo(command: bytes) -> bool:
    """Well beyond the first kilobyte: no other file of the card is read that far."""
    return command[_INS] == _READ_BINARY and _WITHIN_PHOTO_P1 <= command[_P1] < _SHORT_ID_MARK


def presents_pin(command: bytes) -> bool:
    return command[_INS] == VERIFY and command[4:5] == bytes((_PIN_BYTES,))


def asks_for_signature(command: bytes) -> bool:
    return command[_INS] == SIGN and command[_P2] == _SIGN_BY_AUTHENTICATION_KEY


def at(desk: Desk, is_the_moment: Moment, happens: Callable[[], None]) -> None:
    """Let it happen once, when such a command is on its way to the card."""

    def look(command: bytes) -> None:
        if is_the_moment(command):
            desk.card.physics.before_command = None
            happens()

    desk.card.physics.before_command = look


def assert_recovers_from_dead_pcscd(desk: Desk) -> None:
    """The patient is told; the card that still lies there is served anew, and so is the next."""
    desk.see("out_of_service")
    desk.wait_until(lambda: not desk.pcscd.is_running, "the killed pcscd")
    desk.assert_told("reader_unavailable")
    desk.pcscd.start()
    desk.see("choose_method")
    desk.take()
    assert desk.are_both_alive()
    desk.complete_visit()


@pytest.mark.parametrize("page", ["choose_method", "face", "pin", "consent_all"])
def test_pcscd_killed_while_a_page_is_shown(desk: Desk, page: str) -> None:
    method = "face" if page == "face" else "pin"
    desk.bench.show_face("taro", "away")
    desk.lay()
    desk.go_on_until(page, method=method)
    desk.pcscd.kill()
    assert_recovers_from_dead_pcscd(desk)


@pytest.mark.parametrize(
    ("method", "is_the_moment"),
    [
        ("face", asks_for_photo),
        ("pin", presents_pin),
        ("pin", asks_for_signature),
        ("face", asks_for_signature),
    ],
)
def test_pcscd_killed_at_a_command(desk: Desk, method: str, is_the_moment: Moment) -> None:
    desk.bench.show_face("taro")
    at(desk, is_the_moment, desk.pcscd.kill)
    heard = len(desk.card.trace.exchanges)
    desk.lay()
    desk.go_on_until("out_of_service", method=method)
    since = desk.card.trace.exchanges[heard:]
    assert sum(presents_pin(exchange.command) for exchange in since) == (method == "pin")
    assert_recovers_from_dead_pcscd(desk)


@pytest.mark.parametrize("fault", [Fault.PULL_BEFORE_COMMAND, Fault.PULL_BEFORE_ANSWER])
@pytest.mark.parametrize(
    ("method", "is_the_moment"),
    [
        ("pin", asks_for_common_data),
        ("pin", asks_for_certificate),
        ("pin", presents_pin),
        ("pin", asks_for_signature),
        ("face", asks_for_photo),
        ("face", asks_for_signature),
    ],
)
def test_card_pulled_at_a_command(
    desk: Desk, method: str, is_the_moment: Moment, fault: Fault
) -> None:
    """A sample through all processes; `tests/device/jobs` pulls every kind at every command."""
    desk.bench.show_face("taro")
    physics = desk.card.physics
    at(desk, is_the_moment, lambda: physics.fault_at(0, fault))
    desk.lay()
    desk.go_on_until("card_taken", method=method)
    # Which is told first is a matter of threads; both are true.
    told = ("card_removed", "pin_outcome_unknown")
    assert any(desk.screen.tells_of(failure) for failure in told), desk.screen.texts()
    desk.take()
    assert desk.are_both_alive()
    desk.complete_visit()


def test_cable_pulled_at_many_bytes_of_a_visit(desk: Desk) -> None:
    pull_cable_at_many_bytes(desk, 8)


def test_cable_that_stays_out_ends_the_visit_kindly_and_the_record_arrives_later(
    desk: Desk,
) -> None:
    leave_cable_out(desk)


def test_the_status_tells_how_both_ends_saw_a_pulled_cable(desk: Desk) -> None:
    desk.bench.cable.unplug()
    desk.bench.cable.plug_in()
    desk.complete_visit()

    def is_told() -> bool:
        status = read_status(desk.bench.folder / "agent.status.json")
        if status is None:
            return False
        (reader,) = status.readers
        if reader.reader_link is None or reader.results is None:
            return False
        ends = (reader.link["resets"], reader.reader_link["resets"])
        both = all(isinstance(resets, dict) and resets.get("CABLE_LOST") for resets in ends)
        return both and reader.results["waiting"] == 0

    desk.wait_until(is_told, "the figures of both ends")


def test_agent_killed_in_the_middle(desk: Desk) -> None:
    kill_agent_in_the_middle(desk)


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

"""Cards that hang, or whose answers arrive spoilt, in a whole visit through all processes.

`tests/device/reader` does so at every command; here stand moments at which a visit ends in its
own way.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest

from hostlink.terms import FailureCode
from tests.flows.desk import Desk
from tests.flows.test_faults import (
    Moment,
    asks_for_common_data,
    asks_for_photo,
    asks_for_signature,
    at,
    presents_pin,
)
from tests.hw_sim.camera_patient import PEOPLE
from tests.hw_sim.card.aids import CARD_SURFACE, JPKI
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import EVIL, MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import was_asked_for_my_number
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.talk import select, send, verify
from tests.hw_sim.card.trace import VERIFY

_CODE_BYTES = 14


def presents_code(command: bytes) -> bool:
    return command[1] == VERIFY and command[4:5] == bytes((_CODE_BYTES,))


class Secrets(NamedTuple):
    """What a card was sent to compare."""

    pins: int
    codes: int


def secrets_sent(card: SimulatedCard, since: int) -> Secrets:
    """Since the card had heard so many commands."""
    heard = [exchange.command for exchange in card.trace.exchanges[since:]]
    return Secrets(sum(map(presents_pin, heard)), sum(map(presents_code, heard)))


HANGS, NOISE, CUT = Fault.HANG, Fault.GARBAGE, Fault.TRUNCATED


@pytest.mark.parametrize(
    ("method", "is_the_moment", "fault", "told", "pins"),
    [
        ("pin", asks_for_common_data, CUT, "card_unreadable", 0),
        ("pin", presents_pin, HANGS, "pin_outcome_unknown", 1),
        ("pin", presents_pin, NOISE, "pin_outcome_unknown", 1),
        ("pin", presents_pin, CUT, "pin_outcome_unknown", 1),
        ("pin", asks_for_signature, NOISE, "card_unreadable", 1),
        ("face", presents_code, NOISE, "card_unreadable", 0),
        ("face", asks_for_photo, HANGS, "card_unreadable", 0),
    ],
)
def test_an_answer_that_is_none_ends_the_visit(
    desk: Desk, method: str, is_the_moment: Moment, fault: Fault, told: str, pins: int
) -> None:
    """Every secret is sent once, and the next visit needs nothing from this one."""
    desk.bench.show_face("taro")
    physics, heard = desk.card.physics, len(desk.card.trace.exchanges)
    at(desk, is_the_moment, lambda: physics.fault_at(0, fault))
    desk.lay()
    desk.go_on_until("take_card", method=method)
    desk.assert_told(told)
    desk.take()
    sent = secrets_sent(desk.card, heard)
    assert sent.pins == pins
    assert sent.codes <= 1
    assert desk.are_both_alive()
    desk.complete_visit(method)
    assert desk.card.tries_left(PinName.SURFACE_CODE_B) == 10
    assert desk.card.tries_left(PinName.JPKI_AUTHENTICATION) == 3


def test_noise_where_a_card_need_not_answer_stops_nothing(desk: Desk) -> None:
    """Only the card's last day is not known then."""
    physics = desk.card.physics
    at(desk, asks_for_common_data, lambda: physics.fault_at(0, NOISE))
    desk.complete_visit()


ENDS = ("take_card", "failed", "card_taken")


def enter_pin_once(desk: Desk, method: str) -> None:
    """Go on to the end of the visit, but confirm a PIN only once; a second is for the patient."""
    page = desk.go_on_until("pin", *ENDS, method=method)
    if page != "pin":
        return
    turn = desk.screen.turn()
    desk.screen.type_pin("1234")
    desk.screen.wait_for_entered(4)
    desk.screen.press("confirm")
    desk.screen.wait_for("pin", *ENDS, after_turn=turn)


@pytest.mark.parametrize(
    ("seed", "method"),
    [
        pytest.param(47, "pin", id="refused"),
        pytest.param(45, "pin", id="as far as the PIN"),
        pytest.param(42, "face", id="certificate spoilt"),
        pytest.param(2458, "face", id="as far as the code"),
    ],
)
def test_an_evil_card_harms_nobody(desk: Desk, issuer: Issuer, seed: int, method: str) -> None:
    """How far a seed gets depends on what the reader asks; what must hold does not."""
    portrait = (PEOPLE / "taro" / "portrait.jp2").read_bytes()
    evil = issuer.issue(replace(EVIL, evil_seed=seed), portrait)
    desk.bench.show_face("taro")
    desk.lay(evil)
    enter_pin_once(desk, method)
    assert any(desk.screen.tells_of(code.name.lower()) for code in FailureCode)
    desk.take()
    sent = secrets_sent(evil, 0)
    assert sent.pins <= (method == "pin")
    assert sent.codes <= 1
    assert not was_asked_for_my_number(evil)
    assert desk.are_both_alive()
    desk.complete_visit()


def is_read_ahead(card: SimulatedCard) -> bool:
    """Whether the reader went to the record and came back, ready for the PIN."""
    heard = [exchange.command for exchange in card.trace.exchanges if exchange.response]
    if select(CARD_SURFACE) not in heard:
        return False
    return select(JPKI) in heard[heard.index(select(CARD_SURFACE)) :]


def test_a_swapped_photo_read_while_the_patient_chose_ends_the_visit_by_pin(desk: Desk) -> None:
    swapped = desk.bench.issue("taro", "photo_swapped")
    desk.lay(swapped)
    desk.wait_until(lambda: is_read_ahead(swapped), "the end of what is read ahead")
    desk.go_on_until("take_card", method="pin")
    desk.assert_told("card_photo_swapped")
    desk.take()
    assert secrets_sent(swapped, 0).pins == 0
    desk.complete_visit()


def test_a_secret_sent_twice_would_be_counted(issuer: Issuer) -> None:
    """Negative control."""
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    for application, secret in ((JPKI, "1234"), (CARD_SURFACE, MY_NUMBER.matching_code_b)):
        send(card, select(application))
        for _ in range(2):
            send(card, verify(secret))
    assert secrets_sent(card, 0) == Secrets(2, 2)
    assert secrets_sent(card, 3) == Secrets(0, 2)

"""Relays that send: repeated until the receiver has it, parked where it never will."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import Delivery
from agent.delivery_rounds import DeliveryRounds
from agent.errors import RelayRefusedError, RelayUnavailableError
from agent.failing import STUCK_AFTER
from agent.journal import Alarm, Event
from agent.relays.port import Reception
from tests.agent.delivery_bench import VISITS, Bench, real_relay
from tests.agent.test_delivery import NAME_IN_STORE, deliver_all

Answer = Exception | None
NO_TIME = timedelta(0)
ALMOST = STUCK_AFTER - timedelta(seconds=1)


@dataclass
class Receiver:
    """Takes what it is sent, knows repetitions, and fails as it is told."""

    answers: list[Answer] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    receptions: list[Reception] = field(default_factory=list)
    held: set[tuple[bytes, int]] = field(default_factory=set)
    needs_record: bool = False

    def send(self, reception: Reception) -> str:
        self.sent.append(reception.seq)
        self.receptions.append(reception)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.held.add((reception.ueid, reception.seq))
        return f"number {reception.seq}"

    def close(self) -> None:
        """No connection."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.receive(*VISITS)
    return made


def test_what_is_sent_is_booked_and_the_patient_forgotten(bench: Bench) -> None:
    receiver = Receiver()
    delivery = bench.delivery(oqs=real_relay(bench.reception), web=receiver)
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2]
    assert len(bench.software.look()) == len(VISITS)
    assert bench.journal.events.count(Event.RECEPTION_FILE_WRITTEN) == 2 * len(VISITS)
    assert NAME_IN_STORE not in bench.bytes_on_disk()


def test_a_receiver_that_is_away_is_asked_again_and_holds_up_nobody(bench: Bench) -> None:
    receiver = Receiver([RelayUnavailableError("HTTP 503")] * 3)
    delivery = bench.delivery(oqs=real_relay(bench.reception), web=receiver)
    assert not deliver_all(delivery)
    assert len(bench.software.look()) == len(VISITS)
    assert NAME_IN_STORE in bench.bytes_on_disk()
    assert not deliver_all(delivery)
    assert deliver_all(delivery)
    assert len(receiver.held) == len(VISITS)
    assert bench.journal.alarms.count(Alarm.RELAY_UNAVAILABLE) == 1


def test_what_is_refused_is_parked_with_the_reason_and_the_next_one_goes_on(bench: Bench) -> None:
    receiver = Receiver([RelayRefusedError("HTTP 422")])
    delivery = bench.delivery(web=receiver)
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2]
    assert [(each.seq, each.relay, each.why) for each in delivery.parked()] == [
        (1, "web", "HTTP 422")
    ]
    told = [each.detail for each in bench.journal.heard if each.alarm is Alarm.RELAY_REFUSED]
    assert told == ["web: HTTP 422"]
    bench.clock.time += timedelta(days=400)
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2], "not sent again by itself"
    assert NAME_IN_STORE in bench.bytes_on_disk(), "and not lost, however long it lies"


def test_staff_send_again_what_was_parked(bench: Bench) -> None:
    receiver = Receiver([RelayRefusedError("HTTP 422")])
    delivery = bench.delivery(web=receiver)
    deliver_all(delivery)
    (parked,) = delivery.parked()
    assert delivery.replay([parked]) == 1
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2, 1]
    assert delivery.parked() == []
    assert NAME_IN_STORE not in bench.bytes_on_disk()
    assert delivery.replay([parked]) == 0, "it is delivered: nothing is sent twice"
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2, 1]


class SomebodyKnownError(Exception):
    """A fault whose text names a patient."""


def play_rounds(bench: Bench, delivery: Delivery, *pauses: timedelta) -> None:
    """A round after each pause, as the service plays them."""
    rounds = DeliveryRounds(delivery, looked_at=lambda _: None)
    for pause in pauses:
        bench.clock.time += pause
        rounds._deliver_all(None)


def test_what_the_agent_fails_at_for_long_is_parked_and_staff_decide(bench: Bench) -> None:
    receiver = Receiver([SomebodyKnownError("受付　太郎"), None, SomebodyKnownError("受付　太郎")])
    delivery = bench.delivery(web=receiver)
    play_rounds(bench, delivery, NO_TIME, STUCK_AFTER)
    assert receiver.sent == [1, 2, 1], "it holds up no other"
    assert [(each.seq, each.why) for each in delivery.parked()] == [(1, "SomebodyKnownError")]
    assert bench.journal.alarms == [Alarm.INTERNAL, Alarm.RELAY_REFUSED], "each is told once"
    assert "太郎" not in str(bench.journal.heard)

    receiver.answers = [SomebodyKnownError()]
    assert delivery.replay(delivery.parked()) == 1
    play_rounds(bench, delivery, ALMOST)
    assert delivery.parked() == [], "sent again it has its whole time again"
    play_rounds(bench, delivery, STUCK_AFTER - ALMOST)
    assert (list(delivery.outstanding()), len(receiver.held)) == ([], len(VISITS))


@pytest.mark.parametrize("between", [RelayUnavailableError("HTTP 503"), None])
def test_a_fault_that_does_not_last_parks_nothing(bench: Bench, between: Answer) -> None:
    fault = SomebodyKnownError()
    receiver = Receiver([fault, None, between, fault, fault])
    delivery = bench.delivery(web=receiver)
    play_rounds(bench, delivery, NO_TIME, ALMOST, STUCK_AFTER - ALMOST)
    assert delivery.parked() == []


def test_what_a_folder_was_prepared_for_is_not_parked_for_a_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: it may lie there already, and the same rounds park what is only sent."""
    relay = real_relay(bench.reception)
    monkeypatch.setattr(relay, "commit", lambda _: 1 / 0)
    monkeypatch.setattr(relay, "commit_all", lambda _: 1 / 0)
    receiver = Receiver([SomebodyKnownError()] * 10)
    delivery = bench.delivery(oqs=relay, web=receiver)
    play_rounds(bench, delivery, NO_TIME, STUCK_AFTER)
    assert [each.relay for each in delivery.parked()] == ["web", "web"]
    assert {each.relay for each in delivery.outstanding()} == {"oqs"}


def test_staff_give_up_what_was_parked(bench: Bench) -> None:
    receiver = Receiver([RelayRefusedError("HTTP 422")])
    delivery = bench.delivery(web=receiver)
    deliver_all(delivery)
    assert delivery.give_up(delivery.parked()) == 1
    assert deliver_all(delivery)
    assert receiver.sent == [1, 2]
    assert NAME_IN_STORE not in bench.bytes_on_disk()
    assert Event.PARCEL_GIVEN_UP in bench.journal.events


def test_a_kill_between_sending_and_booking_sends_once_more_and_the_receiver_knows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver()
    delivery = bench.delivery(web=receiver)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(delivery, "_book", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_all(delivery)
    assert deliver_all(bench.delivery(web=receiver))
    assert receiver.sent == [1, 1, 2]
    assert len(receiver.held) == len(VISITS)

"""Any card or phone pulled at any command of its visit: told once, no second PIN, and served anew.

A sample goes through all processes, in `tests/flows/test_faults.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from device.jobs.failures import failure_of
from device.reader.errors import ReaderError
from device.reader.record_anchors import RecordAnchors
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.jobs.card_bench import RIGHT, Bench, Front
from tests.device.reader import laid_cards
from tests.device.reader.visit_steps import PHOTO, code_of, terminal_of
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.talk import verify

Method = Callable[[Bench], events.Event]
PIN = PinName.JPKI_AUTHENTICATION
VERIFY_PIN = verify(RIGHT.decode(), p2=0x98)
PULLS = (Fault.PULL_BEFORE_COMMAND, Fault.PULL_BEFORE_ANSWER)


def by_pin(bench: Bench) -> events.Event:
    answer = bench.verify(RIGHT)
    return bench.sign() if isinstance(answer, events.PinAccepted) else answer


def by_face(bench: Bench) -> events.Event:
    try:
        assert bench.photo() == PHOTO
    except ReaderError as error:
        return events.JobFailed(0, failure_of(error))
    return bench.sign(is_after_face=True)


def on_phone(bench: Bench) -> events.Event:
    return bench.sign()


@dataclass(frozen=True)
class Way:
    """One kind of visit."""

    profile: CardProfile
    use: Method
    fewest: int
    """Commands that it takes at least."""
    refusal: FailureCode | None = None
    """How a kind that is not accepted is refused."""

    def outcome(self, bench: Bench) -> FailureCode | None:
        """How a visit ends; None: the card has signed."""
        told = bench.recognise()
        if isinstance(told, events.CardRecognised):
            if told.has_face:
                bench.jobs.read_ahead()
            bench.finish()
            told = self.use(bench)
            assert isinstance(told, events.ChallengeSigned | events.JobFailed)
        bench.finish()
        return told.failure if isinstance(told, events.JobFailed) else None


def refused(profile: CardProfile, refusal: FailureCode, fewest: int = 3) -> Way:
    return Way(profile, on_phone, fewest, refusal)


WAYS = {
    "My Number card by face": Way(catalog.MY_NUMBER, by_face, 34),
    "My Number card by PIN": Way(catalog.MY_NUMBER, by_pin, 30),
    "card without PIN": Way(catalog.FACE_ONLY, by_face, 34),
    "Android": Way(catalog.ANDROID, by_pin, 10),
    "iPhone": Way(catalog.IPHONE, on_phone, 8),
    "juki": refused(catalog.JUKI, FailureCode.OLD_RESIDENT_CARD),
    "juki without JPKI": refused(catalog.JUKI_WITHOUT_JPKI, FailureCode.OLD_RESIDENT_CARD),
    "driving licence": refused(catalog.DRIVING_LICENCE, FailureCode.DRIVING_LICENCE),
    "residence card": refused(catalog.RESIDENCE_CARD, FailureCode.RESIDENCE_CARD),
    "transit": refused(catalog.TRANSIT, FailureCode.TRANSIT_CARD),
    "bank card": refused(catalog.BANK_CARD, FailureCode.BANK_CARD),
    "wallet": refused(catalog.WALLET_PHONE, FailureCode.BANK_CARD),
    "next generation": refused(catalog.NEXT_GENERATION, FailureCode.CARD_NOT_ACCEPTED),
    "no certificate": refused(catalog.NO_CERTIFICATE, FailureCode.CERTIFICATE_MISSING),
}

MakeBench = Callable[[SimulatedCard], Bench]


@pytest.fixture
def bench_of(issuer: Issuer, tmp_path: Path) -> Iterator[MakeBench]:
    """A reader that trusts this issuer's cards and whose terminal they trust."""
    terminal, benches = terminal_of(issuer, tmp_path), list[Bench]()

    def make(card: SimulatedCard) -> Bench:
        front = Front()
        if card.profile.is_my_number_card:
            front.code = code_of(card.profile)
        anchors = RecordAnchors([issuer.record_ca])
        bench = Bench(card, front=front, anchors=anchors, terminal=terminal)
        benches.append(bench)
        return bench

    yield make
    for bench in benches:
        bench.jobs.stop()


def pull_everywhere(way: Way, fault: Fault, issuer: Issuer, bench_of: MakeBench) -> set[str]:
    """A visit for each of its commands, at which the card is pulled, and a whole one after it.

    Gives the rules that were broken.
    """
    card = issuer.issue(way.profile, PHOTO)
    bench, broken = bench_of(card), set[str]()
    assert way.outcome(bench) == way.refusal
    commands = len(card.trace.exchanges)
    assert commands >= way.fewest
    for nth in range(1, commands + 1):
        lay_again(bench)
        card.physics.pull_at(nth, fault)
        broken |= broken_by(bench, way.outcome(bench), nth)
        lay_again(bench)
        if way.outcome(bench) != way.refusal:
            broken.add("the card was not served anew")
    if card.tries_left(PIN) != way.profile.start_tries(PIN):
        broken.add("a try was lost")
    return broken


def lay_again(bench: Bench) -> None:
    bench.jobs.forget()
    bench.finish()
    bench.card.trace.clear()
    bench.posted.events.clear()


def broken_by(bench: Bench, failure: FailureCode | None, nth: int) -> set[str]:
    heard = [exchange.command for exchange in bench.card.trace.exchanges]
    secrets = [exchange.command for exchange in bench.card.trace.presented_pins()]
    told = [event for event in bench.posted.events if isinstance(event, events.JobFailed)]
    expected = FailureCode.CARD_REMOVED
    if heard[nth - 1] == VERIFY_PIN:
        expected = FailureCode.PIN_OUTCOME_UNKNOWN
    rules = {
        "a secret was sent twice": len(secrets) > len(set(secrets)),
        "a card that was gone was sent more": len(heard) > nth,
        "something else was told": failure is not expected,
        "it was told twice": len(told) > 1,
    }
    return {rule for rule, is_broken in rules.items() if is_broken}


@pytest.mark.parametrize("fault", PULLS)
@pytest.mark.parametrize("name", WAYS)
def test_a_card_pulled_at_any_command(
    issuer: Issuer, bench_of: MakeBench, name: str, fault: Fault
) -> None:
    assert pull_everywhere(WAYS[name], fault, issuer, bench_of) == set()


# --- negative controls ----------------------------------------------------------------------------


def pulled_by_pin(issuer: Issuer, bench_of: MakeBench) -> set[str]:
    way = WAYS["My Number card by PIN"]
    return pull_everywhere(way, Fault.PULL_BEFORE_ANSWER, issuer, bench_of)


def transmit_again(laid: laid_cards._LaidCard, command: bytearray) -> bytes:
    """A slot that wants to help: it powers the card once more and repeats the command."""
    try:
        return laid._card.transmit(bytes(command))
    except CardPulledError:
        laid._card.enter_field()
        laid._card.power_on()
        return laid._card.transmit(bytes(command))


def answer_for_it(laid: laid_cards._LaidCard, command: bytearray) -> bytes:
    """A slot that takes a card that is gone for one that refuses."""
    try:
        return laid._card.transmit(bytes(command))
    except CardPulledError:
        return b"\x6f\x00"


def test_a_slot_that_sends_again_is_caught(
    issuer: Issuer, bench_of: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_cards._LaidCard, "transmit", transmit_again)
    assert "a secret was sent twice" in pulled_by_pin(issuer, bench_of)


def test_a_slot_that_does_not_tell_of_the_loss_is_caught(
    issuer: Issuer, bench_of: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laid_cards._LaidCard, "transmit", answer_for_it)
    broken = pulled_by_pin(issuer, bench_of)
    assert {"a card that was gone was sent more", "something else was told"} <= broken

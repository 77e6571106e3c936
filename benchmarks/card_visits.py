"""Visits as the reader's own jobs play them with a simulated card, step by step.

The jobs are the product's (`device/jobs/card.py`), on their own threads and with everything they
read ahead; only the patient, the camera over the card and the card are simulated. The card's
answers are timed in virtual time, so nothing here depends on the machine.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from device.reader.record_anchors import RecordAnchors
from device.visit import events
from tests.device.jobs.card_bench import RIGHT, Bench, Front
from tests.device.posted import Posted
from tests.device.reader.visit_steps import terminal_of
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import ANDROID, IPHONE, MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.trace import Exchange, Trace

PORTRAIT = Path("tests/hw_sim/people/taro/portrait.jp2")


class Proof(Enum):
    """How the patient proves to be the holder; the value says when the card is asked to sign."""

    PIN = "PIN typed"
    FACE = "face matched"
    ON_PHONE = "asked to sign"


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One kind of visit."""

    title: str
    proof: Proof
    profile: CardProfile = MY_NUMBER
    has_camera: bool = True
    """The reader has a camera over the card; without one the printed code is never known."""
    is_chosen_at_once: bool = False
    """The patient chooses before anything is read ahead."""


VISITS = (
    PlannedVisit("PIN, no card camera", Proof.PIN, has_camera=False),
    PlannedVisit("PIN, card camera", Proof.PIN),
    PlannedVisit("face", Proof.FACE),
    PlannedVisit("face chosen at once", Proof.FACE, is_chosen_at_once=True),
    PlannedVisit("Android", Proof.PIN, ANDROID),
    PlannedVisit("iPhone", Proof.ON_PHONE, IPHONE),
)


@dataclass(frozen=True, slots=True)
class Phase:
    """What the card was asked between two things that the patient notices."""

    when: str
    exchanges: Sequence[Exchange]
    is_photo: bool = False
    """Only whoever is verified by face needs it."""
    is_waited_for: bool = False
    """Nothing but the card's signature is still missing to the patient."""


def seconds_of(exchanges: Sequence[Exchange]) -> float:
    """On the link and in the chip."""
    return sum(exchange.link_s + exchange.card_s for exchange in exchanges)


def lay(planned: PlannedVisit, issuer: Issuer, rate_kbps: int) -> SimulatedCard:
    """The card or phone of a visit, with a photo of 8 kB where there is one."""
    profile = replace(planned.profile, link=LinkTiming(bit_rate_kbps=rate_kbps))
    return issuer.issue(profile, PORTRAIT.read_bytes())


def play(
    planned: PlannedVisit, card: SimulatedCard, issuer: Issuer, folder: Path
) -> tuple[Phase, ...]:
    """One visit by our reader; the patient chooses when everything is read ahead, or at once.

    Args:
        planned: The visit.
        card: What `lay` gave for it.
        issuer: Of the card.
        folder: For the terminal's files.
    """
    posted = _Counting(card.trace)
    bench = Bench(
        card,
        front=Front() if planned.has_camera else None,
        posted=posted,
        anchors=RecordAnchors([issuer.record_ca]),
        terminal=terminal_of(issuer, folder),
    )
    try:
        return _phases(planned, bench, posted)
    finally:
        bench.jobs.stop()


class _Counting(Posted):
    """Remembers how many commands the card had been sent when each event came."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace
        self.commands_at_first: int | None = None

    def __call__(self, event: events.Event) -> None:
        if self.commands_at_first is None:
            self.commands_at_first = len(self._trace.exchanges)
        super().__call__(event)


def _phases(planned: PlannedVisit, bench: Bench, posted: _Counting) -> tuple[Phase, ...]:
    told = bench.recognise()
    assert isinstance(told, events.CardRecognised)
    until_proof = _chosen_at_once if planned.is_chosen_at_once else _read_ahead
    phases = [*until_proof(planned, bench, posted, told)]
    chosen = _sent(bench, lambda: _prove(planned.proof, bench))
    phases.append(Phase(planned.proof.value, chosen, is_waited_for=True))
    phases.append(Phase("at the end", _sent(bench, bench.jobs.forget)))
    return tuple(phase for phase in phases if phase.exchanges)


def _read_ahead(
    planned: PlannedVisit, bench: Bench, posted: _Counting, told: events.CardRecognised
) -> Iterator[Phase]:
    """The patient still reads the buttons."""
    # An iPhone leaves nothing to choose: its holder waits from the first command on.
    has_no_choice = planned.proof is Proof.ON_PHONE
    first, behind = _split(bench, posted)
    yield Phase("recognised", first, is_waited_for=has_no_choice)
    when_behind = "at once" if has_no_choice else "while choosing"
    yield Phase(when_behind, behind, is_waited_for=has_no_choice)
    # As in `device.visit.verifying`: the photo is read ahead where a face could be chosen.
    if told.has_face and told.has_front:
        ahead = _sent(bench, bench.jobs.read_ahead)
        yield Phase("while choosing, for a face", ahead, is_photo=True)


def _chosen_at_once(
    _planned: PlannedVisit, bench: Bench, posted: _Counting, _told: events.CardRecognised
) -> Iterator[Phase]:
    """The face is wanted as soon as the card was recognised: the check waits for the photo."""
    bench.jobs.read_ahead()
    bench.photo()
    first, behind = _split(bench, posted)
    yield Phase("recognised", first)
    yield Phase("face chosen at once", behind, is_photo=True, is_waited_for=True)


def _split(bench: Bench, posted: _Counting) -> tuple[Sequence[Exchange], Sequence[Exchange]]:
    """What the card was asked until the choice was shown, and since then."""
    bench.finish()
    exchanges = bench.card.trace.exchanges
    return exchanges[: posted.commands_at_first], exchanges[posted.commands_at_first :]


def _prove(proof: Proof, bench: Bench) -> None:
    if proof is Proof.FACE:
        bench.photo()
    else:
        bench.jobs.stop_reading()
    if proof is Proof.PIN:
        assert isinstance(bench.verify(RIGHT), events.PinAccepted)
    answer = bench.sign(is_after_face=proof is Proof.FACE)
    assert isinstance(answer, events.ChallengeSigned)


def _sent(bench: Bench, step: Callable[[], object]) -> Sequence[Exchange]:
    before = len(bench.card.trace.exchanges)
    step()
    bench.finish()
    return bench.card.trace.exchanges[before:]

"""Plays a scenario on a bench: the world acts, step by step, and waits for what it sees."""

from dataclasses import dataclass
from typing import assert_never

from tests.hw_sim.bench import Bench, BenchError
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.eligibility_service import Person
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.scenario import (
    Choose,
    KillPcscd,
    LayCard,
    PlugCable,
    PullCable,
    PullCardAt,
    RestartPcscd,
    RestoreEligibility,
    Scenario,
    See,
    ShowFace,
    Step,
    StopEligibility,
    TakeCard,
    TypePin,
)


class UnexpectedError(Exception):
    """The patient saw something else than the scenario says."""


@dataclass(slots=True)
class Player:
    """One scenario on one bench."""

    bench: Bench
    scenario: Scenario
    insured: Person | None = None
    """What the eligibility service says of the patient, if not what it says in every scenario."""
    _card: SimulatedCard | None = None
    _turn: int = -1

    def play(self) -> None:
        """Do every step.

        Raises:
            UnexpectedError: A page shows another failure than the scenario expects.
            NotShownError: A page or button did not come.
        """
        patient = self.scenario.patient
        self._card = self.bench.issue(
            patient.person, patient.card, insured=self.insured, insured_born=patient.insured_born
        )
        for step in self.scenario.steps:
            print(f"  {_told(step)}")
            self._do(step)
            if isinstance(step, See):
                for sentence in self.bench.screen.texts():
                    print(f"    「{sentence}」")

    def _do(self, step: Step) -> None:  # noqa: C901 - one line for each step
        bench = self.bench
        match step:
            case ShowFace(person, face):
                bench.show_face(person, face.value)
            case LayCard(seen, is_upside_down):
                bench.lay(self._laid(), seen, is_upside_down=is_upside_down)
            case TakeCard():
                bench.slot.remove()
            case See(page, failure, text, within_s):
                self._see(page, failure, text, within_s)
            case Choose(page, choice):
                self._wait_for(page)
                bench.screen.choose(choice)
            case TypePin(pin, page):
                self._type_pin(pin, page)
            case PullCardAt(command):
                self._laid().physics.pull_at(command)
            case PullCable():
                bench.cable.unplug()
            case PlugCable():
                bench.cable.plug_in()
            case StopEligibility():
                bench.eligibility.go_down()
            case RestoreEligibility():
                bench.eligibility.come_back()
            case KillPcscd():
                self._pcscd().kill()
            case RestartPcscd():
                self._pcscd().start()
            case _:
                assert_never(step)

    def _laid(self) -> SimulatedCard:
        if self._card is None:
            raise BenchError("no card was issued")
        return self._card

    def _pcscd(self) -> Pcscd:
        if self.bench.pcscd is None:
            raise BenchError("this scenario needs a real pcscd, hence namespaces")
        return self.bench.pcscd

    def _wait_for(self, page: str, within_s: float = 20.0) -> None:
        """Wait for the page in a turn that was not acted on yet."""
        self.bench.screen.wait_for(page, timeout_s=within_s, after_turn=self._turn)
        self._turn = self.bench.screen.turn()

    def _see(self, page: str, failure: str, text: str, within_s: float) -> None:
        screen = self.bench.screen
        screen.wait_for(page, timeout_s=within_s)
        if failure and not screen.tells_of(failure):
            raise UnexpectedError(f"page {page} does not tell of {failure}: {screen.texts()}")
        if text not in "".join(screen.texts()):
            raise UnexpectedError(f"page {page} does not say {text}: {screen.texts()}")

    def _type_pin(self, pin: str, page: str) -> None:
        screen = self.bench.screen
        self._wait_for(page)
        screen.type_pin(pin)
        screen.wait_for_entered(len(pin))
        screen.press("confirm")


def _told(step: Step) -> str:
    """What happens, for whoever watches the demo; a PIN is not told."""
    match step:
        case Choose(page, choice):
            return f"on the page {page} somebody presses {choice}"
        case See(page):
            return f"the screen shows {page}"
        case ShowFace(person, face):
            return f"before the camera: {person} ({face.value})"
        case TypePin(page=page):
            return f"on the page {page} somebody types digits"
        case _:
            sentence = (type(step).__doc__ or "").rstrip(".")
            return sentence[:1].lower() + sentence[1:]

"""What flows say about a desk: a patient comes, something happens, the next patient comes."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from typing import NamedTuple

from tests.hw_sim.bench import Bench
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.patient_screen import NotShownError
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.reception_software import ReceptionSoftware

_ARRIVAL_TIMEOUT_S = 20.0
_COMPLETED = 1


class StoredResult(NamedTuple):
    """One signed result that the agent holds."""

    seq: int
    outcome: int
    visit: str


class Desk:
    """A bench with the words of the flows."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.screen = bench.screen
        self.card = bench.issue("taro", "my_number")
        self.pin = "1234"
        self._seen_turn = -1

    @property
    def pcscd(self) -> Pcscd:
        """The card reader's service."""
        assert self.bench.pcscd is not None
        return self.bench.pcscd

    def lay(self, card: SimulatedCard | None = None) -> None:
        """The patient lays the card (their own) on the reader."""
        self._seen_turn = self.screen.turn()
        self.bench.lay(card or self.card)

    def see(self, *pages: str) -> str:
        """Wait for one of these pages, in a turn nobody has acted on."""
        return self.screen.wait_for(*pages, after_turn=self._seen_turn)

    def take(self) -> None:
        """The patient takes the card; the reader waits for the next one."""
        self.bench.slot.remove()
        self.see("card_taken", "idle", "out_of_service")

    def go_on_until(self, *ends: str, method: str = "pin") -> str:
        """Do what each page asks for and agree to everything, until one of these pages."""
        acts: dict[str, Callable[[], None]] = {
            "choose_method": lambda: self.screen.choose(method),
            "pin": self._enter_pin,
            "consent_all": lambda: self.screen.choose("agree_all"),
        }
        while (page := self.see(*acts, *ends)) not in ends:
            self._seen_turn = self.screen.turn()
            # The page may be gone before the finger is there.
            with contextlib.suppress(NotShownError):
                acts[page]()
        return page

    def _enter_pin(self) -> None:
        self.screen.type_pin(self.pin)
        self.screen.wait_for_entered(4, timeout_s=2.0)
        self.screen.press("confirm")

    def stand_before_screen_again(self) -> None:
        """The reader was restarted: look at its new screen."""
        self.screen = self.bench.look_at_screen()
        self._seen_turn = -1

    def complete_visit(self, method: str = "pin") -> None:
        """A whole undisturbed visit, until the agent has its result."""
        before = len(self.completed())
        self.lay()
        self.go_on_until("finished", method=method)
        self.take()
        self.wait_until(lambda: len(self.completed()) == before + 1, "the result at the agent")

    def tidy_up(self) -> None:
        """Nobody here, the cable plugged in, the card reader's service running."""
        self.card.physics.before_command = None
        self.bench.slot.remove()
        self.bench.cable.plug_in()
        if not self.pcscd.is_running:
            self.pcscd.start()

    def results(self) -> list[StoredResult]:
        """Every result the agent holds, in order."""
        path = self.bench.folder / "agent.sqlite"
        if not path.exists():
            return []  # it is being started
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            rows = store.execute("SELECT seq, outcome, visit_id FROM results ORDER BY seq")
            return [StoredResult(seq, outcome, visit.hex()) for seq, outcome, visit in rows]

    def completed(self) -> list[str]:
        """The completed visits that the agent holds, by id."""
        return sorted(each.visit for each in self.results() if each.outcome == _COMPLETED)

    def received(self) -> list[str]:
        """The visits whose files lie in the reception folder, by id; one for each file."""
        folder = self.bench.reception
        software = ReceptionSoftware(folder)
        files = [software.read(path) for path in folder.glob("*.xml")]
        return sorted(file.header["ArbitraryFileIdentifier"] for file in files)

    def assert_exactly_once(self) -> None:
        """Every result is there once and none is missing; every completed visit has one file."""
        results = self.results()
        assert [each.seq for each in results] == list(range(1, len(results) + 1))
        assert len({each.visit for each in results}) == len(results)
        assert self.received() == self.completed()

    def assert_told(self, failure: str) -> None:
        """The patient reads what happened, and what to do now."""
        assert self.screen.tells_of(failure), (self.screen.shown(), self.screen.texts())

    def are_both_alive(self) -> bool:
        """Whether reader and agent run."""
        return self.bench.is_alive("device") and self.bench.is_alive("agent")

    def wait_until(self, is_so: Callable[[], bool], what: object) -> None:
        """Wait for something outside the screen; `what` is told as it is when it did not come."""
        ends_at_s = time.monotonic() + _ARRIVAL_TIMEOUT_S
        while not is_so():
            assert time.monotonic() < ends_at_s, f"waited {_ARRIVAL_TIMEOUT_S} s for {what}"
            time.sleep(0.02)

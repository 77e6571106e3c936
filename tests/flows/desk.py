"""What flows say about a desk: a patient comes, something happens, the next patient comes."""

import contextlib
import sqlite3
import time
from collections.abc import Callable

from tests.hw_sim.bench import Bench
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.patient_screen import NotShownError

_ARRIVAL_TIMEOUT_S = 20.0


class Desk:
    """A bench with the words of the flows."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.screen = bench.screen
        self.card = bench.issue("taro", "my_number")
        self._seen_turn = -1

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
        self.screen.type_pin("1234")
        self.screen.wait_for_entered(4, timeout_s=2.0)
        self.screen.press("confirm")

    def stand_before_screen_again(self) -> None:
        """The reader was restarted: look at its new screen."""
        self.screen = self.bench.look_at_screen()
        self._seen_turn = -1

    def complete_visit(self, method: str = "pin") -> None:
        """A whole undisturbed visit, until the agent has its result."""
        before = self.completed()
        self.lay()
        self.go_on_until("finished", method=method)
        self.take()
        self.wait_until(lambda: self.completed() == before + 1, "the result at the agent")

    def tidy_up(self) -> None:
        """Nobody here, the cable plugged in, the card reader's service running."""
        self.bench.slot.remove()
        self.bench.cable.plug_in()
        if self.bench.pcscd and not self.bench.pcscd.is_running:
            self.bench.pcscd.start()

    def results(self) -> list[tuple[int, int]]:
        """Sequence number and outcome of every result the agent holds, in order."""
        path = self.bench.folder / "agent.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            return list(store.execute("SELECT seq, outcome FROM results ORDER BY seq"))

    def completed(self) -> int:
        """How many completed visits the agent holds."""
        return sum(outcome == 1 for _, outcome in self.results())

    def are_both_alive(self) -> bool:
        """Whether reader and agent run."""
        return self.bench.is_alive("device") and self.bench.is_alive("agent")

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something outside the screen."""
        ends_at_s = time.monotonic() + _ARRIVAL_TIMEOUT_S
        while not is_so():
            assert time.monotonic() < ends_at_s, f"waited {_ARRIVAL_TIMEOUT_S} s for {what}"
            time.sleep(0.02)

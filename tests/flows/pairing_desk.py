"""A desk whose reader and reception PC are strangers, and the person who brings them together."""

import select
import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.hw_sim.bench import Bench
from tests.hw_sim.patient_screen import PatientScreen

_COMPARE = "Compare with its display:"
_END_S = 20.0


class AgentCommand:
    """`python -m agent TASK` as somebody at the reception PC runs it."""

    def __init__(self, bench: Bench, task: str, *options: str) -> None:
        self._command = [sys.executable, "-m", "agent", task, *options]
        self._command += ["--config", str(bench.folder / "agent.toml")]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def read_code(self) -> str:
        """Wait for the six digits."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(_COMPARE):
                return line.removeprefix(_COMPARE).strip()
        raise AssertionError("the agent showed no digits")

    def says_more_within(self, seconds: float) -> bool:
        """Whether anything follows the first line, which asks for a press."""
        assert self._process.stdout is not None
        self._process.stdout.readline()
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return bool(ready)

    def end(self, answer: str = "") -> tuple[int, str]:
        """Write an answer and wait for the end.

        Returns:
            Exit status, and what was said since the last reading.
        """
        said, _ = self._process.communicate(f"{answer}\n", timeout=_END_S)
        return self._process.returncode, said


def open_window(bench: Bench) -> PatientScreen:
    """Press the button and stand before the screen, which is switched off and on meanwhile."""
    bench.pairing_button.press()
    return screen_with(bench, "pairing_waiting")


def screen_with(bench: Bench, page: str) -> PatientScreen:
    """The screen, once it shows this page; it was switched off and on for it."""
    bench.screen.wait_until_dark()
    bench.screen = bench.look_at_screen()
    bench.screen.wait_for(page, timeout_s=30.0)
    return bench.screen


def pair(bench: Bench, *, at_reader: str = "pairing_same", at_agent: str = "yes") -> str:
    """Press, compare, answer at both ends; gives what the agent's command said last."""
    screen = open_window(bench)
    with AgentCommand(bench, "pair", "--name", "受付１") as agent:
        code = agent.read_code()
        screen.wait_for("pairing_compare")
        assert code in screen.texts()
        screen.choose(at_reader)
        _, said = agent.end(at_agent)
    return said

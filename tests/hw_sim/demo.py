"""Play one scenario as a visitor would want to see it: `make demo SCENARIO=face`.

Exit status 0 only when the scenario ended as it says. The last line on stdout is one JSON
object with everything that was measured; whatever went wrong stands in its field `error`.
"""

import contextlib
import fcntl
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from tests.hw_sim.bench import Bench, BenchError
from tests.hw_sim.card.errors import CardSimulationError
from tests.hw_sim.namespace import is_isolated, run_isolated, why_not_isolable
from tests.hw_sim.patient_screen import NotShownError
from tests.hw_sim.pcscd import PcscdError
from tests.hw_sim.player import Player, UnexpectedError
from tests.hw_sim.report import Report, UnsoundError, wait_for_arrival
from tests.hw_sim.scenario import Scenario, ScenarioError, names, read_scenario

OUT = Path("out")
IN_PROCESS = "UKETSUKE_IN_PROCESS"
"""Set this variable to play without pcscd although namespaces are allowed."""
_UNMET, _USAGE = 1, 2
_FORESEEN = (
    BenchError,
    CardSimulationError,
    NotShownError,
    PcscdError,
    UnexpectedError,
    UnsoundError,
)
"""Errors whose own sentence says enough."""


def main(arguments: list[str]) -> int:
    """Play the named scenario, `face` when none is named."""
    name = arguments[0] if arguments else "face"
    try:
        scenario = read_scenario(name)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        print(Report(name, error=str(error)).json_line())
        return _USAGE
    obstacle = _why_not_isolated()
    if obstacle is None and not is_isolated():
        run_isolated([sys.executable, "-m", "tests.hw_sim.demo", name])
    if obstacle is not None:
        print(
            f"No private namespace ({obstacle}): the card's slot runs inside the reader's\n"
            "process instead of behind a real pcscd.\n"
        )
    OUT.mkdir(exist_ok=True)
    with (OUT / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{name} is being played already; its folder can serve only one", file=sys.stderr)
            print(Report(name, error="being played already").json_line())
            return _UNMET
        return play(name, scenario, has_pcscd=obstacle is None)


def _why_not_isolated() -> str | None:
    """The reason why there can be no namespace; none when there is or can be one."""
    if os.environ.get(IN_PROCESS):
        return f"{IN_PROCESS} is set"
    return None if is_isolated() else why_not_isolable()


def play(name: str, scenario: Scenario, *, has_pcscd: bool) -> int:
    """Play a scenario on a fresh bench, print what happened, return the exit status."""
    print(f"{name}: {scenario.title}")
    print(f"(other scenarios: {', '.join(each for each in names() if each != name)})\n")
    folder = (OUT / name).resolve()
    bench = Bench(
        folder,
        OUT / "test-keys",
        scenario.patient.encoding,
        has_pcscd=has_pcscd,
        facility_password=scenario.facility_password,
        emergency=scenario.emergency,
        asks_for_movement=True,
        ask_later_hours=scenario.ask_later_hours,
    )
    report = Report(name, slot="pcscd" if has_pcscd else "in-process")
    with _errors_told_in(report), bench:
        Player(bench, scenario).play()
        wait_for_arrival(bench, scenario.expect)
    # Both programs have ended: nothing more can come, so what lies there is counted now.
    for look in (report.add_times, report.add_result, report.add_reception_files):
        with _errors_told_in(report):
            look(bench)
    _print_hops(report)
    _judge(report, scenario)
    print(report.json_line())
    return os.EX_OK if report.error is None else _UNMET


@contextlib.contextmanager
def _errors_told_in(report: Report) -> Iterator[None]:
    """Go on after an error; the first one is what the report tells."""
    try:
        yield
    except _FORESEEN as error:
        report.error = report.error or str(error) or type(error).__name__
    except Exception as error:  # noqa: BLE001 - whatever it is, the last line must still come
        traceback.print_exc()
        report.error = report.error or f"{type(error).__name__}: {error}"


def _judge(report: Report, scenario: Scenario) -> None:
    """Say what is not as it should be."""
    if report.error is not None:
        print(f"The scenario was not played to its end: {report.error}", file=sys.stderr)
        print(f"Logs and journals: {OUT / report.scenario}", file=sys.stderr)
        return
    unmet = report.unmet(scenario.expect)
    for sentence in unmet:
        print(f"NOT AS EXPECTED  {sentence}")
    if unmet:
        report.error = f"not as expected: {'; '.join(unmet)}"


def _print_hops(report: Report) -> None:
    print(f"\n{'':>2}  {'hop':<36} {'took ms':>9} {'at ms':>9}")
    for number, hop in enumerate(report.hops, start=1):
        took = "-" if hop.ms is None else f"{hop.ms:.1f}"
        at = "not reached" if hop.at_ms is None else f"{hop.at_ms:.1f}"
        print(f"{number:>2}  {hop.name:<36} {took:>9} {at:>9}{'  refused' * hop.is_refused}")
    outcome = (report.outcome or "no result") + (f" by {report.method}" if report.method else "")
    print(f"\n{outcome}{f' ({report.failure})' if report.failure else ''}")
    print(f"the patient waited {report.machine_time_ms:.0f} ms for the machine")
    print("(before the camera the time to read, blink and turn as asked is counted, too)")
    print(f"signed result   {report.signed_result or 'none'}")
    print(f"reception file  {report.reception_file or 'none'}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Play one scenario as a visitor would want to see it: `make demo SCENARIO=face`.

Exit status 0 only when the scenario ended as it says. The last line on stdout is one JSON
object with everything that was measured.
"""

import os
import sys
from pathlib import Path

from tests.hw_sim.bench import Bench, BenchError
from tests.hw_sim.card.errors import CardSimulationError
from tests.hw_sim.namespace import is_isolated, run_isolated, why_not_isolable
from tests.hw_sim.patient_screen import NotShownError
from tests.hw_sim.player import Player, UnexpectedError
from tests.hw_sim.report import Report, make_report
from tests.hw_sim.scenario import Scenario, ScenarioError, names, read_scenario

OUT = Path("out")
IN_PROCESS = "UKETSUKE_IN_PROCESS"
"""Set this variable to play without pcscd although namespaces are allowed."""
_UNMET, _USAGE = 1, 2


def main(arguments: list[str]) -> int:
    """Play the named scenario, `face` when none is named."""
    name = arguments[0] if arguments else "face"
    try:
        scenario = read_scenario(name)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return _USAGE
    obstacle = _why_not_isolated()
    if obstacle is None and not is_isolated():
        run_isolated([sys.executable, "-m", "tests.hw_sim.demo", name])
    if obstacle is not None:
        print(
            f"No private namespace ({obstacle}): the card's slot runs inside the reader's\n"
            "process instead of behind a real pcscd.\n"
        )
    try:
        return play(name, scenario, has_pcscd=obstacle is None)
    except (BenchError, NotShownError, UnexpectedError, CardSimulationError) as error:
        print(f"The scenario {name} could not be played to its end: {error}", file=sys.stderr)
        print(f"Logs and journals: {OUT / name}", file=sys.stderr)
        return _UNMET


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
    with Bench(folder, OUT / "test-keys", scenario.patient.encoding, has_pcscd=has_pcscd) as bench:
        player = Player(bench, scenario)
        player.play()
        report = make_report(bench, name, scenario, player.laid_at_ms)
    _print_hops(report)
    unmet = report.unmet(scenario.expect)
    for sentence in unmet:
        print(f"NOT AS EXPECTED  {sentence}")
    print(report.json_line())
    return _UNMET if unmet else os.EX_OK


def _print_hops(report: Report) -> None:
    print(f"{'':>2}  {'hop':<36} {'took ms':>9} {'at ms':>9}")
    for number, hop in enumerate(report.hops, start=1):
        took = "-" if hop.ms is None else f"{hop.ms:.1f}"
        at = "not reached" if hop.at_ms is None else f"{hop.at_ms:.1f}"
        print(f"{number:>2}  {hop.name:<36} {took:>9} {at:>9}")
    outcome = report.outcome + (f" by {report.method}" if report.method else "")
    print(f"\n{outcome}{f' ({report.failure})' if report.failure else ''}")
    print(f"the patient waited {report.machine_time_ms:.0f} ms for the machine")
    print(f"signed result   {report.signed_result}")
    print(f"reception file  {report.reception_file or 'none'}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

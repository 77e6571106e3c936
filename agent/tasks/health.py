"""How the agent and this PC are."""

import sys
from functools import partial

from agent.assembly import status_path
from agent.clock import SystemClock, unix_ms
from agent.diagnostics import write_diagnostics
from agent.doctor.examination import examine
from agent.doctor.report import tell
from agent.status import describe, read_status
from agent.tasks._common import EXIT_NOT_WELL, Arguments, config_of, written


def tell_status(arguments: Arguments) -> int:
    """How the running agent is."""
    config, _ = config_of(arguments)
    is_well, sentences = describe(read_status(status_path(config)), unix_ms(SystemClock().now()))
    print("\n".join(sentences))
    return 0 if is_well else EXIT_NOT_WELL


def look_over(arguments: Arguments) -> int:
    """What is amiss on this PC, and what to do."""
    findings = examine(arguments.config, status_path, SystemClock())
    is_well = tell(findings, partial(print, flush=True), sys.stdout.encoding)
    return 0 if is_well else EXIT_NOT_WELL


def write_help_file(arguments: Arguments) -> int:
    """Write a file without patients' data for whoever helps."""
    config, _ = config_of(arguments)
    written(arguments, partial(write_diagnostics, config, status_path(config)))
    print("No patient's data is in it; look before you send it.")
    return 0

"""The audit trail, for whoever looks into it."""

from functools import partial

from agent.audit import verify
from agent.export import write_audit_trail
from agent.tasks._common import EXIT_NOT_WELL, Arguments, config_of, written


def export(arguments: Arguments) -> int:
    """Write all signed results and the journal for an auditor."""
    config, _ = config_of(arguments)
    count = written(arguments, partial(write_audit_trail, config))
    print(f"{count} results are in it, without anybody's name.")
    return 0


def check(arguments: Arguments) -> int:
    """Whether results and journal are whole."""
    config, _ = config_of(arguments)
    return 0 if verify(config, arguments.head, print) else EXIT_NOT_WELL

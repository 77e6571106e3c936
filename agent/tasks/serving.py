"""Serve the readers."""

import signal

from agent.assembly import assemble
from agent.service import StopWanted
from agent.tasks._common import Arguments, config_of


def run(arguments: Arguments) -> int:
    """Serve the readers until somebody says stop."""
    config, folder = config_of(arguments)
    with assemble(config, folder) as agent:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: agent.service.post(StopWanted(None)))
        agent.run()
    return 0

"""Serve the readers."""

import signal
from collections.abc import Sequence
from pathlib import Path

from agent import log
from agent.assembly import assemble
from agent.config import Config
from agent.doctor.readers import missing, name_of
from agent.errors import ConfigError
from agent.pairings import Pairings
from agent.service import StopWanted
from agent.tasks._common import Arguments, config_of


def run(arguments: Arguments) -> int:
    """Serve the readers until somebody says stop."""
    config, folder = config_of(arguments)
    with assemble(config, folder) as agent:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: agent.service.post(StopWanted(None)))
        tell_what_is_served(config, folder)
        agent.run()
    return 0


def tell_what_is_served(config: Config, folder: Path) -> None:
    """A line, and one more for each reader that is away; afterwards staff see it in the console."""
    served = _paired(config)
    for counter in served:
        away = missing(config.places[counter], folder)
        if away is not None:
            log.warn(str(away.at(name_of(counter))))
    readers = (
        ", ".join(f"the {name_of(each)}" for each in served) or "no reader, for none is paired"
    )
    console = (
        "there is no console, for there is no [api] in the configuration"
        if config.api is None
        else f"the console is at http://127.0.0.1:{config.api.port}/"
    )
    log.tell(f"serving {readers}; {console}")


def _paired(config: Config) -> Sequence[str]:
    """Counters whose reader is paired."""
    pairings = Pairings(config.pairings, is_only_looked_at=True)
    found = []
    for counter in config.places:
        try:
            pairings.at(counter)
        except ConfigError:
            continue  # said already
        found.append(counter)
    return found

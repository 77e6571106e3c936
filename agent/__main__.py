"""Runs the agent: `python -m agent --config FILE`.

Exit status: 0 after SIGTERM or Ctrl-C, 2 when the configuration must be changed, 3 when the
store cannot be written or the journal not be opened, 4 when the link's thread died. After 3 and
4 a supervisor should start it again.
"""

import argparse
import signal
import sys
from pathlib import Path

from agent.assembly import assemble
from agent.config import read_config
from agent.core_dumps import leave_no_core
from agent.crash_notes import write_notes_only
from agent.errors import (
    ConfigError,
    JournalUnavailableError,
    LinkDiedError,
    StoreUnavailableError,
)
from agent.service import StopWanted

EXIT_CONFIG = 2
EXIT_STORAGE = 3
EXIT_LINK = 4


def main() -> int:
    """Start, run, stop; see the module's text for the exit status."""
    leave_no_core()
    write_notes_only()
    parser = argparse.ArgumentParser(prog="agent", description="reception agent of uketsuke")
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    arguments = parser.parse_args()
    try:
        config = read_config(arguments.config)
        with assemble(config, arguments.config.absolute().parent) as agent:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: agent.service.post(StopWanted(None)))
            agent.run()
    except ConfigError as error:
        print(f"agent: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except (StoreUnavailableError, JournalUnavailableError) as error:
        print(f"agent: stopped, nothing more can be kept safely: {error}", file=sys.stderr)
        return EXIT_STORAGE
    except LinkDiedError:
        print("agent: stopped, the link to the reader ended by a fault", file=sys.stderr)
        return EXIT_LINK
    return 0


if __name__ == "__main__":
    sys.exit(main())

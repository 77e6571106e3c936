"""The reader's process with a card slot of the simulation: only where namespaces are forbidden."""

import argparse
import sys
from pathlib import Path

from device.__main__ import run
from tests.hw_sim.in_process_slot import InProcessSlot


def main() -> int:
    """Run the reader; the slot's port stands beside the configuration file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    config: Path = parser.parse_args().config
    port = int((config.parent / "vpcd_port").read_text())
    return run(config, lambda: InProcessSlot(port))


if __name__ == "__main__":
    sys.exit(main())

"""Command line: `python -m training.printed_digits`."""

import argparse
from pathlib import Path

from training.printed_digits.train import Plan, train

DEFAULT_OUTPUT = Path("device/reader/front/printed_digits.npz")


def main() -> None:
    """Trains with the arguments given."""
    parser = argparse.ArgumentParser(prog="python -m training.printed_digits")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    train(Plan(arguments.output, arguments.steps, arguments.seed))


if __name__ == "__main__":
    main()

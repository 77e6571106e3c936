"""Command line: `python -m training.printed_lines`."""

import argparse
from pathlib import Path

from training.printed_lines.train import Plan, train

DEFAULT_OUTPUT = Path("device/reader/front/printed_lines.onnx")
DEFAULT_CHECKPOINT = Path("training/printed_lines/printed_lines.checkpoint")
"""Committed, so that hours add up; delete it to begin anew."""


def main() -> None:
    """Trains with the arguments given."""
    parser = argparse.ArgumentParser(prog="python -m training.printed_lines")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--checkpoint", type=Path, default=DEFAULT_CHECKPOINT)
    parser.add_argument("--steps", type=int, default=40_500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    train(Plan(arguments.output, arguments.checkpoint, arguments.steps, arguments.seed))


if __name__ == "__main__":
    main()

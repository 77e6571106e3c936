"""Command line: `python -m training.printed_lines`."""

import argparse
from pathlib import Path

from training.printed_lines.train import Plan, train

DEFAULT_OUTPUT = Path("device/reader/front/printed_lines.onnx")


def main() -> None:
    """Trains with the arguments given."""
    parser = argparse.ArgumentParser(prog="python -m training.printed_lines")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--checkpoint", type=Path, default=Path("printed_lines.checkpoint"))
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    train(Plan(arguments.output, arguments.checkpoint, arguments.steps, arguments.seed))


if __name__ == "__main__":
    main()

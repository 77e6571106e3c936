"""Plays long runs: `python -m tests.torture [NAME …] [--count N] [--share F] [--seed S] [--list]`.

Without names all of them. Exit status 0 when every promise held, 1 otherwise.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path
from typing import cast

from tests.torture.report import Run, told

NAMES = sorted(path.stem for path in (Path(__file__).parent / "runs").glob("[!_]*.py"))


def main() -> int:
    """Play what is asked for and tell how each run ended."""
    asked = _parser().parse_args()
    if unknown := set(asked.names) - set(NAMES):
        print(f"There is no run {', '.join(unknown)}. These are: {', '.join(NAMES)}.")
        return 2
    has_held = True
    for name in asked.names or NAMES:
        run = _run_called(name)
        if asked.list:
            print(f"{name} ({run.COUNT:,}): {str(run.__doc__).splitlines()[0]}")
        else:
            has_held &= _play(name, run, asked.count or round(run.COUNT * asked.share), asked.seed)
    return 0 if has_held else 1


def _play(name: str, run: Run, count: int, seed: int) -> bool:
    started_s = time.monotonic()
    report = run.run(max(count, 1), seed)
    print(told(name, report, seed, time.monotonic() - started_s), flush=True)
    return not report.failures


def _run_called(name: str) -> Run:
    return cast(Run, importlib.import_module(f"tests.torture.runs.{name}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--count", type=int, help="trials instead of those the promise asks for")
    parser.add_argument("--share", type=float, default=1.0, help="of each run's own count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="name the runs and what they do")
    return parser


if __name__ == "__main__":
    sys.exit(main())

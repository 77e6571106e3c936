"""Searches one parser: `python -m tests.fuzz TARGET [--seconds S] [--learn]`.

Exit status 0 and one line when nothing was found; otherwise what the engine says about the input
that broke the parser, which is kept in `out/fuzz/`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.fuzz.limits import longest_input_bytes

TARGETS = sorted(path.stem for path in (Path(__file__).parent / "targets").glob("[!_]*.py"))
_TRIED = "stat::number_of_executed_units:"


def main() -> int:
    """Run the search and tell how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--learn", action="store_true", help="keep what was learnt in the corpus")
    asked = parser.parse_args()
    limits = [str(asked.seconds), str(longest_input_bytes(asked.target))]
    command = [sys.executable, "-m", "tests.fuzz.search", asked.target, *limits]
    command += ["learn"] if asked.learn else []
    search = subprocess.run(command, capture_output=True, text=True, check=False)
    if search.returncode:
        print(search.stdout + search.stderr, file=sys.stderr)
        print(f"{asked.target}: broken by the input above", file=sys.stderr)
        return search.returncode
    tried = next(line for line in search.stderr.splitlines() if line.startswith(_TRIED))
    print(f"{asked.target}: {int(tried.split()[1]):,} inputs, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())

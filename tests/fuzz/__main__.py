"""Runs the search: `python -m tests.fuzz TARGET [--seconds S] [--learn]`.

Exit status 0: nothing found. Otherwise the engine prints the input that broke the parser.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

import atheris

INSTRUMENTED = ["device.reader", "agent.trust", "tests.fuzz.targets"]
"""Packages whose branches guide the search."""
CORPUS = Path(__file__).parent / "corpus"
FOUND = Path("out/fuzz")
"""Inputs that broke a parser."""
LONGEST_INPUT_BYTES = 4096
LONGEST_CALL_S = 5


def main() -> None:
    """Search for so many seconds, starting from the corpus that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="a file of tests/fuzz/targets")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--learn", action="store_true", help="keep what was learnt in the corpus")
    asked = parser.parse_args()
    kept = CORPUS / asked.target
    kept.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as learnt:
        _search(asked.target, asked.seconds, [str(kept)] if asked.learn else [learnt, str(kept)])


def _search(target: str, seconds: int, folders: list[str]) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED):
        fuzz = importlib.import_module(f"tests.fuzz.targets.{target}").fuzz
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT_BYTES}",
        f"-timeout={LONGEST_CALL_S}",
        f"-artifact_prefix={FOUND}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *limits, *folders], fuzz)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

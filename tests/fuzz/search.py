"""The search itself, in a process of its own: a parser that breaks takes its process along."""

import importlib
import sys
import tempfile
from pathlib import Path

import atheris

INSTRUMENTED = [
    "device.reader",
    "device.face",
    "device.factory",
    "device.tables",
    "agent.trust",
    "tests.fuzz.targets",
]
"""Packages whose branches guide the search."""
CORPUS = Path(__file__).parent / "corpus"
FOUND = Path("out/fuzz")
"""Inputs that broke a parser."""
LONGEST_CALL_S = 5


def main(target: str, seconds: int, longest_input_bytes: int, *, is_learning: bool) -> None:
    """Search for so many seconds, starting from the corpus that is kept.

    The limit is told, not imported: what is imported here before the search is not instrumented.
    """
    kept = CORPUS / target
    kept.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as learnt:
        folders = [str(kept)] if is_learning else [learnt, str(kept)]
        _search(target, seconds, longest_input_bytes, folders)


def _search(target: str, seconds: int, longest_input_bytes: int, folders: list[str]) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED):
        fuzz = importlib.import_module(f"tests.fuzz.targets.{target}").fuzz
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={longest_input_bytes}",
        f"-timeout={LONGEST_CALL_S}",
        f"-artifact_prefix={FOUND}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *limits, *folders], fuzz)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), is_learning="learn" in sys.argv[4:])

"""Command line: writes pictures of laid cards and the truth about them."""

import argparse
import json
from pathlib import Path

from PIL import Image

from tests.hw_sim.card_front.laying import Laying
from tests.hw_sim.card_front.population import fronts, mixture
from tests.hw_sim.card_front.sample_shot import Difficulty
from tests.hw_sim.card_front.truth import truth_of


def main() -> None:
    """Writes `NNNNN_I.png` and `truth.jsonl`."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.card_front")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--count", type=int, default=20, help="layings")
    parser.add_argument("--frames", type=int, default=4, help="pictures of each laying")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fronts-only", action="store_true", help="the stated figure's population")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    draw = fronts if arguments.fronts_only else mixture
    with (arguments.out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for number, (difficulty, laying) in enumerate(draw(arguments.count, arguments.seed)):
            row = _write_laying(arguments.out, number, difficulty, laying, arguments.frames)
            truth.write(row + "\n")


def _write_laying(
    folder: Path, number: int, difficulty: Difficulty, laying: Laying, count: int
) -> str:
    named = []
    for index, frame in enumerate(laying.frames(count)):
        name = f"{number:05d}_{index}.png"
        Image.fromarray(frame.image).save(folder / name, compress_level=1)
        named.append((name, frame))
    return json.dumps(truth_of(difficulty, laying, named), ensure_ascii=False)


if __name__ == "__main__":
    main()

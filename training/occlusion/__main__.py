"""Command line of the occlusion network's training."""

import argparse
from pathlib import Path

from training.occlusion.evaluate import choose, evaluate
from training.occlusion.export import export_tflite
from training.occlusion.faces import pack
from training.occlusion.matching import match
from training.occlusion.train import Plan, train

SETS = {"lfw": "lfw_dev180.zip", "aaf": "aaf_dev_aligned112.zip"}


def main() -> None:
    """Packs, trains, exports, chooses thresholds or measures, as asked."""
    parser = argparse.ArgumentParser(prog="python -m training.occlusion", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("out/occlusion"), help="faces, checkpoint"
    )
    steps = parser.add_subparsers(dest="task", required=True)
    packing = steps.add_parser("pack", help="cut out the faces of the portraits")
    learn = steps.add_parser("train", help="train, or go on training")
    learn.add_argument("--steps", type=int, default=1000)
    learn.add_argument("--seed", type=int, default=1)
    learn.add_argument("--rate", type=float, default=4e-3)
    learn.add_argument("--begin-with", type=Path, help="checkpoint of an earlier lap")
    export = steps.add_parser("export", help="write the .tflite file")
    export.add_argument("output", type=Path)
    choosing = steps.add_parser("choose", help="find the thresholds, on people of its own")
    judging = steps.add_parser("evaluate", help="count on people who neither taught nor chose")
    matching = steps.add_parser("match", help="count what masks do to the comparison")
    for step in (packing, choosing, judging, matching):
        step.add_argument("pictures", type=Path, help="folder of the portrait archives")
    for step in (choosing, judging):
        step.add_argument("bundle", type=Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    match arguments.task:
        case "pack":
            faces = pack(_archives(arguments.pictures))
            faces.save(arguments.work / "faces.npz")
            print(f"{len(faces.names)} faces")
        case "train":
            lap = (arguments.steps, arguments.seed, arguments.rate, arguments.begin_with)
            train(Plan(arguments.work, *lap))
        case "export":
            export_tflite(arguments.work / "checkpoint.pt", arguments.output)
        case "choose":
            choose(_archives(arguments.pictures), arguments.bundle)
        case "match":
            match(_archives(arguments.pictures))
        case _:
            evaluate(_archives(arguments.pictures), arguments.bundle, arguments.work)


def _archives(folder: Path) -> dict[str, Path]:
    return {name: folder / archive for name, archive in SETS.items()}


if __name__ == "__main__":
    main()

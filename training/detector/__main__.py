"""Command line of the detector's training."""

import argparse
from pathlib import Path

from training.detector.evaluate import evaluate
from training.detector.export import export_tflite
from training.detector.labels import label_archive
from training.detector.train import Plan, train

SETS = {"lfw": ("lfw_dev180.zip", 180), "aaf": ("aaf_dev_aligned112.zip", 112)}


def main() -> None:
    """Labels, trains, exports or measures, as asked."""
    parser = argparse.ArgumentParser(prog="python -m training.detector", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("out/detector"), help="labels, checkpoint"
    )
    steps = parser.add_subparsers(dest="task", required=True)
    label = steps.add_parser("label", help="label the portraits with YuNet")
    label.add_argument("pictures", type=Path, help="folder of the portrait archives")
    label.add_argument("yunet", type=Path, help="YuNet ONNX file for 320 x 320 px")
    learn = steps.add_parser("train", help="train, or go on training")
    learn.add_argument("--steps", type=int, default=4000)
    learn.add_argument("--seed", type=int, default=1)
    export = steps.add_parser("export", help="write the .tflite file")
    export.add_argument("output", type=Path)
    judge = steps.add_parser("evaluate", help="measure a bundle on people kept out of training")
    judge.add_argument("bundle", type=Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    match arguments.task:
        case "label":
            for name, (archive, side_px) in SETS.items():
                portraits = label_archive(arguments.pictures / archive, arguments.yunet, side_px)
                portraits.save(arguments.work / f"labels_{name}.npz")
                print(f"{name}: {len(portraits.images)} portraits")
        case "train":
            train(Plan(arguments.work, arguments.steps, arguments.seed))
        case "evaluate":
            evaluate(arguments.work, arguments.bundle)
        case _:
            export_tflite(arguments.work / "checkpoint.pt", arguments.output)


if __name__ == "__main__":
    main()

"""Command line of the embedder's training."""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch

from device.face.alignment import similarity
from device.face.bundle import read_embedder
from device.face.loading import MODELS_FOLDER
from training.embedder.augment import Cut, Sampler
from training.embedder.crops import Crops, cut_out, judges_of, pack, person_of, split
from training.embedder.graph import student_graph
from training.embedder.network import GraphNetwork
from training.embedder.teacher import Projection, Teachers, fit
from training.embedder.train import Lap, School, open_student, train

BUNDLE = MODELS_FOLDER / "uketsuke"
MODEL = BUNDLE / "uketsuke.tflite"


def main() -> None:
    """Packs, teaches, trains, exports or sets the judges apart, as asked."""
    parser = argparse.ArgumentParser(prog="python -m training.embedder", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("out/embedder"), help="all that is made")
    steps = parser.add_subparsers(dest="task", required=True)
    cut = steps.add_parser("pack", help="cut out the faces that may be learnt from")
    apart = steps.add_parser("hold-out", help="links to the pictures and pairs that judge")
    for each in (cut, apart):
        each.add_argument("asian_set", type=Path, help="folder of All-Age-Faces, aligned")
        each.add_argument("other_set", type=Path, help="folder of Labeled Faces in the Wild")
        each.add_argument("judges", type=Path, help="pairs whose people never teach")
    apart.add_argument("pairs", type=Path, help="pairs of the other set")
    for name in ("teach", "train"):
        each = steps.add_parser(name, help="see the package's documentation")
        each.add_argument("teachers", type=Path, nargs="*", help="bundles beside the CC0 ResNet")
    each.add_argument("--steps", type=int, default=6000, help="of this lap")
    each.add_argument("--seed", type=int, default=1, help="another one begins another lap")
    each.add_argument("--rate", type=float, default=2e-3, help="a layer's share of itself, at most")
    steps.add_parser("export", help="write the checkpoint into the bundle")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    _TASKS[arguments.task](arguments)


def _pack(arguments: argparse.Namespace) -> None:
    crops = pack(arguments.asian_set, arguments.other_set, arguments.judges)
    crops.save(arguments.work / "crops.npz")
    size = (arguments.work / "crops.npz").stat().st_size / 2**20
    print(f"{len(crops)} faces, {crops.is_asian_set.sum()} of the Asian set, {size:.1f} MiB")


def _hold_out(arguments: argparse.Namespace) -> None:
    judges = judges_of(arguments.judges)
    for name, folder in (("asian", arguments.asian_set), ("other", arguments.other_set)):
        for path in split(cut_out(folder), judges)[1]:
            link = arguments.work / "held_out" / name / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to((folder / path).resolve())
    held_out = {path.name for path in (arguments.work / "held_out" / "other").iterdir()}
    with arguments.pairs.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = [r for r in rows if {person_of(r["path_a"]), person_of(r["path_b"])} <= held_out]
    with (arguments.work / "held_out" / "pairs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    print(f"{len(kept)} of {len(rows)} pairs are of people who never taught")


def _teach(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    crops, sampler, teachers = _material(arguments)
    projection, bank = fit(teachers, crops, sampler)
    projection.save(arguments.work / "projection.npz")
    np.save(arguments.work / "bank.npy", bank)
    print(
        f"{len(bank)} targets; neighbours' mean cosine {(bank[:-1] * bank[1:]).sum(1).mean():.3f}"
    )


def _train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    _, sampler, teachers = _material(arguments)
    school = School(
        sampler,
        teachers,
        Projection.load(arguments.work / "projection.npz"),
        torch.from_numpy(np.load(arguments.work / "bank.npy")),
    )
    lap = Lap(arguments.work / "checkpoint.pt", arguments.steps, arguments.seed, arguments.rate)
    train(lap, open_student(MODEL, school), school)


def _export(arguments: argparse.Namespace) -> None:
    student = GraphNetwork(*student_graph())
    kept = torch.load(arguments.work / "checkpoint.pt", weights_only=True)
    student.load_state_dict(kept["student"])
    BUNDLE.mkdir(exist_ok=True)
    MODEL.write_bytes(student.tflite("uketsuke face embedder"))
    print(f"{MODEL.name}: {MODEL.stat().st_size} bytes after {kept['step']} steps")


def _material(arguments: argparse.Namespace) -> tuple[Crops, Sampler, Teachers]:
    crops = Crops.load(arguments.work / "crops.npz")
    resnet = read_embedder(MODELS_FOLDER / "resnet29").template
    bundles = [read_embedder(folder) for folder in arguments.teachers]
    cuts = [Cut(similarity(b.template, resnet).matrix(), b.input_px) for b in bundles]
    return crops, Sampler(crops, cuts), Teachers(bundles)


_TASKS = {
    "pack": _pack,
    "hold-out": _hold_out,
    "teach": _teach,
    "train": _train,
    "export": _export,
}


if __name__ == "__main__":
    main()

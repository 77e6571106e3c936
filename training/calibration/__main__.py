"""Command line: which constants are chosen, and what they are worth on other people."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from device.face.bundle import read_detector, read_embedder
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.evaluate.groups import ADULT, Person, read_people, without_copies
from device.face.evaluate.pairs import read_pairs
from device.face.evaluate.pictures import Gallery, read_gallery
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.runtimes import auto
from training.calibration.choosing import (
    Judged,
    Material,
    crossed,
    equal_error,
    refused,
    with_interval,
)

_FMRS = (1e-3, 1e-4)


def main() -> None:
    """Prints the figures of the model card."""
    parser = argparse.ArgumentParser(prog="python -m training.calibration", description=__doc__)
    parser.add_argument("strangers", type=Path, help="folder of All-Age-Faces")
    parser.add_argument("pairs", type=Path, help="genuine pairs of people who judge")
    parser.add_argument("images", type=Path, help="folder their paths start from, of many people")
    parser.add_argument("--bundle", type=Path, default=MODELS_FOLDER / "resnet29")
    arguments = parser.parse_args()
    material = _read(arguments)
    for within_sex in (False, True):
        judged, chosen = crossed(material, within_sex=within_sex)
        if not within_sex:
            for half, constants in zip(("first", "second"), chosen, strict=True):
                print(f"the {half} half chose {constants}")
        print("impostors of one sex" if within_sex else "impostors of both sexes")
        _print(judged)


def _read(arguments: argparse.Namespace) -> Material:
    pairs = [pair for pair in read_pairs(arguments.pairs) if pair.is_same]
    listed = read_people(arguments.strangers)
    judges = _gallery(
        arguments, arguments.images, [path for p in pairs for path in (p.reference, p.probe)]
    )
    strangers = _gallery(arguments, arguments.strangers, [person.path for person in listed])
    people = [
        person
        for person in without_copies(listed, strangers.thumbnails)
        if person.path in strangers.embeddings
    ]
    print(f"{len(pairs)} genuine pairs, {len(people)} strangers of {len(listed)} pictures")
    foreign = _strangers_in(arguments.images, {path.split("/")[0] for path in judges.embeddings})
    print(f"{len(foreign)} strangers who choose the guard")
    seen = _gallery(arguments, arguments.images, [person.path for person in foreign])
    known, values = strangers.embeddings, seen.embeddings
    is_guarded = len(read_embedder(arguments.bundle).rule.conditions) > 1
    return Material(pairs, judges.embeddings, people, known, foreign, values, is_guarded)


def _strangers_in(images: Path, judges: set[str]) -> list[Person]:
    """The first picture of everybody who does not judge; age and sex are not looked at."""
    people: dict[str, Path] = {}
    for picture in sorted(images.glob("*/*")):
        people.setdefault(picture.parent.name, picture.relative_to(images))
    return [Person(str(path), ADULT, "") for name, path in people.items() if name not in judges]


def _gallery(arguments: argparse.Namespace, folder: Path, paths: Sequence[str]) -> Gallery:
    runtime = auto.create(Settings())
    detector, embedder = read_detector(MODELS_FOLDER / "detector"), read_embedder(arguments.bundle)
    return read_gallery(
        folder,
        paths,
        Detector(detector, runtime.load(detector.content)),
        Embedder(embedder, runtime.load(embedder.content)),
    )


def _print(judged: Judged) -> None:
    rates = {"EER": equal_error} | {f"refused at an FMR of {f:.0e}": refused(f) for f in _FMRS}
    for name, rate in rates.items():
        value, low, high = (100 * each for each in with_interval(rate, judged))
        print(f"  {name}: {value:.2f} % [{low:.2f}, {high:.2f}], 90 % by person")


if __name__ == "__main__":
    main()

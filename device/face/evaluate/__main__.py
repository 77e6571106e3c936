"""Command line: `python -m device.face.evaluate --bundle NAME --pairs FILE.csv --images DIR`."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from device.errors import DeviceError
from device.face.bundle import DetectorBundle, EmbedderBundle, read_detector, read_embedder
from device.face.decision import DecisionRule
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.evaluate.comparing import compared, rates_of_groups, rule_with
from device.face.evaluate.groups import grouped, read_people, without_copies
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.pairs import people_in, read_pairs, trials_of
from device.face.evaluate.pictures import Gallery, read_gallery
from device.face.evaluate.rates import Trials
from device.face.evaluate.report import Durations, Report, as_json, as_text
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.runtimes import auto

_GROUPINGS = ("age", "sex")
_AGAINST_ADULTS = "genuine pairs against adults among the impostors"


def main() -> int:
    """Measures a bundle and prints what it found; an expected failure is one sentence."""
    arguments = _arguments()
    try:
        report = _evaluate(arguments)
    except DeviceError as error:
        print(error, file=sys.stderr)
        return 1
    print(as_json(report) if arguments.json else as_text(report))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m device.face.evaluate", description=__doc__)
    parser.add_argument("--bundle", default="resnet29", help="name, or folder of a bundle")
    parser.add_argument("--detector", default="detector", help="name, or folder of a bundle")
    parser.add_argument("--pairs", type=Path, help="table path_a,path_b,same")
    parser.add_argument("--images", type=Path, help="folder its paths start from")
    parser.add_argument(
        "--chip-photos", action="store_true", help="make a card's photo of each path_a"
    )
    parser.add_argument("--impostors", type=Path, help="folder with one picture a person")
    parser.add_argument("--groups", default="", help="age, sex or age,sex: FMR of each group")
    parser.add_argument(
        "--calibration", default="own", help="the bundle's own, by this word or its name, or none"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args()
    arguments.groups = [name for name in arguments.groups.split(",") if name]
    if not set(arguments.groups) <= set(_GROUPINGS):
        parser.error(f"--groups knows {', '.join(_GROUPINGS)}")
    if arguments.groups and arguments.impostors is None:
        parser.error("--groups belongs to --impostors")
    if arguments.chip_photos and arguments.pairs is None:
        parser.error("--chip-photos belongs to --pairs")
    if (arguments.pairs is None) != (arguments.images is None):
        parser.error("--pairs and --images belong together")
    if arguments.pairs is None and arguments.impostors is None:
        parser.error("--pairs or --impostors is needed")
    return arguments


def _evaluate(arguments: argparse.Namespace) -> Report:
    bundle = read_embedder(_folder(arguments.bundle))
    rule = rule_with(arguments.calibration, bundle)
    calibration = "none" if rule.calibration is None else rule.calibration.name
    report = Report(bundle.name, calibration, rule.threshold_id)
    reader = _Reader(bundle, read_detector(_folder(arguments.detector)))
    genuine = None
    if arguments.pairs is not None:
        genuine = _judge_pairs(arguments, reader, rule, report)
    if arguments.impostors is not None:
        listed = read_people(arguments.impostors)
        seen = reader.read(arguments.impostors, [person.path for person in listed])
        people, known = without_copies(listed, seen.thumbnails), seen.embeddings
        report.copies = len(listed) - len(people)
        adults = [person for person in people if person.is_adult]
        if genuine is not None:
            impostors = trials_among(adults, known, rule).of_other_people_than(genuine)
            report.comparisons.append(compared(_AGAINST_ADULTS, genuine, impostors, rule))
        report.groups = rates_of_groups(grouped(people, arguments.groups), known, rule)
    reader.summarise(report)
    return report


def _judge_pairs(
    arguments: argparse.Namespace, reader: "_Reader", rule: DecisionRule, report: Report
) -> Trials:
    """Adds what the pairs alone tell; returns the genuine ones."""
    pairs = read_pairs(arguments.pairs)
    references = reader.read(
        arguments.images, [pair.reference for pair in pairs], arguments.chip_photos
    )
    probes = reader.read(arguments.images, [pair.probe for pair in pairs])
    people = people_in(pairs)
    same, different = ([p for p in pairs if p.is_same is wanted] for wanted in (True, False))
    genuine = trials_of(same, references.embeddings, probes.embeddings, rule, people)
    impostors = (
        trials_of(different, references.embeddings, probes.embeddings, rule, people)
        if different
        else None
    )
    if different or arguments.impostors is None:
        report.comparisons.append(compared(arguments.pairs.stem, genuine, impostors, rule))
    return genuine


class _Reader:
    """Reads pictures with one bundle and remembers how that went."""

    def __init__(self, embedder: EmbedderBundle, detector: DetectorBundle) -> None:
        runtime = auto.create(Settings())
        self._embedder = Embedder(embedder, runtime.load(embedder.content))
        self._detector = Detector(detector, runtime.load(detector.content))
        self._galleries: list[Gallery] = []

    def read(self, folder: Path, names: Iterable[str], are_chip_photos: bool = False) -> Gallery:
        gallery = read_gallery(
            folder, names, self._detector, self._embedder, are_chip_photos=are_chip_photos
        )
        self._galleries.append(gallery)
        return gallery

    def summarise(self, report: Report) -> None:
        report.pictures = sum(len(g.detecting_ms) for g in self._galleries)
        report.failures_to_acquire = sum(len(g.without_face) for g in self._galleries)
        report.detect_ms = Durations.of([ms for g in self._galleries for ms in g.detecting_ms])
        report.embed_ms = Durations.of([ms for g in self._galleries for ms in g.embedding_ms])


def _folder(name: str) -> Path:
    """A delivered bundle by its name, any other by its path."""
    return MODELS_FOLDER / name if (MODELS_FOLDER / name).is_dir() else Path(name)


if __name__ == "__main__":
    sys.exit(main())

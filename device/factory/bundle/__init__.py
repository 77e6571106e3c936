"""Checks, installs or calibrates a model bundle, so that a maker can bring another network."""

import argparse
from pathlib import Path

from device.face.loading import MODELS_FOLDER
from device.factory.bundle.checking import check
from device.factory.bundle.installing import install

NAME = "bundle"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    checking = tasks.add_parser("check", help="load the model and compare it with its description")
    installing = tasks.add_parser("install", help="copy a bundle that passes beside the others")
    calibrating = tasks.add_parser(
        "calibrate", help="learn centre, axes and thresholds from pictures, one of each person"
    )
    for task in (checking, installing, calibrating):
        task.add_argument("bundle", type=Path, help="folder of the bundle")
    for task in (checking, installing):
        task.add_argument("--trust", type=Path, help="PEM file of the key that must have signed it")
    installing.add_argument("--models", type=Path, default=MODELS_FOLDER, help="where to")
    calibrating.add_argument("--pictures", type=Path, required=True, help="folder of pictures")
    calibrating.add_argument("--name", required=True, help="of the calibration")
    calibrating.add_argument("--population", required=True, help="whose pictures they are")
    calibrating.add_argument("--detector", type=Path, default=MODELS_FOLDER / "detector")


def run(arguments: argparse.Namespace) -> None:
    """Does one task and says what it found."""
    match arguments.task:
        case "check":
            answer = check(arguments.bundle, arguments.trust)
        case "install":
            answer = install(arguments.bundle, arguments.models, arguments.trust)
        case _:
            # Its library is needed on the maker's machine only, not where a bundle is installed.
            from device.factory.bundle.calibrating import calibrate

            answer = calibrate(
                arguments.bundle,
                arguments.detector,
                arguments.pictures,
                name=arguments.name,
                population=arguments.population,
            )
    print(answer)  # noqa: T201 - a command's answer

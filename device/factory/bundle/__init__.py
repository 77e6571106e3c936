"""Fetches, checks, installs or calibrates a model bundle, so that a maker can bring another."""

import argparse
import re
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
        "calibrate", help="learn centre, axes and thresholds from pictures of many people"
    )
    fetching = tasks.add_parser(
        "fetch", help="download a published network by its recipe, convert and install it"
    )
    for task in (checking, installing, calibrating):
        task.add_argument("bundle", type=Path, help="folder of the bundle")
    for task in (checking, installing):
        task.add_argument("--trust", type=Path, help="PEM file of the key that must have signed it")
    for task in (installing, fetching):
        task.add_argument("--models", type=Path, default=MODELS_FOLDER, help="where to")
    fetching.add_argument("name", nargs="?", help="of the recipe")
    fetching.add_argument("--list", action="store_true", help="tell the recipes, and stop")
    fetching.add_argument(
        "--sha256", type=_digest, help="of the download, where its recipe knows none"
    )
    calibrating.add_argument("--pictures", type=Path, required=True, help="folder of pictures")
    calibrating.add_argument("--name", required=True, help="of the calibration")
    calibrating.add_argument("--population", required=True, help="whose pictures they are")
    calibrating.add_argument("--detector", type=Path, default=MODELS_FOLDER / "detector")


def _digest(text: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", text) is None:
        raise argparse.ArgumentTypeError("64 hexadecimal digits are needed")
    return text


def run(arguments: argparse.Namespace) -> None:
    """Does one task and says what it found."""
    match arguments.task:
        case "check":
            answer = check(arguments.bundle, arguments.trust)
        case "install":
            answer = install(arguments.bundle, arguments.models, arguments.trust)
        # What these need is there on the maker's machine only, not where a bundle is installed.
        case "fetch":
            from device.factory.bundle.fetching import fetch, listed

            if arguments.list or arguments.name is None:
                answer = listed()
            else:
                answer = fetch(arguments.name, arguments.models, arguments.sha256)
        case _:
            from device.factory.bundle.calibrating import calibrate

            answer = calibrate(
                arguments.bundle,
                arguments.detector,
                arguments.pictures,
                name=arguments.name,
                population=arguments.population,
            )
    print(answer)  # noqa: T201 - a command's answer

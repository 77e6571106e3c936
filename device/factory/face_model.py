"""Builds the reference embedder from dlib's public-domain ResNet and checks what it built.

The source file comes with the package `face_recognition_models`, which is needed on the machine
that sets a reader up and never on the reader: it also holds a landmark model that may not be used
commercially (facts/face.md §6.1). The package is found, not executed, and only the ResNet is read.
"""

import argparse
import hashlib
import importlib.util
import logging
import os
from pathlib import Path

from device.face.bundle import sum_file
from device.face.loading import MODELS_FOLDER
from device.factory.dlib_model import read_dlib_model
from device.factory.errors import ModelSourceError
from device.factory.golden import check_answers, check_golden_values
from device.factory.resnet_graph import resnet_graph
from device.factory.tflite_writer import write_tflite

NAME = "face-model"
SOURCE_PACKAGE = "face_recognition_models"
SOURCE_FILE = "dlib_face_recognition_resnet_model_v1.dat"
SOURCE_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
DEFAULT_OUTPUT = MODELS_FOLDER / "resnet29" / "embedder.tflite"
BUILD = 2
"""To be raised when the same source is to be built differently."""

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--source", type=Path, help="dlib .dat file (default: the package's)")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="file to write")


def run(arguments: argparse.Namespace) -> None:
    """Builds the model unless it is there already."""
    source: Path = arguments.source or find_source()
    output: Path = arguments.output
    if build(source, output):
        print(f"built {output.name} from {source.name}")  # noqa: T201 - a command's answer
    else:
        print(f"{output.name} is up to date")  # noqa: T201 - a command's answer


def find_source() -> Path:
    """Finds the ResNet inside the installed package, without executing it.

    Raises:
        ModelSourceError: if the package is not installed.
    """
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "models" / SOURCE_FILE
        if path.is_file():
            return path
    raise ModelSourceError(
        f'"{SOURCE_FILE}" is missing: install the package "{SOURCE_PACKAGE}" '
        "(extra [models]) or name the file with --source"
    )


def build(source: Path, output: Path) -> bool:
    """Builds the embedder.

    Args:
        source: a dlib metric ResNet.
        output: the `.tflite` file; its folder must exist.

    Returns:
        False if the output had been built from this source already and is undamaged.

    Raises:
        ModelSourceError: if the source is missing, damaged or of another kind.
        ModelCheckError: if the result does not give the values it must give.
    """
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ModelSourceError(f'"{source.name}" cannot be read') from error
    if _is_built(output, _description(content)):
        return False
    model = converted_resnet(content)
    fresh = output.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(model)
        file.flush()
        # Whole on disk before it has its name: a reader refuses a cut file.
        os.fsync(file.fileno())
    fresh.replace(output)
    sum_file(output).write_text(hashlib.sha256(model).hexdigest())
    return True


def converted_resnet(content: bytes) -> bytes:
    """Converts a dlib metric ResNet.

    Args:
        content: of its `.dat` file.

    Returns:
        The content of a `.tflite` file, checked: by known answers where the file is the known one.

    Raises:
        ModelSourceError: if it is damaged or of another kind.
        ModelCheckError: if the result does not give the values it must give.
    """
    is_known = hashlib.sha256(content).hexdigest() == SOURCE_SHA256
    if not is_known:
        _log.warning("this is not the known file of dlib; its embeddings are not checked")
    # The file is made where it is used, and the memory of the check is the scarcer.
    graph, embedding = resnet_graph(read_dlib_model(content), is_stored_wide=True)
    model = write_tflite(graph, [embedding], _description(content))
    if is_known:
        check_golden_values(model)
    else:
        check_answers(model, graph.tensors[graph.inputs[0]].shape)
    return model


def _description(content: bytes) -> str:
    return f"{NAME} build {BUILD} from sha256 {hashlib.sha256(content).hexdigest()}"


def _is_built(output: Path, description: str) -> bool:
    try:
        content, digest = output.read_bytes(), sum_file(output).read_bytes()
    except OSError:
        return False
    is_whole = hashlib.sha256(content).hexdigest().encode() == digest
    return is_whole and description.encode() in content

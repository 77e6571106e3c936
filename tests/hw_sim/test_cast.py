"""The cast as the shipped rule sees it: nobody passes as somebody else, everybody as themselves.

These faces are made up; that they are told apart says nothing about the faces of patients.
"""

from itertools import permutations
from pathlib import Path

import pytest

from device.face.comparison import ScoreBand, compare
from device.face.embedder import Embedding
from tests.hw_sim.camera_patient import PEOPLE
from tests.hw_sim.faces import FaceReader
from tests.hw_sim.rendering.cast import CAST, LOOK_ALIKES

LOOK_ALIKES_FOLDER = PEOPLE.with_name("look_alikes")
EVERY_NTH = 2
"""Live frames are compared at this step, to save time."""


@pytest.fixture(scope="module")
def reader() -> FaceReader:
    return FaceReader()


@pytest.fixture(scope="module")
def portraits(reader: FaceReader) -> dict[str, Embedding]:
    return {name: reader.embedding(PEOPLE / name / "portrait.jp2") for name in CAST}


@pytest.fixture(scope="module")
def probes(reader: FaceReader) -> dict[str, list[Embedding]]:
    return {name: [reader.embedding(path) for path in _frames(PEOPLE / name)] for name in CAST}


def _frames(folder: Path) -> list[Path]:
    clip = sorted((folder / "live").glob("*.jpg"))[::EVERY_NTH]
    return [*clip, folder / "grid" / "front_open_room.jpg"]


def test_nobody_passes_as_somebody_else(
    reader: FaceReader, portraits: dict[str, Embedding], probes: dict[str, list[Embedding]]
) -> None:
    mistaken = {
        (owner, visitor)
        for owner, visitor in permutations(CAST, 2)
        for probe in probes[visitor]
        if compare(portraits[owner], probe, reader.rule).is_match
    }
    assert mistaken == set()


@pytest.mark.parametrize("name", CAST)
def test_everybody_passes_as_themselves(
    reader: FaceReader,
    portraits: dict[str, Embedding],
    probes: dict[str, list[Embedding]],
    name: str,
) -> None:
    matches = [compare(portraits[name], probe, reader.rule).is_match for probe in probes[name]]
    assert sum(matches) > len(matches) / 2


@pytest.mark.parametrize(("name", "original"), LOOK_ALIKES.items())
def test_a_look_alike_comes_near(
    reader: FaceReader, portraits: dict[str, Embedding], name: str, original: str
) -> None:
    """The control: were such a person in the cast, the test above would find them."""
    bands = {
        compare(portraits[original], reader.embedding(path), reader.rule).band
        for path in sorted((LOOK_ALIKES_FOLDER / name / "live").glob("*.jpg"))
    }
    assert bands & {ScoreBand.NEAR, ScoreBand.MATCH, ScoreBand.CLEAR_MATCH}

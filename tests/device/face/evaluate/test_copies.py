"""Copies of one photograph are found; pictures of people who do not exist stand for all others."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.evaluate import copies
from device.face.evaluate.copies import find_copies, on_one_side, thumbnail
from device.face.evaluate.groups import Person, without_copies
from device.face.port import Image, Values
from tests.hw_sim.faces import FaceReader

PEOPLE = Path(__file__).parents[3] / "hw_sim" / "people"
NAMES = ("taro", "hanako", "jiro", "umeko")


@pytest.fixture(scope="module")
def faces() -> dict[str, Image]:
    reader = FaceReader()
    return {name: reader.aligned(opened(PEOPLE / name / "portrait.jp2")) for name in NAMES}


def opened(path: Path) -> Image:
    return np.asarray(PillowImage.open(path).convert("RGB"), np.uint8)


def compressed(face: Image) -> Image:
    file = io.BytesIO()
    PillowImage.fromarray(face).save(file, "JPEG", quality=30)
    return opened_bytes(file.getvalue())


def opened_bytes(content: bytes) -> Image:
    return np.asarray(PillowImage.open(io.BytesIO(content)).convert("RGB"), np.uint8)


def brighter(face: Image) -> Image:
    return (face * 0.6 + 60).astype(np.uint8)


def cut(face: Image) -> Image:
    """A little more of the face, as another program cuts it."""
    picture = PillowImage.fromarray(face).crop((1, 1, face.shape[1] - 1, face.shape[0] - 1))
    return np.asarray(picture.resize((face.shape[1], face.shape[0])), np.uint8)


def small(faces: dict[str, Image]) -> dict[str, Values]:
    return {name: thumbnail(face) for name, face in faces.items()}


def test_people_are_no_copies_of_each_other(faces: dict[str, Image]) -> None:
    assert find_copies(small(faces)) == {}


@pytest.mark.parametrize("change", [np.copy, compressed, brighter, cut])
def test_a_photograph_is_found_again(faces: dict[str, Image], change: object) -> None:
    assert callable(change)
    assert find_copies(small(faces | {"other": change(faces["jiro"])})) == {"other": "jiro"}


def test_copies_of_copies_have_one_first(faces: dict[str, Image]) -> None:
    pictures = {"a": faces["taro"], "b": faces["taro"], "c": faces["jiro"], "d": faces["taro"]}
    assert find_copies(small(pictures)) == {"b": "a", "d": "a"}


def test_pictures_that_show_nothing_are_no_copies() -> None:
    blank = np.full((150, 150, 3), 90, np.uint8)
    assert find_copies(small({"a": blank, "b": blank})) == {}
    assert find_copies({}) == {}


def test_many_are_compared_piece_by_piece(
    faces: dict[str, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_AT_ONCE", 2)
    pictures = faces | {"again": faces["taro"], "once_more": faces["umeko"]}
    assert find_copies(small(pictures)) == {"again": "taro", "once_more": "umeko"}


def test_no_photograph_is_on_both_sides(
    faces: dict[str, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = small(faces | {"taught": faces["taro"], "held": faces["hanako"]})
    pictures["held_again"] = pictures["held"]
    held_out = {"taro", "hanako", "held", "held_again"}
    assert on_one_side(pictures, held_out) == (["jiro", "umeko"], ["hanako"])
    monkeypatch.setattr(copies, "_LEAST_ALIKE", 1.1)
    taught, judging = on_one_side(pictures, held_out)
    assert "taught" in taught, "control"
    assert {"taro", "held"} <= set(judging), "control"


def test_nobody_is_two_strangers(faces: dict[str, Image]) -> None:
    people = [Person(name, 40, "f") for name in (*NAMES, "copy", "no_face")]
    known = small(faces | {"copy": faces["umeko"]})
    assert [person.path for person in without_copies(people, known)] == [*NAMES, "no_face"]

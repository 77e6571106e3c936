"""The card's photo is compared with only if it is whole: the cast's photos, damaged one by one.

How many photographs of people pass stands in docs/FACE.md.
"""

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageFilter

from device.face.bundle import read_detector
from device.face.detector import Detector
from device.face.errors import PhotoError
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.photo import even_share, face_of_photo, grain
from device.face.port import Image
from device.face.quality import grey_chip, sharpness
from device.face.runtimes import auto

PEOPLE = Path(__file__).parents[2] / "hw_sim" / "people"
PORTRAITS = sorted(PEOPLE.glob("*/portrait.jp2"))
SOME = PORTRAITS[::4]

Damage = Callable[[Image], Image]


@cache
def detector() -> Detector:
    bundle = read_detector(MODELS_FOLDER / "detector")
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


def portrait(path: Path) -> Image:
    with PillowImage.open(path) as picture:
        return np.array(picture.convert("RGB"), np.uint8)


def as_kept(image: Image) -> Image:
    """As the chip would have kept it: grey, about 8 kB."""
    file = io.BytesIO()
    PillowImage.fromarray(image).convert("L").save(
        file, "JPEG2000", quality_mode="rates", quality_layers=[240 * 320 / 8000]
    )
    return np.array(PillowImage.open(file).convert("RGB"), np.uint8)


def refusal(image: Image) -> str:
    """Why a photo is refused, or ""."""
    try:
        face_of_photo(image, detector().faces(image))
    except PhotoError as error:
        return str(error)
    return ""


def blurred(sigma_px: float) -> Damage:
    return lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.uint8)


def sharpened(image: Image) -> Image:
    """As photo laboratories do it, and more."""
    laboratory = ImageFilter.UnsharpMask(radius=2, percent=150, threshold=3)
    return np.array(PillowImage.fromarray(image).filter(laboratory), np.uint8)


def noisy(image: Image) -> Image:
    noise = np.random.default_rng(0).normal(0, 70, image.shape[:2])[..., None]
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def banded(first_point: int, grey: int) -> Damage:
    """A band across the eyes (point 0) or the mouth (point 3)."""

    def damage(image: Image) -> Image:
        points = detector().faces(image)[0].points
        middle, half = points[first_point, 1], 0.35 * (points[1, 0] - points[0, 0])
        image = image.copy()
        image[int(middle - half) : int(middle + half)] = grey
        return image

    return damage


def half_decoded(image: Image) -> Image:
    image = image.copy()
    image[image.shape[0] // 2 :] = 128
    return image


def with_a_second_face(image: Image) -> Image:
    small = np.asarray(cv2.resize(image, (120, 160), interpolation=cv2.INTER_AREA), np.uint8)
    two = np.full_like(image, 200)
    two[80:240, :120], two[80:240, 120:] = small, small[:, ::-1]
    return two


def dark(image: Image) -> Image:
    return (image * 0.2).astype(np.uint8)


def empty(image: Image) -> Image:
    return np.full_like(image, 190)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "blurred": (blurred(6.0), "hold_still"),
    "noise": (noisy, "noise|show_face"),
    "black band over the eyes": (banded(0, 0), "show_face"),
    "black band over the mouth": (banded(3, 0), "missing"),
    "grey band over the eyes": (banded(0, 128), "missing|show_face"),
    "grey band over the mouth": (banded(3, 128), "missing"),
    "half decoded": (half_decoded, "missing|show_face"),
    "two faces": (with_a_second_face, "several_faces"),
    "too dark": (dark, "too_dark"),
    "no face": (empty, "no_face"),
}


@pytest.mark.parametrize("path", PORTRAITS, ids=lambda path: path.parent.name)
def test_a_good_photo_passes(path: Path) -> None:
    image = portrait(path)
    assert refusal(image) == ""
    assert refusal(as_kept(blurred(1.0)(image))) == "", "photos are ten years old, and soft"
    assert refusal(as_kept(sharpened(image))) == ""


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("path", SOME, ids=lambda path: path.parent.name)
def test_a_damaged_photo_is_refused_with_its_reason(path: Path, name: str) -> None:
    damage, reason = DAMAGES[name]
    assert re.search(reason, refusal(damage(portrait(path))))


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.parent.name)
def test_a_band_is_seen_by_its_evenness_and_not_by_the_detector(path: Path) -> None:
    """The control: the detector alone takes a face with a band for a face."""
    image = portrait(path)
    banded_image = banded(3, 128)(image)
    (face,) = detector().faces(banded_image)
    assert face.score >= 0.87
    assert even_share(grey_chip(banded_image, face.points)) > 3 * even_share(
        grey_chip(image, detector().faces(image)[0].points)
    )


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.parent.name)
def test_noise_is_seen_in_quiet_places_and_not_by_sharpness(path: Path) -> None:
    """The control: by its sharpness a sharpened photo is nearly as bad as a noisy one."""
    image = portrait(path)
    (face,) = detector().faces(image)
    plain, sharp, noise = (
        grey_chip(each, face.points) for each in (image, sharpened(image), noisy(image))
    )
    assert sharpness(noise) < 1.6 * sharpness(sharp)
    assert grain(noise) > 3 * grain(sharp)
    assert grain(sharp) < 3 * grain(plain)


def test_the_reason_tells_nothing_of_the_person() -> None:
    why = refusal(blurred(6.0)(portrait(SOME[0])))
    assert not any(character.isdigit() for character in why)

"""Pictures of people who do not exist as the liveness check gets them: with the face found."""

from functools import cache

from device.face.bundle import read_detector
from device.face.detector import Detector
from device.face.interpreter import Settings
from device.face.liveness.view import view_of
from device.face.loading import MODELS_FOLDER
from device.face.port import Image, Values
from device.face.runtimes import auto
from tests.hw_sim.attacks.clips import LIVE, clip


@cache
def _detector() -> Detector:
    bundle = read_detector(MODELS_FOLDER / "detector")
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


def points_of(image: Image) -> Values:
    """The five points of the largest face."""
    return _detector().faces(image)[0].points


def straight_view(image: Image) -> Values:
    """The view of the largest face."""
    return view_of(image, points_of(image))


@cache
def clip_with_points(person: str, folder: str = LIVE) -> tuple[tuple[Image, Values], ...]:
    """A committed clip, with the face found in each picture."""
    return tuple((image, points_of(image)) for image in clip(person, folder))

import numpy as np
import pytest

from device.face.liveness import MicroMovement
from device.face.port import Image


def _faces(noise: float, count: int = 3) -> list[Image]:
    rng = np.random.default_rng(0)
    still = rng.integers(40, 200, (150, 150, 3))
    return [
        np.clip(still + rng.normal(0, noise, still.shape), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def _is_live(faces: list[Image]) -> bool:
    check = MicroMovement()
    for face in faces:
        check.observe(face)
    return check.is_live()


def test_the_noise_of_a_sensor_is_enough() -> None:
    assert _is_live(_faces(noise=1.5))


def test_one_picture_again_and_again_is_not_live() -> None:
    assert not _is_live(_faces(noise=1.5)[:1] * 3)


def test_a_single_repetition_is_not_live() -> None:
    a, b, _ = _faces(noise=1.5)
    assert not _is_live([a, b, b])


def test_too_few_pictures_decide_nothing() -> None:
    assert not _is_live([])
    assert not _is_live(_faces(noise=1.5)[:1])


@pytest.mark.parametrize("count", [1, 3])
def test_forgetting_wipes_and_starts_anew(count: int) -> None:
    check = MicroMovement()
    for face in _faces(noise=1.5, count=count):
        check.observe(face)
    kept = check._last
    check.forget()
    assert kept is not None
    assert not kept.any()
    assert not check.is_live()
    for face in _faces(noise=1.5):
        check.observe(face)
    assert check.is_live()

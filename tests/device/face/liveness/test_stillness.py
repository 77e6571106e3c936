import numpy as np
import pytest

from device.face.liveness.stillness import MicroMovement
from device.face.port import Values

GAP_S = 0.2


def _views(noise: float, count: int = 3) -> list[Values]:
    rng = np.random.default_rng(0)
    still = rng.integers(40, 200, (128, 128))
    return [(still + rng.normal(0, noise, still.shape)).astype(np.float32) for _ in range(count)]


def _is_moving(views: list[Values]) -> bool:
    check = MicroMovement()
    for number, view in enumerate(views):
        check.observe(view, number * GAP_S)
    return check.is_moving()


def test_the_noise_of_a_sensor_is_enough() -> None:
    assert _is_moving(_views(noise=1.0))


def test_one_picture_again_and_again_does_not_move() -> None:
    check = MicroMovement()
    for number in range(6):
        check.observe(_views(noise=1.0)[0], number * GAP_S)
        assert not check.is_moving()
        assert check.is_frozen() == (number == 5)


def test_a_camera_that_repeats_a_picture_for_less_than_a_second_is_not_frozen() -> None:
    a, b, c = _views(noise=1.0)
    assert _is_moving([a, b, b, b, c])
    assert _is_moving([a, b, b, b])


def test_after_a_second_it_is() -> None:
    a, b, _ = _views(noise=1.0)
    assert not _is_moving([a, *[b] * 6])


def test_too_few_pictures_decide_nothing() -> None:
    assert not _is_moving([])
    assert not _is_moving(_views(noise=1.0)[:1])


def test_a_picture_handed_out_twice_in_a_row_is_passed_over() -> None:
    check = MicroMovement()
    a, b, _ = _views(noise=1.0)
    for view, at_s in ((a, 0.0), (a, 0.02), (b, 0.2), (b, 0.22)):
        check.observe(view, at_s)
    assert check.is_moving()


@pytest.mark.parametrize("count", [1, 3])
def test_forgetting_wipes_and_starts_anew(count: int) -> None:
    check = MicroMovement()
    for number, view in enumerate(_views(noise=1.0, count=count)):
        check.observe(view, number * GAP_S)
    kept = check._last
    check.forget()
    assert kept is not None
    assert not kept.any()
    assert not check.is_moving()
    for number, view in enumerate(_views(noise=1.0)):
        check.observe(view, number * GAP_S)
    assert check.is_moving()

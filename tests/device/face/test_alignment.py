import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.face.alignment import Similarity, align, sample, similarity
from device.face.port import Image

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [5, 5]], np.float32)


@given(st.floats(0.1, 8), st.floats(-math.pi, math.pi), st.floats(-200, 200), st.floats(-200, 200))
def test_a_known_similarity_is_found_again(
    scale: float, angle: float, dx: float, dy: float
) -> None:
    known = Similarity(scale * math.cos(angle), scale * math.sin(angle), dx, dy)
    found = similarity(SQUARE, known.apply(SQUARE))
    assert found.scale == pytest.approx(scale, rel=1e-3)
    assert np.allclose(found.apply(SQUARE), known.apply(SQUARE), atol=1e-2)


def test_the_error_is_the_least_possible() -> None:
    rng = np.random.default_rng(0)
    target = (SQUARE * 3 + rng.normal(0, 2, SQUARE.shape)).astype(np.float32)
    best = similarity(SQUARE, target)

    def error(tried: Similarity) -> float:
        return float(((tried.apply(SQUARE) - target) ** 2).sum())

    least = error(best)
    for change in (-0.01, 0.01):
        assert error(Similarity(best.a + change, best.b, best.dx_px, best.dy_px)) > least
        assert error(Similarity(best.a, best.b + change, best.dx_px, best.dy_px)) > least
        assert error(Similarity(best.a, best.b, best.dx_px + change, best.dy_px)) > least
        assert error(Similarity(best.a, best.b, best.dx_px, best.dy_px + change)) > least


def _ramp(height: int, width: int) -> Image:
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    return np.stack([x, y, x + y], axis=-1, dtype=np.uint8, casting="unsafe")


def test_sampling_without_a_change_copies() -> None:
    image = _ramp(12, 12)
    assert (sample(image, Similarity(1, 0, 0, 0), 12) == image).all()


def test_sampling_between_pixels_is_linear() -> None:
    image = _ramp(20, 20) * np.uint8(10)
    read = sample(image, Similarity(0.5, 0, 2.0, 3.0), 8)
    assert read[0, :, 0].tolist() == [20, 25, 30, 35, 40, 45, 50, 55]
    assert read[:, 0, 1].tolist() == [30, 35, 40, 45, 50, 55, 60, 65]


def test_a_quarter_turn_turns() -> None:
    image = _ramp(8, 8)
    turned = sample(image, Similarity(0, 1, 7, 0), 8)
    assert (turned == np.rot90(image)).all()


def test_outside_is_black() -> None:
    image = np.full((4, 4, 3), 200, np.uint8)
    read = sample(image, Similarity(1, 0, -3, -3), 10)
    assert (read[3:7, 3:7] == 200).all()
    assert not read[:2].any()
    assert not read[8:, 8:].any()


def test_a_face_at_the_edge_gets_no_black_bar() -> None:
    image = np.full((4, 4, 3), 200, np.uint8)
    assert (sample(image, Similarity(1, 0, -3, -3), 10, repeats_edge=True) == 200).all()


def test_a_large_picture_is_averaged_not_skipped() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 2, (128, 128, 3)).astype(np.uint8) * np.uint8(255)
    small = sample(image, Similarity(8, 0, 3.5, 3.5), 16)
    assert abs(float(small.mean()) - 127.5) < 3
    assert small.std() < 25
    nearest = image[4::8, 4::8]
    assert nearest.std() > 100


def test_halving_keeps_places() -> None:
    image = _ramp(64, 64)
    small = sample(image, Similarity(2, 0, 0.5, 0.5), 32)
    assert np.abs(small[..., 0].astype(int) - (np.arange(32) * 2 + 0.5)).max() <= 1


def test_points_come_to_lie_on_the_template() -> None:
    template = np.array([[10, 10], [30, 10], [20, 20], [12, 30], [28, 30]], np.float32)
    placed = Similarity(1.5 * math.cos(0.3), 1.5 * math.sin(0.3), 60, 40)
    points = placed.apply(template)
    image = np.zeros((160, 160, 3), np.uint8)
    for x, y in points.round().astype(int):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    chip = align(image, points, template, 40)
    for x, y in template.astype(int):
        assert chip[y, x].min() > 150
    assert chip[0, 0].max() == 0

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.face.liveness.patches import find_patches
from device.face.port import Values


@pytest.fixture
def picture() -> Values:
    """Smooth enough that it can be read between its pixels."""
    rng = np.random.default_rng(3)
    coarse = rng.normal(100, 60, (34, 34)).astype(np.float32)
    columns, rows = np.meshgrid(np.linspace(0, 31, 128), np.linspace(0, 31, 128))
    return _read(coarse, columns, rows)


def _read(picture: Values, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> Values:
    """Between pixels; the nearest one outside."""
    x, y = columns.astype(np.float32), rows.astype(np.float32)
    read = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, np.float32)


@pytest.mark.parametrize("moved", [(0.0, 0.0), (3.0, -2.0), (1.5, 2.25)])
def test_a_moved_patch_is_found_between_pixels(picture: Values, moved: tuple[float, float]) -> None:
    columns, rows = np.meshgrid(np.arange(128) - moved[0], np.arange(128) - moved[1])
    after = _read(picture, columns, rows)
    centres = np.array([(40, 40), (64, 70), (90, 50)], np.float32)
    found, likeness = find_patches(picture, after, centres, 8, 6)
    assert np.allclose(found - centres, moved, atol=0.15)
    assert likeness.min() > 0.95


def test_light_and_contrast_do_not_matter(picture: Values) -> None:
    centres = np.array([(64, 64)], np.float32)
    _, likeness = find_patches(picture, 0.4 * picture + 70, centres, 8, 4)
    assert likeness[0] == pytest.approx(1.0, abs=1e-3)


def test_what_moved_too_far_is_not_found(picture: Values) -> None:
    after = np.roll(picture, 12, axis=1)
    _, likeness = find_patches(picture, after, np.array([(64, 64)], np.float32), 8, 4)
    assert likeness[0] < 0.7


def test_an_empty_patch_resembles_nothing(picture: Values) -> None:
    empty = np.full((128, 128), 90, np.float32)
    _, likeness = find_patches(empty, picture, np.array([(64, 64)], np.float32), 8, 4)
    assert abs(likeness[0]) < 1e-3 or likeness[0] == -1.0

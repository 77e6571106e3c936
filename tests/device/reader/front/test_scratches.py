import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front import scratches
from device.reader.front.scratches import scratches_in
from tests.device.reader.front.printed_lines import printed

PAPER, INK = 170, 120


def card(words: str = "昭和53年 9月16日生") -> NDArray[np.uint8]:
    """A printed part of the card with a little noise."""
    noise = np.random.default_rng(1).normal(0, 3, (130, 400))
    light = PAPER - INK * printed(words) + noise
    return np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    "ends", [((60, 110), (160, 5)), ((10, 30), (390, 40)), ((120, 0), (130, 129))]
)
def test_a_scratch_is_found_where_it_runs(ends: tuple[tuple[int, int], tuple[int, int]]) -> None:
    scratched = card()
    cv2.line(scratched, *ends, (225, 225, 225), 3)
    found = scratches_in(scratched)
    along = np.linspace(ends[0], ends[1], 20)[3:-3].round().astype(int)
    assert found[along[:, 1], along[:, 0]].mean() > 0.8
    assert found.mean() < 0.1


def test_print_and_noise_are_no_scratches() -> None:
    assert not scratches_in(card()).any()
    assert not scratches_in(np.full((130, 400, 3), PAPER, np.uint8)).any()


def test_the_white_between_photo_and_digits_is_no_scratch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sharp = card()
    sharp[:30] = 40
    close = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2), np.uint8)
    assert not scratches_in(close).any()
    monkeypatch.setattr(scratches, "_PAPER_PERCENTILE", 30)
    assert scratches_in(close).any()


def test_mirrored_light_is_no_scratch() -> None:
    glaring = card().astype(np.float64)
    across = np.abs(np.arange(400) - 150)[None, :, None]
    glaring += 90 * np.exp(-((across / 40) ** 2))
    assert not scratches_in(np.clip(glaring, 0, 255).astype(np.uint8)).any()


@pytest.mark.parametrize("width_px", [2, 3, 4, 5, 6])
def test_most_of_a_scratch_is_found_however_wide(width_px: int) -> None:
    scratched, drawn = card(), np.zeros((130, 400), np.uint8)
    for ends in [((60, 110), (160, 5)), ((200, 10), (390, 60))]:
        cv2.line(scratched, *ends, (225, 225, 225), width_px)
        cv2.line(drawn, *ends, (1,), width_px)
    assert scratches_in(scratched)[drawn > 0].mean() > 0.7

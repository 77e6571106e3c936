import numpy as np
import pytest

from device.reader.front.digit_cells import digit_windows
from device.reader.front.glyph_net import NO_DIGIT, WINDOW_PX, GlyphNet, Scores
from tests.device.reader.front.printed_lines import printed


def shares_of(sign: str) -> Scores:
    ink = printed(sign)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    centre = np.array([(columns[0] + columns[-1]) / 2])
    windows = digit_windows(ink, (int(rows[0]), int(rows[-1]) + 1), centre)
    (shares,) = GlyphNet.load().probabilities(windows)
    return np.asarray(shares, np.float32)


@pytest.mark.parametrize("digit", list("0123456789"))
def test_every_digit(digit: str) -> None:
    shares = shares_of(digit)
    assert shares.argmax() == int(digit)
    assert shares.max() > 0.95


@pytest.mark.parametrize("sign", ["年", "和", "成"])
def test_a_sign_is_no_digit(sign: str) -> None:
    assert shares_of(sign)[NO_DIGIT] > 0.5


def test_noise_is_never_certain() -> None:
    noise = np.random.default_rng(3).normal(0.3, 0.2, (200, *WINDOW_PX)).astype(np.float32)
    assert GlyphNet.load().probabilities(noise)[:, :NO_DIGIT].max() < 0.95


def test_probabilities_add_up() -> None:
    shares = GlyphNet.load().probabilities(np.zeros((2, *WINDOW_PX), np.float32))
    assert shares.sum(axis=1) == pytest.approx([1, 1])

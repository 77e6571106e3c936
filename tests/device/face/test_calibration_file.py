import numpy as np
import pytest

from device.face.calibration_file import calibration_bytes, read_calibration
from device.face.errors import BundleError

CENTRE = np.arange(4, dtype=np.float32)
PROJECTION = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_what_is_written_is_read() -> None:
    centre, projection = read_calibration(calibration_bytes(CENTRE, PROJECTION), 4)
    assert np.array_equal(centre, CENTRE)
    assert np.array_equal(projection, PROJECTION)


VALUES = np.zeros((5, 4), "<f4")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "does not fit"),
        (b"no calibration", "does not fit"),
        (calibration_bytes(CENTRE, PROJECTION)[:-1], "does not fit"),
        (calibration_bytes(CENTRE, PROJECTION)[:-16][:16], "does not fit"),
        (bytes(6 * 4 * 4), "does not fit"),
        (bytes(5 * 1024 * 1024), "does not fit"),
        ((VALUES + np.float32("nan")).tobytes(), "no numbers"),
        ((VALUES + np.float32("inf")).tobytes(), "no numbers"),
    ],
)
def test_what_is_no_calibration_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        read_calibration(content, 4)

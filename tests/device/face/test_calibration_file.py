import io

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


def _saved(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "cannot be read"),
        (b"no array", "cannot be read"),
        (calibration_bytes(CENTRE, PROJECTION)[:-1], "cannot be read"),
        (_saved({"a": 1}), "cannot be read"),
        (_saved(np.zeros(4, "<f4")), "cannot be read"),
        (_saved(np.zeros((4, 4), "<f8")), "cannot be read"),
        (_saved(np.zeros((4, 5), "<f4")), "does not fit"),
        (_saved(np.zeros((1, 4), "<f4")), "does not fit"),
        (_saved(np.zeros((6, 4), "<f4")), "does not fit"),
        (_saved(np.full((5, 4), np.nan, "<f4")), "no numbers"),
        (bytes(5 * 1024 * 1024), "too large"),
    ],
)
def test_what_is_no_calibration_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        read_calibration(content, 4)

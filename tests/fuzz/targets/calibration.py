"""The file that keeps a calibration."""

import numpy as np

from device.face.calibration_file import read_calibration
from device.face.errors import BundleError

LENGTH = 16
"""Of the embeddings it belongs to."""


def fuzz(data: bytes) -> None:
    """A calibration that is accepted fits its network and is made of numbers."""
    try:
        centre, projection = read_calibration(data, LENGTH)
    except BundleError:
        return
    if centre.shape != (LENGTH,) or projection.shape[0] != LENGTH:
        raise AssertionError("a calibration of another network was accepted")
    if not (np.isfinite(centre).all() and np.isfinite(projection).all()):
        raise AssertionError("a calibration of what is no number was accepted")

"""The file that keeps a calibration: `float32[1 + K, L]`, little-endian, row by row, nothing else.

The first row is the centre, the others are the axes; L is the length of the network's embedding,
K ≤ L that of the calibrated one.
"""

import numpy as np

from device.face.errors import BundleError
from device.face.port import Values

_VALUE = np.dtype("<f4")


def calibration_bytes(centre: Values, projection: Values) -> bytes:
    """What the file holds.

    Args:
        centre: float32[L].
        projection: float32[L, K].
    """
    return np.vstack([centre[None], projection.T]).astype(_VALUE).tobytes()


def read_calibration(content: bytes, length: int) -> tuple[Values, Values]:
    """Centre, float32[L], and projection, float32[L, K].

    Args:
        content: of the file.
        length: of the network's embedding, L.

    Raises:
        BundleError: if it belongs to another network, or holds what is no number.
    """
    rows, rest = divmod(len(content), length * _VALUE.itemsize)
    if rest or not 2 <= rows <= 1 + length:
        raise BundleError(f"the calibration does not fit embeddings of {length} values")
    values = np.frombuffer(content, _VALUE).reshape(rows, length).astype(np.float32)
    if not np.isfinite(values).all():
        raise BundleError("the calibration holds values that are no numbers")
    return values[0], values[1:].T

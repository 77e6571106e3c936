"""The file that keeps a calibration: `float32[1 + K, L]` in NumPy's format.

The first row is the centre, the others are the axes; L is the length of the network's embedding,
K ≤ L that of the calibrated one.
"""

import io

import numpy as np

from device.face.errors import BundleError
from device.face.port import Values

_LARGEST_BYTES = 4 * 1024 * 1024


def calibration_bytes(centre: Values, projection: Values) -> bytes:
    """What the file holds.

    Args:
        centre: float32[L].
        projection: float32[L, K].
    """
    file = io.BytesIO()
    np.save(file, np.vstack([centre[None], projection.T]).astype("<f4"))
    return file.getvalue()


def read_calibration(content: bytes, length: int) -> tuple[Values, Values]:
    """Centre, float32[L], and projection, float32[L, K].

    Args:
        content: of the file.
        length: of the network's embedding, L.

    Raises:
        BundleError: if it is not such a file, or belongs to another network.
    """
    if len(content) > _LARGEST_BYTES:
        raise BundleError("the calibration is too large")
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise BundleError("the calibration cannot be read") from error
    if not isinstance(array, np.ndarray) or array.dtype != np.dtype("<f4") or array.ndim != 2:
        raise BundleError("the calibration cannot be read")
    if array.shape[1] != length or not 2 <= array.shape[0] <= 1 + length:
        raise BundleError(f"the calibration does not fit embeddings of {length} values")
    if not np.isfinite(array).all():
        raise BundleError("the calibration holds values that are no numbers")
    return array[0].astype(np.float32), array[1:].T.astype(np.float32)

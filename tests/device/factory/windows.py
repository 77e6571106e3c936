"""The sliding windows of a picture, for convolutions and pools in plain numpy."""

import numpy as np
from numpy.typing import NDArray


def windows(x: NDArray[np.float64], size: int, stride: int) -> NDArray[np.float64]:
    """Turns [H, W, C] into [rows, columns, C, size, size]."""
    rows, columns = ((side - size) // stride + 1 for side in x.shape[:2])
    found = np.empty((rows, columns, x.shape[2], size, size))
    for i in range(size):
        for j in range(size):
            found[..., i, j] = x[i : i + rows * stride : stride, j : j + columns * stride : stride][
                :rows, :columns
            ]
    return found

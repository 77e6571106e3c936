"""Finds small patches of one grey picture again in another.

Source: J. P. Lewis, "Fast normalized cross-correlation", Vision Interface 1995.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from device.face.port import Values


def find_patches(
    before: Values, after: Values, centres: Values, half_px: int, reach_px: int
) -> tuple[Values, Values]:
    """Looks for each patch around its old place.

    Args:
        before: float32[H, W], where the patches are cut out.
        after: float32[H, W], where they are looked for.
        centres: float32[N, 2], x, y, px.
        half_px: a patch has a side of 2 · half_px + 1.
        reach_px: how far from its old place a patch is looked for.

    Returns:
        float32[N, 2]: where they were found, between pixels; and float32[N]: the correlation at the
        best pixel, -1..1.
    """
    side = 2 * half_px + 1
    wanted = patches_at(before, centres, half_px)
    wide = patches_at(after, centres, half_px + reach_px)
    windows = sliding_window_view(wide, (1, side, side))[:, :, :, 0]
    likeness = _correlations(wanted, np.asarray(windows, np.float32))
    shifts, best = _peaks(likeness, reach_px)
    return np.asarray(centres + shifts, np.float32), best


def patches_at(picture: Values, centres: Values, half_px: int) -> Values:
    """Cuts out a patch around each centre, float32[N, side, side]; the rim is continued."""
    side = 2 * half_px + 1
    columns, rows = np.rint(centres).astype(int).T
    padded = np.pad(picture, half_px, "edge")
    return np.asarray(sliding_window_view(padded, (side, side))[rows, columns], np.float32)


def _correlations(wanted: Values, found: Values) -> Values:
    """float32[N, side, side] against float32[N, R, R, side, side] as float32[N, R, R].

    The windows are copied into rows, on which numpy is faster than on the windows.
    """
    count, reach = found.shape[:2]
    patches = wanted.reshape(count, -1)
    patches = patches - patches.mean(axis=1, keepdims=True)
    rows = found.reshape(count, reach * reach, -1)
    products = np.einsum("nrp,np->nr", rows, patches)
    squares = np.einsum("nrp,nrp->nr", rows, rows)
    squares -= np.einsum("nrp->nr", rows) ** 2 / rows.shape[2]
    lengths = np.einsum("np,np->n", patches, patches)[:, None]
    likeness = products / np.sqrt(np.maximum(squares * lengths, 1.0))
    return np.asarray(likeness.reshape(count, reach, reach), np.float32)


def _peaks(likeness: Values, reach_px: int) -> tuple[Values, Values]:
    """Shift of each best place, refined by a parabola through its neighbours, and its value."""
    count, side, _ = likeness.shape
    every = np.arange(count)
    row, column = np.divmod(likeness.reshape(count, -1).argmax(axis=1), side)
    r, c = np.clip(row, 1, side - 2), np.clip(column, 1, side - 2)
    middle = likeness[every, r, c]
    best = likeness[every, row, column]
    across = _vertex(likeness[every, r, c - 1], middle, likeness[every, r, c + 1])
    down = _vertex(likeness[every, r - 1, c], middle, likeness[every, r + 1, c])
    shifts = np.stack([c + across, r + down], axis=1) - reach_px
    return np.asarray(shifts, np.float32), np.asarray(best, np.float32)


def _vertex(before: Values, middle: Values, after: Values) -> Values:
    bend = before - 2 * middle + after
    vertex = 0.5 * (before - after) / np.minimum(bend, -1e-6)
    return np.asarray(np.clip(vertex, -0.5, 0.5), np.float32)

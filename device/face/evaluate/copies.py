"""Finds pictures that show one photograph under several names, so that nobody counts as two people.

A copy would be a stranger who matches, and could stand on both sides of a split. It is told by the
picture and by no network, so that every bundle is judged on the same people.
"""

from collections.abc import Collection, Mapping

import cv2
import numpy as np

from device.face.port import Image, Values

_SIDE_PX = 24
_LEAST_ALIKE = 0.97
"""Correlation of two thumbnails of one photograph.

Of 5.7 million pairs of different people in Labeled Faces in the Wild none reaches 0.96; cut,
compressed or relit anew a photograph stays above this. How the copies in All-Age-Faces lie was seen
before, so it was not chosen blindly.
"""
_AT_ONCE = 1000
"""Rows of the table of all pairs, to save memory."""


def thumbnail(face: Image) -> Values:
    """What is left of an aligned face that was made very small: float32[576], of length 1.

    Brightness and contrast are taken away; a picture that shows nothing becomes zeros.

    Args:
        face: `uint8[S, S, 3], RGB`.
    """
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    values = small.astype(np.float32).ravel()
    values -= values.mean()
    values /= max(1.0, float(np.linalg.norm(values)))
    return values


def find_copies(thumbnails: Mapping[str, Values]) -> dict[str, str]:
    """The first picture of each photograph, by the name of every later one that shows it again.

    Args:
        thumbnails: by the picture's name, in the order that tells which is the first.
    """
    names = list(thumbnails)
    firsts: dict[str, str] = {}
    if not names:
        return firsts
    values = np.stack(list(thumbnails.values()))
    for begin in range(0, len(names), _AT_ONCE):
        alike = values[begin : begin + _AT_ONCE] @ values.T >= _LEAST_ALIKE
        for row, column in np.argwhere(alike):
            name, other = names[begin + row], names[column]
            if column < begin + row and name not in firsts:
                firsts[name] = firsts.get(other, other)
    return firsts


def on_one_side(
    thumbnails: Mapping[str, Values], held_out: Collection[str]
) -> tuple[list[str], list[str]]:
    """Splits pictures so that no photograph stands on both sides, and none twice on one.

    Args:
        thumbnails: of all pictures, by their name.
        held_out: those that belong to the other side.

    Returns:
        The pictures that may be learnt from, and those that are held out. A photograph that some
        names hold out and others do not is neither.
    """
    firsts = find_copies(thumbnails)
    doubtful = {
        first for name, first in firsts.items() if (name in held_out) != (first in held_out)
    }
    kept = [name for name in thumbnails if name not in firsts and name not in doubtful]
    taught = [name for name in kept if name not in held_out]
    return taught, [name for name in kept if name in held_out]

"""Measures through a turn how far the nose stands out: whether the face is more than a surface.

The straight picture's every place is found again in the turned one (dense optical flow). What the
places of a flat sheet move, however it is turned, is nearly linear; what those of a sheet move that
is bent, in whatever direction, is nearly a polynomial of the second degree. Both fields are fitted
to the face around the nose, and what the nose still moves is its relief: against the first field
as it is, against the second beyond what the cheeks beside it still move, so that a field which fits
badly as a whole (hair, glasses) is no relief. A head's nose stands out from either, a picture's
from neither or only, if it is bent, from the first.

Sources: T. Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016 (the flow);
R. Hartley, A. Zisserman, "Multiple View Geometry in Computer Vision", 2nd ed., §13.1 (a plane and
the parallax beside it).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.face.alignment import align
from device.face.liveness import view
from device.face.port import Image, Values
from device.face.wiping import WipedAfterwards

SIDE_PX = 128
EYE_DISTANCE_PX = 60.0
EYE_PX = (34.0, 34.0)
"""Where the left eye of a face that looks ahead comes to lie, x, y."""
LARGER = EYE_DISTANCE_PX / view.EYE_DISTANCE_PX
TEMPLATE = ((view.TEMPLATE - view.TEMPLATE[0]) * LARGER + EYE_PX).astype(np.float32)
LIGHT_PX = 10.0
"""Over such a radius brightness and contrast are made even: the light stays where it is while the
head turns, and so moves over the face."""
EVEN_GREY, EVEN_CONTRAST, LEAST_CONTRAST = 128.0, 40.0, 2.0
STEP_PX = 4
SEARCHES, REFINEMENTS = 12, 1
"""Steps of the search for each patch of the flow, and rounds of smoothing; more of them took half
as much time again and found nothing more."""
FACE = (20, 110, 16, 114)
"""What of the view is used: left, right, top, bottom, px; beside it lie hair and background."""
NOSES = ((56, 72, 46, 66), (56, 72, 50, 86), (56, 72, 66, 86))
"""Where a nose may stand out most: its bridge, all of it, its tip. Faces are not equally long."""
RIDGE, CHEEKS = (56, 72, 62, 84), ((34, 46, 62, 84), (82, 94, 62, 84))
"""The lower nose, and what lies beside it at the same height."""
HOLE = (42, 86, 46, 98)
"""The nose and its flanks, which are not asked where the surface lies."""
ROUNDS, TOLERANCE = 5, 0.03
"""Rounds of the robust fit, and the miss in eye distances from which on a place counts less."""
BLUR_PX = 3


Places = NDArray[np.float64]
"""float64[N, K]: K numbers for each place."""


@dataclass(frozen=True, slots=True)
class Relief:
    """What a turn showed."""

    from_flat: float
    """How far the nose moved beyond the rest as a plane, eye distances; negative: to the other
    side than it was asked to."""
    from_bent: float
    """How far it moved beyond the rest as a bent surface and beyond the cheeks."""
    likeness: float
    """Correlation of the straight face with the turned one led back by what was found, -1..1."""


def turn_view(image: Image, points: Values) -> Image:
    """Cuts out a face as it is compared through a turn, in even light.

    Args:
        image: `uint8[H, W, 3], RGB`.
        points: float32[5, 2], px.

    Returns:
        uint8[128, 128], grey; a fresh array.
    """
    with WipedAfterwards() as passing:
        chip = passing.keep(align(image, points, TEMPLATE, SIDE_PX))
        grey = passing.keep(np.asarray(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), np.float32))
        grey -= cv2.GaussianBlur(grey, (0, 0), LIGHT_PX)
        contrast = np.sqrt(cv2.GaussianBlur(grey**2, (0, 0), LIGHT_PX) + LEAST_CONTRAST**2)
        even = np.clip(EVEN_GREY + EVEN_CONTRAST * grey / contrast, 0, 255)
        return np.asarray(even.astype(np.uint8), np.uint8)


def relief_between(straight: Image, image: Image, points: Values, side: int) -> Relief:
    """Compares a turned face with the view of the same face looking straight ahead.

    Args:
        straight: uint8[128, 128], the `turn_view` before the turn.
        image: the picture during the turn, `uint8[H, W, 3], RGB`.
        points: float32[5, 2], the face in it, px.
        side: where the nose of a head goes: 1 to the right of the picture, -1 to the left.
    """
    turned = turn_view(image, points)
    try:
        flow = _flow(straight, turned)
        moved = flow[PLACES[:, 1], PLACES[:, 0]].astype(np.float64) / EYE_DISTANCE_PX
        return Relief(
            from_flat=side * _nose_beyond_plane(moved),
            from_bent=side * _nose_beyond_cheeks(moved),
            likeness=_likeness(straight, turned, flow),
        )
    finally:
        turned.fill(0)


def _flow(straight: Image, turned: Image) -> Values:
    """Where each pixel of the straight view went, float32[128, 128, 2], px."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    search.setGradientDescentIterations(SEARCHES)
    search.setVariationalRefinementIterations(REFINEMENTS)
    flow = search.calc(straight, turned, np.zeros((SIDE_PX, SIDE_PX, 2), np.float32))
    return np.asarray(cv2.blur(flow, (BLUR_PX, BLUR_PX)), np.float32)


def _nose_beyond_plane(moved: Places) -> float:
    """How far the nose moved to the right beyond the plane around it, where it did most."""
    beyond = _beyond(moved, FLAT)
    return max((float(beyond[is_nose].mean()) for is_nose in IS_NOSE), key=abs)


def _nose_beyond_cheeks(moved: Places) -> float:
    """How far its ridge moved to the right beyond the bent surface, and more than the cheeks."""
    beyond = _beyond(moved, BENT)
    return float(beyond[IS_RIDGE].mean() - beyond[IS_CHEEK].mean())


def _beyond(moved: Places, monomials: Places) -> NDArray[np.float64]:
    """float64[N]: what each place moved to the right beyond the field around the nose."""
    field = _field(monomials[IS_AROUND], moved[IS_AROUND])
    return np.asarray((moved - monomials @ field)[:, 0], np.float64)


def _field(monomials: Places, moved: Places) -> Places:
    """float64[K, 2]: the field that fits best; places that do not fit count less."""
    weights = np.ones(len(moved))
    for _ in range(ROUNDS):
        weighted = monomials * weights[:, None]
        field = np.linalg.solve(weighted.T @ monomials, weighted.T @ moved)
        misses = np.linalg.norm(moved - monomials @ field, axis=1)
        weights = (1 + (misses / TOLERANCE) ** 2) ** -2
    return field


def _likeness(straight: Image, turned: Image, flow: Values) -> float:
    x, y = cv2.split(PIXELS + flow)
    led_back = np.asarray(cv2.remap(turned, x, y, cv2.INTER_LINEAR), np.uint8)
    with np.errstate(invalid="ignore"):
        likeness = float(np.corrcoef(_face_of(straight), _face_of(led_back))[0, 1])
    led_back.fill(0)
    # An even picture has no correlation with anything, and no comparison would refuse that.
    return likeness if np.isfinite(likeness) else 0.0


def _face_of(picture: Image) -> NDArray[np.float64]:
    left, right, top, bottom = FACE
    return picture[top:bottom, left:right].ravel().astype(np.float64)


def _is_in(places: NDArray[np.intp], box: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    left, right, top, bottom = box
    x, y = places.T
    return np.asarray((x >= left) & (x <= right) & (y >= top) & (y <= bottom), np.bool_)


def _grid(step_px: int) -> NDArray[np.intp]:
    left, right, top, bottom = FACE
    rows, columns = np.mgrid[top : bottom + 1 : step_px, left : right + 1 : step_px]
    return np.stack([columns.ravel(), rows.ravel()], axis=1)


PLACES = _grid(STEP_PX)
X, Y = ((PLACES - SIDE_PX / 2) / EYE_DISTANCE_PX).T
FLAT = np.stack([np.ones_like(X), X, Y], axis=1)
BENT = np.stack([np.ones_like(X), X, Y, X * X, X * Y, Y * Y], axis=1)
IS_RIDGE = _is_in(PLACES, RIDGE)
IS_CHEEK = _is_in(PLACES, CHEEKS[0]) | _is_in(PLACES, CHEEKS[1])
IS_NOSE, IS_AROUND = [_is_in(PLACES, nose) for nose in NOSES], ~_is_in(PLACES, HOLE)
PIXELS = np.stack(np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX)), axis=-1).astype(np.float32)

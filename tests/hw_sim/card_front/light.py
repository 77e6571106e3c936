"""The light on the tray: uneven, flickering, and mirrored by whatever is glossy."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.moment import Moment
from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Shot
from tests.hw_sim.card_front.view import Points

Field = NDArray[np.float64]
"""`float64[...]`: one value for each point."""


def illumination(shot: Shot, moment: Moment, picture_px: Points) -> Field:
    """What white paper sends to the sensor, in units of its full scale."""
    x = picture_px[..., 0] / FRAME_WIDTH_PX - 0.5
    y = picture_px[..., 1] / FRAME_HEIGHT_PX - 0.5
    angle = np.deg2rad(shot.light_deg)
    fall = 1 - shot.light_fall * np.clip(0.5 + x * np.cos(angle) + y * np.sin(angle), 0, 1)
    corners = 1 - shot.vignetting * 2 * (x**2 + y**2)
    return np.asarray(shot.exposure * moment.light * fall * corners)


def glare(shot: Shot, moment: Moment, picture_px: Points) -> Field:
    """What a perfectly smooth gloss adds, in units of the sensor's full scale."""
    added = np.zeros(picture_px.shape[:-1])
    for light in shot.glares:
        x = picture_px[..., 0] - light.right * FRAME_WIDTH_PX - moment.glare_right_px
        y = picture_px[..., 1] - light.down * FRAME_HEIGHT_PX - moment.glare_down_px
        angle = np.deg2rad(light.angle_deg)
        along = (x * np.cos(angle) + y * np.sin(angle)) / light.length_px
        across = (y * np.cos(angle) - x * np.sin(angle)) / light.width_px
        added += light.strength * np.exp(-(along**2 + across**2))
    return added

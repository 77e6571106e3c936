"""Species: a printed face with the eyes cut out, worn by somebody whose own eyes blink."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.hw_sim.attacks.clips import LIVE, NAMES, clip, has_clip, moment
from tests.hw_sim.attacks.hand import TURNS, seen_by_sensor
from tests.hw_sim.attacks.presentation import Case, Picture, cases_of
from tests.hw_sim.attacks.printed_photo import FACE_PX, INK
from tests.hw_sim.attacks.sheet import Held, Light, hold

SPECIES = "cut-out mask"
EYES_PX = ((-32, -14), (32, -14))
"""Where the eyes lie from the middle of a face, px."""
HOLE_PX = (17.0, 9.0)
"""Half width and half height of a hole."""
FACE_HALF_PX = (72.0, 105.0)
"""Half axes of the oval that is cut out."""
BENDS_PER_DM = (0.0, 0.9)
"""Stiff cardboard, and paper bent around the wearer's face."""
TURN_DEG = 22.0
TURN_S = 0.75


@dataclass(frozen=True, slots=True)
class CutOutMask:
    """The mask before its wearer's face; it turns with the head."""

    sheet: Light = field(repr=False)
    wearer: str
    bend_per_dm: float

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        is_turning = has_clip(self.wearer, asked)
        behind = moment(self.wearer, asked if is_turning else LIVE, since_s if is_turning else at_s)
        angle = np.sin(np.pi * (since_s % TURN_S) / TURN_S) if is_turning else 0.0
        sway = np.sin(2 * np.pi * (0.3 * at_s + np.array([0.0, 0.3, 0.6])))
        held = Held(
            yaw_deg=float(TURN_DEG * angle * TURNS.get(asked, 0.0) + sway[0]),
            pitch_deg=float(sway[1]),
            roll_deg=float(sway[2]),
            shift_dm=((FACE_PX[0] - 320) / 116, (FACE_PX[1] - 240) / 116, -0.1),
            bend_per_dm=self.bend_per_dm,
        )
        centre = (self.sheet.shape[1] / 2, self.sheet.shape[0] / 2)
        return seen_by_sensor(hold(self.sheet, centre, held, behind), at_s)


def mask_of(photo: Picture) -> Light:
    """A printed face, cut along its oval and at its eyes; the fourth channel is the paper."""
    (x, y), (half_x, half_y) = FACE_PX, FACE_HALF_PX
    wide, high = int(half_x) + 4, int(half_y) + 4
    cut = photo[y - high : y + high, x - wide : x + wide].astype(np.float32) * INK[0] + INK[1]
    rows, columns = np.mgrid[-high:high, -wide:wide]
    is_paper = (columns / half_x) ** 2 + (rows / half_y) ** 2 <= 1
    for eye_x, eye_y in EYES_PX:
        inside = ((columns - eye_x) / HOLE_PX[0]) ** 2 + ((rows - eye_y) / HOLE_PX[1]) ** 2
        is_paper &= inside > 1
    return np.asarray(np.concatenate([cut, is_paper[..., None]], axis=2), np.float32)


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody's face on somebody else's."""
    for victim, wearer in cases_of(people):
        for bend in BENDS_PER_DM:
            mask = CutOutMask(mask_of(clip(victim)[0]), wearer, bend)
            name = f"{victim} on {wearer}, {'bent' if bend else 'flat'}"
            yield Case(SPECIES, name, victim, mask)

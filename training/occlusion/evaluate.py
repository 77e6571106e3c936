"""Measures on people kept out of training, through the product's own detector and code.

A portrait is framed as a camera sees a face and judged as a live picture is: as it is, and some
with something painted on them and disturbed. The thresholds come from other people than the counts.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from device.face.bundle import OcclusionBundle, read_occlusion
from device.face.detector import Detector, Face
from device.face.interpreter import Settings
from device.face.occlusion import Covers, Occlusion, Sureness
from device.face.quality import QualityHint, QualityLimits, judge
from device.face.runtimes import auto
from training.detector.light import disturb
from training.occlusion import covers
from training.occlusion.canvas import Canvas
from training.occlusion.faces import Part, delivered_detector, part_of, portraits
from training.occlusion.pictures import wear_something

FRAME_SHARE = 6
"""The portraits are framed by that part of their side, so that a face does not fill the picture."""
LIMITS = QualityLimits(min_sharpness=0.0)
"""The product's, without the sharpness that portraits of 112 px lack."""
ALLOWED_ALARMS = 0.003
"""Of bare faces of those who choose the threshold."""
PAINTED_EACH = 5
"""Every fifth portrait is painted on, too."""
ROUNDS = 4
"""Disturbed pictures of each of them."""

Paint = Callable[[Canvas, np.random.Generator], None]
COVERS: dict[str, Paint] = {
    "mask over the nose": lambda canvas, rng: covers.mask(canvas, covers.OVER_NOSE, rng),
    "mask under the nose": lambda canvas, rng: covers.mask(canvas, covers.UNDER_NOSE, rng),
    "scarf": lambda canvas, rng: covers.scarf(canvas, rng.uniform(0.2, 0.8), rng),
    "hand": lambda canvas, rng: covers.hand(canvas, np.array([0.0, rng.uniform(0.85, 1.1)]), rng),
    "dark glasses": lambda canvas, rng: covers.sunglasses(canvas, rng, are_dark=True),
}
ASKING = (QualityHint.TAKE_OFF_MASK, QualityHint.SHOW_FACE)


def choose(sets: dict[str, Path], folder: Path) -> None:
    """Prints the surenesses that hardly any bare face of those who choose reaches.

    Args:
        sets: zips of portraits by the name of the set.
        folder: of the bundle.
    """
    detector, (_, occlusion) = delivered_detector(), _opened(folder)
    said = []
    for number, (_, image) in enumerate(_framed(sets, Part.CHOOSES)):
        rng = np.random.default_rng((11, number))
        seen = [image, *(disturb(image, [], rng) for _ in range(ROUNDS))]
        for picture in seen:
            said += [occlusion.sureness(picture, f.points) for f in _well_placed(picture, detector)]
    for name in ("mouth", "eyes"):
        chosen = np.quantile([getattr(sure, name) for sure in said], 1 - ALLOWED_ALARMS)
        print(
            f"{len(said)} pictures of bare faces; {name}: {ALLOWED_ALARMS:.1%} reach {chosen:.4f}"
        )


class _Tally:
    """Counts what the delivered detector and a network say of pictures, kind by kind."""

    def __init__(self, occlusion: Occlusion) -> None:
        self.detector = delivered_detector()
        self._occlusion = occlusion
        self._hints: dict[str, Counter[QualityHint]] = {}

    def look(self, kind: str, image: np.ndarray) -> Sureness:
        """Judges one picture as the product does; tells how sure the network was."""
        covers_of = partial(self._occlusion.covers, image)
        hint = judge(image, self.detector.faces(image), LIMITS, covers_of)
        self._hints.setdefault(kind, Counter())[hint] += 1
        sure = [self._occlusion.sureness(image, f.points) for f in self.detector.faces(image)[:1]]
        return sure[0] if sure else Sureness(0.0, 0.0)

    def report(self) -> None:
        """Prints how many were asked for what, with 95 % intervals (Wilson)."""
        for kind, hints in sorted(self._hints.items()):
            told = []
            for hint in ASKING:
                low, high = interval(hints[hint], hints.total())
                told.append(f"{hint.value} {hints[hint]:4} [{low:.2%}, {high:.2%}]")
            print(f"{kind:<30} of {hints.total():5}: {'; '.join(told)}")


def evaluate(sets: dict[str, Path], folder: Path, work: Path) -> None:
    """Prints who is asked to take something off.

    Args:
        sets: zips of portraits by the name of the set.
        folder: of the bundle.
        work: where the bare faces are drawn of which the network is surest, to be looked at.
    """
    bundle, occlusion = _opened(folder)
    tally = _Tally(occlusion)
    bare: list[tuple[Sureness, np.ndarray]] = []
    for number, (name, image) in enumerate(_framed(sets, Part.JUDGES)):
        faces = tally.detector.faces(image)
        if not faces:
            continue
        bare.append((tally.look(f"bare, {name.split('/')[0]}", image), image))
        turn, is_left_out = divmod(number, PAINTED_EACH)
        if is_left_out:
            continue
        rng = np.random.default_rng((12, number))
        kind = list(COVERS)[turn % len(COVERS)]
        tally.look(kind, _painted(image, faces[0], COVERS[kind], rng))
        tally.look("bare, beard, collar, veil ...", _painted(image, faces[0], wear_something, rng))
    print(f"{bundle.name}, from {bundle.min_mouth_score} (mouth), {bundle.min_eyes_score} (eyes):")
    tally.report()
    _draw([(sure.mouth, image) for sure, image in bare], work / "worst_mouth.png")
    _draw([(sure.eyes, image) for sure, image in bare], work / "worst_eyes.png")


def _draw(scored: list[tuple[float, np.ndarray]], file: Path) -> None:
    """Draws the 32 pictures with the highest scores, highest first."""
    first = [image for _, image in sorted(scored, key=lambda each: -each[0])[:32]]
    small = [cv2.resize(image, (128, 128)) for image in first]
    sheet = np.vstack([np.hstack(small[row : row + 8]) for row in range(0, len(small), 8)])
    cv2.imwrite(str(file), sheet[..., ::-1])


def interval(found: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _opened(folder: Path) -> tuple[OcclusionBundle, Occlusion]:
    bundle = read_occlusion(folder)
    return bundle, Occlusion(bundle, auto.create(Settings()).load(bundle.content))


def _framed(sets: dict[str, Path], part: Part) -> Iterator[tuple[str, np.ndarray]]:
    for name, image in portraits(sets):
        if part_of(name) is part:
            border = [image.shape[0] // FRAME_SHARE] * 4
            yield name, cv2.copyMakeBorder(image, *border, cv2.BORDER_REPLICATE)


def _well_placed(image: np.ndarray, detector: Detector) -> list[Face]:
    """The face of a picture, if the product would ask the network about it."""
    was_asked = []
    faces = detector.faces(image)

    def covers_of(points: np.ndarray) -> Covers:
        was_asked.append(points)
        return Covers()

    judge(image, faces, LIMITS, covers_of)
    return faces[: len(was_asked)]


def _painted(image: np.ndarray, face: Face, paint: Paint, rng: np.random.Generator) -> np.ndarray:
    canvas = Canvas.of(image, face.points)
    paint(canvas, rng)
    return disturb(np.clip(canvas.image, 0, 255).astype(np.uint8), [], rng)

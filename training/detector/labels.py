"""Labels portraits with a box and five points by running YuNet over them.

The points follow YuNet's convention, in image order: the eye on the picture's left, the eye on its
right, nose tip, mouth corner on the left, mouth corner on the right.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device.face.alignment import align
from device.face.bundle import read_embedder
from device.face.evaluate.copies import on_one_side, thumbnail
from device.face.loading import MODELS_FOLDER

YUNET_INPUT_PX = 320
MIN_SCORE = 0.7
HELD_OUT_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Portraits:
    """Pictures of one size, each showing exactly one face."""

    images: np.ndarray
    """uint8[N, S, S, 3], RGB."""
    boxes: np.ndarray
    """float32[N, 4]: left, top, width, height in picture px."""
    points: np.ndarray
    """float32[N, 5, 2]: x, y in picture px."""
    is_held_out: np.ndarray
    """bool[N]: person kept out of training."""

    def save(self, path: Path) -> None:
        """Writes the set as one uncompressed `.npz`."""
        np.savez(
            path,
            images=self.images,
            boxes=self.boxes,
            points=self.points,
            is_held_out=self.is_held_out,
        )

    @staticmethod
    def load(path: Path) -> "Portraits":
        """Reads a set written by `save`."""
        with np.load(path) as stored:
            return Portraits(
                stored["images"], stored["boxes"], stored["points"], stored["is_held_out"]
            )


def label_archive(archive: Path, yunet: Path, side_px: int) -> Portraits:
    """Labels every picture of a zip that shows exactly one face.

    Args:
        archive: zip of square JPEG pictures; the folder (or the file, if it lies at the top) names
            the person.
        yunet: YuNet ONNX file for 320 x 320 px.
        side_px: side of the pictures.

    Returns:
        The labelled pictures; those without a face or with several are left out, and so are copies
        of a photograph.
    """
    detector = cv2.FaceDetectorYN.create(
        str(yunet), "", (YUNET_INPUT_PX, YUNET_INPUT_PX), score_threshold=0.3
    )
    bundle = read_embedder(MODELS_FOLDER / "resnet29")
    images, boxes, points = {}, {}, {}
    thumbnails = {}
    with zipfile.ZipFile(archive) as pictures:
        for name in sorted(n for n in pictures.namelist() if n.endswith(".jpg")):
            bgr = cv2.imdecode(np.frombuffer(pictures.read(name), np.uint8), cv2.IMREAD_COLOR)
            face = _only_face(detector, bgr)
            if bgr.shape[:2] != (side_px, side_px) or face is None:
                continue
            images[name] = np.ascontiguousarray(bgr[..., ::-1])
            boxes[name], points[name] = face[:4], face[4:14].reshape(5, 2)
            thumbnails[name] = thumbnail(
                align(images[name], points[name], bundle.template, bundle.input_px)
            )
    taught, held_out = on_one_side(thumbnails, {name for name in images if _is_held_out(name)})
    kept = sorted({*taught, *held_out})
    return Portraits(
        *(np.stack([of[name] for name in kept]) for of in (images, boxes, points)),
        np.isin(kept, held_out),
    )


def _only_face(detector: "cv2.FaceDetectorYN", bgr: np.ndarray) -> np.ndarray | None:
    """Box, points and score in picture px, or None unless exactly one sure face is there."""
    side = bgr.shape[0]
    margin = side // 8
    framed = cv2.copyMakeBorder(bgr, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    zoom = YUNET_INPUT_PX / framed.shape[0]
    _, faces = detector.detect(cv2.resize(framed, (YUNET_INPUT_PX, YUNET_INPUT_PX)))
    if faces is None or len(faces) != 1 or faces[0, 14] < MIN_SCORE:
        return None
    face = faces[0].copy()
    face[:14] /= zoom
    face[[0, 1]] -= margin
    face[4:14] -= margin
    return face.astype(np.float32)


def _is_held_out(name: str) -> bool:
    """The split is by person, so no held-out person was ever seen in training."""
    person = name.rsplit("/", 1)[0] if "/" in name else name
    return hashlib.sha256(person.encode()).digest()[0] % 100 < HELD_OUT_PERCENT

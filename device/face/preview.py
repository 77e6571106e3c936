"""Makes a small mirrored JPEG of a camera picture, for the patient to find the place to stand."""

import io

from PIL import Image as PillowImage

from device.face.port import Image

JPEG_QUALITY = 70


def preview_jpeg(image: Image, max_side_px: int = 640) -> bytes:
    """Encodes a picture as people know themselves from a mirror.

    Args:
        image: `uint8[H, W, 3], RGB`.
        max_side_px: longer side of the result.

    Returns:
        A JPEG file.
    """
    mirrored = PillowImage.fromarray(image[:, ::-1])
    mirrored.thumbnail((max_side_px, max_side_px), PillowImage.Resampling.BILINEAR, 2.0)
    written = io.BytesIO()
    mirrored.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()

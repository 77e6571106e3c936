import io

import numpy as np
from PIL import Image as PillowImage

from device.face.preview import preview_jpeg


def test_the_preview_is_small_and_mirrored() -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    image[:, :320] = (255, 0, 0)
    with PillowImage.open(io.BytesIO(preview_jpeg(image, 320))) as shown:
        assert shown.size == (320, 240)
        assert shown.getpixel((300, 120))[0] > 200  # type: ignore[index]  # RGB has three values
        assert shown.getpixel((20, 120))[0] < 50  # type: ignore[index]  # RGB has three values
    assert image[0, 0].tolist() == [255, 0, 0]

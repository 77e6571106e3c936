import numpy as np
import pytest

from device.face.embedder import Embedding
from device.face.wiping import WipedAfterwards


def test_everything_kept_is_zero_afterwards() -> None:
    image, values = np.full((4, 4, 3), 9, np.uint8), np.ones(8, np.float32)
    with WipedAfterwards() as wiped:
        assert wiped.keep(image) is image
        assert wiped.keep(Embedding(values)).values is values
        assert image.any()
        assert values.any()
    assert not image.any()
    assert not values.any()


def test_an_error_wipes_too() -> None:
    image = np.full((4, 4, 3), 9, np.uint8)

    def fail() -> None:
        with WipedAfterwards() as wiped:
            wiped.keep(image)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not image.any()

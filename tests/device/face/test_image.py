import contextlib
import io
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.errors import PhotoError
from device.face.image import PhotoDecoder
from device.face.port import Image
from tests.device.face.paper_people import RED, photo, picture

PORTRAIT = picture((RED, 60, 80, 130), size=(320, 240))


@pytest.fixture
def decoder() -> Iterator[PhotoDecoder]:
    with PhotoDecoder() as opened:
        yield opened


def _lossless(image: Image) -> bytes:
    written = io.BytesIO()
    PillowImage.fromarray(image).save(written, "JPEG2000")
    return written.getvalue()


def test_a_colour_photo_comes_back_exactly(decoder: PhotoDecoder) -> None:
    small = PORTRAIT[100:180, 80:180]
    decoded = decoder.decode(_lossless(small))
    assert (decoded == small).all()
    decoded.fill(0)


def test_a_grey_photo_has_three_equal_channels(decoder: PhotoDecoder) -> None:
    grey = PORTRAIT[100:180, 80:180, 0]
    decoded = decoder.decode(_lossless(grey))
    assert (decoded == grey[..., None]).all()


def test_a_child_serves_one_photo_and_is_replaced(decoder: PhotoDecoder) -> None:
    decoder.prepare()
    first = decoder._waiting
    decoder.prepare()
    assert decoder._waiting is first
    decoder.decode(photo(PORTRAIT))
    assert first is not None
    assert first.poll() is not None
    assert decoder._waiting is None


def test_a_child_that_died_while_waiting_is_replaced(decoder: PhotoDecoder) -> None:
    decoder.prepare()
    assert decoder._waiting is not None
    decoder._waiting.kill()
    decoder._waiting.wait()
    assert decoder.decode(photo(PORTRAIT)).shape == PORTRAIT.shape


def test_a_damaged_photo_is_an_error_and_the_next_one_is_not(decoder: PhotoDecoder) -> None:
    whole = photo(PORTRAIT)
    codestream = whole[whole.index(b"\xff\x4f\xff\x51") :]
    with pytest.raises(PhotoError, match="damaged"):
        decoder.decode(codestream[:80])
    assert decoder.decode(whole).shape == PORTRAIT.shape


def test_damaged_photos_are_refused_quickly_or_decoded(decoder: PhotoDecoder) -> None:
    whole = bytearray(photo(PORTRAIT))
    rng = np.random.default_rng(3)
    for _ in range(12):
        damaged = whole.copy()
        for at in rng.integers(120, len(whole), 20):
            damaged[at] = int(rng.integers(0, 256))
        started = time.monotonic()
        with contextlib.suppress(PhotoError):
            assert decoder.decode(bytes(damaged)).shape == PORTRAIT.shape
        assert time.monotonic() - started < 3.5


def test_a_photo_that_announces_too_much_never_reaches_a_child(decoder: PhotoDecoder) -> None:
    codestream = photo(PORTRAIT)
    at = codestream.index(b"\xff\x4f\xff\x51") + 8
    bomb = codestream[:at] + b"\x00\x80\x00\xf0" + codestream[at + 4 :]
    with pytest.raises(PhotoError):
        decoder.decode(bomb)
    assert decoder._waiting is None


PROGRAMS = {
    "sleeps": "import time; time.sleep(60)",
    "floods": "import sys\nwhile True: sys.stdout.buffer.write(bytes(1 << 20))",
    "silent": "",
    "reads nothing": "import os, time; os.close(0); time.sleep(60)",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_hostile_child_can_neither_hang_nor_flood(tmp_path: Path, program: str) -> None:
    path = tmp_path / "child.py"
    path.write_text(program)
    with PhotoDecoder(time_limit_s=0.3, program=path) as decoder:
        started = time.monotonic()
        with pytest.raises(PhotoError):
            decoder.decode(photo(PORTRAIT))
        assert time.monotonic() - started < 2


def test_closing_ends_the_waiting_child() -> None:
    decoder = PhotoDecoder()
    decoder.prepare()
    child = decoder._waiting
    decoder.close()
    decoder.close()
    assert child is not None
    assert child.poll() is not None

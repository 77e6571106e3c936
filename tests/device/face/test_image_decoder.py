import struct
import subprocess
import sys
from pathlib import Path

import pytest

from device.face import image_decoder
from device.face.image import PROGRAM
from tests.device.face.paper_people import RED, photo, picture

PHOTO = photo(picture((RED, 60, 80, 130), size=(320, 240)))


def test_a_photo_becomes_size_and_pixels() -> None:
    answer = image_decoder.decode(PHOTO)
    assert struct.unpack_from(">II", answer) == (320, 240)
    assert len(answer) == 8 + 320 * 240 * 3


@pytest.mark.parametrize("photo_bytes", [b"", PHOTO[:100], b"\xff\xd8\xff\xe0" + bytes(100)])
def test_what_cannot_be_decoded_ends_the_program_without_a_word(photo_bytes: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)], input=photo_bytes, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.parametrize(
    "deed",
    ["open('/etc/hostname')", "bytearray(1 << 30)", "open('/tmp/grown', 'w')"],
    ids=["opens a file", "takes memory", "writes a file"],
)
def test_the_confined_program_can_do_no_more_than_decode(deed: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(PROGRAM).parent)!r})\n"
        f"import image_decoder; image_decoder.confine()\n"
        f"try: {deed}\nexcept (OSError, MemoryError): sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=False, capture_output=True)
    assert done.returncode == 7

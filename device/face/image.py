"""Decodes the card's photo in a limited child process that is waiting before it is needed.

Starting Python takes longer than decoding, and the patient waits: so a child is started early, used
for one photo and replaced.
"""

import os
import select
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from device.face.errors import PhotoError
from device.face.jpeg2000 import announced_size
from device.face.port import Image

PROGRAM = Path(__file__).with_name("image_decoder.py")
TIME_LIMIT_S = 3.0
HEADER = struct.Struct(">II")


class PhotoDecoder:
    """Turns the bytes of a JPEG 2000 photo into pixels; for use by one thread at a time."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S, program: Path = PROGRAM) -> None:
        self._time_limit_s = time_limit_s
        self._program = program
        self._waiting: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Starts the child that the next photo will use, unless it is there already."""
        if self._waiting is not None and self._waiting.poll() is None:
            return
        self.close()
        self._waiting = subprocess.Popen(
            [sys.executable, "-I", str(self._program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            bufsize=0,
        )

    def decode(self, photo: bytes) -> Image:
        """Decodes one photo.

        Args:
            photo: a JP2 file or a bare codestream, at most 64 KiB.

        Returns:
            `uint8[H, W, 3], RGB`, writable; grey photos have three equal channels.

        Raises:
            PhotoError: if it is too large, damaged, or takes too long.
        """
        size = announced_size(photo)
        self.prepare()
        child, self._waiting = self._waiting, None
        if child is None:
            raise PhotoError("the photo's decoder does not start")
        wanted = HEADER.size + size.width_px * size.height_px * 3
        try:
            answer = _exchange(child, photo, wanted, self._time_limit_s)
        finally:
            _end(child)
        shape = (size.height_px, size.width_px)
        if len(answer) != wanted or HEADER.unpack_from(answer) != shape:
            raise PhotoError("the photo is damaged")
        pixels = np.frombuffer(answer, np.uint8, offset=HEADER.size)
        return pixels.reshape(size.height_px, size.width_px, 3)

    def close(self) -> None:
        """Ends the waiting child."""
        child, self._waiting = self._waiting, None
        if child is not None:
            _end(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _exchange(
    child: "subprocess.Popen[bytes]", photo: bytes, wanted: int, time_limit_s: float
) -> bytearray:
    """Hands the photo over and reads at most `wanted` bytes, within the time limit.

    The photo fits into the pipe's buffer, so handing it over cannot block.
    """
    stdin, stdout = child.stdin, child.stdout
    if stdin is None or stdout is None:
        raise PhotoError("the photo's decoder does not start")
    deadline_s = time.monotonic() + time_limit_s
    try:
        stdin.write(photo)
        stdin.close()
    except BrokenPipeError as error:
        raise PhotoError("the photo's decoder does not start") from error
    answer = bytearray()
    while len(answer) < wanted:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0 or not select.select([stdout], [], [], left_s)[0]:
            raise PhotoError("the photo takes too long to decode")
        piece = os.read(stdout.fileno(), wanted - len(answer))
        if not piece:
            break
        answer += piece
    return answer


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()

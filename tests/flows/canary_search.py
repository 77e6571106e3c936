"""Looks for traces of a patient in bytes, in whatever form a careless program would leave them.

A face is found as rows of its pixels, as the photo of the chip, as an embedding, plain or wrapped
(see `wrappings`), and as a picture file of any usual kind, whatever it shows.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hostlink import codec
from hostlink.message_stream import MessageStream, envelop
from hostlink.messages import VisitOptions
from tests.flows.canary_face import CanaryFace
from tests.flows.canary_patient import CanaryPatient
from tests.flows.wrappings import printed_numbers, unwrapped
from tests.hw_sim.card.holder import Holder

PICTURE_FILES = {
    "JPEG": rb"\xff\xd8\xff[\xc0-\xfe]\x00",
    "JPEG 2000": rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51\x00",
    "PNG": rb"\x89PNG\r\n",
    "WebP": rb"RIFF.{4}WEBP",
    "TIFF": rb"II\*\x00.{3}\x00|MM\x00\*\x00.{3}",
    "numpy": rb"\x93NUMPY",
}
_PICTURE_FILE = re.compile(b"|".join(PICTURE_FILES.values()), re.DOTALL)
_ALIKE = 0.99
"""Cosine between an embedding and a run of numbers that is it, however they were rounded."""
_LEAST_NORM = 1e-3
"""Of a run that points anywhere at all."""
_AT_ONCE = 1 << 15
"""Runs that are compared together."""
_LARGEST = 100.0
"""No value of an embedding comes near; what is larger is read as 0."""
_NUMBER_TYPES = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))
_WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_TEXT_ENCODINGS = ("utf-8", "cp932", "euc_jp", "utf-16-le", "utf-16-be", "unicode_escape")


@dataclass(frozen=True)
class CanarySearch:
    """A search for one patient."""

    patient: CanaryPatient
    holder: Holder
    face: CanaryFace
    """The patient's, and whoever else's may come before the camera."""

    def face_in(self, content: bytes) -> set[str]:
        """What of the face lies in some bytes, in words."""
        found: set[str] = set()
        for plain in unwrapped(content):
            found.update(self.face.grains.found_in(plain))
            if _PICTURE_FILE.search(plain):
                found.add("a picture file")
            if any(self._is_embedding_among(numbers) for numbers in _as_numbers(plain)):
                found.add("an embedding")
        if self._is_embedding_among(printed_numbers(content)):
            found.add("a printed embedding")
        return found

    def pin_in(self, content: bytes) -> set[str]:
        """Whether the PIN stands there as a word, as a list of digits or in a command."""
        digits = [re.escape(digit.encode()) for digit in self.patient.pin]
        listed = rb"[^0-9A-Za-z.]{1,4}".join(digits)
        word = rb"(?<![0-9A-Fa-f.:])(?:%b|%b)(?![0-9A-Fa-f])" % (b"".join(digits), listed)
        command = rb"\x00\x20\x00.\x04" + b"".join(digits)
        is_there = any(
            re.search(word + b"|" + command, plain, re.DOTALL) for plain in unwrapped(content)
        )
        return {"the PIN"} if is_there else set()

    def birth_date_in(self, content: bytes) -> set[str]:
        """Whether the holder's birth date is written there."""
        born = self.holder.birth_date
        ways = (f"{born:%Y%m%d}", f"{born:%Y-%m-%d}", f"{born:%Y/%m/%d}", f"{born!r}")
        return {"the birth date"} if any(way.encode() in content for way in ways) else set()

    def name_in(self, content: bytes) -> set[str]:
        """Whether the holder's family name is written there."""
        family = self.holder.name.split("\u3000")[0]
        ways = [family.encode(encoding) for encoding in _TEXT_ENCODINGS]
        return {"the name"} if any(way in content for way in ways) else set()

    def number_in(self, content: bytes) -> set[str]:
        """Whether the 12 digits stand there, in groups or as a list, narrow or wide."""
        digits = self.holder.my_number
        listed = re.compile(rb"[^0-9A-Za-z.]{0,7}".join(digit.encode() for digit in digits))
        wide = digits.translate(_WIDE_DIGITS)
        ways = [wide.encode(encoding) for encoding in _TEXT_ENCODINGS]
        ways += [digits.encode(encoding) for encoding in _TEXT_ENCODINGS]
        is_there = any(
            listed.search(plain) or any(way in plain for way in ways)
            for plain in unwrapped(content)
        )
        return {"the 12-digit number"} if is_there else set()

    def anything_in(self, content: bytes) -> set[str]:
        """Whatever is the patient's, in words."""
        searches = (
            self.face_in,
            self.pin_in,
            self.birth_date_in,
            self.name_in,
            self.number_in,
        )
        return set().union(*(search(content) for search in searches))

    def _is_embedding_among(self, numbers: NDArray[np.float64]) -> bool:
        """Whether some run of numbers points where one of the embeddings does."""
        units = self.face.embeddings / np.linalg.norm(self.face.embeddings, axis=1, keepdims=True)
        length = units.shape[1]
        if len(numbers) < length:
            return False
        sane = np.where(np.abs(numbers) < _LARGEST, numbers, 0.0)
        squares = np.concatenate([[0.0], np.cumsum(sane**2)])
        norms = np.sqrt(squares[length:] - squares[:-length])
        norms[norms < _LEAST_NORM] = np.inf
        runs = sliding_window_view(sane.astype(np.float32), length)
        for at in range(0, len(runs), _AT_ONCE):
            # Copied, since the product of a view that overlaps itself is not left to BLAS.
            some = np.ascontiguousarray(runs[at : at + _AT_ONCE])
            if (some @ units.T > _ALIKE * norms[at : at + _AT_ONCE, None]).any():
                return True
        return False


def but_for_the_options(said: bytes) -> bytes:
    """What one end said, without the birth date in the one field that is for it.

    Args:
        said: Messages in their envelopes, from the beginning of one on. What is no whole message
            at its end is kept as it is.

    Raises:
        SessionEndedError: It is something else.
    """
    kept, rest = b"", said
    for message in MessageStream().feed(said):
        rest = rest.removeprefix(envelop(codec.encode(message)))
        if isinstance(message, VisitOptions):
            message = replace(message, birthdate=None)
        kept += envelop(codec.encode(message))
    return kept + rest


def _as_numbers(content: bytes) -> list[NDArray[np.float64]]:
    """The content read as numbers of each type, from each place where one could begin."""
    with np.errstate(all="ignore"):
        return [
            np.frombuffer(content, kind, (len(content) - offset) // kind.itemsize, offset).astype(
                np.float64
            )
            for kind in _NUMBER_TYPES
            for offset in range(kind.itemsize)
            if len(content) > offset
        ]

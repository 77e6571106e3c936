"""EF 0002 of the card surface: where its objects lie, and the signed ones among them.

The name and address pictures (DF25, DF26) and the security code's (DF2A) are never read.

Source: facts/card.md §3.1, §3.3.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Self

from device.reader.errors import MalformedAnswerError, PhotoMissingError
from device.reader.tlv import read_header, read_object
from device.reader.tlv_sequence import read_sequence

_RECORD_TAG = 0xFF20
_TABLE_TAG = 0xDF21
_TABLE_BYTES = 18
_IDENTITY_TAGS = (0xDF22, 0xDF23, 0xDF24)
_NAME_INDEX = 3
_PHOTO_TAGS = (0xDF27, 0xDF28, 0xDF29)
_PHOTO_INDEX = 5
_SECURITY_CODE_INDEX = 8
"""The table names DF22 to DF2A in order, two bytes each."""
_MOST_IDENTITY_BYTES = 512
"""From the start of the file to DF25: 311 bytes, or a few more where lengths are written long."""
_MOST_PHOTO_BYTES = 24 * 1024
"""From DF27 to DF2A. Cards are expected to hold 4 to 20 KiB there; a longer run would keep the
patient waiting for more than three seconds at 106 kbit/s, so it is taken for a lie."""
_DATE_BYTES = 8


@dataclass(frozen=True, slots=True)
class FaceLayout:
    """Where the objects of one EF 0002 begin, as its table says."""

    offsets: tuple[int, ...]
    """Of DF22 to DF2A, bytes from the start of the file, ascending."""

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """Reads the table at the start of the file.

        Args:
            head: the first 256 bytes of the file.

        Raises:
            PhotoMissingError: the table names no photo.
            MalformedAnswerError: another file, or the table cannot be true.
        """
        record = read_header(head)
        table = read_header(head, record.value_offset)
        if (record.tag, table.tag, table.value_bytes) != (_RECORD_TAG, _TABLE_TAG, _TABLE_BYTES):
            raise MalformedAnswerError("not a card-face file")
        values = read_object(head, record.value_offset).value
        offsets = tuple(int.from_bytes(values[i : i + 2], "big") for i in range(0, len(values), 2))
        if offsets[_PHOTO_INDEX] == 0:
            raise PhotoMissingError
        if offsets[0] != table.end_offset or offsets[-1] >= record.end_offset:
            raise MalformedAnswerError("table of offsets leads out of the file")
        if any(begin >= end for begin, end in pairwise(offsets)):
            raise MalformedAnswerError("table of offsets is not in order")
        layout = cls(offsets)
        if layout.identity_end > _MOST_IDENTITY_BYTES:
            raise MalformedAnswerError("identity is too long")
        if layout.photo_end - layout.photo_begin > _MOST_PHOTO_BYTES:
            raise MalformedAnswerError("photo is too long")
        return layout

    @property
    def identity_end(self) -> int:
        """Where DF24 ends, bytes from the start of the file."""
        return self.offsets[_NAME_INDEX]

    @property
    def photo_begin(self) -> int:
        """Where DF27 begins, bytes from the start of the file."""
        return self.offsets[_PHOTO_INDEX]

    @property
    def photo_end(self) -> int:
        """Where DF29 ends, bytes from the start of the file."""
        return self.offsets[_SECURITY_CODE_INDEX]

    def birth_date(self, head: bytes) -> date | None:
        """Value of DF22, which digest 1 covers; None: it names no day.

        Args:
            head: the file from its start to `identity_end` or further.

        Raises:
            MalformedAnswerError: the objects are not where the table says.
        """
        identity = head[self.offsets[0] : self.identity_end]
        born, *_ = self.objects(0, _IDENTITY_TAGS, identity)
        return _date_of(born)

    def objects(self, first: int, tags: tuple[int, ...], data: bytes) -> tuple[bytes, ...]:
        """The values of objects that lie where the table says, with the tags they should have.

        Args:
            first: index of the first of them in the table.
            tags: their tags.
            data: the file from the first of them to the end of the last.

        Raises:
            MalformedAnswerError: another object, or it ends elsewhere.
        """
        start = self.offsets[first]
        values: list[bytes] = []
        for index, tag in enumerate(tags, first):
            begin, end = self.offsets[index] - start, self.offsets[index + 1] - start
            values += read_sequence(data[begin:end], tag)
        return tuple(values)


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """What was read of one EF 0002. Nothing in it is believed before its signature is."""

    identity: bytes = field(repr=False)
    """DF22 (birth date), DF23 (sex) and DF24 (chip key) with their headers: digest 1's bytes."""
    born: date | None = field(repr=False)
    """Value of DF22; None: it names no day."""
    chip_key: bytes = field(repr=False)
    """Value of DF24."""
    photo_object: bytes = field(repr=False)
    """DF27 with its header: digest 3's bytes."""
    photo: bytes = field(repr=False)
    """Value of DF27, JPEG 2000 (JP2), greyscale."""
    signature: bytes = field(repr=False)
    """Value of DF28."""

    @classmethod
    def parse(cls, layout: FaceLayout, head: bytes, tail: bytes) -> Self:
        """Takes the objects out of the two pieces that are read of the file.

        Args:
            layout: the file's table.
            head: the file from its start to `layout.identity_end` or further.
            tail: the file from `layout.photo_begin` to `layout.photo_end`.

        Raises:
            PhotoMissingError: the photo is empty.
            MalformedAnswerError: the objects are not where the table says, or DF29 is no date.
        """
        identity = head[layout.offsets[0] : layout.identity_end]
        born, _, chip_key = layout.objects(0, _IDENTITY_TAGS, identity)
        photo, signature, expiry = layout.objects(_PHOTO_INDEX, _PHOTO_TAGS, tail)
        if _date_of(expiry) is None:
            # Nobody signs it, so it is not used; but an honest card has a date there.
            raise MalformedAnswerError("expiry is no date")
        if not photo:
            raise PhotoMissingError
        photo_object = tail[: layout.offsets[_PHOTO_INDEX + 1] - layout.photo_begin]
        return cls(identity, _date_of(born), chip_key, photo_object, photo, signature)


def _date_of(digits: bytes) -> date | None:
    if len(digits) != _DATE_BYTES or not digits.isdigit():
        return None
    try:
        return date.fromisoformat(digits.decode("ascii"))
    except ValueError:
        return None

"""EF 0002 of the card surface: the table of offsets and the objects it names."""

from device.reader.errors import MalformedAnswerError, PhotoMissingError
from device.reader.face_record import FaceLayout, FaceRecord


def fuzz(data: bytes) -> None:
    """Whatever the table says, the pieces that are taken lie within what was read."""
    try:
        layout = FaceLayout.parse(data[:256])
        head, tail = data[: layout.identity_end], data[layout.photo_begin : layout.photo_end]
        record = FaceRecord.parse(layout, head, tail)
    except (MalformedAnswerError, PhotoMissingError):
        return
    if record.photo not in record.photo_object or record.chip_key not in record.identity:
        raise AssertionError("a piece does not lie in its object")

"""The record that tells a card's expiry to anybody."""

from device.reader.common_data import CommonData
from device.reader.errors import MalformedAnswerError


def fuzz(data: bytes) -> None:
    """What is accepted is what the record's own digits say."""
    try:
        common = CommonData.from_record(data)
    except MalformedAnswerError:
        return
    expiry = common.expiry.isoformat().replace("-", "")
    said = f"{common.serial}{common.municipality}{expiry}"
    if data[2:] != said.encode("ascii"):
        raise AssertionError("another record was understood than was sent")

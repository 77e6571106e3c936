"""The record that tells a card's expiry to anybody."""

from device.reader.common_data import expiry_in


def fuzz(data: bytes) -> None:
    """What is accepted is what the record's own digits say."""
    expiry = expiry_in(data)
    if expiry is None:
        return
    if data.rstrip(b"\xff")[22:] != expiry.isoformat().replace("-", "").encode("ascii"):
        raise AssertionError("another day was understood than was sent")

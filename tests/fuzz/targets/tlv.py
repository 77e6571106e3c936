"""BER-TLV headers and objects, as any card may send them."""

from device.reader.errors import MalformedAnswerError
from device.reader.tlv import read_header, read_object


def fuzz(data: bytes) -> None:
    """A header that is accepted describes a piece of the data, or the object is refused."""
    try:
        header = read_header(data)
        value = read_object(data).value
    except MalformedAnswerError:
        return
    if data[header.value_offset : header.end_offset] != value:
        raise AssertionError("the object is not where its header says")

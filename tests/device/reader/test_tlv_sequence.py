import pytest

from device.reader.errors import MalformedAnswerError
from device.reader.tlv_sequence import read_sequence


def test_objects_that_fill_their_place() -> None:
    assert read_sequence(bytes.fromhex("900141 9182000242 43"), 0x90, 0x91) == (b"A", b"BC")
    assert read_sequence(bytes.fromhex("DF2200"), 0xDF22) == (b"",)
    assert read_sequence(b"") == ()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "900141",
        "900141 9201 42",
        "910142 900141",
        "900141 910142 FF",
        "900141 910142 920143",
        "900141 00 910142",
        "900141 910242",
        "900541 910142",
        "90FF41 910142",
    ],
)
def test_anything_else_is_malformed(data: str) -> None:
    with pytest.raises(MalformedAnswerError):
        read_sequence(bytes.fromhex(data), 0x90, 0x91)

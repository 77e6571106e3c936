import pytest

from tests.hw_sim.card.apdu import Answer, parse_command
from tests.hw_sim.card.errors import RefusedError


@pytest.mark.parametrize(
    ("raw", "data", "ne", "is_extended"),
    [
        ("00200080", "", 0, False),
        ("00B0000000", "", 256, False),
        ("00B0000020", "", 32, False),
        ("00A4020C020018", "0018", 0, False),
        ("802A0080020102FF", "0102", 255, False),
        ("00B00000000000", "", 65536, True),
        ("00B00000001000", "", 4096, True),
        ("80A206C1000002AABB", "AABB", 0, True),
        ("80A206C1000002AABB0100", "AABB", 256, True),
        ("80A206C1000002AABB0000", "AABB", 65536, True),
    ],
)
def test_all_seven_encodings(raw: str, data: str, ne: int, is_extended: bool) -> None:
    command = parse_command(bytes.fromhex(raw))

    assert (command.data, command.ne, command.is_extended) == (
        bytes.fromhex(data),
        ne,
        is_extended,
    )


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "00B000",
        "00A4020C03AABB",
        "00A4020C01AABBCC",
        "00B000000001",
        "80A20000000000FF",
        "80A2000000000201",
        "80A20000000001FF00",
    ],
)
def test_contradicting_lengths_are_refused(raw: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_command(bytes.fromhex(raw))

    assert caught.value.status_word == 0x6700


def test_an_answer_ends_with_its_status_word() -> None:
    assert Answer(b"\xaa", 0x6282).to_bytes() == b"\xaa\x62\x82"

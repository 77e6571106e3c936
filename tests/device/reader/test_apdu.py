import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.apdu import CommandApdu, ResponseApdu
from device.reader.errors import MalformedAnswerError
from device.reader.status_word import StatusWord
from tests.hw_sim.card.apdu import parse_command


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (CommandApdu(0x00, 0x20, 0x00, 0x80), "00200080"),
        (CommandApdu(0x00, 0xB0, 0x01, 0x02, ne=256), "00B0010200"),
        (CommandApdu(0x00, 0xB0, 0x01, 0x02, ne=17), "00B0010211"),
        (CommandApdu(0x00, 0xA4, 0x02, 0x0C, b"\x00\x06"), "00A4020C020006"),
        (CommandApdu(0x80, 0x2A, 0x00, 0x80, b"\x30\x31", ne=256), "802A008002303100"),
        (CommandApdu(0x00, 0xB0, 0x00, 0x00, ne=257), "00B00000000101"),
        (CommandApdu(0x00, 0xB0, 0x00, 0x00, ne=65536), "00B00000000000"),
        (CommandApdu(0x80, 0xA2, 0x06, 0xC1, bytes(307)), "80A206C1000133" + "00" * 307),
        (CommandApdu(0, 0x82, 0, 0, bytes(256), ne=1), "008200000001" + "00" * 257 + "0001"),
    ],
)
def test_encodings_of_all_cases(command: CommandApdu, encoded: str) -> None:
    assert command.encode() == bytes.fromhex(encoded)


@given(data=st.binary(max_size=600), ne=st.integers(0, 65536))
def test_an_independent_parser_reads_the_same(data: bytes, ne: int) -> None:
    parsed = parse_command(bytes(CommandApdu(0x80, 0x2A, 0x01, 0x02, data, ne).encode()))
    assert (parsed.cla, parsed.ins, parsed.p1, parsed.p2) == (0x80, 0x2A, 0x01, 0x02)
    assert (parsed.data, parsed.ne) == (data, ne)


def test_repr_shows_header_and_lengths_only() -> None:
    verify = CommandApdu(0x00, 0x20, 0x00, 0x80, b"1234")
    assert repr(verify) == str(verify) == "CommandApdu(00200080, 4 bytes of data, ne=0)"


def test_answer_is_data_and_status_word() -> None:
    assert ResponseApdu.decode(b"ab\x90\x00") == ResponseApdu(b"ab", StatusWord(0x9000))
    assert ResponseApdu.decode(b"\x6a\x82") == ResponseApdu(b"", StatusWord(0x6A82))
    assert "ab" not in repr(ResponseApdu.decode(b"ab\x90\x00"))


@pytest.mark.parametrize("answer", [b"", b"\x90"])
def test_an_answer_has_a_status_word(answer: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        ResponseApdu.decode(answer)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.card_public_key import read_public_key
from device.reader.errors import MalformedAnswerError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.record_keys import public_key_objects
from tests.hw_sim.card.tlv import tlv

E = b"\x01\x00\x01"
N = b"\xc1" + bytes(254) + b"\x01"


def test_reads_the_key(issuer: Issuer) -> None:
    assert read_public_key(public_key_objects(issuer.record_ca)) == issuer.record_ca


@pytest.mark.parametrize(
    "data",
    [
        b"",
        tlv(0x90, E),
        tlv(0x91, N) + tlv(0x90, E),
        tlv(0x90, E) + tlv(0x91, N) + b"\xff",
        tlv(0x90, b"\x03") + tlv(0x91, N),
        tlv(0x90, bytes(3)) + tlv(0x91, N),
        tlv(0x90, b"\x00\x00\x01") + tlv(0x91, N),
        tlv(0x90, b"\x00\x00\x02") + tlv(0x91, N),
        tlv(0x90, E) + tlv(0x91, N[:-1]),
        tlv(0x90, E) + tlv(0x91, b"\x00" + N),
        tlv(0x90, E) + tlv(0x91, b"\x7f" + N[1:]),
        tlv(0x90, E) + tlv(0x91, b"\x00" + N[:-1]),
    ],
)
def test_what_is_no_rsa_2048_key(data: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_public_key(data)


@given(st.binary(max_size=3), st.binary(max_size=260))
def test_arbitrary_numbers_raise_nothing_else(exponent: bytes, modulus: bytes) -> None:
    for value in (modulus, modulus.ljust(256, b"\xff")[:256]):
        try:
            key = read_public_key(tlv(0x90, exponent.rjust(3, b"\0")) + tlv(0x91, value))
        except MalformedAnswerError:
            continue
        assert key.key_size == 2048

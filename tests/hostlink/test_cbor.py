"""Every value has one encoding, and the decoder takes no other."""

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink import cbor
from hostlink.cbor import CborValue
from hostlink.errors import MalformedMessageError

LIMIT = 65_536

scalars = (
    st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(max_size=30)
    | st.booleans()
    | st.none()
)
keys = st.integers(0, 2**32 - 1) | st.integers(-(2**32), -65_537)
containers = st.lists(scalars, max_size=4) | st.dictionaries(keys, scalars, max_size=4)
values = scalars | st.lists(containers, max_size=3) | st.dictionaries(keys, containers, max_size=3)


def reencode(data: bytes) -> bytes:
    """A verifier's canonical check written independently: sorts by encoded key (RFC 8949)."""
    return _canonical(cbor2.loads(data))


def _canonical(value: object) -> bytes:
    if isinstance(value, dict):
        pairs = sorted((cbor2.dumps(k), _canonical(v)) for k, v in value.items())
        return _head_of_map(len(pairs)) + b"".join(k + v for k, v in pairs)
    if isinstance(value, list):
        return bytes([0x80 | len(value)]) + b"".join(map(_canonical, value))
    return cbor2.dumps(value)


def _head_of_map(size: int) -> bytes:
    return bytes([0xA0 | size])


@given(values)
@settings(derandomize=True, deadline=None)
def test_round_trip(value: CborValue) -> None:
    encoded = cbor.encode(value)
    assert cbor.decode(encoded, LIMIT) == value
    assert reencode(encoded) == encoded


@given(st.binary(max_size=60))
@settings(derandomize=True, deadline=None)
def test_any_bytes_decode_to_themselves_or_not_at_all(data: bytes) -> None:
    try:
        value = cbor.decode(data, LIMIT)
    except MalformedMessageError:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "00 00",  # something after the end
        "18 17",  # 23 in two bytes
        "19 00 ff",
        "1a 00 00 ff ff",
        "1b 00 00 00 00 ff ff ff ff",
        "1c",
        "58 01 61",  # a length in two bytes
        "9f ff",  # indefinite lengths
        "bf ff",
        "5f ff",
        "7f ff",
        "a2 02 00 01 00",  # keys out of order
        "a2 01 00 01 00",  # the same key twice
        "a1 f5 00",  # true as a key, which Python takes for 1
        "a2 01 00 f5 00",
        "a1 40 00",
        "a1 80 00",
        "c0 60",  # tags
        "d2 80",
        "c2 41 01",
        "f9 00 00",  # floats
        "fa 00 00 00 00",
        "fb 00 00 00 00 00 00 00 00",
        "f7",  # undefined
        "f0",
        "f8 20",
        "61 ff",  # not UTF-8
        "62 61",  # cut off
        "5b ff ff ff ff ff ff ff ff",  # impossible sizes
        "9b ff ff ff ff ff ff ff ff",
        "bb ff ff ff ff ff ff ff ff",
        "81",
        "a1 00",
    ],
)
def test_refused(data: str) -> None:
    with pytest.raises(MalformedMessageError):
        cbor.decode(bytes.fromhex(data), LIMIT)


def test_depth_limit() -> None:
    deepest = b"\x81" * cbor.MAX_DEPTH + b"\x00"
    assert cbor.encode(cbor.decode(deepest, LIMIT)) == deepest
    for bomb in (b"\x81" + deepest, b"\x81" * 60_000 + b"\x00", b"\xa1\x00" * 30_000 + b"\x00"):
        with pytest.raises(MalformedMessageError):
            cbor.decode(bomb, LIMIT)


def test_size_limit() -> None:
    encoded = cbor.encode(bytes(100))
    assert cbor.decode(encoded, len(encoded))
    with pytest.raises(MalformedMessageError):
        cbor.decode(encoded, len(encoded) - 1)

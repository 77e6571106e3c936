"""The same CBOR value in other bytes: longer heads, indefinite lengths (RFC 8949 §3)."""

from collections.abc import Sequence
from random import Random

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_BYTES, _ARRAY, _MAP, _TAG = 2, 4, 5, 6
_INDEFINITE, _BREAK = 31, b"\xff"


def loose_sign1(protected: bytes, payload: bytes, signature: bytes, rng: Random) -> bytes:
    """A COSE_Sign1 of these parts that any lenient decoder reads; seldom the shortest form."""
    items = [
        _byte_string(protected, rng),
        rng.choice((b"\xa0", _head(_MAP, 0, rng), _opened(_MAP) + _BREAK)),
        _byte_string(payload, rng),
        _byte_string(signature, rng),
    ]
    return _head(_TAG, 18, rng) + _array(items, rng)


def _array(items: Sequence[bytes], rng: Random) -> bytes:
    body = b"".join(items)
    if rng.random() < 0.3:
        return _opened(_ARRAY) + body + _BREAK
    return _head(_ARRAY, len(items), rng) + body


def _byte_string(data: bytes, rng: Random) -> bytes:
    if rng.random() < 0.2:
        cut = rng.randrange(len(data) + 1)
        pieces = (_head(_BYTES, len(part), rng) + part for part in (data[:cut], data[cut:]))
        return _opened(_BYTES) + b"".join(pieces) + _BREAK
    return _head(_BYTES, len(data), rng) + data


def _opened(major: int) -> bytes:
    return bytes([major << 5 | _INDEFINITE])


def _head(major: int, argument: int, rng: Random) -> bytes:
    """The shortest head that holds the argument, or any longer one."""
    shortest = [argument] if argument < 24 else []
    fitting = [info for info, width in _WIDTHS.items() if argument < 1 << 8 * width]
    info = rng.choice([*shortest, *fitting])
    width = _WIDTHS.get(info, 0)
    return bytes([major << 5 | info]) + (argument.to_bytes(width, "big") if width else b"")

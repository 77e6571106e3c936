"""Deterministic CBOR: the one encoding of a value, and a decoder that takes no other.

Source: RFC 8949 §4.2.1 (core deterministic encoding); facts/security.md §4.5.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import cbor2

from hostlink.errors import MalformedMessageError

MAX_DEPTH = 8
"""Containers within containers."""

CborValue: TypeAlias = (
    "int | bytes | str | bool | Sequence[CborValue] | Mapping[int, CborValue] | None"
)

_INTEGERS, _STRINGS, _ARRAY, _MAP, _SIMPLE = (0, 1), (2, 3), 4, 5, 7
_FALSE_TRUE_NULL = (20, 21, 22)


def encode(value: CborValue) -> bytes:
    """The only bytes that `decode` takes for this value.

    The keys of a map lie in 0 to 2^32-1 or -2^32 to -65,537: there the library's order (shorter
    first) is that of RFC 8949 §4.2.1.
    """
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, max_bytes: int) -> CborValue:
    """The value whose deterministic encoding `data` is.

    Raises:
        MalformedMessageError: Too large, too deep, not well-formed, not deterministic, or with
            a tag, a float, an unknown simple value or a map key that is no integer.
    """
    if len(data) > max_bytes or _end_of_item(data, 0, depth=0) != len(data):
        raise MalformedMessageError
    try:
        value = cast(CborValue, cbor2.loads(data))
    except cbor2.CBORDecodeError:
        raise MalformedMessageError from None
    if encode(value) != data:
        raise MalformedMessageError
    return value


def _end_of_item(data: bytes, at: int, depth: int) -> int:
    """Walk over one item so that the library never meets a size, depth or type not allowed."""
    major, argument, at = _head(data, at)
    if major in _INTEGERS:
        return at
    if major in _STRINGS and argument <= len(data) - at:
        return at + argument
    if major == _ARRAY and depth < MAX_DEPTH:
        for _ in range(argument):
            at = _end_of_item(data, at, depth + 1)
        return at
    if major == _MAP and depth < MAX_DEPTH:
        for _ in range(argument):
            at = _end_of_item(data, _end_of_key(data, at), depth + 1)
        return at
    if major == _SIMPLE and argument in _FALSE_TRUE_NULL:
        return at
    raise MalformedMessageError


def _end_of_key(data: bytes, at: int) -> int:
    """Only integers are keys: to Python, True would be the same key as 1."""
    major, _, at = _head(data, at)
    if major not in _INTEGERS:
        raise MalformedMessageError
    return at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument and end of the initial bytes."""
    if at >= len(data):
        raise MalformedMessageError
    major, info = data[at] >> 5, data[at] & 0x1F
    if info < 24:
        return major, info, at + 1
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(info)
    # The wider forms of major type 7 are floats and reserved simple values.
    if width is None or major == _SIMPLE or at + 1 + width > len(data):
        raise MalformedMessageError
    argument = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    return major, argument, at + 1 + width

"""How a Python value lies in a CBOR item: small pieces from which the codecs are put together.

A record becomes a map with the keys 1, 2, 3 … in the order written; a field that is None is
left out. Both directions check the same limits, so nothing is sent that would be refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from hostlink.cbor import CborValue
from hostlink.errors import MalformedMessageError

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)

_IDENTIFIER = re.compile(r"[a-z][a-z0-9.-]{0,31}")
_BASIC_DATE = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """The way between one kind of value and its CBOR item."""

    pack: Callable[[T], CborValue]
    """Raises MalformedMessageError on a value that is out of bounds."""
    unpack: Callable[[CborValue], T]
    """Raises MalformedMessageError on an item of another type or out of bounds."""
    is_optional: bool = False
    """None is allowed; a record leaves the key out."""


def unsigned(bits: int) -> Layout[int]:
    """An unsigned integer of at most `bits` bits."""

    def check(value: object) -> int:
        if type(value) is not int or not 0 <= value < 1 << bits:
            raise MalformedMessageError
        return value

    return Layout(check, check)


def blob(shortest: int, longest: int | None = None) -> Layout[bytes]:
    """A byte string of `shortest` to `longest` bytes (of exactly `shortest` if not given)."""

    def check(value: object) -> bytes:
        if type(value) is not bytes or not shortest <= len(value) <= (longest or shortest):
            raise MalformedMessageError
        return value

    return Layout(check, check)


def text(longest: int) -> Layout[str]:
    """A text of at most `longest` UTF-8 bytes."""

    def check(value: object) -> str:
        if type(value) is not str or _utf8_length(value) > longest:
            raise MalformedMessageError
        return value

    return Layout(check, check)


def _utf8_length(value: str) -> int:
    try:
        return len(value.encode())
    except UnicodeEncodeError:
        raise MalformedMessageError from None


def identifier() -> Layout[str]:
    """A name of 1 to 32 characters: a letter a-z, then letters, digits, dots and hyphens.

    It cannot hold a number that stands for itself.
    """
    return _text_like(_IDENTIFIER)


def basic_date() -> Layout[str]:
    """A date of ISO 8601-1 in basic format, `yyyymmdd`; it need not exist."""
    return _text_like(_BASIC_DATE)


def _text_like(pattern: re.Pattern[str]) -> Layout[str]:
    def check(value: object) -> str:
        if type(value) is not str or pattern.fullmatch(value) is None:
            raise MalformedMessageError
        return value

    return Layout(check, check)


def flag() -> Layout[bool]:
    """True or false."""

    def check(value: object) -> bool:
        if type(value) is not bool:
            raise MalformedMessageError
        return value

    return Layout(check, check)


def word(words: type[E]) -> Layout[E]:
    """One of the words in `hostlink.terms`, as its number."""
    number = unsigned(16)

    def unpack(value: CborValue) -> E:
        try:
            return words(number.unpack(value))
        except ValueError:
            raise MalformedMessageError from None

    return Layout(lambda value: number.pack(int(words(value))), unpack)


def optional(layout: Layout[T]) -> Layout[T | None]:
    """A field that may be missing."""

    def pack(value: T | None) -> CborValue:
        return None if value is None else layout.pack(value)

    return Layout(pack, layout.unpack, is_optional=True)


def sequence(layout: Layout[T], longest: int) -> Layout[tuple[T, ...]]:
    """An array of at most `longest` items."""

    def pack(values: tuple[T, ...]) -> CborValue:
        if len(values) > longest:
            raise MalformedMessageError
        return [layout.pack(value) for value in values]

    def unpack(value: CborValue) -> tuple[T, ...]:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise MalformedMessageError
        if len(value) > longest:
            raise MalformedMessageError
        return tuple(layout.unpack(item) for item in value)

    return Layout(pack, unpack)


# A record mixes fields of different types, which the type system cannot follow: hence Any.
def record(make: Callable[..., T], **fields: Layout[Any]) -> Layout[T]:
    """A dataclass as a map; key n is the n-th of `fields`, named as in the dataclass."""
    keys = dict(enumerate(fields, start=1))
    required = {key for key, name in keys.items() if not fields[name].is_optional}

    def pack(value: T) -> dict[int, CborValue]:
        items = {key: fields[name].pack(getattr(value, name)) for key, name in keys.items()}
        return {key: item for key, item in items.items() if item is not None}

    def unpack(value: CborValue) -> T:
        if not isinstance(value, Mapping) or not required <= value.keys() <= keys.keys():
            raise MalformedMessageError
        return make(
            **{
                name: fields[name].unpack(value[key]) if key in value else None
                for key, name in keys.items()
            }
        )

    return Layout(pack, unpack)

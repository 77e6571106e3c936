"""Command and response APDUs as bytes.

Source: ISO/IEC 7816-4:2020 clause 5; facts/card.md §1.4.
"""

from dataclasses import dataclass

from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.status_words import OK, WRONG_LENGTH


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU taken apart."""

    cla: int
    """Class byte."""
    ins: int
    """Instruction byte."""
    p1: int
    """First parameter byte."""
    p2: int
    """Second parameter byte."""
    data: bytes
    """Command data, empty for cases 1 and 2."""
    ne: int
    """Expected answer length in bytes, 0 when Le is absent, 256 or 65536 when Le is zero."""
    is_extended: bool
    """Lc or Le came in the extended form."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response APDU before it becomes bytes."""

    data: bytes = b""
    """Response data."""
    status_word: int = OK
    """SW1 SW2."""

    def to_bytes(self) -> bytes:
        """The answer as it travels: data, SW1, SW2."""
        return self.data + self.status_word.to_bytes(2, "big")


def parse_command(raw: bytes) -> Command:
    """Take a command APDU apart, in any of the seven encodings of ISO/IEC 7816-4.

    Args:
        raw: The whole command, at least 4 bytes.

    Returns:
        The command.

    Raises:
        RefusedError: 6700, the lengths contradict each other.
    """
    if len(raw) < 4:
        raise RefusedError(WRONG_LENGTH)
    body = raw[4:]
    is_extended = len(body) > 1 and body[0] == 0
    data, ne = _extended_body(body) if is_extended else _short_body(body)
    return Command(raw[0], raw[1], raw[2], raw[3], data, ne, is_extended)


def _short_body(body: bytes) -> tuple[bytes, int]:
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or 256
    lc, rest = body[0], body[1:]
    return _split(rest, lc, le_bytes=1)


def _extended_body(body: bytes) -> tuple[bytes, int]:
    if len(body) < 3:
        raise RefusedError(WRONG_LENGTH)
    number, rest = int.from_bytes(body[1:3], "big"), body[3:]
    if not rest:
        return b"", number or 65536
    if number == 0:
        raise RefusedError(WRONG_LENGTH)
    return _split(rest, number, le_bytes=2)


def _split(rest: bytes, lc: int, le_bytes: int) -> tuple[bytes, int]:
    data, le = rest[:lc], rest[lc:]
    if len(data) < lc or len(le) not in (0, le_bytes):
        raise RefusedError(WRONG_LENGTH)
    if not le:
        return data, 0
    return data, int.from_bytes(le, "big") or 256**le_bytes

"""Damage as lines, disks and forgers do it: a few edits to bytes that were good."""

from collections.abc import Callable, Sequence
from random import Random

_MOST_EDITS = 3
_LONGEST_BURST = 40
_LONGEST_SHIFT = 4

Edit = Callable[[bytes, Random], bytes]


def mutant(good: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Something else than `good`, after one to three edits or cut together with another.

    Args:
        good: at least one byte.
        others: what else is about to be cut together with.
        rng: decides all.
    """
    while True:
        data = good
        if others and rng.random() < 0.1:
            data = _cut_together(data, rng.choice(others), rng)
        else:
            edits = rng.choice((_IN_PLACE, _IN_PLACE + _SHIFTING))
            for _ in range(rng.randint(1, _MOST_EDITS)):
                data = rng.choice(edits)(data, rng)
        if data != good:
            return data


def _flip(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return (
        data[:at]
        + bytes(byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1])
        + data[at + 1 :]
    )


def _replace(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(len(data[at : at + 1])) + data[at + 1 :]


def _burst(data: bytes, rng: Random) -> bytes:
    at, length = rng.randrange(len(data) + 1), rng.randint(2, _LONGEST_BURST)
    return data[:at] + rng.randbytes(len(data[at : at + length])) + data[at + length :]


def _insert(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randint(1, _LONGEST_SHIFT)) + data[at:]


def _delete(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.randint(1, _LONGEST_SHIFT) :]


def _repeat(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at : at + rng.randint(1, _LONGEST_BURST)] + data[at:]


def _cut_off(data: bytes, rng: Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _cut_together(one: bytes, other: bytes, rng: Random) -> bytes:
    """The beginning of one and the end of the other, often at the same place."""
    at = rng.randrange(len(one) + 1)
    return one[:at] + other[at if rng.random() < 0.7 else rng.randrange(len(other) + 1) :]


_IN_PLACE: tuple[Edit, ...] = (_flip, _replace, _burst)
_SHIFTING: tuple[Edit, ...] = (_insert, _delete, _repeat, _cut_off)
"""These break the lengths that follow, and so are mostly found out at once."""

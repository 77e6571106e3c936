"""Finds any of many byte strings in a large content, in one pass over it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

_KEY_BYTES = 4
_DIFFERENT = 3
_PAIRS = 1 << 16


class _Piece(NamedTuple):
    name: str
    content: bytes
    key_offset: int


class Grains:
    """Byte strings that nothing holds by chance, each with the name of what it is a piece of."""

    def __init__(self, pieces: Sequence[tuple[str, bytes]]) -> None:
        """Leaves out what is too plain throughout: memory is full of such."""
        self._by_key: defaultdict[bytes, list[_Piece]] = defaultdict(list)
        self._first, self._second = np.zeros((2, _PAIRS), np.bool_)
        for name, content in set(pieces):
            offset = _telling_offset(content)
            if offset is None:
                continue
            key = content[offset : offset + _KEY_BYTES]
            self._by_key[key].append(_Piece(name, content, offset))
            first, second = np.frombuffer(key, np.uint16)
            self._first[first] = self._second[second] = True

    def found_in(self, content: bytes) -> Iterator[str]:
        """The name of each piece, as often as it is found."""
        if len(content) <= _KEY_BYTES:
            return
        for offset in (0, 1):
            pairs = np.frombuffer(content, np.uint16, (len(content) - offset) // 2, offset)
            places = np.flatnonzero(self._first[pairs[:-1]])
            places = places[self._second[pairs[places + 1]]]
            for at in (2 * places + offset).tolist():
                for piece in self._by_key.get(content[at : at + _KEY_BYTES], ()):
                    if at >= piece.key_offset and content.startswith(
                        piece.content, at - piece.key_offset
                    ):
                        yield piece.name


def _telling_offset(piece: bytes) -> int | None:
    for offset in range(len(piece) - _KEY_BYTES + 1):
        key = piece[offset : offset + _KEY_BYTES]
        if len(set(key)) >= _DIFFERENT and 0 not in key[:2]:
            return offset
    return None

"""A chip that answers anything: any bytes, any status word, any length.

Half of its answers are an honest card's, whole or spoilt, because a reader that turns away at once
would never reach its deeper parsers. The same seed gives the same answers to the same commands.
"""

import random
from collections.abc import Callable

LONGEST_ANSWER_BYTES = 65_536 + 2
_SHORT_MOST_BYTES = 256
_HONEST, _SPOILT, _SHORT, _LONG, _BARE = range(5)
_WEIGHTS = (40, 25, 20, 3, 12)
_TEMPTING = (0x9000, 0x6100, 0x6110, 0x6C00, 0x6C10, 0x63C0, 0x63C3, 0x63CF, 0x6282, 0x6983)


class Evil:
    """The source of one evil card's answers."""

    def __init__(self, seed: int, honest: Callable[[bytes], bytes]) -> None:
        """Begin at `seed`; `honest` is how an honest card would answer."""
        self._random = random.Random(seed)
        self._honest = honest

    def answer(self, command: bytes) -> bytes:
        """0 to 65,538 bytes."""
        honest = self._honest(command)
        (manner,) = self._random.choices(range(5), _WEIGHTS)
        if manner == _HONEST:
            return honest
        if manner == _SPOILT:
            return self._spoil(honest)
        if manner == _SHORT:
            return self._bytes(self._random.randrange(_SHORT_MOST_BYTES + 1)) + self._status_word()
        if manner == _LONG:
            return self._bytes(self._random.randrange(LONGEST_ANSWER_BYTES + 1))
        return self._status_word()[: self._random.choice((0, 1, 2, 2, 2))]

    def _spoil(self, honest: bytes) -> bytes:
        spoilt = bytearray(honest)
        for _ in range(self._random.randint(1, 4)):
            place = self._random.randrange(len(spoilt) + 1)
            match self._random.randrange(4):
                case 0 if place < len(spoilt):
                    spoilt[place] ^= 1 << self._random.randrange(8)
                case 1:
                    del spoilt[place:-2]
                case 2:
                    spoilt[place:place] = self._bytes(self._random.randrange(8))
                case _:
                    spoilt[-2:] = self._status_word()
        return bytes(spoilt)

    def _status_word(self) -> bytes:
        is_tempting = self._random.random() < 0.7
        word = self._random.choice(_TEMPTING) if is_tempting else self._random.randrange(0x10000)
        return word.to_bytes(2, "big")

    def _bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

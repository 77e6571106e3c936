"""One direction of a cable that damages, drops and repeats what it carries, as a seed says."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_BURST_BYTES = (8, 39)
"""Facts/security.md §4.1: bursts of this length are what a weak check lets through."""


@dataclass(frozen=True)
class Noise:
    """How bad a cable is; chances, each for itself."""

    byte_error: float = 0.0
    """For each byte: another one arrives."""
    drop: float = 0.0
    """For each frame: it does not arrive."""
    repeat: float = 0.0
    """For each frame: it arrives twice."""
    burst: float = 0.0
    """For each frame: a run of bytes is replaced."""


QUIET = Noise()


class NoisyLine:
    """Frames go in at one end; at the next step what is left of them comes out."""

    def __init__(
        self, rng: Random, on_damage: Callable[[bytes], None], on_loss: Callable[[bytes], None]
    ) -> None:
        """Told of each frame that does not arrive as it was sent.

        Args:
            rng: decides all.
            on_damage: the receiver can see that something is wrong.
            on_loss: the frame is gone without a trace.
        """
        self.noise = QUIET
        self.is_silent = False
        """Swallows everything: a cable of which only one direction is plugged in."""
        self.comes_byte_by_byte = False
        self._rng = rng
        self._on_damage = on_damage
        self._on_loss = on_loss
        self._under_way: list[bytes] = []

    def put(self, frame: bytes) -> None:
        """Send a frame."""
        rng, noise = self._rng, self.noise
        if self.is_silent or rng.random() < noise.drop:
            self._on_loss(frame)
            return
        arriving = self._damaged(frame)
        if arriving != frame:
            self._on_damage(frame)
        self._under_way.append(arriving)
        if rng.random() < noise.repeat:
            self._under_way.append(arriving)

    def take(self) -> list[bytes]:
        """What arrives now, in the pieces in which it arrives."""
        data = b"".join(self._under_way)
        self._under_way.clear()
        if self.comes_byte_by_byte:
            return [data[at : at + 1] for at in range(len(data))]
        cut = self._rng.randrange(len(data) + 1)
        return [piece for piece in (data[:cut], data[cut:]) if piece]

    def cut(self) -> None:
        """What is under way arrives in part, or not at all."""
        data = b"".join(self._under_way)
        self._under_way = [data[: self._rng.randrange(len(data) + 1)]]

    def _damaged(self, frame: bytes) -> bytes:
        rng, noise = self._rng, self.noise
        if rng.random() < 1 - (1 - noise.byte_error) ** len(frame):
            at = rng.randrange(len(frame))
            frame = frame[:at] + bytes([frame[at] ^ rng.randint(1, 255)]) + frame[at + 1 :]
        if rng.random() < noise.burst:
            at, length = rng.randrange(len(frame)), rng.randint(*_BURST_BYTES)
            frame = frame[:at] + rng.randbytes(len(frame[at : at + length])) + frame[at + length :]
        return frame

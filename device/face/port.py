"""What the face check needs from a camera and from an inference engine."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.face.errors import CameraError

Image = NDArray[np.uint8]
"""A picture: `uint8[H, W, 3], RGB`, row 0 at the top."""

Values = NDArray[np.float32]

MAX_FRAME_SIDE_PX = 4096
"""What a camera may be asked for at most; more of it is a fault, or somebody's attempt."""


def can_be_a_frame(*sides_px: int) -> bool:
    """Whether a picture of such sides is looked at."""
    return 0 < min(sides_px) <= max(sides_px) <= MAX_FRAME_SIDE_PX


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from the camera; it belongs to the receiver, who wipes it.

    Raises:
        CameraError: if no picture can have that shape.
    """

    image: Image = field(repr=False)
    """`uint8[H, W, 3], RGB`, writable and used by nobody else."""
    taken_at_s: float
    """Monotonic time at which it was taken."""

    def __post_init__(self) -> None:
        *sides, channels = self.image.shape
        if len(sides) != 2 or channels != 3 or not can_be_a_frame(*sides):
            raise CameraError("the camera gives pictures of an impossible size")


class Camera(Protocol):
    """A source of live pictures, not mirrored."""

    def read(self) -> Frame:
        """Waits for the next picture.

        Raises:
            CameraError: if the camera gives none any more.
        """
        ...

    def close(self) -> None:
        """Switches the camera off; calling it again does nothing."""
        ...


class Model(Protocol):
    """A loaded network with one input and one output."""

    def run(self, values: Values) -> Values:
        """Runs the network once.

        Args:
            values: float32[1, H, W, 3], RGB in 0..255.

        Returns:
            float32 of the network's own shape; a copy that belongs to the caller.

        Raises:
            ModelError: if the shape does not fit.
        """
        ...


class ModelRuntime(Protocol):
    """An inference engine."""

    def load(self, content: bytes) -> Model:
        """Makes a `.tflite` file ready to run.

        Raises:
            ModelError: if the engine refuses it.
        """
        ...

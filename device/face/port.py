"""What the face check needs from a camera and from an inference engine."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture: `uint8[H, W, 3], RGB`, row 0 at the top."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from the camera; it belongs to the receiver, who wipes it."""

    image: Image = field(repr=False)
    """`uint8[H, W, 3], RGB`, writable and used by nobody else."""
    taken_at_s: float
    """Monotonic time at which it was taken."""


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

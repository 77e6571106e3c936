"""What the face check needs from a liveness check."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from device.face.port import Image, Values


class Prompt(Enum):
    """What the patient is asked to do; left and right are the patient's own."""

    BLINK = "blink"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    TURN_BACK = "turn_back"
    """Look straight at the camera again."""


class Verdict(Enum):
    """What is known of the person."""

    UNDECIDED = "undecided"
    LIVE = "live"
    LIKE_A_PICTURE = "like_a_picture"
    """What is seen cannot be a living face, or not the same one all the time."""
    NOT_DONE = "not_done"
    """The patient did not do in time what was asked; nothing speaks against them."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture with one face."""

    image: Image = field(repr=False)
    """`uint8[H, W, 3], RGB`, not mirrored; whoever keeps a part of it makes a copy."""
    points: Values = field(repr=False)
    """float32[5, 2], px: eye, eye, nose tip, mouth corner, mouth corner; left before right."""
    taken_at_s: float
    """Monotonic time at which it was taken."""
    is_good: bool
    """Whether it is good enough to compare: looking straight ahead, sharp, well lit."""
    is_same_person: Callable[[], bool]
    """Whether the face is the one of the good pictures so far; costs an embedding."""


class LivenessCheck(Protocol):
    """Watches one person's pictures and then decides."""

    def observe(self, sight: Sight) -> None:
        """Takes the next picture; keeps no reference to it."""
        ...

    def begin(self, at_s: float) -> None:
        """From now on the patient may be asked for something; the good pictures are taken."""
        ...

    def prompt(self) -> Prompt | None:
        """What the patient should do now; None: nothing."""
        ...

    def verdict(self) -> Verdict:
        """What was found; UNDECIDED until it is certain or the time is up."""
        ...

    def forget(self) -> None:
        """Wipes what was observed and starts anew."""
        ...

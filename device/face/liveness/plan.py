"""What is asked of a patient, how long it may take, and when it counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LivenessPlan:
    """How a liveness check goes about its work; the limits come from decision 0014."""

    is_active: bool = True
    """False: nobody is asked to blink or turn, and only a frozen or repeated picture is refused. A
    photo of the card's holder, held before the camera, then verifies whoever holds it: only for a
    counter where staff watch every patient's face."""
    natural_blink_s: float = 2.0
    """How long a blink may come by itself before it is asked for; people blink every 2 to 10 s."""
    time_limit_s: float = 10.0
    """How long one thing that is asked for may take."""
    longest_blink_s: float = 0.8
    """Eyes shut for longer are not blinking."""
    straight_turn: float = 0.05
    """Up to here the points of a head show no turn (`turn_of` against the straight view)."""
    least_turn: float = 0.10
    """From here they show one of about 12°. Who looks straight ahead sways by less."""
    straight_relief: float = 0.025
    """Up to here, from a flat surface, a head looks straight ahead."""
    least_relief_from_flat: float = 0.040
    least_relief_from_bent: float = 0.010
    """How far the nose must move beyond a flat and beyond a bent surface, eye distances: both, in
    the mean of the newest pictures of the turn. Decision 0014 has what heads and sheets showed."""
    on_the_way: tuple[float, float] = (0.2, 0.6)
    """Shares of the largest relief: below the first a head is straight, and the first picture above
    it lies below the second. Heads do not jump, but one picture may take the place of another: then
    the turn starts again."""
    least_likeness: float = 0.88
    """Below, the turned face was not found again well enough to measure anything."""
    relief_pictures: int = 4
    """Over so many pictures of the turn the mean is taken."""
    largest_flat: float = 0.005
    """What a sheet shows beyond a bent surface, in the mean over a turn, stays below."""
    turn_pictures: int = 18
    """After so many pictures of a turn without relief the other side is asked for, once."""
    wrong_turns: int = 1
    """How often a patient may turn to the other side; a side is drawn anew each time."""

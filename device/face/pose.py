"""How far a head is turned, from the five points of a face; needs no model of a head."""

from device.face.port import Values


def turn_of(points: Values) -> float:
    """The sideways distance of the nose tip from the middle of the eyes, in eye distances.

    A nose stands out, so it moves to the side that the head turns to: a head turned by 15° to the
    person's own left has about 0.15 more than one that looks straight ahead.

    Args:
        points: float32[5, 2], px: eye, eye, nose tip, mouth corner, mouth corner; left before right
            in a picture that is not mirrored. The eyes must not coincide.

    Returns:
        Positive: the nose lies to the right in the picture, so the head turns to its own left.
    """
    eyes, across = (points[0] + points[1]) / 2, points[1] - points[0]
    return float((points[2] - eyes) @ across / (across @ across))

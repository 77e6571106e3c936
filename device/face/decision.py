"""When two faces count as the same person: conditions on their embeddings, all of which must hold.

One threshold is not enough. Centring an embedding on a population makes the people of that
population tell apart, and others less so (facts/face.md §6.11): so the plain distance guards what
the calibrated cosine decides.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

import numpy as np
from msgspec import Meta

from device.face.port import Values
from device.tables import Table


class Metric(Enum):
    """How two embeddings are compared."""

    EUCLIDEAN = "euclidean"
    """Distance; smaller is more alike."""
    COSINE = "cosine"
    """Cosine of the angle; larger is more alike."""


class Space(Enum):
    """Which numbers are compared."""

    NETWORK = "network"
    """As the network gives them."""
    CALIBRATED = "calibrated"
    """Centred and whitened on a population."""


Limit = Annotated[float, Meta(ge=0.01, le=10)]


class Condition(Table, frozen=True):
    """What a pair of embeddings must fulfil."""

    space: Space
    """Which numbers are compared."""
    metric: Metric
    """How they are compared."""
    threshold: Limit
    """Largest distance, or smallest cosine, of a match."""

    def __post_init__(self) -> None:
        """Refuses what no cosine can reach."""
        if self.metric is Metric.COSINE and self.threshold > 1:
            raise ValueError('the "threshold" of a cosine must be at most 1')


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes the embeddings of one population comparable.

    An embedding e becomes (e - centre) · projection.
    """

    name: str
    """Short name for self-test and documents."""
    population: str
    """Whose faces it was taken from, and how many."""
    centre: Values = field(repr=False)
    """float32[L]: the mean embedding."""
    projection: Values = field(repr=False)
    """float32[L, K]: axes, each divided by about the square root of its variance."""

    def apply(self, values: Values) -> Values:
        """Moves float32[..., L] embeddings to float32[..., K]."""
        moved = values - self.centre
        placed = np.asarray(moved @ self.projection, np.float32)
        moved.fill(0)
        return placed


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When two faces count as the same person."""

    conditions: tuple[Condition, ...]
    """All must hold; at least one."""
    calibration: Calibration | None = None
    """Needed if a condition is about the calibrated space."""
    threshold_id: str = "unnamed"
    """Which of the bundle's thresholds it is; the name may leave the reader, a score never does."""

    def __post_init__(self) -> None:
        """Refuses a rule that holds for everybody, or that nothing can fulfil."""
        if not self.conditions:
            raise ValueError("a rule needs a condition")
        if self.calibration is None and any(c.space is Space.CALIBRATED for c in self.conditions):
            raise ValueError('a condition in "calibrated" space needs a calibration')

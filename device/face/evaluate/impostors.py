"""False accepts among people of one picture each, group by group."""

from collections.abc import Mapping, Sequence

import numpy as np

from device.face.decision import DecisionRule
from device.face.errors import EvaluationError
from device.face.evaluate.groups import Person
from device.face.evaluate.rates import Trials
from device.face.evaluate.scores import cross_scores
from device.face.port import Values

MOST_PEOPLE = 2000
"""Of a group: two million pairs tell rates of 1e-5."""


def trials_among(
    people: Sequence[Person], embeddings: Mapping[str, Values], rule: DecisionRule
) -> Trials:
    """Compares everybody of a group with everybody else.

    Raises:
        EvaluationError: if fewer than two show a face.
    """
    known = [person.path for person in people if person.path in embeddings]
    if len(known) > MOST_PEOPLE:
        rng = np.random.default_rng(0)
        known = [known[i] for i in sorted(rng.choice(len(known), MOST_PEOPLE, replace=False))]
    if len(known) < 2:
        raise EvaluationError("two people are needed who show a face")
    values = np.stack([embeddings[path] for path in known])
    first, second = np.triu_indices(len(known), 1)
    scores = cross_scores(values, values, rule)[first, second]
    return Trials.of(scores, np.stack([first, second], axis=1))

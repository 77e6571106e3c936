"""False matches among people, group by group."""

from collections.abc import Mapping, Sequence

import numpy as np

from device.face.decision import DecisionRule
from device.face.errors import EvaluationError
from device.face.evaluate.groups import Person
from device.face.evaluate.rates import Trials
from device.face.evaluate.scores import cross_scores
from device.face.port import Values

MOST_PICTURES = 2000
"""Of a group: two million pairs tell rates of 1e-5."""


def trials_among(
    people: Sequence[Person], embeddings: Mapping[str, Values], rule: DecisionRule
) -> Trials:
    """Compares everybody of a group with everybody else, by all of their pictures.

    Raises:
        EvaluationError: if fewer than two show a face.
    """
    known = [person for person in people if person.path in embeddings]
    if len(known) > MOST_PICTURES:
        rng = np.random.default_rng(0)
        known = [known[i] for i in sorted(rng.choice(len(known), MOST_PICTURES, replace=False))]
    names, identities = np.unique([person.identity for person in known], return_inverse=True)
    if len(names) < 2:
        raise EvaluationError("two people are needed who show a face")
    values = np.stack([embeddings[person.path] for person in known])
    first, second = np.triu_indices(len(known), 1)
    are_two = identities[first] != identities[second]
    first, second = first[are_two], second[are_two]
    scores = cross_scores(values, values, rule)[first, second]
    return Trials.of(scores, np.stack([identities[first], identities[second]], axis=1))

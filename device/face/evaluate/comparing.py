"""Puts genuine pairs and impostors side by side."""

from collections.abc import Mapping, Sequence

from device.face.decision import DecisionRule
from device.face.evaluate.groups import Person
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.rates import (
    Rate,
    Trials,
    accept_rate,
    equal_error_rate,
    score_at,
    true_accept_rate,
)
from device.face.evaluate.report import AtFar, Comparison, GroupRate
from device.face.evaluate.scores import limit, threshold_of
from device.face.port import Values

_FARS = (1e-2, 1e-3, 1e-4)


def compared(title: str, genuine: Trials, impostors: Trials, rule: DecisionRule) -> Comparison:
    """All figures of genuine pairs against impostors.

    Args:
        title: what is compared.
        genuine: pairs of one person each.
        impostors: pairs of two people each.
        rule: by which they were scored.
    """
    decisive = rule.conditions[-1]
    accepted = accept_rate(genuine, limit(decisive))
    return Comparison(
        title=title,
        genuine_pairs=len(genuine),
        impostor_pairs=len(impostors),
        eer=equal_error_rate(genuine, impostors),
        at=tuple(_at(far, genuine, impostors, rule) for far in _FARS),
        false_rejects=Rate(1 - accepted.value, 1 - accepted.high, 1 - accepted.low),
        false_accepts=accept_rate(impostors, limit(decisive)),
    )


def _at(far: float, genuine: Trials, impostors: Trials, rule: DecisionRule) -> AtFar:
    tar = true_accept_rate(genuine, impostors, far)
    if tar is None:
        return AtFar(far, None, None)
    return AtFar(far, tar, threshold_of(score_at(impostors, far), rule.conditions[-1]))


def rates_of_groups(
    groups: Mapping[str, Sequence[Person]], embeddings: Mapping[str, Values], rule: DecisionRule
) -> list[GroupRate]:
    """False accepts of each group; one of fewer than two people is left out."""
    rates = []
    for name, people in groups.items():
        known = [person for person in people if person.path in embeddings]
        if len(known) > 1:
            rate = accept_rate(trials_among(known, embeddings, rule), limit(rule.conditions[-1]))
            rates.append(GroupRate(name, len(known), rate))
    return rates

"""Puts genuine pairs and impostors side by side."""

from collections.abc import Mapping, Sequence

from device.face.bundle import EmbedderBundle
from device.face.decision import DecisionRule, Space
from device.face.errors import EvaluationError
from device.face.evaluate.groups import Person
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.rates import (
    Trials,
    accept_rate,
    equal_error_rate,
    score_at,
    true_accept_rate,
)
from device.face.evaluate.report import AtFar, Comparison, GroupRate
from device.face.evaluate.scores import limit, threshold_above
from device.face.port import Values

_FARS = (1e-2, 1e-3, 1e-4)


def rule_with(calibration: str, bundle: EmbedderBundle) -> DecisionRule:
    """The bundle's rule with the calibration asked for.

    Args:
        calibration: its name, or `own`, or `none`.
        bundle: whose it is.

    Raises:
        EvaluationError: if the bundle has no such calibration.
    """
    if calibration == "none":
        return without_calibration(bundle.rule)
    own = bundle.rule.calibration
    known = ["own", "none", *([] if own is None else [own.name])]
    if calibration not in known:
        raise EvaluationError(
            f'"{bundle.name}" has no calibration "{calibration}", only {", ".join(known)}'
        )
    return bundle.rule


def without_calibration(rule: DecisionRule) -> DecisionRule:
    """The conditions on the network's own numbers alone.

    Raises:
        EvaluationError: if there are none.
    """
    plain = tuple(c for c in rule.conditions if c.space is Space.NETWORK)
    if not plain:
        raise EvaluationError("the bundle has no condition on the network's own numbers")
    return DecisionRule(plain, threshold_id="uncalibrated")


def compared(
    title: str, genuine: Trials, impostors: Trials | None, rule: DecisionRule
) -> Comparison:
    """All figures of genuine pairs against impostors.

    Args:
        title: what is compared.
        genuine: pairs of one person each.
        impostors: pairs of two people each; None: there are none, so the FNMR stands alone.
        rule: by which they were scored.
    """
    least = limit(rule.conditions[-1])
    fnmr = accept_rate(genuine, least).rest
    if impostors is None:
        return Comparison(title, len(genuine), 0, eer=None, at=(), fnmr=fnmr, fmr=None)
    return Comparison(
        title=title,
        genuine_pairs=len(genuine),
        impostor_pairs=len(impostors),
        eer=equal_error_rate(genuine, impostors),
        at=tuple(_at(far, genuine, impostors, rule) for far in _FARS),
        fnmr=fnmr,
        fmr=accept_rate(impostors, least),
    )


def _at(far: float, genuine: Trials, impostors: Trials, rule: DecisionRule) -> AtFar:
    tar = true_accept_rate(genuine, impostors, far)
    if tar is None:
        return AtFar(far, None, None)
    return AtFar(far, tar, threshold_above(score_at(impostors, far), rule.conditions[-1]))


def rates_of_groups(
    groups: Mapping[str, Sequence[Person]], embeddings: Mapping[str, Values], rule: DecisionRule
) -> list[GroupRate]:
    """False matches of each group; one of fewer than two people is left out."""
    rates = []
    for name, people in groups.items():
        if len({person.identity for person in people if person.path in embeddings}) > 1:
            trials = trials_among(people, embeddings, rule)
            rate = accept_rate(trials, limit(rule.conditions[-1]))
            rates.append(GroupRate(name, trials.people_count, rate))
    return rates

from dataclasses import replace

import numpy as np
import pytest

from device.face.bundle import read_embedder
from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.errors import EvaluationError
from device.face.evaluate.comparing import rule_with, without_calibration
from device.face.loading import MODELS_FOLDER

CALIBRATION = Calibration("none", "nobody", np.zeros(2, np.float32), np.eye(2, dtype=np.float32))
PLAIN = Condition(Space.NETWORK, Metric.EUCLIDEAN, 0.5)
CALIBRATED = Condition(Space.CALIBRATED, Metric.COSINE, 0.5)


def test_without_its_calibration_a_rule_keeps_the_other_conditions() -> None:
    assert without_calibration(DecisionRule((PLAIN, CALIBRATED), CALIBRATION)).conditions == (
        PLAIN,
    )


def test_a_threshold_of_another_space_is_never_borrowed() -> None:
    with pytest.raises(EvaluationError, match="own numbers"):
        without_calibration(DecisionRule((CALIBRATED,), CALIBRATION))


def test_a_calibration_is_asked_for_by_its_name() -> None:
    bundle = read_embedder(MODELS_FOLDER / "uketsuke")
    assert rule_with("own", bundle) is bundle.rule
    assert rule_with("all-age-faces-held-out", bundle) is bundle.rule
    assert rule_with("none", read_embedder(MODELS_FOLDER / "resnet29")).calibration is None


def test_another_calibration_is_refused_and_the_known_ones_are_told() -> None:
    bundle = read_embedder(MODELS_FOLDER / "resnet29")
    with pytest.raises(EvaluationError, match=r"only own, none, all-age-faces$"):
        rule_with("all-age-faces-held-out", bundle)
    plain = replace(bundle, rule=without_calibration(bundle.rule))
    with pytest.raises(EvaluationError, match=r"only own, none$"):
        rule_with("all-age-faces", plain)

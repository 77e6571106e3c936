import numpy as np
import pytest

from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.errors import EvaluationError
from device.face.evaluate.comparing import without_calibration

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

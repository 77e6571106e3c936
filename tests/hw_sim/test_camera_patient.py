from pathlib import Path

from tests.hw_sim.camera_patient import PEOPLE, CameraPatient


def test_a_living_patient_turns_when_asked_and_back(tmp_path: Path) -> None:
    link = tmp_path / "camera"
    patient = CameraPatient(link)
    patient.show("taro")
    for hint, seen in (("turn_left", "turn_left"), ("good", "live"), ("turn_right", "turn_right")):
        patient.hear(hint)
        assert link.resolve() == (PEOPLE / "taro" / seen).resolve()
    patient.hear("")
    assert link.resolve() == (PEOPLE / "taro" / "live").resolve()


def test_somebody_else_is_shown_at_once(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    patient.hear("turn_left")
    patient.show("hanako")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "hanako" / "live").resolve()


def test_who_has_turned_away_does_nothing_that_is_asked(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro", "away")
    patient.hear("turn_left")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "away").resolve()

"""Somebody comes with a face mask on."""

import shutil
from pathlib import Path

from tests.flows.desk import Desk
from tests.hw_sim.camera_patient import PEOPLE


def _stand_there_with_a_mask(desk: Desk, person: str, folder: Path) -> None:
    shutil.copy(PEOPLE / person / "changed" / "mask.jpg", folder / "000.jpg")
    desk.bench.patient.show_pictures(folder)


def test_a_patient_with_a_mask_is_told_takes_it_off_and_is_recognised(
    desk: Desk, tmp_path: Path
) -> None:
    before = len(desk.completed())
    _stand_there_with_a_mask(desk, "taro", tmp_path)
    desk.lay()
    desk.go_on_until("face", method="face")
    desk.screen.wait_for_hint("take_off_mask")
    desk.bench.show_face("taro")
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: len(desk.completed()) == before + 1, "the result at the agent")


def test_who_keeps_it_on_may_enter_the_pin_meanwhile(desk: Desk, tmp_path: Path) -> None:
    before = len(desk.completed())
    _stand_there_with_a_mask(desk, "taro", tmp_path)
    desk.lay()
    desk.go_on_until("face", method="face")
    desk.screen.wait_for_hint("take_off_mask")
    desk.screen.choose("pin")
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: len(desk.completed()) == before + 1, "the result at the agent")

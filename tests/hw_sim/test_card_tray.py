from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from tests.hw_sim.card import catalog
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_tray import CardTray


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    return tmp_path / "tray"


def picture_in(camera: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    first, *others = sorted(camera.glob("*.jpg"))
    assert len(others) == 3
    return np.asarray(PillowImage.open(first))


def test_the_camera_sees_what_is_laid_and_nothing_is_drawn_twice(camera: Path) -> None:
    tray = CardTray(camera, catalog.MY_NUMBER)
    empty, empty_folder = picture_in(camera), camera.resolve()
    tray.show(Subject.FRONT, catalog.MY_NUMBER)
    front, front_folder = picture_in(camera), camera.resolve()
    tray.show(Subject.FRONT, catalog.MY_NUMBER, is_upside_down=True)
    turned = picture_in(camera)
    assert empty.shape == front.shape == turned.shape == (960, 1280, 3)
    # A card with its print and its shadow differs from the bare tray, and from itself turned.
    for one, other in ((empty, front), (front, turned)):
        assert np.mean(np.abs(one.astype(int) - other.astype(int))) > 5
    tray.show(Subject.EMPTY, catalog.MY_NUMBER)
    assert camera.resolve() == empty_folder
    tray.show(Subject.FRONT, catalog.MY_NUMBER)
    assert camera.resolve() == front_folder


def test_a_picture_is_never_missing_while_it_changes(camera: Path) -> None:
    """The link is turned, not removed and made: a camera that plays it sees no gap."""
    tray = CardTray(camera, catalog.MY_NUMBER)
    folder = camera.resolve()
    tray.show(Subject.FRONT, catalog.MY_NUMBER)
    assert camera.is_symlink()
    assert camera.resolve() != folder
    assert len(list(folder.glob("*.jpg"))) == 4

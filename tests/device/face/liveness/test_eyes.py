"""A blink of the rendered people is seen; a print that trembles and tilts does not blink."""

import numpy as np
import pytest

from device.face.liveness.eyes import EYES, HALF_PX, REACH_PX, BlinkWatch
from device.face.liveness.patches import find_patches
from device.face.port import Image, Values
from tests.device.face.liveness.sights import straight_view
from tests.hw_sim.attacks.clips import NAMES, clip
from tests.hw_sim.attacks.printed_photo import HANDS, PrintedPhoto, printed

FRAME_S = 1 / 15
SHUT_FRAME = 11


def _blinks(images: list[Image]) -> bool:
    watch = BlinkWatch(longest_blink_s=0.8)
    for number, image in enumerate(images):
        watch.observe(straight_view(image), number * FRAME_S)
    return watch.has_blinked


def test_eyes_that_stay_shut_are_no_blink_and_then_the_new_measure() -> None:
    images = list(clip("taro"))
    shut = [images[SHUT_FRAME]] * 20
    assert not _blinks([*images[:6], *shut])
    assert not _blinks([*shut, *shut])


def _blink_of_small_eyes() -> list[Values]:
    """Views in which the eyes change by half of what they do: lids that have little way."""
    images = list(clip("taro"))
    views = [straight_view(image) for image in images]
    shut = (0.5 * views[5] + 0.5 * views[SHUT_FRAME]).astype(np.float32)
    return [*views[:6], shut, shut, *views[:6]]


def test_a_blink_of_small_eyes_is_seen() -> None:
    watch = BlinkWatch(longest_blink_s=0.8)
    for number, view in enumerate(_blink_of_small_eyes()):
        watch.observe(view, number * FRAME_S)
    assert watch.has_blinked


def test_by_one_limit_for_everybody_it_would_not_be() -> None:
    """The control: the design that calls eyes shut below a likeness of 0.78."""
    views = _blink_of_small_eyes()
    _, likeness = find_patches(views[0], views[6], EYES, HALF_PX, REACH_PX)
    assert likeness.max() > 0.78


def test_forgetting_wipes_and_starts_anew() -> None:
    watch = BlinkWatch(longest_blink_s=0.8)
    for number, image in enumerate(clip("taro")):
        watch.observe(straight_view(image), number * FRAME_S)
    kept = watch._open
    watch.forget()
    assert kept is not None
    assert not kept.any()
    assert not watch.has_blinked


@pytest.mark.parametrize("name", NAMES)
def test_a_blink_is_seen_whatever_moment_it_begins_at(name: str) -> None:
    images = list(clip(name))
    for start in (0, SHUT_FRAME):
        assert _blinks([*images[start:], *images, *images[:14]])


@pytest.mark.parametrize("name", NAMES)
def test_open_eyes_do_not_blink(name: str) -> None:
    assert not _blinks(list(clip(name))[14:])


@pytest.mark.parametrize("hand", HANDS)
def test_a_print_in_a_hand_does_not_blink(hand: str) -> None:
    sheet, centre_px = printed(clip("hanako")[0])
    held = PrintedPhoto(sheet, centre_px, HANDS[hand])
    assert not _blinks([held.picture("", 0.0, number * FRAME_S) for number in range(12)])

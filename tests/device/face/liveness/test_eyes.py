"""A blink of the rendered people is seen; a print that trembles and tilts does not blink."""

import pytest

from device.face.liveness.eyes import BlinkWatch
from device.face.port import Image
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

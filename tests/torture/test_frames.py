"""The run finds a decoder without a good check, without a limit, and a link that stays down."""

import zlib
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from hostlink import frame
from hostlink.channel import Channel
from tests.torture.runs import frames

SHARE = 2000


def test_nothing_is_found() -> None:
    report = frames.run(SHARE, seed=1)
    assert report.failures == ()
    assert int(report.counted["sessions ended there"]) > 20


@pytest.mark.parametrize("check", [lambda _: 0, lambda data: zlib.crc32(data) & 0xFF])
def test_negative_control_a_weaker_check(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[bytes], int]
) -> None:
    """No check at all, and one of 8 bits."""
    monkeypatch.setattr(frame, "zlib", SimpleNamespace(crc32=check))
    assert "a frame was found that was not sent" in faults()


def test_negative_control_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "MAX_ENCODED_BYTES", 10**9)
    assert any("bytes held" in fault for fault in faults())


def test_negative_control_a_link_that_never_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Channel, "_reset", lambda self, _: self.cable_lost())
    assert "the link did not come back" in faults()


def faults() -> set[str]:
    return {failure.what for failure in frames.run(SHARE, seed=1).failures}

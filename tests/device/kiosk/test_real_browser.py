"""A real Chromium before a real screen: its page dies, hangs or goes, and comes back as it was."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from device.kiosk.__main__ import make_kiosk
from device.kiosk.supervisor import KioskPlan
from device.screen.port import PageView
from device.screen.server import ScreenSettings, WebScreen
from tests.device.screen.conftest import Touches

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
PIN_PAGE = PageView("pin", 70, {"tries_left": 3}, ("confirm", "erase", "end"))
WAIT_S = 60.0
PLAN = KioskPlan(hung_after_s=6.0, gone_after_s=3.0, start_within_s=60.0, shortest_run_s=0.0)
"""More patient: this machine does other things at the same time."""


class Kiosk:
    """The program's own parts around one screen, in threads of this process."""

    def __init__(self, folder: Path) -> None:
        self.profile = folder / "profile"
        token_file = folder / "screen.token"
        self.screen = WebScreen(ScreenSettings(token_file), Touches())
        self.screen.show(PIN_PAGE)
        port = int(self.screen.url.strip("/").rsplit(":", 1)[1])
        browser = ["/usr/bin/chromium", *FLAGS, f"--user-data-dir={self.profile}"]
        self._kiosk = make_kiosk(port, token_file, browser, PLAN)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._kiosk.run, args=(self._stopping,))
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(WAIT_S)
        self.screen.close()
        assert not self._thread.is_alive()

    def processes(self, kind: str = "") -> list[int]:
        """Those of the browser; of one kind, such as `renderer`, or its main one."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                # Chromium writes its children's command lines anew, with spaces.
                words = (entry / "cmdline").read_bytes().decode().replace("\0", " ").split()
            except OSError:
                continue
            is_ours = any(str(self.profile) in word for word in words)
            kinds = [word.removeprefix("--type=") for word in words if word.startswith("--type=")]
            if is_ours and (kinds == [kind] if kind else not kinds):
                found.append(int(entry.name))
        return found

    def is_another(self, before: set[int]) -> bool:
        """Whether none of these processes is there any more, and others are."""
        now = set(self.processes())
        return bool(now) and now.isdisjoint(before)

    def silent_s(self) -> float | None:
        life = self._kiosk.page_life()
        assert life is not None
        return life.silent_s

    def wait_for_page(self) -> None:
        """One that was heard just now."""

        def is_there() -> bool:
            silent_s = self.silent_s()
            return silent_s is not None and silent_s < 1

        self.wait_until(is_there)

    def wait_until(self, is_so: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < deadline_s
            time.sleep(0.02)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    assert shutil.which("chromium")
    made = Kiosk(tmp_path)
    yield made
    made.close()
    made.wait_until(lambda: not (made.processes() or made.processes("renderer")))


def test_a_page_that_dies_hangs_or_goes_comes_back(kiosk: Kiosk) -> None:
    kiosk.wait_for_page()
    for kind, end in (
        ("renderer", signal.SIGKILL),
        ("renderer", signal.SIGSTOP),
        ("", signal.SIGKILL),
    ):
        before = set(kiosk.processes())
        kiosk.wait_until(partial(kiosk.processes, kind))
        for pid in kiosk.processes(kind):
            os.kill(pid, end)
        kiosk.wait_until(partial(kiosk.is_another, before))
        kiosk.wait_for_page()


def test_the_secret_is_on_no_command_line(kiosk: Kiosk) -> None:
    kiosk.wait_for_page()
    token = (kiosk.profile.parent / "screen.token").read_bytes()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert token not in entry.read_bytes()
        except OSError:
            continue
    start_page = kiosk.profile.parent / "kiosk.html"
    assert token in start_page.read_bytes()
    assert start_page.stat().st_mode & 0o777 == 0o600

"""Starts the browser and watches its page: one that has crashed or hung is started anew.

The browser's own word is not enough: a page can die while its window stays.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Self

from device.errors import ConfigurationError
from device.kiosk.page_life import PageLife

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KioskPlan:
    """When a page counts as dead. A page that lives is heard four times a second."""

    look_every_s: float = 0.1
    hung_after_s: float = 3.0
    """Silence of a page that was alive. A busy board may draw nothing for a second or two."""
    gone_after_s: float = 1.0
    """No page, after there was one; one that lost the server comes back in half a second."""
    start_within_s: float = 20.0
    """From the browser's start to its first page."""
    shortest_run_s: float = 5.0
    """A browser that ends sooner is started with a pause, so as not to do it all day."""
    pause_s: float = 2.0
    most_doublings: int = 4
    """Each browser that was killed without having lived long doubles the patience with the next:
    one that is only slow must not be killed for ever."""

    def after(self, kills: int) -> Self:
        """The plan after so many kills in a row."""
        times = 1 << min(kills, self.most_doublings)
        return replace(
            self,
            hung_after_s=times * self.hung_after_s,
            gone_after_s=times * self.gone_after_s,
            start_within_s=times * self.start_within_s,
        )


class Kiosk:
    """One browser after the other, with the same page."""

    def __init__(
        self,
        command: Sequence[str],
        page_life: Callable[[], PageLife | None],
        prepare: Callable[[], bool] = lambda: True,
        plan: KioskPlan | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            command: the browser with everything it needs; it opens the screen by itself.
            page_life: asks the screen's server; None: it does not answer.
            prepare: called before each start; False: there is nothing to show yet.
            plan: when a page counts as dead.
        """
        self._command = command
        self.page_life = page_life
        self._prepare = prepare
        self._first_plan = self._plan = plan or KioskPlan()

    def run(self, stopping: threading.Event) -> None:
        """Keeps a page there until told to stop.

        Raises:
            ConfigurationError: There is no such program.
        """
        kills = 0
        while not stopping.is_set():
            if not self._prepare():
                stopping.wait(self._plan.look_every_s)
                continue
            begun_s = time.monotonic()
            with _running(self._command) as browser:
                why = self._watch(browser, stopping)
            if why:
                _log.warning("the browser is started anew: %s", why)
            has_lived_long = time.monotonic() - begun_s >= self._plan.shortest_run_s
            kills = 0 if has_lived_long else kills + 1
            self._plan = self._first_plan.after(kills)
            if not has_lived_long:
                stopping.wait(self._plan.pause_s)

    def _watch(self, browser: "subprocess.Popen[bytes]", stopping: threading.Event) -> str:
        """Returns why it must be started anew; nothing when the kiosk is to stop."""
        alive_s, has_come = time.monotonic(), False
        while not stopping.wait(self._plan.look_every_s):
            if browser.poll() is not None:
                return "it ended"
            life = self.page_life()
            now_s = time.monotonic()
            if life is None or _is_moving(life, self._plan):
                # Without the server no page can be there; that is not the browser's fault.
                alive_s, has_come = now_s, has_come or life is not None
            elif has_come and life.silent_s is not None:
                return "its page hangs"
            elif now_s - alive_s > self._patience_s(has_come=has_come):
                return "its page is gone"
        return ""

    def _patience_s(self, *, has_come: bool) -> float:
        return self._plan.gone_after_s if has_come else self._plan.start_within_s


def _is_moving(life: PageLife, plan: KioskPlan) -> bool:
    return life.silent_s is not None and life.silent_s <= plan.hung_after_s


@contextmanager
def _running(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The browser with all its processes; none of them is left."""
    try:
        browser = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise ConfigurationError(f"kiosk: {command[0]} cannot be started: {error}") from error
    try:
        yield browser
    finally:
        # One that hangs does not end when it is asked to, and there is nothing of it to keep.
        with suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()

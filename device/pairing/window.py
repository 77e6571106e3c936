"""The ten minutes after a press of the button, in which one agent may be paired.

The reader serves nobody meanwhile. The window is over with its first attempt, successful or not.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from device.errors import DeviceError
from device.pairing import pages
from device.pairing.ceremony import ReaderCeremony
from device.pairing.pages import PairingChoice
from device.screen.port import PageView, Screen, ScreenListener
from hostlink.link import DeviceEnd, Link, ResetReason
from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.port import ByteStream
from hostlink.terms import PairingRefusal

_log = logging.getLogger(__name__)

WINDOW_S = 600.0
RESULT_S = 6.0
"""How long the last page stays."""
_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class _LinkLost:
    """The session with the agent is over."""


_Event = Message | PairingChoice | _LinkLost


class PairingWindow:
    """One window; hears the screen and the link."""

    def __init__(
        self,
        ceremony: ReaderCeremony,
        make_screen: Callable[[ScreenListener], Screen],
        open_stream: Callable[[], ByteStream],
        end: DeviceEnd,
        window_s: float = WINDOW_S,
    ) -> None:
        """Prepare.

        Args:
            ceremony: The attempt.
            make_screen: Switches the screen on.
            open_stream: Opens the cable.
            end: The reader's end of pairing sessions.
            window_s: How long an agent may let wait for it.
        """
        self._ceremony = ceremony
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._died = threading.Event()
        self._link = Link(open_stream, end, self, self._died.set)
        self._make_screen = make_screen
        self._window_s = window_s
        self._page: PageView | None = None

    def run(self, stopping: threading.Event, attempt_over: Callable[[], None]) -> None:
        """Pair, or not; returns when the window is over.

        Args:
            stopping: Ends it at once.
            attempt_over: Called before the last page is shown: a press counts again from here.
        """
        screen = self._make_screen(self)
        try:
            self._show(screen, pages.waiting())
            self._link.start()
            self._hold(screen, stopping)
            attempt_over()
            refusal = self._ceremony.refusal
            self._show(screen, pages.done() if refusal is None else pages.failed(refusal))
            if refusal is not None:
                _log.warning("not paired: %s", refusal.name)
            # The link stays up as long, so that the last word reaches the agent.
            stopping.wait(RESULT_S)
        finally:
            self._link.close()
            screen.close()

    def _hold(self, screen: Screen, stopping: threading.Event) -> None:
        ends_at_s = time.monotonic() + self._window_s
        while not self._ceremony.is_over:
            if stopping.is_set() or self._died.is_set() or time.monotonic() >= ends_at_s:
                self._say(self._ceremony.give_up(PairingRefusal.TIMED_OUT))
                return
            try:
                event = self._events.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                continue
            before = self._ceremony.comparison
            try:
                self._on_event(event)
            except (DeviceError, OSError) as error:
                _log.error("the pairing could not be kept: %s", type(error).__name__)
                self._say(self._ceremony.give_up(PairingRefusal.NOT_STORED))
            after = self._ceremony.comparison
            if after is not None and before is None:
                self._show(screen, pages.compare(after))
            elif before is not None and after is None and not self._ceremony.is_over:
                self._show(screen, pages.confirm_there(before))

    def _on_event(self, event: _Event) -> None:
        match event:
            case PairingChoice.SAME | PairingChoice.DIFFERENT:
                self._say(self._ceremony.answered(is_same=event is PairingChoice.SAME))
            case PairingChoice.END:
                self._say(self._ceremony.give_up(PairingRefusal.DECLINED))
            case _LinkLost():
                if self._ceremony.has_begun:
                    self._ceremony.give_up(PairingRefusal.INTERRUPTED)
            case _:
                self._say(self._ceremony.received(event))

    def _show(self, screen: Screen, page: PageView) -> None:
        self._page = page
        screen.show(page)

    def _say(self, message: Message | None) -> None:
        if message is not None:
            self._link.send(message)

    def chosen(self, turn: int, choice: str) -> None:
        """As `ScreenListener.chosen`; a choice of a page that is gone is none."""
        page = self._page
        if page is not None and turn == page.turn and choice in page.choices:
            self._events.put(PairingChoice(choice))

    def pad_pressed(self, turn: int, position: int) -> None:
        """As `ScreenListener.pad_pressed`; no page here has a pad."""

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """As `LinkHandler.link_up`."""

    def link_down(self, reason: ResetReason) -> None:
        """As `LinkHandler.link_down`."""
        self._events.put(_LinkLost())

    def received(self, message: Message) -> None:
        """As `LinkHandler.received`."""
        self._events.put(message)

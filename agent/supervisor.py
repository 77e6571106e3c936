"""Tells systemd that the agent serves, and goes on telling it that its main thread works.

An agent whose thread hangs says nothing more and is started anew (`WatchdogSec` of the unit). Under
any other supervisor nothing is told.

Source: sd_notify(3), systemd.service(5).
"""

import sdnotify  # type: ignore[import-untyped]  # the package ships no types


class Supervisor:
    """The program that started this one."""

    def __init__(self) -> None:
        self._systemd = sdnotify.SystemdNotifier()

    def ready(self) -> None:
        """The readers can be served from now on."""
        self._systemd.notify("READY=1")

    def alive(self) -> None:
        """The main thread has just done something."""
        self._systemd.notify("WATCHDOG=1")

    def stopping(self) -> None:
        """It ends as it was told to."""
        self._systemd.notify("STOPPING=1")

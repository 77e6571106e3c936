"""The facility password: compared on a thread of its own, for it is slow on purpose and counted."""

import math
from collections.abc import Callable

from device.clock import boot_time_s
from device.errors import DeviceError
from device.jobs.failures import failure_of
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, OwnPins, OwnPinToken
from device.pinpad.pin import Pin
from device.visit import events
from device.workers import Worker
from hostlink.terms import FailureCode


class StaffJobs:
    """Compares what staff typed with the facility password."""

    def __init__(
        self,
        pins: OwnPins,
        post: Callable[[events.Event], None],
        now_s: Callable[[], float] = boot_time_s,
    ) -> None:
        self._pins = pins
        self._post = post
        self._now_s = now_s
        self._worker = Worker("staff")

    def check(self, turn: int, typed: Pin) -> None:
        """Compare once; answers `StaffPasswordAccepted` or `StaffPasswordRejected`."""

        def run() -> None:
            with typed:
                self._post(self._answer(turn, typed))

        self._worker.submit(run, lambda: self._post(events.JobFailed(turn, FailureCode.INTERNAL)))

    def stop(self) -> bool:
        """End; False: a comparison hangs."""
        return self._worker.stop()

    def _answer(self, turn: int, typed: Pin) -> events.Event:
        try:
            attempt = self._pins.begin_attempt(OwnPinName.FACILITY)
            match attempt:
                case OwnPinToken():
                    if self._pins.check(attempt, typed):
                        return events.StaffPasswordAccepted(turn)
                    until_s = self._pins.blocked_until_s(OwnPinName.FACILITY)
                    return self._rejected(turn, until_s, is_wrong=True)
                case Blocked(until_s):
                    return self._rejected(turn, until_s, is_wrong=False)
                case _:
                    return events.JobFailed(turn, FailureCode.STAFF_CHECK_LOCKED)
        except DeviceError as error:
            return events.JobFailed(turn, failure_of(error))

    def _rejected(
        self, turn: int, until_s: float, *, is_wrong: bool
    ) -> events.StaffPasswordRejected:
        wait_s = max(1, math.ceil(until_s - self._now_s()))
        return events.StaffPasswordRejected(turn, is_wrong, wait_s)

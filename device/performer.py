"""Makes the visit's effects happen: the only place where visit and hardware meet."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import assert_never

from device.host import Host
from device.jobs.card import CardJobs
from device.jobs.face import FaceJobs
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.jobs.staff import StaffJobs
from device.page_views import page_view
from device.screen.port import Screen
from device.visit import effects
from device.visit.events import Event, JobFailed
from hostlink.terms import Emergency, FailureCode

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Performer:
    """Performs one effect after another on the visit's thread; starts whatever takes long."""

    screen: Screen
    card: CardJobs
    face: FaceJobs
    pin: PinDesk
    code: PrintedCodeDesk
    password: PinDesk
    """Takes the facility password."""
    record: RecordJobs
    host: Host
    staff: StaffJobs | None
    """None: staff confirm nobody at this reader."""
    post: Callable[[Event], None]
    """Posts an event to the visit."""
    emergency: Emergency | None = None
    """What the reader serves instead of an ordinary reception."""
    pad: tuple[str, ...] = field(default=(), repr=False)
    """What is drawn on the pad positions while digits are asked for."""

    def perform(self, effect: effects.Effect) -> None:  # noqa: C901 - one line for each effect
        """Do it, or start doing it."""
        match effect:
            case effects.ShowPage():
                self.screen.show(page_view(effect, self.pad, self.emergency))
            case effects.WarnOfEnd(turn, left_s):
                self.screen.warn_of_end(turn, round(left_s))
            case effects.TakeBackWarning(turn):
                self.screen.warn_of_end(turn, 0)
            case effects.RecogniseCard(turn):
                self._recognise(turn)
            case effects.ReadPhotoAhead():
                self.card.read_ahead()
            case effects.StopReadingPhoto():
                self.card.stop_reading()
            case effects.StartFaceCheck(turn, is_code_typed):
                self._start_face_check(turn, is_code_typed)
            case effects.StopFaceCheck():
                self.face.stop_check()
            case effects.OpenCodeEntry(turn):
                self.pad = self.code.open(turn, self.card.expiry)
            case effects.OpenPinEntry(turn):
                self.pad = self.pin.open(turn)
                self.card.warn_of_several(turn)
            case effects.ForgetPin():
                self._forget_typed()
            case effects.VerifyPin(turn):
                self._verify_pin(turn)
            case effects.RecallPin(turn):
                self.card.recall_pin(turn)
            case effects.OpenPasswordEntry(turn):
                self.pad = self.password.open(turn)
                self.card.warn_of_several(turn)
            case effects.CheckPassword(turn):
                self._check_password(turn)
            case effects.SignChallenge(turn, challenge, is_after_face):
                self.card.sign(turn, challenge, is_after_face=is_after_face)
            case effects.TellAgent(message):
                self.host.tell(message)
            case effects.KeepRecord(turn, record, shown_texts):
                self.record.keep(turn, record, sha256(b"".join(shown_texts)).digest())
            case effects.ForgetPatient():
                self.face.stop_check()
                self._forget_typed()
                self.card.forget()
            case effects.StartTimer():
                raise AssertionError("the loop keeps the timer itself")
            case _:
                assert_never(effect)

    def _recognise(self, turn: int) -> None:
        """Only where the visit could be kept in the end: it must not all be for nothing."""
        if failure := self.record.why_closed():
            _log.error("no visit may begin: %s", failure.name)
            self.post(JobFailed(turn, failure))
        else:
            self.card.recognise(turn)

    def _forget_typed(self) -> None:
        self.pad = ()
        for desk in (self.pin, self.password, self.code):
            desk.forget()

    def _start_face_check(self, turn: int, is_code_typed: bool) -> None:
        self.pad = ()
        if is_code_typed:
            code = self.code.take()
            if code is None:
                self.post(JobFailed(turn, FailureCode.PRINTED_CODE_UNREADABLE))
                return
            self.card.use_code(code)
        self.face.start(turn, self.card.read_photo)

    def _verify_pin(self, turn: int) -> None:
        self.pad = ()
        pin = self.pin.take()
        if pin is None:
            self.post(JobFailed(turn, FailureCode.PIN_EXPIRED))
        else:
            self.card.verify_pin(turn, pin)

    def _check_password(self, turn: int) -> None:
        self.pad = ()
        typed = self.password.take()
        if typed is None:
            self.post(JobFailed(turn, FailureCode.PIN_EXPIRED))
        elif self.staff is None:
            typed.wipe()
            self.post(JobFailed(turn, FailureCode.STAFF_CHECK_LOCKED))
        else:
            self.staff.check(turn, typed)

    def close(self) -> bool:
        """Switch the hardware off, in the order in which it depends on each other.

        Returns:
            Whether all work has ended; what hangs ends with the process only.
        """
        self._forget_typed()
        have_ended = [self.face.stop(), self.card.stop(), self.record.stop()]
        have_ended += [self.staff.stop()] if self.staff else []
        self.host.close()
        self.screen.close()
        return all(have_ended)

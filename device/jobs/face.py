"""The face check of one patient: the chip's photo against the live picture."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future

from device.clock import Clock
from device.errors import DeviceError
from device.face.check import FaceCheck, FaceCheckOutcome, FaceCheckResult, Onlookers
from device.face.comparison import ScoreBand
from device.face.liveness.port import Prompt
from device.face.port import Camera, Image
from device.face.preview import preview_jpeg
from device.face.quality import QualityHint
from device.jobs.failures import failure_of
from device.screen.port import Screen
from device.visit import events
from device.workers import Worker
from hostlink.messages import FaceMatch
from hostlink.terms import FailureCode, MatchBand

_FAILURES = {
    FaceCheckOutcome.NO_MATCH: FailureCode.FACE_NOT_MATCHED,
    FaceCheckOutcome.NO_GOOD_PICTURE: FailureCode.FACE_NOT_SEEN,
    FaceCheckOutcome.NOT_LIVE: FailureCode.FACE_NOT_LIVE,
    FaceCheckOutcome.CHALLENGE_NOT_DONE: FailureCode.FACE_MOVEMENT_NOT_SEEN,
}

_BANDS: Mapping[ScoreBand | None, MatchBand] = {
    ScoreBand.CLEAR_MATCH: MatchBand.CLEAR_MATCH,
    ScoreBand.MATCH: MatchBand.MATCH,
}
"""A match in any other band is none: the worker answers INTERNAL."""


class FaceJobs:
    """Runs one face check at a time; the camera is on only while it runs."""

    def __init__(
        self,
        check: FaceCheck,
        open_camera: Callable[[], Camera],
        screen: Screen,
        clock: Clock,
        post: Callable[[events.Event], None],
    ) -> None:
        self._check = check
        self._open_camera = open_camera
        self._screen = screen
        self._clock = clock
        self._post = post
        self._worker = Worker("face")
        self._cancelled = threading.Event()
        self._worker.submit(check.prepare)

    def start(self, turn: int, read_photo: Callable[[], "Future[bytes]"]) -> None:
        """Answers `FaceMatched` or `JobFailed`; nothing when it was stopped.

        Args:
            turn: The turn the answer names.
            read_photo: Starts reading the photo, while the camera starts.
        """
        self.stop_check()
        cancelled = self._cancelled = threading.Event()
        photo = read_photo()

        def answer(event: events.Event | None) -> None:
            if event and not cancelled.is_set():
                self._post(event)

        self._worker.submit(
            lambda: answer(self._run(turn, photo, cancelled)),
            lambda: answer(events.JobFailed(turn, FailureCode.INTERNAL)),
        )

    def stop_check(self) -> None:
        """Stop looking; the check wipes every picture by itself."""
        self._cancelled.set()

    def stop(self) -> bool:
        """Stop looking and end; False: the camera still hangs."""
        self.stop_check()
        self._worker.submit(self._check.close)
        return self._worker.stop()

    def _run(
        self, turn: int, photo: "Future[bytes]", cancelled: threading.Event
    ) -> events.Event | None:
        if cancelled.is_set():
            return None
        try:
            camera = self._open_camera()
            try:
                result = self._check.run(
                    photo.result(), camera, time.monotonic, self._onlookers(turn, cancelled)
                )
            finally:
                camera.close()
        except DeviceError as error:
            return events.JobFailed(turn, failure_of(error))
        except CancelledError:
            return events.JobFailed(turn, FailureCode.CARD_UNREADABLE)
        return self._answer(turn, result)

    def _answer(self, turn: int, result: FaceCheckResult) -> events.Event | None:
        match result.outcome:
            case FaceCheckOutcome.MATCH:
                match = FaceMatch(_BANDS[result.band], result.threshold_id)
                return events.FaceMatched(turn, self._clock.now(), match)
            case FaceCheckOutcome.CANCELLED:
                return None
            case outcome:
                return events.JobFailed(turn, _FAILURES[outcome])

    def _onlookers(self, turn: int, cancelled: threading.Event) -> Onlookers:
        def show(image: Image) -> None:
            # A JPEG that nobody draws would only slow the check down.
            if self._screen.wants_preview():
                self._screen.show_preview(turn, preview_jpeg(image))

        def hint(what: QualityHint | Prompt) -> None:
            self._screen.show_hint(turn, what.value)

        return Onlookers(on_hint=hint, on_preview=show, is_cancelled=cancelled.is_set)

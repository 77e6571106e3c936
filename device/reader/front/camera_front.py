"""Reads the front of the laid card with a camera that is on for no longer than that."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

from device.errors import DeviceError
from device.reader.errors import PrintedCodeUnreadableError, ReaderError, ReadingStoppedError
from device.reader.front.card_outline import Picture
from device.reader.front.closed_case import is_closed_case
from device.reader.front.flat_card import turned
from device.reader.front.front_reading import FrontReading, wipe
from device.reader.front.layout import MY_NUMBER_CARD, Layout
from device.reader.front.sight import Seen, Sight, look_at
from device.reader.front.sleeve_rim import is_in_sleeve
from device.reader.port import CardCamera, OcrEngine
from device.reader.printed_code import PrintedCode
from hostlink.terms import FailureCode

LONGEST_S = 6.0
"""A patient waits no longer for what cannot be read."""
MOST_PICTURES = 60
"""However fast the camera is."""
_PICTURES_TO_EXPLAIN = 5
_CLEAR_AFTER = 10
"""Pictures that all show something unreadable end the reading early."""
_SOON_READ = 3
"""Pictures: most fronts are read in so few, and are not asked whether they are a case's."""
_UNREADABLE = FailureCode.PRINTED_CODE_UNREADABLE
_FAILURES = {
    Sight.NOTHING: _UNREADABLE,
    Sight.FRONT: _UNREADABLE,
    Sight.FRONT_UPSIDE_DOWN: FailureCode.CARD_UPSIDE_DOWN,
    Sight.BACK: FailureCode.CARD_FACE_DOWN,
    Sight.IN_CASE: FailureCode.CARD_IN_CASE,
    Sight.SEVERAL: FailureCode.SEVERAL_CARDS,
}
_NO_FRONT = frozenset({Sight.BACK, Sight.IN_CASE, Sight.SEVERAL})
_FRONTS = frozenset({Sight.FRONT, Sight.FRONT_UPSIDE_DOWN})
_SILENT_THINGS = frozenset({Sight.IN_CASE, Sight.SEVERAL})


class CameraFront:
    """A camera above the card, and an engine for what it sees; a `CardFront`."""

    def __init__(
        self,
        open_camera: Callable[[], CardCamera],
        engine: OcrEngine,
        *,
        layout: Layout = MY_NUMBER_CARD,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing yet.

        Args:
            open_camera: switches the card camera on; may raise DeviceError.
            engine: reads lines of print.
            layout: where things stand on the card.
            now_s: the clock that stamps the pictures.
        """
        self._open_camera = open_camera
        self._engine = engine
        self._layout = layout
        self._now_s = now_s

    def read_printed_code(self, expiry: date | None, is_stopped: Callable[[], bool]) -> PrintedCode:
        """See `CardFront.read_printed_code`."""
        reading = FrontReading(self._engine, self._layout, expiry)
        sights: Counter[Sight] = Counter()
        told: Counter[Sight] = Counter()
        try:
            for image in self._pictures(is_stopped):
                seen = look_at(image, self._layout)
                sights[seen.sight] += 1
                try:
                    told[_to_tell(image, seen, sights.total())] += 1
                    _read(reading, seen)
                finally:
                    seen.wipe()
                code = reading.result()
                if code is not None:
                    return code
                if _is_clear(sights):
                    break
        except ReaderError:
            raise
        except DeviceError as error:
            raise PrintedCodeUnreadableError from error
        finally:
            reading.wipe()
        raise PrintedCodeUnreadableError(_FAILURES[_commonest(told)])

    def explain_silence(self) -> FailureCode:
        """See `CardFront.explain_silence`."""
        sights: Counter[Sight] = Counter()
        try:
            for image in self._pictures(lambda: False):
                sights[_silent(image, look_at(image, self._layout))] += 1
                if sights.total() == _PICTURES_TO_EXPLAIN:
                    break
        except DeviceError:
            return FailureCode.CARD_UNREADABLE
        sight = _commonest(sights)
        is_plain = sight in _SILENT_THINGS and 2 * sights[sight] > sights.total()
        return _FAILURES[sight] if is_plain else FailureCode.CARD_UNREADABLE

    def close(self) -> None:
        """Nothing stays on between two readings."""

    def _pictures(self, is_stopped: Callable[[], bool]) -> Iterator[Picture]:
        """New pictures, each wiped when the next is asked for."""
        begun_s = self._now_s()
        with closing(self._open_camera()) as camera:
            for _ in range(MOST_PICTURES):
                picture = camera.read()
                try:
                    # Asked after the wait: a camera that hung may answer when others read already.
                    if is_stopped():
                        raise ReadingStoppedError
                    # What was taken before belongs to the card that lay there before.
                    if picture.taken_at_s > begun_s:
                        yield picture.image
                finally:
                    wipe(picture.image)
                if self._now_s() - begun_s > LONGEST_S:
                    return


def _read(reading: FrontReading, seen: Seen) -> None:
    if seen.front is None:
        return
    ways = [seen.front] if seen.is_way_clear else [seen.front, turned(seen.front)]
    reading.add(*ways)


def _to_tell(image: Picture, seen: Seen, pictures: int) -> Sight:
    """What to tell of a picture if no code is read; leather with its seams may look like a front.

    It changes nothing of what is read: nobody is refused for a sleeve that can be read through.
    """
    is_plain = seen.sight not in _FRONTS or (seen.is_way_clear and pictures <= _SOON_READ)
    return seen.sight if is_plain or not is_closed_case(image) else Sight.IN_CASE


def _silent(image: Picture, seen: Seen) -> Sight:
    """What is seen around a card whose chip does not answer."""
    seen.wipe()
    if seen.sight in _SILENT_THINGS:
        return seen.sight
    return Sight.IN_CASE if is_in_sleeve(image) or is_closed_case(image) else seen.sight


def _is_clear(sights: Counter[Sight]) -> bool:
    return sights.total() >= _CLEAR_AFTER and set(sights) <= _NO_FRONT


def _commonest(sights: Counter[Sight]) -> Sight:
    return sights.most_common(1)[0][0] if sights else Sight.NOTHING

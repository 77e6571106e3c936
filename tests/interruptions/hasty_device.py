"""Wrong on purpose: a reader that calls a visit finished half a second before it keeps it."""

import sys
import time

from device.__main__ import main
from device.errors import DeviceError
from device.jobs.record import RecordJobs
from device.visit import events
from hostlink.messages import VisitRecord

_BATCH_S = 0.5


def keep(self: RecordJobs, turn: int, record: VisitRecord, consent_text_hash: bytes) -> None:
    """In place of `RecordJobs.keep`."""

    def run() -> None:
        time.sleep(_BATCH_S)
        try:
            sign = self._identity.sign_record(record, consent_text_hash, self._clock.now())
            self._outbox.append(sign)
        except DeviceError:
            return
        self._hand_over()

    self._post(events.RecordKept(turn))
    self._worker.submit(run)


if __name__ == "__main__":
    RecordJobs.keep = keep  # type: ignore[method-assign]  # the point of this module
    sys.exit(main())

"""Which failure the patient and staff are told for an error of the hardware."""

import logging

from device.errors import DeviceError
from device.face import errors as face
from device.keys.errors import KeyStoreError
from device.outbox import OutboxError
from device.pinpad import errors as pinpad
from device.power import PowerFailingError
from device.reader import errors as reader
from device.reader.card_surface import TRIES_KEPT
from hostlink.terms import FailureCode

_log = logging.getLogger(__name__)

_TELLING = (
    reader.CardNotAcceptedError,
    reader.CardNotGenuineError,
    reader.PrintedCodeUnreadableError,
)
"""These say themselves which failure it is."""

_FAILURES: tuple[tuple[type[DeviceError], FailureCode], ...] = (
    (reader.SlotLostError, FailureCode.READER_UNAVAILABLE),
    (reader.CardLostError, FailureCode.CARD_REMOVED),
    (reader.PinOutcomeUnknownError, FailureCode.PIN_OUTCOME_UNKNOWN),
    (reader.PrintedCodeLockedError, FailureCode.PRINTED_CODE_LOCKED),
    (reader.PrintedCodeRejectedError, FailureCode.PRINTED_CODE_REJECTED),
    (reader.OcrUnavailableError, FailureCode.PRINTED_CODE_UNREADABLE),
    (reader.PhotoMissingError, FailureCode.PHOTO_UNREADABLE),
    (reader.HolderTooYoungError, FailureCode.HOLDER_TOO_YOUNG),
    (reader.HolderAgeUnknownError, FailureCode.HOLDER_AGE_UNKNOWN),
    (reader.PinlessUnavailableError, FailureCode.PIN_NEEDED),
    (reader.CertificateMissingError, FailureCode.CERTIFICATE_MISSING),
    (reader.PhoneNotAuthenticatedError, FailureCode.PHONE_NOT_AUTHENTICATED),
    (reader.ReaderError, FailureCode.CARD_UNREADABLE),
    (face.PhotoError, FailureCode.PHOTO_UNREADABLE),
    # Whatever else stops the face check, the patient can still use the PIN.
    (face.FaceError, FailureCode.CAMERA_UNAVAILABLE),
    (pinpad.AttemptLogError, FailureCode.STORAGE_UNAVAILABLE),
    (pinpad.AttemptUnsettledError, FailureCode.PIN_OUTCOME_UNKNOWN),
    (pinpad.PinTriesUnclearError, FailureCode.CARD_UNREADABLE),
    (pinpad.PinStaleError, FailureCode.PIN_EXPIRED),
    (PowerFailingError, FailureCode.READER_UNAVAILABLE),
    (OutboxError, FailureCode.STORAGE_UNAVAILABLE),
    (KeyStoreError, FailureCode.STORAGE_UNAVAILABLE),
)
"""The first that fits counts, so the special ones stand before their root."""


def failure_of(error: DeviceError) -> FailureCode:
    """The failure code for an error; `INTERNAL` when nobody foresaw it.

    The error itself is logged for staff: none of ours carries personal data.
    """
    _log.warning("%s: %s", type(error).__name__, error)
    if isinstance(error.__cause__, DeviceError):
        _log.warning("because of %s: %s", type(error.__cause__).__name__, error.__cause__)
    if isinstance(error, _TELLING):
        return error.failure
    if isinstance(error, reader.PrintedCodeRejectedError) and error.tries_left <= TRIES_KEPT:
        # Nothing more is sent to such a card, so no other code need be typed.
        return FailureCode.PRINTED_CODE_LOCKED
    fitting = (code for kind, code in _FAILURES if isinstance(error, kind))
    return next(fitting, FailureCode.INTERNAL)

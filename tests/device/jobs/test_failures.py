from collections.abc import Iterator

import pytest

from device.errors import DeviceError
from device.face import errors as face
from device.jobs import failures
from device.jobs.failures import failure_of
from device.keys.errors import KeyStoreError
from device.outbox import OutboxError
from device.pinpad import errors as pinpad
from device.reader import errors as reader
from hostlink.terms import FailureCode


def with_children(root: type[DeviceError]) -> Iterator[type[DeviceError]]:
    yield root
    for child in root.__subclasses__():
        yield from with_children(child)


def made(kind: type[DeviceError]) -> DeviceError:
    if kind is reader.CardNotGenuineError:
        return reader.CardNotGenuineError(FailureCode.CARD_CLONED)
    if kind in {reader.CardNotAcceptedError, reader.PrintedCodeUnreadableError}:
        return kind()
    if kind is reader.PrintedCodeRejectedError:
        return reader.PrintedCodeRejectedError(9)
    return kind.__new__(kind)


@pytest.mark.parametrize(
    "error",
    [
        reader.CardNotAcceptedError(FailureCode.BANK_CARD),
        reader.CardNotGenuineError(FailureCode.CARD_PHOTO_SWAPPED),
        reader.PrintedCodeUnreadableError(FailureCode.CARD_FACE_DOWN),
    ],
)
def test_an_error_that_knows_its_failure_tells_it(
    error: reader.CardNotAcceptedError
    | reader.CardNotGenuineError
    | reader.PrintedCodeUnreadableError,
) -> None:
    assert failure_of(error) is error.failure


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (reader.SlotLostError, FailureCode.READER_UNAVAILABLE),
        (reader.CardLostError, FailureCode.CARD_REMOVED),
        (reader.CardTimeoutError, FailureCode.CARD_UNREADABLE),
        (reader.SlotBusyError, FailureCode.CARD_UNREADABLE),
        (reader.CardNotAcceptedError, FailureCode.CARD_NOT_ACCEPTED),
        (reader.PinOutcomeUnknownError, FailureCode.PIN_OUTCOME_UNKNOWN),
        (reader.PrintedCodeUnreadableError, FailureCode.PRINTED_CODE_UNREADABLE),
        (reader.OcrUnavailableError, FailureCode.PRINTED_CODE_UNREADABLE),
        (reader.CardUnresponsiveError, FailureCode.CARD_UNREADABLE),
        (reader.PhoneNotAuthenticatedError, FailureCode.PHONE_NOT_AUTHENTICATED),
        (reader.PrintedCodeLockedError, FailureCode.PRINTED_CODE_LOCKED),
        (reader.PrintedCodeRejectedError, FailureCode.PRINTED_CODE_REJECTED),
        (reader.CertificateMissingError, FailureCode.CERTIFICATE_MISSING),
        (reader.PhotoMissingError, FailureCode.PHOTO_UNREADABLE),
        (reader.PinlessUnavailableError, FailureCode.PIN_NEEDED),
        (face.PhotoError, FailureCode.PHOTO_UNREADABLE),
        (face.CameraError, FailureCode.CAMERA_UNAVAILABLE),
        (face.ModelError, FailureCode.CAMERA_UNAVAILABLE),
        (pinpad.AttemptLogError, FailureCode.STORAGE_UNAVAILABLE),
        (pinpad.AttemptUnsettledError, FailureCode.PIN_OUTCOME_UNKNOWN),
        (OutboxError, FailureCode.STORAGE_UNAVAILABLE),
        (KeyStoreError, FailureCode.STORAGE_UNAVAILABLE),
        (DeviceError, FailureCode.INTERNAL),
    ],
)
def test_each_error_has_its_failure(kind: type[DeviceError], code: FailureCode) -> None:
    assert failure_of(made(kind)) is code


@pytest.mark.parametrize("root", [reader.ReaderError, face.FaceError])
def test_no_error_of_card_or_camera_is_unforeseen(root: type[DeviceError]) -> None:
    codes = {failure_of(made(kind)) for kind in with_children(root)}
    assert FailureCode.INTERNAL not in codes


def test_a_card_that_is_sent_no_further_code_asks_for_none_to_be_typed() -> None:
    codes = [failure_of(reader.PrintedCodeRejectedError(left)) for left in (1, 5, 6, 9)]
    assert codes == [FailureCode.PRINTED_CODE_LOCKED] * 2 + [FailureCode.PRINTED_CODE_REJECTED] * 2


def test_no_special_error_stands_behind_its_root() -> None:
    kinds = [kind for kind, _ in failures._FAILURES]
    for place, kind in enumerate(kinds):
        assert not any(issubclass(kind, before) for before in kinds[:place]), kind


def test_staff_are_told_what_lay_behind(caplog: pytest.LogCaptureFixture) -> None:
    """A broken camera is an unread front to the patient; the log names the camera."""
    error = reader.PrintedCodeUnreadableError()
    error.__cause__ = face.CameraError("/dev/video7 cannot be opened")
    assert failure_of(error) is FailureCode.PRINTED_CODE_UNREADABLE
    assert "/dev/video7 cannot be opened" in caplog.text

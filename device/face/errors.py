"""What can go wrong at the camera; a face that does not match is a result and not among these."""

from device.errors import DeviceError


class FaceError(DeviceError):
    """Root of the errors of the face check."""


class CameraError(FaceError):
    """The camera is missing or gives no pictures."""


class PhotoError(FaceError):
    """The card's photo cannot be used as a reference."""


class BundleError(FaceError):
    """A model bundle is incomplete or damaged; the sentence says what to change."""


class RuntimeMissingError(FaceError):
    """No inference engine is installed."""


class ModelError(FaceError):
    """A model does not load or gives an answer of another shape than its bundle says."""


class EvaluationError(FaceError):
    """Pictures or tables to be measured with cannot be used; the sentence says which."""

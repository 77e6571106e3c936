"""What can go wrong while a reader is being set up."""

from device.errors import DeviceError


class FactoryError(DeviceError):
    """Root of the errors of set-up; the sentence says what to do."""


class ModelSourceError(FactoryError):
    """The source file of a model is missing, damaged or of another kind than expected."""


class ModelCheckError(FactoryError):
    """A model that was just built does not give the values it must give."""


class CalibrationError(FactoryError):
    """A calibration cannot be learnt from the pictures given."""


class BundleRefusedError(FactoryError):
    """A bundle's model does not do what its description says, or nobody trusted signed it."""

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


class RecipeError(FactoryError):
    """There is no such recipe, or it does not say enough to fetch anything."""


class DownloadError(FactoryError):
    """A published file cannot be had from where its recipe says it is."""


class WrongFileError(FactoryError):
    """Something else than its recipe says is where a published file should be."""

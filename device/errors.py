"""Everything that can go wrong inside the reader."""


class DeviceError(Exception):
    """Root of all errors of the reader. Never carries personal data."""


class ConfigurationError(DeviceError):
    """The configuration asks for something impossible; the sentence says what to change."""

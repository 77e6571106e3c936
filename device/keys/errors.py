"""What can go wrong with the reader's own key."""

from device.errors import DeviceError


class KeyStoreError(DeviceError):
    """The key store does not hold the key or does not let it sign."""

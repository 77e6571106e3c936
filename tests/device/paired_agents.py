"""Pairings that nothing changes."""


class PairedForGood:
    """As the link of a reader sees them."""

    def arrived(self, shown: bytes) -> None:
        """It came with the certificate it has."""

    def renew(self, shown: bytes, renewed: bytes) -> bytes | None:
        """No other one is believed."""
        return None

    def forget(self, shown: bytes) -> None:
        """It is told so, and stays."""

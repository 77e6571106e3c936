"""The reader's own key, wherever it lives."""

from typing import Protocol


class SigningKey(Protocol):
    """A P-256 key that signs and never leaves its store."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """X.509 DER certificates, the key's own first, without the maker's root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, as a DER signature.

        Raises:
            KeyStoreError: The store does not give the signature.
        """
        ...

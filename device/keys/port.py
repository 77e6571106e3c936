"""The reader's own key, wherever it lives."""

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec


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


class UncertifiedKey(Protocol):
    """A P-256 key in its store that has no certificate yet."""

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """What the maker certifies."""
        ...

    def sign(self, data: bytes) -> bytes:
        """As `SigningKey.sign`; proves to the maker that the store holds the key.

        Raises:
            KeyStoreError: The store does not give the signature.
        """
        ...

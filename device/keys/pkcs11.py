"""A key in a PKCS #11 token: a TPM, a secure element, a smart card, a network HSM.

The private key never leaves the token. A token that was lost is opened again for the next
signature; a PIN that it refused is not sent again. Every signature is checked before it is given
away, so another token or key under the same name is noticed here and not days later at the
agent. Decision 0017.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from device.errors import ConfigurationError
from device.keys._certificates import read_chain
from device.keys._token import KeyPlace, Token
from device.keys.errors import KeyStoreError
from device.keys.port import SigningKey, UncertifiedKey
from device.tables import Table

_HALF_BYTES = 32
_PROBE = b"uketsuke asks whether this is the key it knows"


class Settings(Table, frozen=True):
    """Settings of this key store."""

    module: Path
    """The token maker's PKCS #11 library."""
    token: str
    """Label of the token."""
    key: str
    """Label of the key pair."""
    pin_file: Path
    """File with the token's user PIN, for the reader's user alone; a line feed at its end does
    not count."""
    certificate: Path
    """PEM: the key's certificate and the maker's intermediates, leaf first."""
    serial: str = ""
    """Serial number of the token, where several have one label."""
    key_id: str = ""
    """CKA_ID of the key pair in hex, where several have one label."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key in a token, and what it must be."""

    chain: tuple[bytes, ...]
    public_key: ec.EllipticCurvePublicKey
    _token: Token = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, DER; another one each time.

        Raises:
            KeyStoreError: The token is away or cannot be used, or signs with another key.
        """
        raw = self._token.sign(sha256(data).digest())
        halves = raw[:_HALF_BYTES], raw[_HALF_BYTES:]
        signature = encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))
        try:
            _verify(self.public_key, signature, data)
        except InvalidSignature:
            self._token.close()
            raise KeyStoreError(
                f"{self._token} signs with another key than the one certified"
            ) from None
        return signature


def create(settings: Settings) -> SigningKey:
    """Open the token and try its key.

    Raises:
        ConfigurationError: Module, token, PIN, key or certificate is missing or is the wrong one.
    """
    chain, certified = read_chain(settings.certificate)
    return _tried(TokenKey(chain, certified, _token(settings)))


def make_key(settings: Settings) -> UncertifiedKey:
    """Make the key pair inside the token.

    Raises:
        ConfigurationError: The token cannot be used, or holds a key of that name; nothing is
            replaced.
    """
    try:
        _token(settings).make_key()
    except KeyStoreError as error:
        raise ConfigurationError(str(error)) from error
    return open_uncertified(settings)


def open_uncertified(settings: Settings) -> UncertifiedKey:
    """Open the token and try its key, whatever certificate it will get.

    Raises:
        ConfigurationError: Module, token, PIN or key is missing or is the wrong one.
    """
    token = _token(settings)
    try:
        return _tried(TokenKey((), token.public_key(), token))
    except KeyStoreError as error:
        raise ConfigurationError(str(error)) from error


def _verify(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
    key.verify(signature, data, ec.ECDSA(SHA256()))


def _tried(key: TokenKey) -> TokenKey:
    try:
        key.sign(_PROBE)
    except KeyStoreError as error:
        raise ConfigurationError(str(error)) from error
    return key


def _token(settings: Settings) -> Token:
    try:
        key_id = bytes.fromhex(settings.key_id)
    except ValueError:
        raise ConfigurationError("`key_id` must be hex digits") from None
    return Token(
        KeyPlace(
            module=settings.module,
            token=settings.token,
            serial=settings.serial,
            key=settings.key,
            key_id=key_id,
            pin_file=settings.pin_file,
        )
    )

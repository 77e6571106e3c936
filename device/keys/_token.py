"""A PKCS #11 token: its session, opened when needed, and the one key pair used in it.

Source: PKCS #11 v2.40 base §3.2 (CKF_USER_PIN_*), §5.4 to §5.6; mechanisms §2.3.1 (CKM_ECDSA);
facts/platform.md §6.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11.constants import DEFAULT
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from device.errors import ConfigurationError
from device.keys.errors import KeyStoreError
from device.secret_file import read_secret

_log = logging.getLogger(__name__)

_PIN_FAULTS = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinExpired,
)
"""After these a PIN must not be sent again. A locked token counts nothing, and a TPM opens by
itself after a while."""
_NEW_KEY_ID = b"\x01"
_PUBLIC_USES = (Attribute.ENCRYPT, Attribute.WRAP, Attribute.VERIFY)
"""Left to the token: tpm2-pkcs11 refuses to be told what a public key is for."""
_P256_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a key pair is."""

    module: Path
    """The token maker's PKCS #11 library."""
    token: str
    """Label of the token."""
    serial: str
    """Its serial number; empty: any."""
    key: str
    """Label of the key pair."""
    key_id: bytes
    """CKA_ID of the key pair; empty: any."""
    pin_file: Path
    """Holds the token's user PIN."""


class Token:
    """One token of this machine. Used from one thread, and by nobody else in this process."""

    def __init__(self, place: KeyPlace) -> None:
        self._place = place
        self._session: pkcs11.Session | None = None
        self._key: SignMixin | None = None
        self._is_pin_refused = False

    def sign(self, digest: bytes) -> bytes:
        """ECDSA over a SHA-256 digest: r and s, one after the other.

        A token that was lost since the last time is opened again, once.

        Raises:
            KeyStoreError: The token or its key cannot be used; the sentence says why.
        """
        if self._key is not None:
            try:
                return self._sign(self._key, digest)
            except pkcs11.PKCS11Error as error:
                _log.warning("token of the reader's key: lost (%s)", type(error).__name__)
        with self._faults_told():
            self._key = self._private_key(self._open())
            return self._sign(self._key, digest)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half of the key pair, as the token shows it.

        Raises:
            KeyStoreError: see `sign`; or it is not a P-256 key.
        """
        with self._faults_told():
            shown = self._get(self._open(), ObjectClass.PUBLIC_KEY)
            if isinstance(shown, pkcs11.PublicKey) and shown.key_type is KeyType.EC:
                with suppress(ValueError, UnsupportedAlgorithm):
                    key = load_der_public_key(encode_ec_public_key(shown))
                    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(
                        key.curve, ec.SECP256R1
                    ):
                        return key
            raise self._not_p256()

    def make_key(self) -> None:
        """Make the key pair inside the token, so that its private half is nowhere else, ever.

        Raises:
            KeyStoreError: see `sign`; or the token holds a key of that name. Nothing is replaced.
        """
        place = self._place
        with self._faults_told():
            session = self._open(is_writing=True)
            if list(session.get_objects({Attribute.LABEL: place.key})):
                raise KeyStoreError(f"{self} holds a key called {place.key!r}; nothing was changed")
            curve = session.create_domain_parameters(
                KeyType.EC,
                {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
                local=True,
            )
            curve.generate_keypair(
                id=place.key_id or _NEW_KEY_ID,
                label=place.key,
                store=True,
                public_template=dict.fromkeys(_PUBLIC_USES, DEFAULT),
                private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
        self.close()

    def close(self) -> None:
        """Log out; the next use opens it again."""
        session, self._session, self._key = self._session, None, None
        if session is not None:
            with suppress(pkcs11.PKCS11Error):
                session.close()

    def __str__(self) -> str:
        return f"the token {self._place.token!r}"

    def _open(self, *, is_writing: bool = False) -> pkcs11.Session:
        self.close()
        token = self._find()
        self._check_pin_state(token.flags)
        pin = self._read_pin()
        try:
            self._session = token.open(rw=is_writing, user_pin=pin)
        except _PIN_FAULTS:
            self._is_pin_refused = True
            raise
        return self._session

    def _find(self) -> pkcs11.Token:
        place = self._place
        if not place.module.is_file():
            raise KeyStoreError(f"`module`: there is no {place.module}")
        try:
            library = pkcs11.lib(str(place.module))
        except pkcs11.PKCS11Error as error:
            raise KeyStoreError(f"`module`: {place.module} does not start ({error})") from error
        # Nothing less makes every library look for tokens again (a TPM's daemon, SoftHSM).
        library.reinitialize()
        tokens = [
            token
            for token in library.get_tokens(token_label=place.token)
            if not place.serial or token.serial.decode(errors="replace") == place.serial
        ]
        if not tokens:
            raise KeyStoreError(f"{self} is not there")
        if len(tokens) > 1:
            raise KeyStoreError(f"{self} is there {len(tokens)} times; set `serial`")
        return tokens[0]

    def _check_pin_state(self, flags: TokenFlag) -> None:
        """Before the PIN is sent: tokens lock themselves after a few wrong ones."""
        place = self._place
        if flags & TokenFlag.USER_PIN_LOCKED:
            raise KeyStoreError(f"{self} has locked its PIN; see docs/PROVISIONING.md")
        if self._is_pin_refused:
            raise KeyStoreError(f"{self} refused the PIN; none is sent until the next start")
        if flags & (TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY):
            raise KeyStoreError(
                f"{self} was given a wrong PIN last, so none is sent by itself. Put the right one"
                f" into {place.pin_file}, then enter it once by hand: pkcs11-tool --module"
                f" {place.module} --token-label '{place.token}' --login --list-objects"
            )

    def _read_pin(self) -> str:
        try:
            return read_secret(self._place.pin_file).decode().removesuffix("\n")
        except ConfigurationError as error:
            raise KeyStoreError(str(error)) from error
        except UnicodeDecodeError:
            raise KeyStoreError(f"{self._place.pin_file}: a PIN is text in UTF-8") from None

    def _private_key(self, session: pkcs11.Session) -> SignMixin:
        key = self._get(session, ObjectClass.PRIVATE_KEY)
        if not isinstance(key, SignMixin) or key.key_type is not KeyType.EC:
            raise self._not_p256()
        return key

    def _sign(self, key: SignMixin, digest: bytes) -> bytes:
        signature = key.sign(digest, mechanism=Mechanism.ECDSA)
        if len(signature) != _P256_SIGNATURE_BYTES:
            raise self._not_p256()
        return signature

    def _get(self, session: pkcs11.Session, half: ObjectClass) -> pkcs11.Object:
        place = self._place
        wanted = {Attribute.CLASS: half, Attribute.LABEL: place.key}
        if place.key_id:
            wanted[Attribute.ID] = place.key_id
        found = list(session.get_objects(wanted))
        if not found:
            raise KeyStoreError(f"{self} holds no key called {place.key!r}")
        if len(found) > 1:
            raise KeyStoreError(f"{self} holds several keys called {place.key!r}; set `key_id`")
        return found[0]

    def _not_p256(self) -> KeyStoreError:
        return KeyStoreError(f"{self}: its key {self._place.key!r} is no P-256 key")

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        """The library's errors as sentences; whatever went wrong, the session starts anew."""
        try:
            yield
        except pkcs11.PKCS11Error as error:
            self.close()
            raise KeyStoreError(self._sentence(error)) from error
        except KeyStoreError:
            self.close()
            raise

    def _sentence(self, error: pkcs11.PKCS11Error) -> str:
        match error:
            case pkcs11.PinLocked():
                return f"{self} has locked its PIN; see docs/PROVISIONING.md"
            case pkcs11.UserPinNotInitialized():
                return f"{self} has no user PIN yet; set one as its security officer"
            case _ if isinstance(error, _PIN_FAULTS):
                return (
                    f"{self} refused the PIN in {self._place.pin_file}. It is not sent again, for"
                    " tokens lock themselves: write the right one there"
                )
            case _:
                return f"{self} cannot be used ({type(error).__name__})"

"""RSA keys of the test hierarchy, made once and kept in a folder that the caller names.

Source: facts/card.md §7.1 (RSA-2048).
"""

import os
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT = 65537
_KEY_BITS = 2048


class KeyStore:
    """Named RSA-2048 keys; asking for a name twice gives the same key, in any process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}

    def key(self, name: str) -> rsa.RSAPrivateKey:
        """The key of this name, made now if it does not exist yet."""
        if name not in self._loaded:
            self._loaded[name] = self._load_or_make(self._folder / f"{name}.der")
        return self._loaded[name]

    def _load_or_make(self, path: Path) -> rsa.RSAPrivateKey:
        if not path.exists():
            _write_once(path, _new_key_der())
        # Made here: looking for mistakes in it at every start would take longer than all the rest.
        key = serialization.load_der_private_key(
            path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(path.name)
        return key


def temporary_folder() -> Path:
    """A fresh folder, one for the whole process, gone with it."""
    return Path(_own_folder().name)


@cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="uketsuke-test-keys-")


def _new_key_der() -> bytes:
    return rsa.generate_private_key(_EXPONENT, _KEY_BITS).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_once(path: Path, content: bytes) -> None:
    """Whoever comes first wins; a link appears whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()

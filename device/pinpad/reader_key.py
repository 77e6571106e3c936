"""The reader's own random secret, and the keys that are made of it, one for each purpose.

It lies beside what it protects, so it is no secret from whoever has the whole storage: there it
only keeps apart who may read files from who may write them, and one reader's files from another's.

Source: RFC 5869 (HKDF).
"""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from device.disk import keep_file

KEY_BYTES = 32
READER_KEY = "reader.key"
"""Name of its file."""


def read_reader_key(path: Path) -> bytes:
    """The 32 random bytes in the file; made there if there are none.

    Raises:
        OSError: They can be neither read nor kept.
    """
    if not path.exists() or path.stat().st_size < KEY_BYTES:
        keep_file(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()


def derive_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, which tell nothing of the secret or of another purpose's key."""
    info = f"uketsuke {purpose}, version 1".encode()
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)

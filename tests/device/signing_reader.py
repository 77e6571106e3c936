"""A reader's identity with test keys, and records to sign."""

from device.identity import Identity
from device.keys.file import FileKey
from tests.hostlink.pki import READER, UEID


def reader_identity(boot_count: int = 3) -> Identity:
    return Identity(
        key=FileKey(READER.chain_der, READER.key),
        ueid=UEID,
        boot_count=boot_count,
        audience="clinic-0000000-test",
        firmware_hash=b"f" * 32,
        model_hash=b"m" * 32,
    )

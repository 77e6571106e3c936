from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from device.errors import ConfigurationError
from device.keys.file import Settings, create
from tests.hostlink.pki import AGENT, READER


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    certificate, key = READER.write(tmp_path, "reader")
    return Settings(key=key, certificate=certificate)


def test_it_signs_with_the_key_of_its_certificate(settings: Settings) -> None:
    key = create(settings)
    assert key.chain == READER.chain_der
    signature = key.sign(b"data")
    READER.key.public_key().verify(signature, b"data", ec.ECDSA(SHA256()))
    assert key.sign(b"data") == signature


def test_the_key_does_not_print(settings: Settings) -> None:
    assert "EllipticCurve" not in repr(create(settings))


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


WRONG_KEYS = {
    "no PEM": b"nothing of use",
    "empty": b"",
    "another curve": pem(ec.derive_private_key(7, ec.SECP384R1())),
    "RSA": pem(rsa.generate_private_key(65537, 2048)),
    "locked": pem(READER.key, b"password"),
    "of another certificate": pem(AGENT.key),
}


@pytest.mark.parametrize("content", WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_key_that_cannot_serve_is_refused_at_the_start(
    settings: Settings, content: bytes
) -> None:
    settings.key.write_bytes(content)
    with pytest.raises(ConfigurationError, match="settings of the key file"):
        create(settings)


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_so_is_a_file_without_certificate(settings: Settings, content: bytes) -> None:
    settings.certificate.write_bytes(content)
    with pytest.raises(ConfigurationError, match="settings of the key file"):
        create(settings)


def test_a_missing_file_is_named(settings: Settings) -> None:
    settings.key.unlink()
    with pytest.raises(ConfigurationError, match=r"reader\.key"):
        create(settings)

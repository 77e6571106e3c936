from collections.abc import Iterator
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
from device.keys import file
from device.keys.file import Settings, create
from tests.device.keys.board import board_secret
from tests.hostlink.pki import AGENT, READER


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    certificate, key = READER.write(tmp_path, "reader")
    return Settings(key=key, certificate=certificate)


@pytest.fixture
def sealed(settings: Settings) -> Iterator[Settings]:
    with board_secret() as secret:
        on_board = Settings(
            key=settings.key, certificate=settings.certificate, device_secret=secret
        )
        file.seal(on_board)
        yield on_board


def test_it_signs_with_the_key_of_its_certificate(settings: Settings) -> None:
    key = create(settings)
    assert key.chain == READER.chain_der
    signature = key.sign(b"data")
    READER.key.public_key().verify(signature, b"data", ec.ECDSA(SHA256()))
    assert key.sign(b"data") == signature


def test_a_sealed_key_signs_the_same(settings: Settings, sealed: Settings) -> None:
    assert create(sealed).sign(b"data") == READER.sign(b"data")
    with pytest.raises(ConfigurationError, match="this key is sealed"):
        create(settings)


def test_the_key_does_not_print(settings: Settings) -> None:
    assert "EllipticCurve" not in repr(create(settings))


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> bytes:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


WRONG_KEYS = {
    "no PEM": (b"nothing of use", r"reader\.key: this is no private key"),
    "empty": (b"", r"reader\.key: this is no private key"),
    "another curve": (pem(ec.derive_private_key(7, ec.SECP384R1())), "P-256"),
    "RSA": (pem(rsa.generate_private_key(65537, 2048)), "P-256"),
    "locked": (pem(READER.key, b"password"), "set `device_secret`"),
    "of another certificate": (pem(AGENT.key), r"reader\.pem: it is not that of .*reader\.key"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_KEYS.values(), ids=WRONG_KEYS)
def test_a_key_that_cannot_serve_is_refused_at_the_start(
    settings: Settings, content: bytes, sentence: str
) -> None:
    settings.key.write_bytes(content)
    with pytest.raises(ConfigurationError, match=sentence):
        create(settings)
    assert settings.key.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_so_is_a_file_without_certificate(settings: Settings, content: bytes) -> None:
    settings.certificate.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"reader\.pem: no certificate"):
        create(settings)


def test_a_missing_file_is_named(settings: Settings) -> None:
    settings.key.unlink()
    with pytest.raises(ConfigurationError, match=r"reader\.key: No such file"):
        create(settings)
    READER.write(settings.key.parent, "reader")
    settings.certificate.unlink()
    with pytest.raises(ConfigurationError, match=r"reader\.pem: No such file"):
        create(settings)


def test_a_new_key_replaces_none(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        file.make_key(settings)
    settings.key.unlink()
    made = file.make_key(settings)
    assert file.open_uncertified(settings).public_key == made.public_key
    made.public_key.verify(made.sign(b"data"), b"data", ec.ECDSA(SHA256()))

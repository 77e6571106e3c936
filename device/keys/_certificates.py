"""The certificates of the reader's key, as the maker gave them."""

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from device.errors import ConfigurationError


def read_chain(path: Path) -> tuple[tuple[bytes, ...], ec.EllipticCurvePublicKey]:
    """Read a PEM file with the key's certificate and the maker's intermediates, leaf first.

    Returns:
        The certificates in DER, and the P-256 key of the first.

    Raises:
        ConfigurationError: It cannot be read, holds no certificate, or not one of a P-256 key.
    """
    try:
        chain = x509.load_pem_x509_certificates(path.read_bytes())
        key = chain[0].public_key()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(f"{path}: no certificate in PEM form") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ConfigurationError(f"{path}: the certificate must be that of a P-256 key")
    return tuple(each.public_bytes(Encoding.DER) for each in chain), key

"""TLS 1.3 between reader and reception PC: both ends show a certificate.

Source: facts/security.md §4.4 and platform.md §4.1; RFC 8446.
"""

import ssl
from pathlib import Path

from cryptography import x509

from hostlink.errors import UnsuitableCertificateError

ALPN = "uketsuke/1"

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME, which the ssl module does not name."""


def device_context(
    certificate_pem: Path,
    key_pem: Path,
    peer_certificate_pem: Path,
    key_password: bytes | None = None,
) -> ssl.SSLContext:
    """The reader's side (server): trusts exactly the agent's certificate, at any time.

    After a power cut the reader may believe it is 1970, so it checks no validity period; the
    pinned certificate is its only judgement.

    Args:
        certificate_pem: The reader's certificate, followed by its intermediates.
        key_pem: The key of that certificate.
        peer_certificate_pem: The one agent certificate accepted. It must not be a CA: OpenSSL
            would trust whatever such a certificate issues.
        key_password: What opens the key's file; none: it lies open.

    Raises:
        UnsuitableCertificateError: The peer certificate is a CA.
        OSError: A file cannot be read or does not fit; includes `ssl.SSLError`.
    """
    _refuse_ca(peer_certificate_pem)
    context = _context(
        ssl.PROTOCOL_TLS_SERVER, certificate_pem, key_pem, peer_certificate_pem, key_password
    )
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    context.num_tickets = 0
    return context


def agent_context(certificate_pem: Path, key_pem: Path, trust_root_pem: Path) -> ssl.SSLContext:
    """The reception PC's side (client): trusts readers certified by the maker, in their time.

    Args:
        certificate_pem: The agent's certificate.
        key_pem: The key of that certificate.
        trust_root_pem: The maker's root certificate.

    Raises:
        OSError: A file cannot be read or does not fit; includes `ssl.SSLError`.
    """
    return _context(ssl.PROTOCOL_TLS_CLIENT, certificate_pem, key_pem, trust_root_pem)


def _context(
    protocol: int,
    certificate_pem: Path,
    key_pem: Path,
    trusted_pem: Path,
    key_password: bytes | None = None,
) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    # There is no host name on a cable; who the reader is stands in its certificate.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Without any password OpenSSL would ask the terminal for one.
    context.load_cert_chain(certificate_pem, key_pem, key_password or b"")
    context.load_verify_locations(trusted_pem)
    context.set_alpn_protocols([ALPN])
    return context


def _refuse_ca(certificate_pem: Path) -> None:
    certificate = x509.load_pem_x509_certificate(certificate_pem.read_bytes())
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return
    if constraints.value.ca:
        raise UnsuitableCertificateError

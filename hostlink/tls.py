"""TLS 1.3 between reader and reception PC: both ends show a certificate.

There are two kinds of sessions, told apart by their ALPN. In a *pairing* the reader shows the
certificate its maker gave it, and the agent none. In *service* each end shows the certificate it
made for the other and believes exactly the one it was shown when they were paired. A reader with
several pairings has a certificate for each; the agent names the one it expects (SNI).

No validity period is checked: after a power cut either end may believe it is 1970, and the
pinned certificate is its only judgement.

Source: facts/security.md §4.4 and §5.2, platform.md §4.1; RFC 8446, RFC 6066 §3 (SNI).
"""

import ssl
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from cryptography import x509

from hostlink.certificates import UNREADABLE
from hostlink.errors import UnsuitableCertificateError

SERVICE_ALPN = "uketsuke/1"
PAIRING_ALPN = "uketsuke-pairing/1"

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME, which the ssl module does not name."""
_PINNED = ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME


def server_name(reader_certificate: bytes) -> str:
    """How an agent names the reader's certificate (DER) it expects: `reader-` and 16 digits."""
    return f"reader-{sha256(reader_certificate).hexdigest()[:16]}"


def device_context(find: Callable[[str], ssl.SSLContext | None]) -> ssl.SSLContext:
    """The reader's side (server) of all its pairings.

    Args:
        find: The context of a pairing (`paired_device_context`) by the server name an agent
            asks for, or None; called for each session.
    """
    context = _server_context(SERVICE_ALPN)
    # OpenSSL takes certificate and trust from the pairing's context, but not these two.
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= _PINNED

    def choose(session: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        paired = find(name) if name is not None else None
        if paired is None:
            return ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        session.context = paired
        return None

    context.sni_callback = choose
    return context


def paired_device_context(
    certificate_pem: Path,
    key_pem: Path,
    agent_certificates: Sequence[bytes],
    key_password: bytes | None = None,
) -> ssl.SSLContext:
    """The reader's side of one pairing: believes exactly these agents' certificates.

    Args:
        certificate_pem: The reader's certificate for this pairing.
        key_pem: The key of that certificate.
        agent_certificates: DER. None may be a CA: OpenSSL would trust whatever it issues.
        key_password: What opens the key's file; none: it lies open.

    Raises:
        UnsuitableCertificateError: A certificate of an agent is a CA, or cannot be read.
        OSError: A file cannot be read or does not fit; includes `ssl.SSLError`.
    """
    context = _server_context(SERVICE_ALPN)
    context.verify_mode = ssl.CERT_REQUIRED
    _load_own(context, certificate_pem, key_pem, key_password)
    for certificate in agent_certificates:
        _pin(context, certificate)
    return context


def pairing_device_context(
    certificate_pem: Path, key_pem: Path, key_password: bytes | None = None
) -> ssl.SSLContext:
    """The reader's side while it is being paired: anybody may come, and say nothing else.

    Args:
        certificate_pem: The certificate for the cable from the maker, then its intermediates.
        key_pem: The key of that certificate.
        key_password: What opens the key's file; none: it lies open.

    Raises:
        OSError: A file cannot be read or does not fit; includes `ssl.SSLError`.
    """
    context = _server_context(PAIRING_ALPN)
    _load_own(context, certificate_pem, key_pem, key_password)
    return context


def paired_agent_context(identity_pem: Path, reader_certificate: bytes) -> ssl.SSLContext:
    """The agent's side (client) of one pairing: believes exactly this reader's certificate.

    Args:
        identity_pem: The agent's certificate for this pairing and its key, in one file.
        reader_certificate: DER.

    Raises:
        UnsuitableCertificateError: The reader's certificate is a CA, or cannot be read.
        OSError: The file cannot be read or does not fit; includes `ssl.SSLError`.
    """
    context = _client_context(SERVICE_ALPN)
    _load_own(context, identity_pem, None, None)
    _pin(context, reader_certificate)
    return context


def pairing_agent_context(maker_root_pem: Path) -> ssl.SSLContext:
    """The agent's side while it pairs: believes every reader the maker certified.

    Raises:
        OSError: The file cannot be read; includes `ssl.SSLError`.
    """
    context = _client_context(PAIRING_ALPN)
    context.verify_flags |= _NO_CHECK_TIME
    context.load_verify_locations(maker_root_pem)
    return context


def _server_context(alpn: str) -> ssl.SSLContext:
    context = _context(ssl.PROTOCOL_TLS_SERVER, alpn)
    context.num_tickets = 0
    return context


def _client_context(alpn: str) -> ssl.SSLContext:
    context = _context(ssl.PROTOCOL_TLS_CLIENT, alpn)
    # The name says which certificate is expected; believed is the certificate itself.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _context(protocol: int, alpn: str) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols([alpn])
    return context


def _load_own(
    context: ssl.SSLContext,
    certificate_pem: Path,
    key_pem: Path | None,
    key_password: bytes | None,
) -> None:
    # Without any password OpenSSL would ask the terminal for one.
    context.load_cert_chain(certificate_pem, key_pem, key_password or b"")


def is_pinnable(certificate: bytes) -> bool:
    """Whether a certificate (DER) can be believed itself: readable, and no CA, whose issued ones
    OpenSSL would believe as well.
    """
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        return not parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return True
    except UNREADABLE:
        return False


def _pin(context: ssl.SSLContext, certificate: bytes) -> None:
    """Believe this certificate itself, whoever issued it and whenever."""
    if not is_pinnable(certificate):
        raise UnsuitableCertificateError
    context.verify_flags |= _PINNED
    context.load_verify_locations(cadata=certificate)

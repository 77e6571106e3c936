"""The holder's certificate, which the agent parses although nobody has proven anything yet."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509

from agent.trust import CardTrust, ProvenIdentity
from hostlink.terms import CardKind, FailureCode

_FOLDER = Path(__file__).parent.parent
_KEYS = _FOLDER / "keys"
_HONEST = (_FOLDER / "corpus/certificate/honest_card").read_bytes()
_SIGNATURE = (_KEYS / "signature_of_the_fuzzed_card").read_bytes()
_CHALLENGE = b"challenge"
_NOBODY = CardTrust(())
_SOMEBODY = CardTrust([x509.load_pem_x509_certificate((_KEYS / "card_ca.pem").read_bytes())])
_NOW = x509.load_der_x509_certificate(_HONEST).not_valid_before_utc + timedelta(days=366)


def fuzz(data: bytes) -> None:
    """Only the honest card's certificate is believed, and only under its own authority."""
    judged = _NOBODY.judge(data, _CHALLENGE, _SIGNATURE, CardKind.MY_NUMBER, _NOW)
    if judged is not FailureCode.CERTIFICATE_INVALID:
        raise AssertionError("a certificate without a trusted issuer was not called invalid")
    judged = _SOMEBODY.judge(data, _CHALLENGE, _SIGNATURE, CardKind.MY_NUMBER, _NOW)
    if isinstance(judged, ProvenIdentity) != (data == _HONEST):
        raise AssertionError("another certificate was believed, or the honest one was not")

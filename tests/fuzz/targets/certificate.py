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
    """Only what the authority signed for the honest card is believed, and only under itself.

    The wrapper around the signed part (the signature's count of unused bits, for one) is signed by
    nobody, so another wrapper around the same content is the same certificate.
    """
    judged = _NOBODY.judge(data, _CHALLENGE, _SIGNATURE, CardKind.MY_NUMBER, _NOW)
    if judged is not FailureCode.CERTIFICATE_INVALID:
        raise AssertionError("a certificate without a trusted issuer was not called invalid")
    judged = _SOMEBODY.judge(data, _CHALLENGE, _SIGNATURE, CardKind.MY_NUMBER, _NOW)
    is_believed = isinstance(judged, ProvenIdentity)
    if data == _HONEST and not is_believed:
        raise AssertionError("the honest certificate was not believed")
    if is_believed and _signed_part(data) != _signed_part(_HONEST):
        raise AssertionError("another certificate was believed")


def _signed_part(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).tbs_certificate_bytes

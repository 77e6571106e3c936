"""Card-verifiable certificates and the RSA keys in them."""

from device.reader.cv_certificate import CvCertificate
from device.reader.errors import MalformedAnswerError
from device.reader.record_anchors import RecordAnchors

_NOBODY = RecordAnchors(())


def fuzz(data: bytes) -> None:
    """A certificate is parsed or refused, and whoever trusts nobody vouches for none."""
    try:
        certificate = CvCertificate.parse(data)
    except MalformedAnswerError:
        return
    if _NOBODY.vouch_for(certificate):
        raise AssertionError("nobody vouched for a certificate")

"""Everything that can go wrong between the two ends of the cable."""

from enum import Enum, unique


class HostlinkError(Exception):
    """Root of all errors of the wire contract. Never carries personal data."""


class CableLostError(HostlinkError):
    """The port is gone, cannot be opened, or nobody reads at the other end."""


class MalformedFrameError(HostlinkError):
    """Bytes between two delimiters that are no frame."""


class MalformedMessageError(HostlinkError):
    """Bytes or values that `messages.cddl` does not allow."""


class UnsuitableCertificateError(HostlinkError):
    """A certificate that cannot serve as the pinned peer of a link."""


@unique
class InvalidResultReason(Enum):
    """Why a signed result was refused; the value is what the verifier prints."""

    TOO_LARGE = "too_large"
    NOT_COSE_SIGN1 = "not_cose_sign1"
    """No tag 18, not four elements, a wrong type, or not deterministic CBOR."""
    UNPROTECTED_HEADER = "unprotected_header"
    """The unsigned header carries something."""
    PROTECTED_HEADER = "protected_header"
    """Anything but exactly the algorithm and the certificate chain."""
    ALGORITHM = "algorithm"
    """Not ES256."""
    SIGNATURE_RANGE = "signature_range"
    """Not 64 bytes, or r or s outside 1 to n-1."""
    SIGNATURE_HIGH_S = "signature_high_s"
    """The malleable twin (r, n-s) of a signature."""
    CHAIN_MALFORMED = "chain_malformed"
    """A certificate that cannot be read, or none, or more than four."""
    CHAIN_UNTRUSTED = "chain_untrusted"
    """The chain does not lead to a given root."""
    CERTIFICATE_PURPOSE = "certificate_purpose"
    """A certificate is used for what it was not issued for."""
    SIGNATURE_WRONG = "signature_wrong"
    PAYLOAD = "payload"
    """The signed content is not a result of this format."""
    WRONG_DEVICE = "wrong_device"
    """The certificate names no reader, or another one than the signed content."""


class InvalidResultError(HostlinkError):
    """A signed result that must not be believed."""

    def __init__(self, reason: InvalidResultReason) -> None:
        super().__init__(reason.value)
        self.reason = reason

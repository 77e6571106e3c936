import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.cv_certificate import CvCertificate
from device.reader.errors import MalformedAnswerError
from tests.device.reader.issued_records import surface_of
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.record_keys import CA_KEY_ID, public_key_objects
from tests.hw_sim.card.tlv import tlv


def certificate_of(issuer: Issuer) -> bytes:
    return surface_of(issuer.issue(catalog.MY_NUMBER)).certificate


def test_reads_what_is_written(issuer: Issuer) -> None:
    data = certificate_of(issuer)
    certificate = CvCertificate.parse(data)
    assert len(data) == 568
    assert certificate.body == data[10:307]
    assert certificate.body.endswith(public_key_objects(certificate.public_key))
    assert certificate.body.startswith(CA_KEY_ID)
    assert certificate.signature == data[-256:]


def written(body: bytes, signature: bytes, *, outer: int = 0x7F21, inner: int = 0x5F4E) -> bytes:
    return tlv(outer, tlv(inner, body) + tlv(0x5F37, signature))


def test_lengths_may_be_written_longer_than_needed(issuer: Issuer) -> None:
    data = certificate_of(issuer)
    body, signature = data[10:307], data[-256:]
    inner = bytes.fromhex("5F4E83000129") + body + bytes.fromhex("5F3783000100") + signature
    longer = bytes.fromhex("7F2183") + len(inner).to_bytes(3, "big") + inner
    assert CvCertificate.parse(longer) == CvCertificate.parse(data)


def test_what_is_built_in_another_way(issuer: Issuer) -> None:
    data = certificate_of(issuer)
    body, signature = data[10:307], data[-256:]
    assert CvCertificate.parse(written(body, signature)).body == body
    for wrong in (
        b"",
        data[:-1],
        data + b"\xff",
        written(body, signature, outer=0x7F22),
        written(body, signature, inner=0x5F4F),
        written(body[:-1], signature),
        written(body + b"\0", signature),
        written(body, signature[:-1]),
        written(body, signature + b"\0"),
        written(body[16:] + body[:16], signature),
        written(body[:33] + b"\x81" + body[33:], signature),
        tlv(0x7F21, tlv(0x5F37, signature) + tlv(0x5F4E, body)),
        tlv(0x7F21, tlv(0x5F4E, body) + tlv(0x5F37, signature) + b"\0\0"),
    ):
        with pytest.raises(MalformedAnswerError):
            CvCertificate.parse(wrong)


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_arbitrary_bytes_raise_nothing_else(body: bytes, signature: bytes) -> None:
    for data in (body, tlv(0x7F21, body), written(body, signature)):
        with pytest.raises(MalformedAnswerError):
            CvCertificate.parse(data)

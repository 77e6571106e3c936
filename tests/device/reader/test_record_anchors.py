from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from device.errors import ConfigurationError
from device.reader.cv_certificate import CvCertificate
from device.reader.errors import MalformedAnswerError
from device.reader.record_anchors import RecordAnchors, read_anchors
from tests.device.reader.issued_records import surface_of
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.tlv import tlv

WriteFile = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write_file


def pem(key: RSAPublicKey, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return key.public_bytes(Encoding.PEM, form)


def certificate_of(issuer: Issuer) -> CvCertificate:
    return CvCertificate.parse(surface_of(issuer.issue(catalog.MY_NUMBER)).certificate)


def other_key(issuer: Issuer) -> RSAPublicKey:
    key = issuer.authentication_ca.public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def test_any_of_the_keys_may_have_signed(issuer: Issuer) -> None:
    certificate, ca, other = certificate_of(issuer), issuer.record_ca, other_key(issuer)
    assert RecordAnchors([ca]).vouch_for(certificate)
    assert RecordAnchors([other, ca]).vouch_for(certificate)
    assert not RecordAnchors([other]).vouch_for(certificate)
    assert not RecordAnchors([]).vouch_for(certificate)


def test_a_changed_certificate_has_no_signer(issuer: Issuer) -> None:
    data = surface_of(issuer.issue(catalog.MY_NUMBER)).certificate
    anchors = RecordAnchors([issuer.record_ca])
    trusted = 0
    for position in range(len(data)):
        changed = data[:position] + bytes((data[position] ^ 1,)) + data[position + 1 :]
        try:
            trusted += anchors.vouch_for(CvCertificate.parse(changed))
        except MalformedAnswerError:
            continue
    assert trusted == 0


def test_a_certificate_that_vouches_for_itself_is_not_trusted(issuer: Issuer) -> None:
    own = issuer._keys.key("record-issuer")
    genuine = certificate_of(issuer)
    assert genuine.public_key == own.public_key()
    data = tlv(0x7F21, tlv(0x5F4E, genuine.body) + tlv(0x5F37, sign_digests(own, genuine.body)))
    assert not RecordAnchors([issuer.record_ca]).vouch_for(CvCertificate.parse(data))
    assert RecordAnchors([own.public_key()]).vouch_for(CvCertificate.parse(data))


def test_reads_keys_and_certificates(issuer: Issuer, write: WriteFile) -> None:
    certificate = certificate_of(issuer)
    ca, other = issuer.record_ca, issuer.authentication_ca
    x509_path = write("other.pem", other.public_bytes(Encoding.PEM))
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        path = write("ca.pem", pem(ca, form))
        assert read_anchors([x509_path, path]).vouch_for(certificate)
    assert not read_anchors([x509_path]).vouch_for(certificate)
    vouched = RecordAnchors([other_key(issuer)])
    assert read_anchors([x509_path])._keys == vouched._keys


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.pem cannot be read"):
        read_anchors([tmp_path / "gone.pem"])
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_anchors([tmp_path])
    with pytest.raises(ConfigurationError, match="at least one"):
        read_anchors([])


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_is_refused(form: PrivateFormat, issuer: Issuer, write: WriteFile) -> None:
    private = issuer._keys.key("record-ca").private_bytes(Encoding.PEM, form, NoEncryption())
    for content in (private, pem(issuer.record_ca) + private):
        with pytest.raises(ConfigurationError, match="is a private key"):
            read_anchors([write("key.pem", content)])


def test_what_is_no_rsa_key_is_refused(issuer: Issuer, write: WriteFile) -> None:
    curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    curve_pem = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    broken = pem(issuer.record_ca).replace(b"A", b"B")
    headless = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    for content in (curve_pem, broken, headless):
        with pytest.raises(ConfigurationError, match="must be an RSA"):
            read_anchors([write("key.pem", content)])


def test_a_file_holds_exactly_one_key(issuer: Issuer, write: WriteFile) -> None:
    der = issuer.record_ca.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for content in (b"", der, pem(issuer.record_ca) * 2):
        with pytest.raises(ConfigurationError, match="exactly one key"):
            read_anchors([write("key.pem", content)])


def test_a_short_key_is_refused(write: WriteFile) -> None:
    short = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - that is the point
    with pytest.raises(ConfigurationError, match="shorter than 2048 bits"):
        read_anchors([write("short.pem", pem(short))])

"""The same card before a reader that trusts its CA; its chip signs, so all checks are reached."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from device.reader.cv_certificate import CvCertificate
from device.reader.errors import ReaderError
from device.reader.face_record import FaceLayout, FaceRecord
from device.reader.record_anchors import read_anchors
from device.reader.tlv import read_header
from tests.fuzz.surface_card import photo_from, split
from tests.hw_sim.card.signature import pad_and_sign

_FOLDER = Path(__file__).parent.parent
_KEYS = _FOLDER / "keys"
_ANCHORS = read_anchors([_KEYS / "record_ca.pem"])
_CHIP = load_pem_private_key((_KEYS / "chip_of_the_fuzzed_card.pem").read_bytes(), password=None)


def _signed_parts(data: bytes) -> tuple[bytes, ...]:
    face, certificate_file = split(data)
    layout = FaceLayout.parse(face[:256])
    tail = face[layout.photo_begin : layout.photo_end]
    record = FaceRecord.parse(layout, face[: layout.identity_end], tail)
    certificate = CvCertificate.parse(certificate_file[: read_header(certificate_file).end_offset])
    signed = (record.identity, record.photo_object, certificate.body)
    return (*signed, record.signature, certificate.signature)


_HONEST = _signed_parts((_FOLDER / "corpus/authenticity/honest_card").read_bytes())


def _sign(digest_info: bytes) -> bytes:
    assert isinstance(_CHIP, RSAPrivateKey)
    return pad_and_sign(_CHIP, digest_info)


def fuzz(data: bytes) -> None:
    """What is believed is signed, and nothing but the honest card's records is."""
    try:
        photo = photo_from(data, _ANCHORS, _sign)
    except ReaderError:
        return
    if _signed_parts(data) != _HONEST or photo not in _HONEST[1]:
        raise AssertionError("a record was believed that nobody signed")

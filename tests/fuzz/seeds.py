"""Where the search starts: files of honest and forged simulated cards and of the face check, put
into the corpus once.

`python -m tests.fuzz.seeds`. What the targets need to believe the honest card stays in `keys/`.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.fuzz.face_seeds import face_seeds
from tests.fuzz.surface_card import join
from tests.hw_sim.card import aids, catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.keys import KeyStore
from tests.hw_sim.card.talk import open_surface, read_file, select, send

_HERE = Path(__file__).parent
CORPUS, KEYS = _HERE / "corpus", _HERE / "keys"
_PHOTO = bytes.fromhex("0000000C6A502020") + bytes(300)
_FACE, _CV_CERTIFICATE, _CERTIFICATE = 0x0002, 0x0004, 0x000A
_READ_RECORD = bytes.fromhex("00B2010C00")
_FORGED = ("photo_swapped", "birth_date_tampered", "cloned", "record_issuer_unknown")


def main() -> None:
    """Issue cards, read them as a plain terminal would, keep each file for its target."""
    with TemporaryDirectory() as folder:
        issuer, keys = Issuer(Path(folder)), KeyStore(Path(folder))
        honest = issuer.issue(catalog.MY_NUMBER, _PHOTO)
        forged = {name: issuer.issue(catalog.PROFILES[name], _PHOTO) for name in _FORGED}
        _keep(KEYS, _trust(issuer, keys))
    for target, content in _files_of(honest).items():
        _keep(CORPUS / target, {"honest_card": content})
    for target, files in face_seeds().items():
        _keep(CORPUS / target, files)
    _keep(CORPUS / "authenticity", {name: join(*_surface(card)) for name, card in forged.items()})


def _files_of(card: SimulatedCard) -> Mapping[str, bytes]:
    face, cv_certificate = _surface(card)
    send(card, select(aids.JPKI))
    certificate = read_file(card, _CERTIFICATE)
    send(card, select(aids.COMMON_DATA))
    record, _ = send(card, _READ_RECORD)
    return {
        "tlv": cv_certificate,
        "cv_certificate": cv_certificate,
        "face_record": face,
        "card_surface": join(face, cv_certificate),
        "authenticity": join(face, cv_certificate),
        "certificate": certificate,
        "common_data": record,
    }


def _surface(card: SimulatedCard) -> tuple[bytes, bytes]:
    open_surface(card)
    return read_file(card, _FACE), read_file(card, _CV_CERTIFICATE)


def _trust(issuer: Issuer, keys: KeyStore) -> Mapping[str, bytes]:
    serial = catalog.MY_NUMBER.holder.serial
    chip, authentication = keys.key(f"surface-{serial}"), keys.key(f"authentication-{serial}")
    authority = issuer.authority(is_signature=False).certificate
    record_ca = issuer.record_ca.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "record_ca.pem": record_ca,
        "card_ca.pem": authority.public_bytes(Encoding.PEM),
        "chip_of_the_fuzzed_card.pem": chip.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        "signature_of_the_fuzzed_card": authentication.sign(b"challenge", PKCS1v15(), SHA256()),
    }


def _keep(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()

"""Where the search starts: the files of an honest simulated card, put into the corpus once.

`python -m tests.fuzz.seeds`. The card's keys are made for the purpose and kept nowhere.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hw_sim.card import aids
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import open_surface, read_file, select, send

CORPUS = Path(__file__).parent / "corpus"
_PHOTO = bytes.fromhex("0000000C6A502020") + bytes(300)
_FACE, _CV_CERTIFICATE, _CERTIFICATE = 0x0002, 0x0004, 0x000A
_READ_RECORD = bytes.fromhex("00B2010C00")


def main() -> None:
    """Issue a card, read it as a plain terminal would, keep each file for its target."""
    with TemporaryDirectory() as keys:
        card = Issuer(Path(keys)).issue(MY_NUMBER, _PHOTO)
    open_surface(card)
    face, cv_certificate = read_file(card, _FACE), read_file(card, _CV_CERTIFICATE)
    send(card, select(aids.JPKI))
    certificate = read_file(card, _CERTIFICATE)
    send(card, select(aids.COMMON_DATA))
    record, _ = send(card, _READ_RECORD)
    seeds = {
        "tlv": cv_certificate,
        "cv_certificate": cv_certificate,
        "face_record": face,
        "card_surface": face.ljust(len(face) + 600 - len(cv_certificate)) + cv_certificate,
        "certificate": certificate,
        "common_data": record,
    }
    for target, content in seeds.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "honest_card").write_bytes(content)


if __name__ == "__main__":
    main()

"""共通カードAP and 住基AP: serial number, municipality, expiry, a key; the resident registry's PIN.

Source: facts/card.md §3.5.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.hw_sim.card import aids
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.files import KeyFile, PinReference, RecordFile, TransparentFile
from tests.hw_sim.card.profile import CardProfile, PinName

_PIN = 0x001C


def build_common_data(
    profile: CardProfile, chip_key: RSAPrivateKey, pins: Mapping[PinName, PinReference]
) -> Application:
    """The common-data application: its record 1 tells the card's expiry to anybody."""
    digits = f"{profile.holder.serial}{profile.municipality_code}{profile.card_expiry:%Y%m%d}"
    record = b"\x01\x1c" + digits.encode("ascii")
    return Application(
        aids.COMMON_DATA,
        {
            0x0001: RecordFile((record,)),
            0x0002: TransparentFile(bytes(16)),
            0x0019: KeyFile(chip_key),
            _PIN: pins[PinName.COMMON_PIN],
        },
        profile,
    )


def build_resident_record(
    profile: CardProfile, pins: Mapping[PinName, PinReference]
) -> Application:
    """The resident registry's application; 住民票コード stays behind its PIN and is left out."""
    return Application(aids.RESIDENT_RECORD, {_PIN: pins[PinName.RESIDENT_PIN]}, profile)

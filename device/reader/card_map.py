"""Every application and file this reader can address, and no other.

The 12-digit number lies in EF 0005 of 券面事項確認AP and in EF 0001 of 券面事項入力補助AP. Neither
is a value here, and `CardFiles` takes nothing but these values: nothing can ask a card for it.

Source: facts/card.md §2 and §3.
"""

from enum import Enum, unique


@unique
class Application(Enum):
    """An application whose files are used, by its full identifier: cards match beginnings."""

    JPKI = bytes.fromhex("D392F000260100000001")
    """公的個人認証AP."""
    SURFACE = bytes.fromhex("D3921000310001010402")
    """券面事項確認AP."""
    COMMON = bytes.fromhex("D3921000310001010100")
    """共通カードAP."""


@unique
class ForeignApplication(Enum):
    """An application that is only looked for: it tells which card is refused.

    Source: 運転免許証及び運転免許証作成システム等仕様書 (DF1); 在留カード等仕様書 (DF1);
    EMV Book 1 §12.2.2 and EMV Contactless Book B §3.3.1 (payment directories); facts/card.md §2.
    """

    RESIDENT_RECORD = bytes.fromhex("D3921000310001010401")
    """住基AP."""
    DRIVING_LICENCE = bytes.fromhex("A0000002310100000000000000000000")
    RESIDENCE_CARD = bytes.fromhex("D392F0004F0200000000000000000000")
    CONTACTLESS_PAYMENT = b"2PAY.SYS.DDF01"
    CONTACT_PAYMENT = b"1PAY.SYS.DDF01"


@unique
class JpkiFile(Enum):
    """Files of 公的個人認証AP."""

    TOKEN_INFORMATION = 0x0006
    AVAILABLE_CERTIFICATES = 0x0008
    AUTHENTICATION_CERTIFICATE = 0x000A
    TERMINAL_TRUST = 0x0016
    """Key against which a terminal's certificate is checked."""
    AUTHENTICATION_KEY = 0x0017
    AUTHENTICATION_PIN = 0x0018


@unique
class SurfaceFile(Enum):
    """Files of 券面事項確認AP."""

    FACE = 0x0002
    """What is printed on the card's front, as pictures."""
    CV_CERTIFICATE = 0x0004
    """Certificate of the key that signed the records."""
    PRINTED_CODE = 0x0012
    """照合番号B."""


@unique
class CommonFile(Enum):
    """Files of 共通カードAP."""

    CARD_DATA = 0x0001


CardFile = JpkiFile | SurfaceFile | CommonFile

_APPLICATIONS = {
    JpkiFile: Application.JPKI,
    SurfaceFile: Application.SURFACE,
    CommonFile: Application.COMMON,
}


def application_of(file: CardFile) -> Application:
    """Where the file lies."""
    return _APPLICATIONS[type(file)]

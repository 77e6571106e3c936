"""A card made of what it answers to SELECT and READ, for kinds that nobody simulates here."""

from collections.abc import Collection

from device.reader.card_files import CardFiles
from device.reader.card_map import Application, ForeignApplication
from device.reader.exchange import Exchange
from device.reader.jpki import Jpki
from device.reader.laid_card import LaidCard
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot

CERTIFICATE = bytes.fromhex("30820300") + bytes(768)
"""DER as far as its first bytes go."""
_OK, _MISSING = b"\x90\x00", b"\x6a\x82"


class AnsweringCard(ScriptedConnection):
    """Knows its applications, its token, its tries and whether it has a signing certificate."""

    def __init__(
        self,
        *applications: Application | ForeignApplication,
        label: bytes = b"",
        tries: bytes = b"\x63\xc3",
        available: bytes = b"\x8f" + _OK,
        unique_id: bytes = b"",
        certificate: bytes = CERTIFICATE,
    ) -> None:
        """An application selected that is not listed is missing; so is an empty `unique_id`."""
        super().__init__(self._reply)
        self._aids: Collection[bytes] = [application.value for application in applications]
        self._token = label.ljust(32) + bytes(48) + b"serial of token." + bytes(64)
        self._tries = tries
        self._available = available
        self._unique_id = unique_id
        self._certificate = certificate

    def lie(self) -> LaidCard:
        """This card on a slot, with what is read of every card."""
        files = CardFiles(Exchange(ScriptedSlot(self), apdu_deadline_s=2))
        return LaidCard(files, Jpki(files))

    def _reply(self, command: bytes) -> bytes:
        match command[:3].hex():
            case "00a404":
                aid = command[5 : 5 + command[4]]
                return _OK if aid in self._aids else _MISSING
            case "00b086":
                return self._token[: command[4]] + _OK
            case "00a402":
                return _OK if self._certificate else _MISSING
            case "00b000":
                return self._certificate[: command[4] or 256] + _OK
            case "00b088":
                return self._available
            case "002000":
                return self._tries
            case "ffca00" if self._unique_id:
                return self._unique_id + _OK
            case _:
                return _MISSING


def jpki_card(label: str, tries: str = "63C3", available: str = "8F9000") -> AnsweringCard:
    """A card or phone with a JPKI token, and every other application one can think of."""
    return AnsweringCard(
        Application.JPKI,
        *ForeignApplication,
        label=label.encode("ascii"),
        tries=bytes.fromhex(tries),
        available=bytes.fromhex(available),
    )

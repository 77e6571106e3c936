"""How long each exchange takes on the contactless link and in the chip, in virtual time.

Nothing sleeps here: the trace is told what a real card would have taken. The link follows the
standards; what happens inside the chip is not public, so those figures are assumptions within the
ranges of the facts.
Source: ISO/IEC 14443-3:2018 clause 7 (type B), ISO/IEC 14443-4:2018 clause 7; facts/card.md §10.
"""

from dataclasses import dataclass
from math import ceil

_CARRIER_HZ = 13_560_000
_ETU_CARRIER_CYCLES = 128
_RATE_FACTORS = {106: 1, 212: 2, 424: 4, 847: 8}
_PCB_AND_CRC_BYTES = 3
_CHARACTER_ETU = 10
_DELIMITERS_ETU = 12 + 10
"""Start (10 low + 2 high) and end of frame (10 low)."""
_TURN_TO_CARD_S = 14 * _ETU_CARRIER_CYCLES / _CARRIER_HZ
"""TR2: from the card's end of frame to the reader's next start of frame."""
_TURN_TO_READER_S = (64 + 80) * 16 / _CARRIER_HZ
"""Shortest TR0 + TR1: 64 and 80 subcarrier cycles of 16 carrier cycles each."""
_SIGN, _INTERNAL_AUTHENTICATE = 0x2A, 0x88
_VERIFY, _CHANGE, _CHANGE_RESIDENT = 0x20, 0x24, 0x32
_TAKE_CERTIFICATE, _EXTERNAL_AUTHENTICATE = 0xA2, 0x82
_OK = b"\x90\x00"


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """One card's link and chip."""

    bit_rate_kbps: int = 106
    """106, 212, 424 or 847 kbit/s, both ways."""
    frame_bytes: int = 256
    """Longest frame with its PCB and CRC; longer answers are chained."""
    guard_etu: int = 0
    """Extra guard time after each character, 0 to 6 etu (assumption: none)."""
    frame_waiting_s: float = 0.309
    """Longest silence before the card must ask for more time (FWI 10)."""
    processing_s: float = 0.004
    """Per command: decoding, access rules, memory (assumption; 256 B then take 31 ms at 106)."""
    pin_compare_s: float = 0.03
    """Comparing a secret, with two writes of its counter (assumption)."""
    rsa_private_s: float = 0.3
    """RSA-2048 signature; the facts say 0.3 to 1 s, unverified (assumption: a fast chip)."""
    rsa_public_s: float = 0.03
    """RSA-2048 verification, exponent 65537 (assumption)."""

    def __post_init__(self) -> None:
        if self.bit_rate_kbps not in _RATE_FACTORS:
            raise ValueError(f"bit_rate_kbps must be one of {list(_RATE_FACTORS)}")

    @property
    def etu_s(self) -> float:
        """Duration of one bit in seconds."""
        return _ETU_CARRIER_CYCLES / _RATE_FACTORS[self.bit_rate_kbps] / _CARRIER_HZ

    def raw_s(self, size_bytes: int) -> float:
        """So many bytes one after another, without frames or turns: the bound of any reader."""
        return size_bytes * (_CHARACTER_ETU + self.guard_etu) * self.etu_s

    def exchange_s(self, command_bytes: int, response_bytes: int, card_s: float = 0.0) -> float:
        """The link's share of one exchange, without what the chip computes.

        Args:
            command_bytes: Length of the command APDU.
            response_bytes: Length of the answer with its status word.
            card_s: How long the chip computes; each waiting time extension costs two blocks.
        """
        extensions = int(card_s / self.frame_waiting_s)
        return (
            self._message_s(command_bytes)
            + self._message_s(response_bytes)
            + extensions * 2 * self._block_s(1)
            + (1 + extensions) * (_TURN_TO_READER_S + _TURN_TO_CARD_S)
        )

    def card_s(self, command: bytes, response: bytes) -> float:
        """How long the chip computes before its answer to a command."""
        return self.processing_s + self._cryptography_s(command, response)

    def _cryptography_s(self, command: bytes, response: bytes) -> float:
        ins = command[1] if len(command) > 1 else 0
        is_ok = response[-2:] == _OK
        if ins in (_VERIFY, _CHANGE, _CHANGE_RESIDENT) and len(command) > 5:
            return self.pin_compare_s
        if ins in (_SIGN, _INTERNAL_AUTHENTICATE) and (is_ok or response[-2:-1] == b"\x61"):
            return self.rsa_private_s
        is_certificate_whole = ins == _TAKE_CERTIFICATE and command[2] == 0x00
        if is_ok and (is_certificate_whole or ins == _EXTERNAL_AUTHENTICATE):
            return self.rsa_public_s
        return 0.0

    def _message_s(self, size_bytes: int) -> float:
        """An APDU as one or more chained blocks, each but the last acknowledged by R(ACK)."""
        room = self.frame_bytes - _PCB_AND_CRC_BYTES
        blocks = max(1, ceil(size_bytes / room))
        line_s = self.raw_s(size_bytes) + blocks * self._block_s(0)
        acknowledgement_s = self._block_s(0) + _TURN_TO_CARD_S + _TURN_TO_READER_S
        return line_s + (blocks - 1) * acknowledgement_s

    def _block_s(self, inf_bytes: int) -> float:
        return self.raw_s(inf_bytes + _PCB_AND_CRC_BYTES) + _DELIMITERS_ETU * self.etu_s

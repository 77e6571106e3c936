"""The peer of `benchmarks/card.py`: a client that discovers the card instead of planning.

It does what small public clients do: SELECT before every use, files read whole, from the first
byte until the card has no more. It has the same rights as our reader and asks for all that the
bound contains: the common record, the record of the front with the chip's proof, and by face the
same terminal in place of the PIN.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.card_visits import PlannedVisit, Proof
from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import QUERY_TRIES, read_file, select, select_file, send, verify

_TOKEN, _AVAILABLE, _CERTIFICATE, _CA_CERTIFICATE = 0x0006, 0x0008, 0x000A, 0x000B
_PIN, _AUTHENTICATION_KEY, _TERMINAL_TRUST = 0x0018, 0x0017, 0x0016
_CODE_B, _FACE, _AP_DATA, _CV_CERTIFICATE = 0x0012, 0x0002, 0x0003, 0x0004
_COMMON_RECORD = bytes.fromhex("00B2010C00")
_SIGN = bytes.fromhex("802A008033") + bytes(51) + b"\x00"
_SIGN_BY_CHIP = bytes.fromhex("802A000033") + bytes(51) + b"\x00"
_TERMINAL_BODY_BYTES = 307
"""From 7F21 to the end of 5F4E (facts/card.md §8.1)."""
_ASK_CHALLENGE = bytes.fromhex("0084000008")


class NaiveClient:
    """The plain client with one laid card."""

    def __init__(self, planned: PlannedVisit, card: SimulatedCard) -> None:
        """Does not touch the card yet."""
        self._planned = planned
        self._card = card

    def visit(self, issuer: Issuer, folder: Path) -> int:
        """One visit's worth of commands.

        Args:
            issuer: Of the card.
            folder: For the terminal's files.

        Returns:
            How many commands it sends before it shows the patient a choice.
        """
        self._card.enter_field()
        self._card.power_on()
        self._send(select(aids.JPKI))
        for file_id in (_TOKEN, _AVAILABLE):
            read_file(self._card, file_id)
        before_choice = len(self._card.trace.exchanges)
        if self._planned.profile.is_my_number_card:
            self._send(select(aids.COMMON_DATA), _COMMON_RECORD)
        if self._planned.proof is Proof.FACE:
            self._read_surface()
        self._send(select(aids.JPKI))
        match self._planned.proof:
            case Proof.FACE:
                self._present_terminal(issuer, folder)
            case Proof.PIN:
                pin = self._card.profile.pins.authentication
                self._send(select_file(_PIN), QUERY_TRIES, verify(pin))
        for file_id in (_CERTIFICATE, _CA_CERTIFICATE):
            read_file(self._card, file_id)
        self._send(select_file(_AUTHENTICATION_KEY), _SIGN)
        self._card.power_off()
        return before_choice

    def _read_surface(self) -> None:
        self._send(select(aids.CARD_SURFACE), select_file(_CODE_B), QUERY_TRIES)
        self._send(verify(self._card.profile.matching_code_b))
        for file_id in (_FACE, _AP_DATA, _CV_CERTIFICATE):
            read_file(self._card, file_id)
        self._send(_SIGN_BY_CHIP)

    def _present_terminal(self, issuer: Issuer, folder: Path) -> None:
        files = {name: Path(path) for name, path in issuer.issue_terminal(folder).items()}
        certificate = files["certificate"].read_bytes()
        body, signature = certificate[:_TERMINAL_BODY_BYTES], certificate[_TERMINAL_BODY_BYTES:]
        key = load_pem_private_key(files["private_key"].read_bytes(), password=None)
        assert isinstance(key, RSAPrivateKey)
        self._send(select_file(_TERMINAL_TRUST))
        self._send(_extended("80A206C1", body), _extended("80A200C1", signature))
        challenge, _ = send(self._card, _ASK_CHALLENGE)
        self._send(_extended("00820000", key.sign(challenge, PKCS1v15(), SHA256())))

    def _send(self, *commands: bytes) -> None:
        for command in commands:
            send(self._card, command)


def _extended(header: str, data: bytes) -> bytes:
    """A command whose data is too long for a short Lc (ISO/IEC 7816-4 §5.1)."""
    return bytes.fromhex(header) + b"\x00" + len(data).to_bytes(2, "big") + data

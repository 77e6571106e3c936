"""Talking to a simulated card as a plain terminal would, in the bytes of the facts.

Source: facts/card.md §6.1.
"""

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard


def select(aid: bytes) -> bytes:
    """SELECT an application by its identifier."""
    return bytes((0x00, 0xA4, 0x04, 0x0C, len(aid))) + aid


def select_file(file_id: int) -> bytes:
    """SELECT an elementary file under the current application."""
    return b"\x00\xa4\x02\x0c\x02" + file_id.to_bytes(2, "big")


def verify(secret: str, p2: int = 0x80) -> bytes:
    """VERIFY a secret against the current file, or by short identifier."""
    return bytes((0x00, 0x20, 0x00, p2, len(secret))) + secret.encode("ascii")


QUERY_TRIES = bytes.fromhex("00200080")
READ_256 = bytes.fromhex("00B0000000")


def send(card: SimulatedCard, raw: bytes) -> tuple[bytes, int]:
    """Send one command and take the answer apart into data and status word."""
    response = card.transmit(raw)
    return response[:-2], int.from_bytes(response[-2:], "big")


def status_words(card: SimulatedCard, *commands: bytes) -> list[int]:
    """Send commands in a row and keep the status words."""
    return [send(card, command)[1] for command in commands]


def read_file(card: SimulatedCard, file_id: int) -> bytes:
    """Select a file and read it in pieces of 256 bytes until the card has no more.

    The card must let the file be read.
    """
    send(card, select_file(file_id))
    content = b""
    while True:
        offset = len(content).to_bytes(2, "big")
        piece, _ = send(card, b"\x00\xb0" + offset + b"\x00")
        content += piece
        if len(piece) < 256:
            return content


def open_surface(card: SimulatedCard) -> None:
    """Power up, select 券面事項確認AP and give 照合番号B."""
    card.power_on()
    code_b = card.profile.matching_code_b
    send(card, select(aids.CARD_SURFACE))
    send(card, select_file(0x0012))
    send(card, verify(code_b))

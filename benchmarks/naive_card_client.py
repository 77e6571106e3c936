"""The peer of `benchmarks/card.py`: a client that discovers the card instead of planning.

It does what small public clients do: SELECT before every use, files read whole, from the first
byte until the card has no more. It is given the same rights as our reader.
"""

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.talk import QUERY_TRIES, read_file, select, select_file, send, verify

_TOKEN, _AVAILABLE, _CERTIFICATE, _CA_CERTIFICATE = 0x0006, 0x0008, 0x000A, 0x000B
_PIN, _AUTHENTICATION_KEY = 0x0018, 0x0017
_CODE_B, _FACE, _AP_DATA, _CV_CERTIFICATE = 0x0012, 0x0002, 0x0003, 0x0004
_SIGN = bytes.fromhex("802A008033") + bytes(51) + b"\x00"
_SIGN_BY_CHIP = bytes.fromhex("802A000033") + bytes(51) + b"\x00"


def read_everything(card: SimulatedCard, *, is_by_face: bool) -> int:
    """One visit's worth of commands; by face without the terminal's own five.

    Returns:
        How many commands it sends before it shows the patient a choice.
    """
    card.enter_field()
    card.power_on()
    send(card, select(aids.JPKI))
    for file_id in (_TOKEN, _AVAILABLE):
        read_file(card, file_id)
    before_choice = len(card.trace.exchanges)
    if is_by_face:
        _read_surface(card)
    send(card, select(aids.JPKI))
    send(card, select_file(_PIN))
    send(card, QUERY_TRIES)
    send(card, verify(card.profile.pins.authentication))
    for file_id in (_CERTIFICATE, _CA_CERTIFICATE):
        read_file(card, file_id)
    send(card, select_file(_AUTHENTICATION_KEY))
    send(card, _SIGN)
    card.power_off()
    return before_choice


def _read_surface(card: SimulatedCard) -> None:
    send(card, select(aids.CARD_SURFACE))
    send(card, select_file(_CODE_B))
    send(card, QUERY_TRIES)
    send(card, verify(card.profile.matching_code_b))
    for file_id in (_FACE, _AP_DATA, _CV_CERTIFICATE):
        read_file(card, file_id)
    send(card, _SIGN_BY_CHIP)

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import select, select_file, send

SIGN = bytes.fromhex("802A009720") + bytes(32) + b"\x00"
GET_CHALLENGE = bytes.fromhex("0084000008")


class Terminal:
    """What a terminal sends, byte by byte as in facts/card.md §8.1."""

    def __init__(self, issuer: Issuer, folder: Path) -> None:
        paths = issuer.issue_terminal(folder)
        certificate = Path(paths["certificate"]).read_bytes()
        key = load_pem_private_key(Path(paths["private_key"]).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        self._key = key
        self.body = bytes.fromhex("80A206C1000133") + certificate[:307]
        self.signature = bytes.fromhex("80A200C1000105") + certificate[307:]

    def answer(self, challenge: bytes) -> bytes:
        signature = self._key.sign(challenge, PKCS1v15(), SHA256())
        return bytes.fromhex("00820000000100") + signature


@pytest.fixture
def terminal(issuer: Issuer, tmp_path: Path) -> Terminal:
    return Terminal(issuer, tmp_path)


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.JPKI))
    send(card, select_file(0x0016))
    return card


def present(card: SimulatedCard, terminal: Terminal) -> bytes:
    """Present the certificate; returns the card's challenge."""
    assert send(card, terminal.body)[1] == 0x9000
    assert send(card, terminal.signature)[1] == 0x9000
    return send(card, GET_CHALLENGE)[0]


def test_a_terminal_opens_the_authentication_key(card: SimulatedCard, terminal: Terminal) -> None:
    assert send(card, SIGN)[1] == 0x6982
    challenge = present(card, terminal)
    assert send(card, SIGN)[1] == 0x6982
    assert send(card, terminal.answer(challenge))[1] == 0x9000
    assert send(card, SIGN)[1] == 0x9000


def test_a_challenge_serves_once(card: SimulatedCard, terminal: Terminal) -> None:
    answer = terminal.answer(present(card, terminal))
    assert send(card, answer)[1] == 0x9000
    assert send(card, answer)[1] == 0x6985


def test_an_answer_to_another_challenge_opens_nothing(
    card: SimulatedCard, terminal: Terminal
) -> None:
    present(card, terminal)
    assert send(card, terminal.answer(bytes(8)))[1] == 0x6982
    assert send(card, SIGN)[1] == 0x6982


def test_a_signature_without_its_body_is_refused(card: SimulatedCard, terminal: Terminal) -> None:
    assert send(card, terminal.signature)[1] == 0x6985
    assert send(card, GET_CHALLENGE)[1] == 0x9000
    assert send(card, terminal.answer(bytes(8)))[1] == 0x6985


@pytest.mark.parametrize("p1_p2", ["0000", "00AE", "8000", "00B6"])
def test_other_parameters_are_unknown(card: SimulatedCard, p1_p2: str) -> None:
    assert send(card, bytes.fromhex("80A2" + p1_p2 + "0101"))[1] == 0x6A86

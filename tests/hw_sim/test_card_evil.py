from dataclasses import replace

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import EVIL
from tests.hw_sim.card.evil import LONGEST_ANSWER_BYTES, Evil
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import READ_256, select, select_file

COMMANDS = [select(aids.JPKI), select_file(0x0006), READ_256, bytes.fromhex("00200098")] * 10


def answers(issuer: Issuer, seed: int) -> list[bytes]:
    card: SimulatedCard = issuer.issue(replace(EVIL, evil_seed=seed))
    card.power_on()
    return [card.transmit(command) for command in COMMANDS]


def test_a_seed_names_an_evil_card(issuer: Issuer) -> None:
    assert answers(issuer, 1) == answers(issuer, 1)
    assert answers(issuer, 1) != answers(issuer, 2)


def test_it_answers_anything_at_all() -> None:
    evil = Evil(7, lambda _command: b"JPKI" * 16 + b"\x90\x00")
    given = [evil.answer(READ_256) for _ in range(5000)]

    assert min(map(len, given)) < 2
    assert 60_000 < max(map(len, given)) <= LONGEST_ANSWER_BYTES
    assert len({answer[-2:] for answer in given}) > 500
    assert given.count(b"JPKI" * 16 + b"\x90\x00") > 1000
    assert sum(answer[-2:-1] == b"\x61" for answer in given) > 100

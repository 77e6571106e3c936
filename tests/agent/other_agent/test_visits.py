"""What a reader and the agent in another language say to each other in a visit."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hostlink.messages import (
    IdentityProven,
    ResultAcknowledged,
    VisitChallenge,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import FailureCode
from tests.agent.other_agent.bench import OPENED, OTHER_VISIT, OtherAgent
from tests.agent.reader_end import ReaderEnd
from tests.agent.world import VISIT_ID, SigningReader, abandoned, card
from tests.hostlink.other_end_program import spoilt
from tests.hostlink.pki import READER


def test_visit_named_again_keeps_its_nonce_and_gets_a_new_challenge(connected: ReaderEnd) -> None:
    first = connected.ask(OPENED, VisitChallenge)
    second = connected.ask(OPENED, VisitChallenge)
    assert first.nonce == second.nonce
    assert first.challenge != second.challenge
    assert connected.ask(card().prove(first), VisitChallenge) == second
    proof = card().prove(second)
    assert connected.ask(proof, VisitOptions) == connected.ask(proof, VisitOptions)


def test_proof_of_an_unknown_visit_is_asked_for_anew(connected: ReaderEnd) -> None:
    challenge = VisitChallenge(OTHER_VISIT, bytes(16), bytes(32))
    again = connected.ask(card().prove(challenge), VisitChallenge)
    assert again.visit_id == OTHER_VISIT
    connected.ask(card().prove(again), VisitOptions)


@pytest.mark.parametrize(
    ("spoil", "failure"),
    [
        (
            lambda proof: replace(proof, challenge_signature=bytes(256)),
            FailureCode.CARD_NOT_GENUINE,
        ),
        (
            lambda proof: replace(proof, certificate=READER.chain_der[0]),
            FailureCode.CERTIFICATE_INVALID,
        ),
        (lambda proof: replace(proof, certificate=b"none"), FailureCode.CERTIFICATE_INVALID),
    ],
)
def test_wrong_proof_is_refused(
    connected: ReaderEnd, spoil: Callable[[IdentityProven], IdentityProven], failure: FailureCode
) -> None:
    proof = card().prove(connected.ask(OPENED, VisitChallenge))
    assert connected.ask(spoil(proof), VisitRefused) == VisitRefused(VISIT_ID, failure)


def test_negative_control_a_proof_that_is_not_checked(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.program = spoilt(agent.folder, "proof.mjs", "verify('sha256'", "1 || verify('sha256'")
    agent.start()
    reader.wait_up()
    proof = card().prove(reader.ask(OPENED, VisitChallenge))
    reader.ask(replace(proof, challenge_signature=bytes(256)), VisitOptions)


def test_reader_that_lost_its_state_is_refused_until_it_is_past_what_is_held(
    connected: ReaderEnd, agent: OtherAgent, signing: SigningReader
) -> None:
    for _ in range(2):
        connected.ask(signing.sign(abandoned()), ResultAcknowledged)
    signing.next_seq = 1
    agent.kill()
    agent.start()
    connected.wait_up()
    refused = VisitRefused(VISIT_ID, FailureCode.STORAGE_UNAVAILABLE)
    for _ in range(2):
        challenge = connected.ask(OPENED, VisitChallenge)
        assert connected.ask(card().prove(challenge), VisitRefused) == refused
        connected.ask(signing.sign(abandoned(visit_id=OTHER_VISIT)), ResultAcknowledged)
    challenge = connected.ask(OPENED, VisitChallenge)
    connected.ask(card().prove(challenge), VisitOptions)

"""A pairing between two honest ends, and each way it may come to nothing."""

from dataclasses import replace

import pytest

from device.pairing.ceremony import ReaderCeremony
from hostlink.messages import (
    Message,
    PairingCommitted,
    PairingConfirmed,
    PairingKept,
    PairingNonce,
    PairingRefused,
    PairingRequested,
    PairingRevealed,
    PairingSecret,
    VisitOpened,
)
from hostlink.terms import CardKind, PairingRefusal
from tests.hostlink.paired_ends import certificate_of
from tests.hostlink.pki import MAKER, OTHER_READER, STRANGE_READER
from tests.pairing.ends import AUDIENCE, Kept, Pair, in_place, reader_side


def test_both_ends_keep_the_same() -> None:
    pair = Pair().run()
    (kept,) = pair.kept.pairings
    assert pair.agent.paired is not None
    (ends,) = kept.ends
    assert ends.secret == pair.agent.paired.secret
    assert ends.reader_certificate == pair.agent.paired.reader_certificate
    assert ends.agent_certificate == pair.request.certificate
    assert (kept.audience, kept.agent_name) == (AUDIENCE, "受付１")


def test_each_pairing_has_its_own_secret_and_certificates() -> None:
    first, second = (Pair().run().kept.pairings[0].ends[0] for _ in range(2))
    assert first.secret != second.secret
    assert first.reader_certificate != second.reader_certificate


def test_the_secret_is_not_printed() -> None:
    pair = Pair().run()
    (kept,) = pair.kept.pairings
    secret = kept.ends[0].secret
    for printed in (repr(kept), repr(pair.agent.paired), repr(PairingSecret(secret))):
        assert repr(secret) not in printed
        assert secret.hex() not in printed


def test_the_same_name_takes_the_place_of_the_one_before() -> None:
    kept = Kept()
    for number in range(4):
        Pair(kept=kept, name=f"受付{number}").run()
    again = Pair(kept=kept, name="受付0").run()
    assert again.is_paired
    fifth = Pair(kept=kept, name="受付5").run()
    assert fifth.agent.refusal is PairingRefusal.TOO_MANY
    assert not fifth.is_paired


def test_a_reader_works_for_one_audience() -> None:
    kept = Kept()
    Pair(kept=kept).run()
    other = Pair(kept=kept, audience="another-clinic").run()
    assert other.agent.refusal is PairingRefusal.OTHER_AUDIENCE
    assert not other.is_paired


@pytest.mark.parametrize(
    "name", ["", " ", "受付\n１", "a\u202eb", "\0", "123 456", "１２３-４５６", "a" * 65]
)
def test_a_name_nobody_can_read_is_refused(name: str) -> None:
    pair = Pair(name=name).run()
    assert pair.agent.refusal is PairingRefusal.NOT_GENUINE
    assert not pair.is_paired


def test_a_certificate_that_cannot_be_believed_is_refused() -> None:
    for wrong in (certificate_of(MAKER), b"no certificate"):
        pair = Pair()
        pair.request = replace(pair.request, certificate=wrong)
        assert not pair.run().is_paired


def test_a_certificate_that_is_believed_already_is_refused() -> None:
    kept = Kept()
    first = Pair(kept=kept).run()
    second = Pair(kept=kept, name="受付２")
    second.request = replace(second.request, certificate=first.request.certificate)
    assert not second.run().is_paired


@pytest.mark.parametrize("audience", ["", "医院", "a\tb"])
def test_an_audience_that_could_stand_in_no_result_is_refused(audience: str) -> None:
    assert not Pair(audience=audience).run().is_paired


@pytest.mark.parametrize("kind", [PairingRequested, PairingNonce, PairingSecret])
def test_what_comes_twice_at_the_reader_ends_the_attempt(kind: type[Message]) -> None:
    pair = Pair(to_reader=lambda m: (m, m) if isinstance(m, kind) else (m,)).run()
    if kind is PairingSecret:  # the pairing is kept by then: nothing more is heard
        assert pair.reader.is_kept
    else:
        assert pair.reader.refusal is PairingRefusal.NOT_GENUINE
        assert not pair.is_paired


@pytest.mark.parametrize("kind", [PairingCommitted, PairingRevealed, PairingConfirmed, PairingKept])
def test_what_comes_twice_at_the_agent_ends_the_attempt(kind: type[Message]) -> None:
    pair = Pair(to_agent=lambda m: (m, m) if isinstance(m, kind) else (m,)).run()
    if kind is PairingKept:
        assert pair.agent.paired is not None
    else:
        assert pair.agent.refusal is PairingRefusal.NOT_GENUINE
        assert not pair.is_paired


def test_nothing_but_a_request_begins() -> None:
    for message in (
        PairingNonce(bytes(16)),
        PairingSecret(bytes(16)),
        VisitOpened(bytes(16), CardKind.MY_NUMBER),
    ):
        reader = ReaderCeremony(reader_side(Kept()))
        assert isinstance(reader.received(message), PairingRefused)
        assert reader.is_over


def test_a_secret_before_anybody_said_yes_is_not_kept() -> None:
    pair = Pair()
    for message in (pair.request, PairingNonce(bytes(16)), PairingSecret(bytes(16))):
        pair.reader.received(message)
    assert pair.kept.pairings == []
    assert pair.reader.refusal is PairingRefusal.NOT_GENUINE


def test_after_the_end_nothing_is_answered() -> None:
    pair = Pair().run()
    assert pair.reader.received(pair.request) is None
    assert pair.reader.answered(is_same=True) is None
    assert pair.agent.answered(is_same=True) is None


def test_no_at_either_display_ends_it() -> None:
    pair = Pair()
    said = pair.reader.received(pair.request)
    assert said is not None
    nonce = pair.agent.received(said)
    assert nonce is not None
    revealed = pair.reader.received(nonce)
    assert revealed is not None
    pair.agent.received(revealed)
    refused = pair.reader.answered(is_same=False)
    assert refused == PairingRefused(PairingRefusal.DIGITS_DIFFER)
    pair.agent.received(refused)
    assert not pair.is_paired


def test_a_statement_of_another_reader_is_not_believed() -> None:
    for stranger in (OTHER_READER, STRANGE_READER):
        signed = in_place(
            PairingConfirmed, chain=stranger.chain_der, signature=stranger.sign(b"anything")
        )
        pair = Pair(to_agent=signed).run()
        assert pair.agent.refusal is PairingRefusal.NOT_GENUINE
        assert not pair.is_paired


def test_the_code_has_six_digits() -> None:
    codes = {Pair().run().agent.code for _ in range(20)}
    assert all(code is not None and len(code) == 6 and code.isdecimal() for code in codes)
    assert len(codes) > 15


def test_an_attempt_is_bound_to_the_names_shown() -> None:
    # The reader's display names the agent; whoever changes that changes the digits.
    pair = Pair(to_reader=lambda m: (_renamed(m),)).run()
    assert pair.reader.refusal is PairingRefusal.DIGITS_DIFFER or (
        pair.agent.refusal is PairingRefusal.NOT_GENUINE
    )
    assert not pair.is_paired


def _renamed(message: Message) -> Message:
    return replace(message, name="somebody") if isinstance(message, PairingRequested) else message

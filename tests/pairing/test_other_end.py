"""An agent that knows only docs/HOSTLINK.md and messages.cddl is paired.

Negative controls: copies of it with one place spoilt.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from device.pairing.ceremony import ReaderCeremony
from hostlink import tls
from hostlink.messages import Message, PairingRevealed
from hostlink.reset import ResetReason
from hostlink.terms import PairingRefusal
from tests.hostlink.other_end_pairing import OtherPairing
from tests.hostlink.other_end_program import AGENT_NAME, OTHER_END, Spoil, Surroundings, spoilt
from tests.hostlink.pki import OTHER_READER, READER, STRANGE_READER, UEID, Identity
from tests.pairing.ends import AUDIENCE, Kept, reader_side
from tests.pairing.reader_end import PairingReader
from tests.pairing.waiting import ends_of, wait_until


def a_ceremony(kept: Kept | None = None) -> ReaderCeremony:
    """A genuine reader's."""
    return ReaderCeremony(reader_side(kept or Kept()))


def test_both_keep_the_same(at: Surroundings) -> None:
    kept = Kept()
    with PairingReader(at.folder, a_ceremony(kept)) as reader, OtherPairing(at) as agent:
        assert agent.read_code() == reader.read_code()
        reader.answer(is_same=True)
        assert agent.answer_when_asked("yes") == {"event": "paired", "reader": UEID.hex()}
        assert agent.end() == 0
        (pairing,) = kept.pairings
        theirs = agent.kept()
    assert (pairing.agent_name, pairing.audience) == (AGENT_NAME, AUDIENCE)
    (ends,) = pairing.ends
    assert (theirs["ueid"], theirs["secret"]) == (UEID.hex(), ends.secret.hex())
    assert theirs["readerCertificate"] == ends.reader_certificate.hex()
    identity = x509.load_pem_x509_certificate(theirs["identity"].encode())
    assert identity.public_bytes(Encoding.DER) == ends.agent_certificate
    tls.paired_device_context(*READER.write(at.folder, "a_reader"), [ends.agent_certificate])
    assert at.pairing.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("answer", ["no", ""])
def test_without_a_yes_at_the_agent_nobody_is_paired(at: Surroundings, answer: str) -> None:
    kept = Kept()
    with PairingReader(at.folder, a_ceremony(kept)) as reader, OtherPairing(at) as agent:
        agent.read_code()
        reader.answer(is_same=True)
        assert agent.answer_when_asked(answer)["reason"] == PairingRefusal.DIGITS_DIFFER
        reader.wait_until(lambda: reader.ceremony.is_over)
        assert reader.ceremony.refusal is PairingRefusal.DIGITS_DIFFER
        assert agent.end() == 1
    assert (kept.pairings, at.pairing.exists()) == ([], False)


def test_without_a_yes_at_the_reader_the_agent_asks_nobody(at: Surroundings) -> None:
    with PairingReader(at.folder, a_ceremony()) as reader, OtherPairing(at) as agent:
        agent.read_code()
        reader.answer(is_same=False)
        assert agent.hear() == {"event": "not_paired", "reason": PairingRefusal.DIGITS_DIFFER}
        assert agent.end() == 1


def test_a_cable_that_is_pulled_ends_the_attempt(at: Surroundings) -> None:
    with PairingReader(at.folder, a_ceremony()) as reader, OtherPairing(at) as agent:
        agent.read_code()
        reader.cable.unplug()
        assert agent.hear() == {"event": "not_paired", "reason": PairingRefusal.INTERRUPTED}


class RevealsAnotherNonce(ReaderCeremony):
    """Whoever sits between and chose a nonce after they had heard the agent's."""

    def received(self, message: Message) -> Message | None:
        """Another nonce than the one it committed itself to."""
        said = super().received(message)
        return PairingRevealed(bytes(16)) if isinstance(said, PairingRevealed) else said


def assert_shows_no_digits(at: Surroundings, program: Path) -> None:
    """Somebody between gets nothing to compare."""
    reader = PairingReader(at.folder, RevealsAnotherNonce(reader_side(Kept())))
    with reader, OtherPairing(at, program) as agent:
        assert agent.hear() == {"event": "not_paired", "reason": PairingRefusal.NOT_GENUINE}
        reader.wait_until(lambda: reader.ceremony.refusal is PairingRefusal.NOT_GENUINE)


def test_a_nonce_that_was_not_committed_to_is_refused(at: Surroundings) -> None:
    assert_shows_no_digits(at, OTHER_END)


def test_negative_control_a_commitment_that_is_not_checked(at: Surroundings) -> None:
    check = "if (!isSame(commitmentOf("
    program = spoilt(at.folder, "ceremony.mjs", check, f"if (false && {check[4:]}")
    with pytest.raises(AssertionError):
        assert_shows_no_digits(at, program)


def signed_by(signer: Identity, chain: tuple[bytes, ...]) -> ReaderCeremony:
    """A reader whose statement is of this signer, under these certificates."""
    return ReaderCeremony(replace(reader_side(Kept()), sign=signer.sign, chain=chain))


NOT_ITS_OWN: list[tuple[Callable[[], ReaderCeremony], Spoil]] = [
    (
        lambda: signed_by(OTHER_READER, READER.chain_der),
        ("ceremony.mjs", "return verify('sha256', statement,", "return true || verify("),
    ),
    (
        lambda: signed_by(OTHER_READER, OTHER_READER.chain_der),
        ("ceremony.mjs", "    checkDevice(chain[0], ueid);", ""),
    ),
    (
        lambda: signed_by(STRANGE_READER, STRANGE_READER.chain_der),
        ("ceremony.mjs", "    checkChain(chain, roots);", ""),
    ),
    (
        lambda: signed_by(READER, ()),
        ("ceremony.mjs", "      return false;", "      return true;"),
    ),
]


def assert_asks_nobody(at: Surroundings, ceremony: ReaderCeremony, program: Path) -> None:
    """The statement is not that of the reader which stands there."""
    with PairingReader(at.folder, ceremony) as reader, OtherPairing(at, program) as agent:
        agent.read_code()
        reader.answer(is_same=True)
        assert agent.hear() == {"event": "not_paired", "reason": PairingRefusal.NOT_GENUINE}


@pytest.mark.parametrize(("ceremony", "spoil"), NOT_ITS_OWN)
def test_statement_of_another(
    at: Surroundings, ceremony: Callable[[], ReaderCeremony], spoil: Spoil
) -> None:
    assert_asks_nobody(at, ceremony(), OTHER_END)
    with pytest.raises(AssertionError):  # negative control
        assert_asks_nobody(at, ceremony(), spoilt(at.folder, *spoil))


def assert_never_up(at: Surroundings, program: Path) -> None:
    """In a pairing the reader shows a certificate of another maker."""
    reader = PairingReader(at.folder, a_ceremony(), shown=STRANGE_READER)
    with reader, OtherPairing(at, program):
        wait_until(lambda: reader.ups > 0 or ends_of(reader.link, ResetReason.PEER_RESET) > 1)
        assert reader.ups == 0


def test_reader_of_another_maker_is_not_paired(at: Surroundings) -> None:
    assert_never_up(at, OTHER_END)
    believes = "(shown) => isOfMaker(shown, roots)"
    with pytest.raises(AssertionError):  # negative control
        assert_never_up(at, spoilt(at.folder, "partner.mjs", believes, "() => true"))

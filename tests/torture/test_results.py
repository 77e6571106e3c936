"""The run finds a lenient verifier, each check left out, and an agent that believes anybody."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from agent.inbox import Arrival, Inbox, Receipt
from agent.result_intake import ResultIntake
from hostlink import certificates, signing
from hostlink.errors import InvalidResultError
from hostlink.messages import SignedResult
from hostlink.signing import VerifiedResult, verify_result
from tests.agent.world import ROOTS
from tests.hostlink.naive_verifier import naive_verify
from tests.torture.report import Report
from tests.torture.runs import results

SHARE = 1000


def faults(report: Report) -> set[str]:
    return {failure.what for failure in report.failures}


def accepted(kind: str) -> str:
    return f"{kind}: acknowledged: True"


def test_nothing_is_found() -> None:
    report = results.run(SHARE, seed=1)
    assert report.failures == ()
    assert sum(what.startswith("alarm: result_invalid") for what in report.counted) >= 12


def test_a_trial_is_the_same_each_time() -> None:
    assert results.run(100, seed=7).counted == results.run(100, seed=7).counted


def test_negative_control_naive_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.result_intake.verify_result", naive_verify)
    expected = {
        accepted("the twin signature (r, n-s)"),
        accepted("other bytes of the same CBOR"),
        accepted("an unsigned header"),
        accepted("padded"),
    }
    assert expected <= faults(results.run(SHARE, seed=1))


def believe_any_chain(
    chain_der: tuple[bytes, ...], _: object
) -> tuple[x509.Certificate, ec.EllipticCurvePublicKey]:
    leaf = x509.load_der_x509_certificate(chain_der[0])
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return leaf, key


@pytest.mark.parametrize(
    ("check", "instead", "kind"),
    [
        ("_signer", believe_any_chain, "changed claims"),
        ("names_reader", lambda *_: True, "changed claims"),
        ("_check_signature_form", lambda _: None, "the twin signature (r, n-s)"),
    ],
)
def test_negative_control_a_check_left_out(
    monkeypatch: pytest.MonkeyPatch, check: str, instead: Callable[..., object], kind: str
) -> None:
    monkeypatch.setattr(signing, check, instead)
    assert accepted(kind) in faults(results.run(SHARE, seed=1))


def test_negative_control_an_agent_that_looks_at_the_signature_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def believe(_: ResultIntake, message: SignedResult) -> VerifiedResult | None:
        try:
            return verify_result(message.cose, ROOTS)
        except InvalidResultError:
            return None

    monkeypatch.setattr(ResultIntake, "_verify", believe)
    expected = {accepted("for another clinic"), accepted("under another number")}
    assert expected <= faults(results.run(SHARE, seed=1))


def test_negative_control_an_inbox_that_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest word counts: a clone's result takes the place of the one that was kept."""

    def replace(inbox: Inbox, cose: bytes, result: VerifiedResult, _: object) -> Receipt:
        claims = result.claims
        inbox._store.change(
            "INSERT OR REPLACE INTO results VALUES"
            " (:ueid, :seq, :cose, :hash, :visit, :nonce, :outcome, 0,"
            " (SELECT 1 + coalesce(max(arrival), 0) FROM results), NULL)",
            {
                "ueid": claims.ueid,
                "seq": claims.seq,
                "cose": cose,
                "hash": result.payload_hash,
                "visit": claims.record.visit_id,
                "nonce": claims.record.nonce,
                "outcome": int(claims.record.outcome),
            },
        )
        return Receipt(Arrival.NEW, ())

    monkeypatch.setattr(Inbox, "keep", replace)
    assert "of a clone: goes to the reception" in faults(results.run(SHARE, seed=1))


def test_negative_control_an_agent_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ResultIntake, "_verify", lambda *_: None)
    assert "a good result was not taken" in faults(results.run(10, seed=1))


def test_negative_control_a_fault_of_the_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that cannot be read raises whatever the library raises."""
    monkeypatch.setattr(certificates, "UNREADABLE", ())
    assert any("raised ValueError" in fault for fault in faults(results.run(SHARE, seed=1)))

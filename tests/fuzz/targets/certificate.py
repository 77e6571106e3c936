"""The holder's certificate, which the agent parses although nobody has proven anything yet."""

from datetime import UTC, datetime

from agent.trust import CardTrust
from hostlink.terms import CardKind, FailureCode

_NOBODY = CardTrust(())
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fuzz(data: bytes) -> None:
    """Whoever trusts nobody refuses every certificate, and never with an exception."""
    judged = _NOBODY.judge(data, b"challenge", data[-256:], CardKind.MY_NUMBER, _NOW)
    if judged is not FailureCode.CERTIFICATE_INVALID:
        raise AssertionError("a certificate without a trusted issuer was not called invalid")

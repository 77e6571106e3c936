"""Three verifiers, none of which knows another: ours, pycose, and the one in another language.

pycose judges the signature alone. It and ours must agree on that of every vector; where ours
refuses one whose signature is valid, the vector names the stricter rule.
"""

from collections import Counter
from pathlib import Path

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pycose.exceptions import CoseException
from pycose.keys.ec2 import EC2Key
from pycose.messages.sign1message import Sign1Message

from hostlink.errors import InvalidResultError, InvalidResultReason
from hostlink.signing import verify_result
from tests.hostlink.naive_verifier import naive_verify
from tests.hostlink.other_end_program import OTHER_END, ask
from tests.hostlink.pki import MAKER
from tests.hostlink.result_vectors import Vector, result_vectors

VECTORS = tuple(result_vectors())


def pycose_verifies(cose: bytes) -> bool:
    """By the key of the leaf it shows."""
    protected, *_ = cbor2.loads(cose).value
    chain = cbor2.loads(protected)[33]
    leaf = x509.load_der_x509_certificate(chain if isinstance(chain, bytes) else chain[0])
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    numbers = key.public_numbers()
    message = Sign1Message.decode(cose)
    message.key = EC2Key(
        crv="P_256", x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big")
    )
    try:
        return bool(message.verify_signature())
    except (CoseException, AssertionError):  # the latter: the key is not of that curve
        return False


def own_reason(cose: bytes) -> InvalidResultReason | None:
    try:
        verify_result(cose, (MAKER.leaf,))
    except InvalidResultError as error:
        return error.reason
    return None


def test_there_are_enough_of_each() -> None:
    counted = Counter((vector.is_signature_valid, vector.reason is None) for vector in VECTORS)
    assert len({vector.cose for vector in VECTORS}) == len(VECTORS) >= 200
    assert set(counted) == {(True, True), (True, False), (False, False)}
    assert min(counted.values()) >= 50


@pytest.mark.parametrize("kind", {vector.kind: None for vector in VECTORS})
def test_pycose_and_ours_agree_on_the_signature(kind: str) -> None:
    for vector in of_kind(kind):
        assert pycose_verifies(vector.cose) == vector.is_signature_valid
        assert own_reason(vector.cose) is vector.reason


def test_the_one_in_another_language_agrees(tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    MAKER.write(tmp_path, "root")
    reasons = ask(OTHER_END, "result", [vector.cose.hex() for vector in VECTORS], str(root))
    assert [reason is None for reason in reasons] == [each.reason is None for each in VECTORS]


def test_negative_control_a_verifier_that_disagrees() -> None:
    """The naive one takes what is only as valid as plain COSE asks for."""
    for vector in of_kind("twin signature") + of_kind("unsigned header"):
        naive_verify(vector.cose)
        assert vector.reason is not None


def of_kind(kind: str) -> list[Vector]:
    return [vector for vector in VECTORS if vector.kind == kind]

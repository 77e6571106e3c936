"""Who signs, what is signed, and that each result names the one before."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from device.errors import ConfigurationError
from device.identity import count_boot, hash_firmware, ueid_of
from device.outbox import Outbox
from hostlink.errors import InvalidResultError, InvalidResultReason
from hostlink.result import NO_PREVIOUS_HASH
from hostlink.signing import verify_result
from tests.device.signing_reader import reader_identity
from tests.hostlink.pki import (
    FOR_SERVER,
    IS_LEAF,
    MAKER,
    PLANT,
    READER,
    STRANGE_MAKER,
    UEID,
    issue,
    name_of,
    usage,
)
from tests.hostlink.samples import ABANDONED, COMPLETED, MOMENT

TEXTS = b"t" * 32


def test_a_signed_record_verifies_and_says_who_signed_what() -> None:
    identity = reader_identity(boot_count=9)
    cose = identity.sign_record(COMPLETED, TEXTS, MOMENT)(42, None)
    claims = verify_result(cose, (MAKER.leaf,)).claims
    assert (claims.record, claims.seq, claims.issued_at) == (COMPLETED, 42, MOMENT)
    assert (claims.ueid, claims.boot_count) == (UEID, 9)
    assert (claims.audience, claims.consent_text_hash) == (identity.audience, TEXTS)
    assert (claims.firmware_hash, claims.model_hash) == (b"f" * 32, b"m" * 32)
    assert claims.previous_hash == NO_PREVIOUS_HASH


def test_another_maker_does_not_vouch_for_it() -> None:
    cose = reader_identity().sign_record(COMPLETED, TEXTS, MOMENT)(1, None)
    with pytest.raises(InvalidResultError) as refusal:
        verify_result(cose, (STRANGE_MAKER.leaf,))
    assert refusal.value.reason is InvalidResultReason.CHAIN_UNTRUSTED


def test_each_result_names_the_one_before_also_over_a_restart(tmp_path: Path) -> None:
    kept: list[bytes] = []
    for record in (COMPLETED, ABANDONED, COMPLETED):
        outbox = Outbox(tmp_path)
        kept.append(outbox.append(reader_identity().sign_record(record, TEXTS, MOMENT)).cose)
        outbox.acknowledge(outbox.next_seq - 1)
    verified = [verify_result(cose, (MAKER.leaf,)) for cose in kept]
    assert [each.claims.seq for each in verified] == [1, 2, 3]
    hashes = [each.payload_hash for each in verified]
    assert [each.claims.previous_hash for each in verified] == [NO_PREVIOUS_HASH, *hashes[:2]]
    assert len(set(hashes)) == 3


def test_the_key_does_not_print() -> None:
    assert "key" not in repr(reader_identity())


# --- UEID -----------------------------------------------------------------------------------------


def certificate_of(name: x509.Name) -> bytes:
    made = issue(name, 3, PLANT, IS_LEAF, usage(signs=True), FOR_SERVER)
    return made.leaf.public_bytes(Encoding.DER)


def test_the_ueid_is_the_one_in_the_certificate() -> None:
    assert ueid_of(READER.chain_der[0]) == UEID


@pytest.mark.parametrize("serial", [None, "no hex", "abc", "0102", "00" * 34])
def test_a_certificate_without_ueid_is_refused_at_the_start(serial: str | None) -> None:
    with pytest.raises(ConfigurationError, match="UEID"):
        ueid_of(certificate_of(name_of("Test reader", serial)))


# --- boot count -----------------------------------------------------------------------------------


def test_starts_are_counted(tmp_path: Path) -> None:
    assert [count_boot(tmp_path) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("left", [b"", b"\x00" * 8, b"1x", b"-7", b"4294967295", b"\xff"])
def test_a_count_that_cannot_be_read_begins_anew(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "boot_count").write_bytes(left)
    assert [count_boot(tmp_path) for _ in range(2)] == [1, 2]


# --- firmware -------------------------------------------------------------------------------------


def test_the_firmware_hash_names_this_program() -> None:
    assert hash_firmware() == hash_firmware()
    assert len(hash_firmware()) == 32

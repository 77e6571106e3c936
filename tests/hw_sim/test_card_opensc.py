"""OpenSC, which knows nothing of us, judges whether this is a JPKI card."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.plain_client import wait_for_card

TIMEOUT_S = 20.0


@pytest.fixture
def card(slot: VirtualSlot, issuer: Issuer, tmp_path: Path) -> SimulatedCard:
    photo = tmp_path / "photo.jp2"
    Image.linear_gradient("L").resize((24, 32)).save(photo)
    card = issuer.issue(MY_NUMBER, photo.read_bytes())
    slot.lay(card)
    wait_for_card()
    return card


def run(*command: str, is_success: bool = True) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    output = result.stdout + result.stderr
    assert (result.returncode == 0) is is_success, output
    return output


def sign(folder: Path, slot_index: int, pin: str, key_id: str) -> tuple[str, ...]:
    (folder / "message").write_bytes(b"challenge of the reception")
    return (
        *("pkcs11-tool", "--slot-index", str(slot_index), "--login", "--pin", pin),
        *("--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", key_id),
        *("--input-file", str(folder / "message"), "--output-file", str(folder / "signature")),
    )


def test_opensc_recognises_and_lists_the_card(card: SimulatedCard) -> None:
    named = run("opensc-tool", "--reader", "0", "--atr", "--name").splitlines()
    listed = run("pkcs15-tool", "--reader", "0", "--dump")
    slots = run("pkcs11-tool", "--list-slots")

    assert bytes.fromhex(named[0].replace(":", "")) == card.atr
    assert named[1] == "jpki"
    assert listed.count("PIN [") == 2
    assert listed.count("Private RSA Key [") == 2
    assert listed.count("Public RSA Key [") == 2
    assert listed.count("X.509 Certificate [") == 4
    assert "Tries left     : 3" in listed
    assert "Tries left     : 5" in listed
    assert "JPKI (User Authentication PIN)" in slots
    assert "JPKI (Digital Signature PIN)" in slots
    assert not card.has_disclosed_my_number


def test_opensc_signs_and_openssl_verifies(card: SimulatedCard, tmp_path: Path) -> None:
    certificate, public_key = str(tmp_path / "auth.pem"), str(tmp_path / "key.pem")
    message, signature = str(tmp_path / "message"), str(tmp_path / "signature")
    verify = ("openssl", "dgst", "-sha256", "-verify", public_key, "-signature", signature)
    read_certificate = ("pkcs15-tool", "--reader", "0", "--read-certificate", "01")

    run(*read_certificate, "--output", certificate)
    run("openssl", "x509", "-in", certificate, "-pubkey", "-noout", "-out", public_key)
    run(*sign(tmp_path, 0, "1234", "01"))

    assert "Verified OK" in run(*verify, message)
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 3
    Path(message).write_bytes(b"another challenge")
    assert "Verification failure" in run(*verify, message, is_success=False)


def test_a_wrong_pin_costs_opensc_one_try(card: SimulatedCard, tmp_path: Path) -> None:
    output = run(*sign(tmp_path, 0, "9999", "01"), is_success=False)

    assert "CKR_PIN_INCORRECT" in output
    assert card.tries_left(PinName.JPKI_AUTHENTICATION) == 2
    assert len(card.trace.presented_pins()) == 1
    assert "Tries left     : 2" in run("pkcs15-tool", "--reader", "0", "--dump")


def test_opensc_reads_the_signature_certificate_only_with_its_password(
    card: SimulatedCard,
) -> None:
    read = ("pkcs15-tool", "--reader", "0", "--read-certificate", "02")

    assert "Certificate read failed" in run(*read, is_success=False)
    with_password = run(*read, "--auth-id", "02", "--verify-pin", "--pin", "ABC123")
    assert "BEGIN CERTIFICATE" in with_password
    assert card.tries_left(PinName.JPKI_SIGNATURE) == 5

"""From an empty token to a result that verifies, by the commands a maker reads in the manual."""

import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from device import keys
from device.adapters import create_adapter
from device.config import Adapter
from device.factory.identity.request import reader_name, request_certificate
from device.identity import ueid_of
from device.keys.errors import KeyStoreError
from device.keys.file import FileKey
from device.keys.port import SigningKey
from device.sealed_key import KeyFile
from device.tables import read_table
from hostlink.errors import InvalidResultError, InvalidResultReason
from hostlink.signing import verify_result
from hostlink.tls import pairing_agent_context, pairing_device_context
from hostlink.verify import main as verify
from tests.device.factory.identity.documented import block, run
from tests.device.keys.board import board_secret
from tests.device.signing_reader import reader_identity
from tests.hostlink.paired_ends import pairing_agent_end, pairing_device_end
from tests.hostlink.pki import UEID
from tests.hostlink.samples import COMPLETED, MOMENT
from tests.hostlink.test_tls import shake_hands
from tests.hw_sim import soft_token, software_tpm
from tests.hw_sim.soft_token import EmptyDrawer
from tests.hw_sim.software_tpm import SoftwareTpm


class Box(Protocol):
    """Where a maker's blank token is."""

    def take_away(self) -> None: ...
    def bring_back(self) -> None: ...


@dataclass
class Plant:
    """A maker's bench: one reader that went through every step."""

    folder: Path
    module: Path
    secret: Path
    token: Box

    def key(self) -> SigningKey:
        """The reader's key, as the reader itself opens it."""
        table = tomllib.loads((self.folder / "reader.toml").read_text())["identity"]
        adapter = read_table(table, Adapter, self.folder, "[identity]")
        return cast(SigningKey, create_adapter(keys, adapter.name, adapter.settings, self.folder))

    def link_key(self) -> KeyFile:
        return KeyFile(self.folder / "link.key", self.secret)


@pytest.fixture(
    scope="module",
    params=[(soft_token.MODULE, EmptyDrawer), (software_tpm.MODULE, SoftwareTpm)],
    ids=["SoftHSM2", "TPM"],
)
def plant(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    module, box = request.param
    token = box(folder / "token")
    try:
        with board_secret() as secret:
            _set_up(folder, module, secret)
            yield Plant(folder, module, secret, token)
    finally:
        pkcs11.lib(str(module)).finalize()
        token.take_away()


def _set_up(folder: Path, module: Path, secret: Path) -> None:
    toml = block("The reader's configuration", "toml")
    toml = toml.replace("MODULE", str(module)).replace("DEVICE_SECRET", str(secret))
    (folder / "reader.toml").write_text(toml)
    run("The maker's root", folder)
    run("The reader's token", folder, MODULE=str(module), PIN="864209", SO_PIN="97531975")
    run("Make the keys", folder, UEID=UEID.hex())
    run("Certify them", folder)


def roots(plant: Plant) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates((plant.folder / "maker-root.pem").read_bytes()))


def signed_by(key: SigningKey) -> bytes:
    identity = replace(reader_identity(), key=key, ueid=UEID)
    return identity.sign_record(COMPLETED, bytes(32), MOMENT)(1, None)


def test_a_result_of_that_reader_verifies(plant: Plant, tmp_path: Path) -> None:
    key = plant.key()
    assert ueid_of(key.chain[0]) == UEID
    result = signed_by(key)
    assert verify_result(result, roots(plant)).claims.record == COMPLETED
    (tmp_path / "result.cose").write_bytes(result)
    root = str(plant.folder / "maker-root.pem")
    assert verify([str(tmp_path / "result.cose"), "--trust", root]) == 0


def test_a_token_that_was_away_signs_again(plant: Plant) -> None:
    key = plant.key()
    plant.token.take_away()
    try:
        with pytest.raises(KeyStoreError):
            signed_by(key)
    finally:
        plant.token.bring_back()
    assert verify_result(signed_by(key), roots(plant)).claims.record == COMPLETED


def send_wrong_pin(plant: Plant, times: int) -> None:
    """The session is lost while a wrong PIN lies in the file, and put right by hand."""
    key, pin_file = plant.key(), plant.folder / "token.pin"
    right = pin_file.read_text()
    pkcs11.lib(str(plant.module)).reinitialize()
    pin_file.write_text("11112222")
    for _ in range(times):
        with pytest.raises(KeyStoreError, match="PIN"):
            signed_by(key)
    pin_file.write_text(right)
    command = ["pkcs11-tool", "--module", str(plant.module), "--token-label", "reader", "--login"]
    subprocess.run([*command, "--pin", right, "-O"], check=False, capture_output=True)


def test_a_wrong_pin_in_the_file_locks_no_token(plant: Plant) -> None:
    """The TPM, which tells nothing of wrong PINs, locks at the third."""
    send_wrong_pin(plant, times=5)
    assert verify_result(signed_by(plant.key()), roots(plant)).claims.record == COMPLETED


def test_reader_and_agent_shake_hands_with_the_cable_s_key(plant: Plant) -> None:
    link, folder = plant.link_key(), plant.folder
    assert b"ENCRYPTED" in link.path.read_bytes()
    reader_end = pairing_device_end(
        pairing_device_context(folder / "link.pem", link.path, link.password())
    )
    agent_end = pairing_agent_end(pairing_agent_context(folder / "maker-root.pem"))
    assert shake_hands(reader_end, agent_end) is None


def test_the_cable_s_key_can_sign_no_result(plant: Plant) -> None:
    """It lies in a file, so it must not be worth what the token's key is worth."""
    certificate = x509.load_pem_x509_certificate((plant.folder / "link.pem").read_bytes())
    stolen = FileKey((certificate.public_bytes(Encoding.DER),), plant.link_key().open())
    with pytest.raises(InvalidResultError) as refused:
        verify_result(signed_by(stolen), roots(plant))
    assert refused.value.reason is InvalidResultReason.WRONG_DEVICE


def test_a_cable_s_key_certified_like_the_other_would_be_seen(plant: Plant) -> None:
    """Negative control: the same file, certified with the reader's serialNumber."""
    key = plant.link_key()
    pem = request_certificate(FileKey((), key.open()), reader_name(UEID.hex()))
    (plant.folder / "reader.csr").write_bytes(pem)
    kept = (plant.folder / "reader.pem").read_bytes()
    run("Certify them", plant.folder)
    wrong = x509.load_pem_x509_certificate((plant.folder / "reader.pem").read_bytes())
    (plant.folder / "reader.pem").write_bytes(kept)
    stolen = FileKey((wrong.public_bytes(Encoding.DER),), key.open())
    assert verify_result(signed_by(stolen), roots(plant)).claims.record == COMPLETED

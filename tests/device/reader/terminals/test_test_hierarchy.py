from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from device.errors import ConfigurationError
from device.reader.card_files import CardFiles
from device.reader.errors import CardAnswerError, CardLostError, PinlessUnavailableError
from device.reader.exchange import Exchange
from device.reader.jpki import Jpki
from device.reader.terminals.test_hierarchy import Settings, create
from device.tables import read_table
from tests.device.reader.laid_cards import InProcessSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile


def issued(issuer: Issuer, folder: Path) -> Settings:
    paths = issuer.issue_terminal(folder)
    return Settings(Path(paths["certificate"]), Path(paths["private_key"]), is_test_hierarchy=True)


def laid(card: SimulatedCard) -> tuple[CardFiles, Jpki]:
    files = CardFiles(Exchange(InProcessSlot(card), apdu_deadline_s=2))
    jpki = Jpki(files)
    jpki.select()
    return files, jpki


@pytest.mark.parametrize("profile", [catalog.MY_NUMBER, catalog.FACE_ONLY])
def test_a_trusted_terminal_lets_the_card_sign(
    issuer: Issuer, tmp_path: Path, profile: CardProfile
) -> None:
    card = issuer.issue(profile)
    files, jpki = laid(card)
    create(issued(issuer, tmp_path)).unlock(files)
    assert len(jpki.sign(b"challenge")) == 256
    sent = [exchange.command for exchange in card.trace.exchanges]
    assert sent[2][:7] == bytes.fromhex("80A206C1000133")
    assert sent[3][:12] == bytes.fromhex("80A200C10001055F37820100")
    assert sent[4] == bytes.fromhex("0084000008")
    assert sent[5][:7] == bytes.fromhex("00820000000100")


def test_a_terminal_of_another_hierarchy_is_not_trusted(issuer: Issuer, tmp_path: Path) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    files, _ = laid(card)
    settings = issued(issuer, tmp_path)
    certificate = settings.certificate
    forged = bytearray(certificate.read_bytes())
    forged[60] ^= 1
    certificate.write_bytes(forged)
    with pytest.raises(PinlessUnavailableError):
        create(settings).unlock(files)
    assert len(card.trace.with_ins(0x82)) == 0


def test_a_certificate_without_its_key_is_worth_nothing(issuer: Issuer, tmp_path: Path) -> None:
    files, jpki = laid(issuer.issue(catalog.MY_NUMBER))
    settings = issued(issuer, tmp_path)
    other_key = rsa.generate_private_key(65537, 2048)
    pem = other_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.private_key.write_bytes(pem)
    with pytest.raises(PinlessUnavailableError):
        create(settings).unlock(files)
    with pytest.raises(CardAnswerError):
        jpki.sign(b"challenge")


def test_what_a_terminal_opened_is_closed_by_power_off(issuer: Issuer, tmp_path: Path) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    files, _ = laid(card)
    create(issued(issuer, tmp_path)).unlock(files)
    card.power_off()
    with pytest.raises(CardAnswerError):
        laid(card)[1].sign(b"challenge")


def test_a_phone_knows_no_terminals(issuer: Issuer, tmp_path: Path) -> None:
    files, _ = laid(issuer.issue(catalog.ANDROID))
    with pytest.raises(PinlessUnavailableError):
        create(issued(issuer, tmp_path)).unlock(files)


def test_a_pulled_card_is_lost_and_not_distrusted(issuer: Issuer, tmp_path: Path) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    files, _ = laid(card)
    card.physics.pull_at(3)
    with pytest.raises(CardLostError):
        create(issued(issuer, tmp_path)).unlock(files)


@pytest.mark.parametrize("confirmation", [{}, {"is_test_hierarchy": False}])
def test_without_the_confirmation_that_cards_are_made_for_tests_there_is_no_terminal(
    issuer: Issuer, tmp_path: Path, confirmation: dict[str, bool]
) -> None:
    table = issuer.issue_terminal(tmp_path) | confirmation
    settings = read_table(table, Settings, tmp_path, "terminal")
    with pytest.raises(ConfigurationError, match="is_test_hierarchy = true"):
        create(settings)
    create(read_table(table | {"is_test_hierarchy": True}, Settings, tmp_path, "terminal"))


@pytest.mark.parametrize("name", ["certificate", "private_key"])
@pytest.mark.parametrize("content", [b"", b"\x7f\x21\x03\x5f\x4e\x00", b"-----BEGIN"])
def test_wrong_files(issuer: Issuer, tmp_path: Path, name: str, content: bytes) -> None:
    settings = issued(issuer, tmp_path)
    path: Path = getattr(settings, name)
    path.write_bytes(content)
    with pytest.raises(ConfigurationError):
        create(settings)


def test_a_missing_file_and_a_key_of_another_kind(issuer: Issuer, tmp_path: Path) -> None:
    settings = issued(issuer, tmp_path)
    with pytest.raises(ConfigurationError):
        create(Settings(tmp_path / "none", settings.private_key, is_test_hierarchy=True))
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.private_key.write_bytes(pem)
    with pytest.raises(ConfigurationError):
        create(settings)

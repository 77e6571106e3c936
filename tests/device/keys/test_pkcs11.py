"""The reader's key in a real SoftHSM2 token, and everything that may be wrong with one."""

import logging
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, ObjectClass, TokenFlag

from device.errors import ConfigurationError
from device.keys import _token
from device.keys import pkcs11 as store
from device.keys.errors import KeyStoreError
from device.keys.pkcs11 import Settings, create
from device.keys.port import SigningKey
from device.visit import events
from hostlink.errors import InvalidResultError
from hostlink.messages import SignedResult
from hostlink.signing import verify_result
from hostlink.terms import FailureCode
from tests.device.jobs.test_record import Bench
from tests.device.keys.board import write_secret
from tests.device.signing_reader import reader_identity
from tests.hostlink.pki import FOR_SERVER, FROM, IS_LEAF, MAKER, NEVER, READER, UEID, name_of, usage
from tests.hostlink.samples import COMPLETED, MOMENT
from tests.hw_sim.soft_token import MODULE, PIN, SPY, SoftToken, Spied

WRONG_PIN = "975310"


@pytest.fixture(scope="module")
def spied(tmp_path_factory: pytest.TempPathFactory) -> Spied:
    return Spied(tmp_path_factory.mktemp("spied") / "calls.log")


@pytest.fixture
def token(tmp_path: Path) -> SoftToken:
    return SoftToken(tmp_path / "hsm")


@pytest.fixture
def blank(token: SoftToken, tmp_path: Path) -> Settings:
    """A token without a key, and no certificate."""
    return Settings(
        module=MODULE,
        token=token.label,
        key="signing",
        pin_file=write_secret(tmp_path / "pin", PIN.encode() + b"\n"),
        certificate=tmp_path / "reader.pem",
    )


@pytest.fixture
def settings(blank: Settings) -> Settings:
    """A key made inside the token, and the maker's certificate for it."""
    certify(store.make_key(blank).public_key, blank.certificate)
    return blank


def certify(key: ec.EllipticCurvePublicKey, path: Path) -> None:
    builder = x509.CertificateBuilder(
        issuer_name=MAKER.leaf.subject,
        subject_name=name_of("Test reader", UEID.hex()),
        public_key=key,
        serial_number=77,
        not_valid_before=FROM,
        not_valid_after=NEVER,
    )
    for extension, is_critical in (IS_LEAF, usage(signs=True), FOR_SERVER):
        builder = builder.add_extension(extension, critical=is_critical)
    path.write_bytes(builder.sign(MAKER.key, hashes.SHA256()).public_bytes(Encoding.PEM))


def changed(settings: Settings, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, **changes)


def refused(settings: Settings) -> str:
    with pytest.raises(ConfigurationError) as told:
        create(settings)
    assert PIN not in str(told.value)
    assert WRONG_PIN not in str(told.value)
    return str(told.value)


def signed_result(key: SigningKey) -> bytes:
    identity = replace(reader_identity(), key=key)
    return identity.sign_record(COMPLETED, bytes(32), MOMENT)(1, None)


def test_a_whole_result_signed_in_the_token_verifies(settings: Settings) -> None:
    for _ in range(8):
        verified = verify_result(signed_result(create(settings)), (MAKER.leaf,))
        assert verified.claims.record == COMPLETED


def test_the_record_s_thread_signs_and_a_lost_token_costs_no_number(
    settings: Settings, token: SoftToken, tmp_path: Path
) -> None:
    bench = Bench(tmp_path / "outbox", replace(reader_identity(), key=create(settings)))
    token.take_away()
    bench.keep(1)
    assert bench.posted.events == [events.JobFailed(1, FailureCode.STORAGE_UNAVAILABLE)]
    token.bring_back()
    bench.keep(2)
    bench.jobs.stop()
    assert bench.posted.events[-1] == events.RecordKept(2)
    (sent,) = bench.link.taken
    assert isinstance(sent, SignedResult)
    assert verify_result(sent.cose, (MAKER.leaf,)).claims.seq == 1


def test_openssl_verifies_it_too(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"data")
    (tmp_path / "signature").write_bytes(create(settings).sign(b"data"))
    command = f"openssl x509 -in {settings.certificate} -pubkey -noout > {tmp_path}/pub.pem"
    subprocess.run(["sh", "-c", command], check=True)
    answer = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "signature", "data"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert answer.stdout == b"Verified OK\n"


def test_the_private_key_stays_in_the_token(settings: Settings, token: SoftToken) -> None:
    with token._session() as session:
        key = session.get_key(ObjectClass.PRIVATE_KEY, label="signing")
        assert not key[Attribute.EXTRACTABLE]
        assert key[Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            _ = key[Attribute.VALUE]


def test_a_second_key_of_that_name_is_not_made(settings: Settings) -> None:
    before = create(settings).chain
    with pytest.raises(ConfigurationError, match="nothing was changed"):
        store.make_key(settings)
    assert create(settings).chain == before


def test_the_pin_is_nowhere_to_be_read(
    settings: Settings, token: SoftToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = create(settings)
    token.take_away()
    with pytest.raises(KeyStoreError) as told:
        key.sign(b"data")
    assert PIN not in f"{key!r} {settings!r} {told.value!r} {told.value.__cause__!r} {caplog.text}"


def test_a_token_that_comes_back_is_used_again(settings: Settings, token: SoftToken) -> None:
    key = create(settings)
    token.take_away()
    for _ in range(2):
        with pytest.raises(KeyStoreError, match="'reader' is not there"):
            key.sign(b"data")
    token.bring_back()
    assert verify_result(signed_result(key), (MAKER.leaf,)).claims.record == COMPLETED


def test_a_token_that_was_away_between_two_signatures_is_not_noticed(
    settings: Settings, token: SoftToken
) -> None:
    key = create(settings)
    pkcs11.lib(str(MODULE)).reinitialize()
    assert verify_result(signed_result(key), (MAKER.leaf,)).claims.record == COMPLETED


def test_another_key_under_the_same_name_signs_nothing(
    settings: Settings, token: SoftToken
) -> None:
    key = create(settings)
    token.remove_key("signing")
    token.make_key("signing")
    with pytest.raises(KeyStoreError, match="another key than the one certified"):
        key.sign(b"data")
    assert "another key than the one certified" in refused(settings)


def test_a_store_that_believes_its_token_would_be_seen(
    settings: Settings, token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the check the agent gets a result that nobody can verify."""
    key = create(settings)
    token.remove_key("signing")
    token.make_key("signing")
    monkeypatch.setattr(store, "_verify", lambda key, signature, data: None)
    with pytest.raises(InvalidResultError):
        verify_result(signed_result(key), (MAKER.leaf,))


@pytest.fixture
def watched(settings: Settings, spied: Spied) -> Iterator[Settings]:
    """The same token behind OpenSC's spy, which writes down every call."""
    pkcs11.lib(str(MODULE)).finalize()  # it serves one user in a process
    yield changed(settings, module=SPY)
    pkcs11.lib(str(SPY)).finalize()


def test_a_wrong_pin_is_sent_once(watched: Settings, token: SoftToken, spied: Spied) -> None:
    key = create(watched)
    watched.pin_file.write_text(WRONG_PIN)
    pkcs11.lib(str(SPY)).reinitialize()
    before = spied.logins()
    for _ in range(5):
        with pytest.raises(KeyStoreError, match="the PIN"):
            key.sign(b"data")
    assert spied.logins() == before + 1


def test_nor_does_a_restart_send_one_after_a_wrong_one(
    watched: Settings, token: SoftToken, spied: Spied
) -> None:
    watched.pin_file.write_text(WRONG_PIN)
    before = spied.logins()
    assert "refused the PIN in" in refused(watched)
    for _ in range(5):
        assert "pkcs11-tool --module" in refused(watched)
    assert spied.logins() == before + 1
    watched.pin_file.write_text(PIN)
    assert "pkcs11-tool --module" in refused(watched)
    token.log_in()
    assert create(watched).sign(b"data")


def test_a_store_that_tries_again_would_be_seen(
    watched: Settings, spied: Spied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: nothing is remembered and the token is not asked."""
    monkeypatch.setattr(_token.Token, "_check_pin_state", lambda self, flags: None)
    watched.pin_file.write_text(WRONG_PIN)
    before = spied.logins()
    for _ in range(3):
        refused(watched)
    assert spied.logins() == before + 3


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        (TokenFlag.USER_PIN_LOCKED, "has locked its PIN"),
        (TokenFlag.USER_PIN_FINAL_TRY, "enter it once by hand"),
    ],
)
def test_no_pin_is_sent_to_a_token_in_danger(
    settings: Settings, flag: TokenFlag, sentence: str
) -> None:
    with pytest.raises(KeyStoreError, match=sentence):
        store._token(settings)._check_pin_state(flag)


def test_the_pin_s_file_must_be_for_the_reader_alone(settings: Settings) -> None:
    settings.pin_file.chmod(0o644)
    assert "pin: others may read" in refused(settings)
    settings.pin_file.chmod(0o600)
    settings.pin_file.write_bytes(b"\xff\xfe")
    assert "text in UTF-8" in refused(settings)


# Every other thing that may be wrong, each with its own sentence


def test_no_such_module(settings: Settings) -> None:
    assert "there is no /nowhere.so" in refused(changed(settings, module=Path("/nowhere.so")))


def test_a_module_that_is_none(settings: Settings) -> None:
    assert "`module`" in refused(changed(settings, module=settings.certificate))


def test_no_such_token(settings: Settings, token: SoftToken) -> None:
    assert "the token 'other' is not there" in refused(changed(settings, token="other"))
    assert "is not there" in refused(changed(settings, serial="0000"))


def test_several_tokens_of_one_name(settings: Settings, token: SoftToken) -> None:
    serial = token.serial()
    token.add(token.label)
    assert "2 times; set `serial`" in refused(settings)
    assert create(changed(settings, serial=serial)).sign(b"data")


def test_no_such_key(settings: Settings) -> None:
    assert "holds no key called 'other'" in refused(changed(settings, key="other"))
    assert "holds no key called" in refused(changed(settings, key_id="7f"))
    assert "must be hex" in refused(changed(settings, key_id="x"))


def test_several_keys_of_one_name(settings: Settings, token: SoftToken) -> None:
    token.make_key("signing", key_id=b"\x02")
    assert "several keys called 'signing'; set `key_id`" in refused(settings)
    assert create(changed(settings, key_id="01")).sign(b"data")


def test_another_curve_and_another_kind_of_key(settings: Settings, token: SoftToken) -> None:
    token.make_key("p384", "secp384r1")
    token.make_rsa_key("rsa")
    for name in ("p384", "rsa"):
        other = changed(settings, key=name)
        assert f"its key '{name}' is no P-256 key" in refused(other)
        with pytest.raises(ConfigurationError, match="no P-256 key"):
            store.open_uncertified(other)


def test_a_certificate_of_another_key(settings: Settings, tmp_path: Path) -> None:
    certificate, _ = READER.write(tmp_path, "other")
    assert "another key than the one certified" in refused(
        changed(settings, certificate=certificate)
    )


def test_no_certificate(settings: Settings) -> None:
    settings.certificate.unlink()
    assert "reader.pem: No such file" in refused(settings)

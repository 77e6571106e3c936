"""Both relays that send show who they are if told to, and tell a stranger nothing."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from agent.errors import ConfigError, RelayUnavailableError
from agent.relays import _sending
from tests.agent.relays import tls_world
from tests.agent.relays.conftest import MakeRelay
from tests.agent.relays.samples import KEY, TARO
from tests.hw_sim.webhook_receiver import WebhookReceiver


@pytest.mark.parametrize("name", ["trust", "client_certificate"])
def test_a_file_that_is_no_certificate(make: MakeRelay, tmp_path: Path, name: str) -> None:
    (tmp_path / "file.pem").write_text("no certificate")
    with pytest.raises(ConfigError, match=name):
        make("https://reception.invalid", **{name: "file.pem"})


def test_a_key_with_a_password_is_one_sentence(make: MakeRelay, tmp_path: Path) -> None:
    chain, key = tls_world.AGENT.write(tmp_path, "agent")
    locked = tls_world.AGENT.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    key.write_bytes(locked)
    with pytest.raises(ConfigError, match="client_certificate"):
        make("https://reception.invalid", client_certificate=str(chain), client_key=str(key))


def mutual_settings(folder: Path) -> dict[str, str]:
    chain, key = tls_world.AGENT.write(folder, "agent")
    trust = tls_world.root_file(folder)
    return {
        "trust": str(trust),
        "client_certificate": str(chain),
        "client_key": str(key),
    }


def test_both_ends_show_who_they_are(make: MakeRelay, tmp_path: Path) -> None:
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    with WebhookReceiver(context) as receiver:
        assert make(receiver.url, **mutual_settings(tmp_path), timeout_s=5).send(TARO) == KEY
        assert receiver.taken


def test_the_key_may_lie_in_the_file_of_the_certificate(make: MakeRelay, tmp_path: Path) -> None:
    settings = mutual_settings(tmp_path)
    chain, key = Path(settings["client_certificate"]), Path(settings.pop("client_key"))
    chain.write_bytes(chain.read_bytes() + key.read_bytes())
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    with WebhookReceiver(context) as receiver:
        assert make(receiver.url, **settings, timeout_s=5).send(TARO) == KEY


def test_a_receiver_that_wants_a_certificate_gets_nothing_without(
    make: MakeRelay, tmp_path: Path
) -> None:
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    trust = str(tls_world.root_file(tmp_path))
    with WebhookReceiver(context) as receiver:
        with pytest.raises(RelayUnavailableError):
            make(receiver.url, trust=trust, timeout_s=5).send(TARO)
        assert not receiver.posts


@pytest.mark.parametrize("who", tls_world.STRANGERS)
def test_a_stranger_is_told_nothing(make: MakeRelay, tmp_path: Path, who: str) -> None:
    shown, trusted = tls_world.STRANGERS[who]
    settings = {} if trusted is None else {"trust": str(tls_world.root_file(tmp_path, trusted))}
    with WebhookReceiver(tls_world.context(tmp_path, shown)) as receiver:
        with pytest.raises(RelayUnavailableError) as unavailable:
            make(receiver.url, **settings, timeout_s=5).send(TARO)
        assert unavailable.value.cause == "CERTIFICATE_VERIFY_FAILED"
        assert not receiver.posts


def test_trusting_everybody_is_caught(
    make: MakeRelay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without a look at the certificate the stranger has the document."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    monkeypatch.setattr(_sending, "tls_context", lambda *_: anybody)
    with WebhookReceiver(tls_world.context(tmp_path, tls_world.server())) as receiver:
        make(receiver.url, timeout_s=5).send(TARO)
        assert receiver.posts

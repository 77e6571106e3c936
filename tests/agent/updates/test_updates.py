"""A notice is told when the maker signed exactly this, and it is not an old one."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.doctor import versions
from agent.errors import ConfigError, UpdateNoticeError
from agent.updates import watch
from agent.updates.__main__ import main
from agent.updates.notice import LONGEST_BYTES, LONGEST_TEXT, Notice, read_key, read_notice
from agent.updates.notice import sign_notice as signed_by
from agent.updates.place import notice_place
from agent.updates.watch import Updates, UpdateWatch
from tests.agent.running_agent import wait_until
from tests.agent.world import TODAY, ToldClock

MAKER = ec.derive_private_key(0x5EED, ec.SECP256R1())
STRANGER = ec.derive_private_key(0x5EED1, ec.SECP256R1())
RELEASED = date(2026, 11, 20)
NOTICE = Notice("0.2.0", RELEASED, "顔認証が速くなりました。https://uketsuke.example/0.2.0")
NEWER = Notice("0.3.0", RELEASED + timedelta(days=1), "x")
Believe = Callable[[bytes], Notice]


class Clinic:
    """An agent's knowledge, and the place where it looks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ToldClock()
        self.lies_there = b""
        self.updates = self.start()

    def start(self) -> Updates:
        self.updates = Updates(
            lambda: self.lies_there,
            MAKER.public_key(),
            self.folder / "agent.update",
            "0.1.0",
            self.clock,
        )
        return self.updates

    def show(self, notice: Notice, key: ec.EllipticCurvePrivateKey = MAKER) -> Notice:
        self.lies_there = signed_by(notice, key)
        return self.updates.look()


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


def test_a_newer_version_is_told_and_still_after_a_restart(clinic: Clinic) -> None:
    clinic.show(NOTICE)
    assert clinic.updates.sentence == f"version 0.2.0 is there: {NOTICE.text}"
    assert clinic.start().sentence == f"version 0.2.0 is there: {NOTICE.text}"
    clinic.show(NEWER)
    assert clinic.updates.sentence == "version 0.3.0 is there: x"


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.1"])
def test_what_is_installed_already_is_not(clinic: Clinic, version: str) -> None:
    clinic.show(Notice(version, RELEASED, "x"))
    assert clinic.updates.sentence is None


def test_the_tenth_version_comes_after_the_ninth(clinic: Clinic) -> None:
    clinic.show(Notice("0.9.0", RELEASED, "x"))
    clinic.show(Notice("0.10.0", RELEASED, "x"))
    with pytest.raises(UpdateNoticeError, match=r"older than that of version 0\.10\.0"):
        clinic.show(Notice("0.9.9", RELEASED, "x"))


def alterations(signed: bytes) -> Iterator[bytes]:
    """Each byte of the file changed, left out, and one put in."""
    for at in range(len(signed)):
        yield signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        yield signed[:at] + signed[at + 1 :]
        yield signed[:at] + b" " + signed[at:]
    yield signed + b" "


def accepted(believe: Believe, altered: Iterator[bytes]) -> int:
    count = 0
    for each in altered:
        try:
            believe(each)
        except (UpdateNoticeError, ValueError):
            continue
        count += 1
    return count


def careless(signed: bytes) -> Notice:
    """Negative control: verifies what it understood, and not the bytes."""
    first, signature, content = signed.split(b"\n", 2)
    notice = msgspec.json.decode(content, type=Notice)
    understood = first + b"\n" + msgspec.json.encode(notice) + b"\n"
    try:
        MAKER.public_key().verify(b64decode(signature), understood, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise ValueError from None
    return notice


def test_not_a_byte_of_it_may_be_another() -> None:
    signed = signed_by(NOTICE, MAKER)
    assert read_notice(signed, MAKER.public_key()) == NOTICE
    assert accepted(lambda each: read_notice(each, MAKER.public_key()), alterations(signed)) == 0
    assert accepted(careless, alterations(signed)) > 10, "negative control"


def test_another_key_is_not_the_maker(clinic: Clinic) -> None:
    with pytest.raises(UpdateNoticeError, match="the maker did not sign it"):
        clinic.show(NOTICE, STRANGER)
    assert clinic.updates.sentence is None
    clinic.show(NOTICE)
    assert clinic.updates.sentence is not None, "control"


class Forgetful(Updates):
    """Negative control: believes whatever the maker ever signed."""

    def look(self) -> Notice:
        self._newest = None
        return super().look()


OLD = [
    Notice("0.2.0", RELEASED - timedelta(days=1), "an old one"),
    Notice("0.1.9", RELEASED + timedelta(days=1), "a downgrade under a new date"),
]


@pytest.mark.parametrize("old", OLD)
@pytest.mark.parametrize("is_restarted", [False, True])
def test_an_older_one_is_a_replay(clinic: Clinic, old: Notice, *, is_restarted: bool) -> None:
    clinic.show(NOTICE)
    if is_restarted:
        clinic.start()
    with pytest.raises(UpdateNoticeError, match=r"older than that of version 0\.2\.0"):
        clinic.show(old)
    assert clinic.start().sentence == f"version 0.2.0 is there: {NOTICE.text}"
    control = Forgetful(
        lambda: clinic.lies_there,
        MAKER.public_key(),
        clinic.folder / "forgotten",
        "0.1.0",
        clinic.clock,
    )
    assert control.look() == old, "negative control"


def test_one_from_the_future_would_silence_all_later_ones(clinic: Clinic) -> None:
    clinic.show(Notice("0.2.0", TODAY.date() + timedelta(days=2), "x"))
    with pytest.raises(UpdateNoticeError, match="from the future"):
        clinic.show(Notice("0.3.0", TODAY.date() + timedelta(days=3), "x"))


def test_a_memory_that_was_altered_is_forgotten(clinic: Clinic) -> None:
    clinic.show(NOTICE)
    memory = clinic.folder / "agent.update"
    memory.write_bytes(memory.read_bytes().replace(b"0.2.0", b"9.2.0"))
    assert clinic.start().sentence is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * (LONGEST_TEXT + 1),
        "<b>x</b>",
        "a\nb",
        "\x1b[31mred",
        "a\u202eb",
        "a\u2028b",
        "a\x00",
    ],
)
def test_a_text_that_is_more_than_text(text: str) -> None:
    with pytest.raises(ValueError, match="Expected one line"):
        Notice("0.2.0", RELEASED, text)


@pytest.mark.parametrize("version", ["", "1", "v0.2.0", "0.2.0-rc1", "0.2.", "0.2.0\n", "１.２"])
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(ValueError, match="Expected a version"):
        Notice(version, RELEASED, "x")


def signed_content(content: bytes) -> bytes:
    """Signed by the maker, whatever it says."""
    first = b"uketsuke update notice 1\n"
    return first + b64encode(MAKER.sign(first + content, ec.ECDSA(SHA256()))) + b"\n" + content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"version":"0.2.0","released":"2026-11-20","text":"<script>"}',
        b'{"version":"0.2.0","released":"soon","text":"x"}',
        b'{"version":"0.2.0","released":"2026-11-20","text":"x","install":"http://x"}',
    ],
)
def test_what_the_maker_signed_by_mistake(content: bytes) -> None:
    with pytest.raises(UpdateNoticeError, match="its content is wrong"):
        read_notice(signed_content(content), MAKER.public_key())


def test_one_that_is_too_long() -> None:
    with pytest.raises(UpdateNoticeError, match="no notice"):
        read_notice(signed_content(b" " * LONGEST_BYTES), MAKER.public_key())


def test_the_same_reason_is_logged_once(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = UpdateWatch(clinic.updates)
    for _ in range(3):
        looking.look()
    clinic.lies_there = signed_by(NOTICE, STRANGER)
    looking.look()
    said = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "the notice of updates cannot be used: it is no notice of this program",
        "the notice of updates cannot be used: the maker did not sign it",
    ]
    monkeypatch.setattr(watch, "FIRST_S", 0.0)
    clinic.lies_there = signed_by(NOTICE, MAKER)
    looking.start()
    wait_until(lambda: clinic.updates.sentence is not None)
    looking.stop()


class Web(BaseHTTPRequestHandler):
    """The maker's server."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/notice" else 404)
        self.end_headers()
        self.wfile.write(b"x" * (LONGEST_BYTES * 3))

    def log_message(self, *_: object) -> None:
        pass


def test_places(tmp_path: Path) -> None:
    (tmp_path / "notice").write_bytes(b"y" * (LONGEST_BYTES * 3))
    assert notice_place("notice", tmp_path)() == b"y" * (LONGEST_BYTES + 1)
    with pytest.raises(UpdateNoticeError, match=r"absent: No such file"):
        notice_place("absent", tmp_path)()
    with HTTPServer(("127.0.0.1", 0), Web) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        got = notice_place(f"{address}/notice", tmp_path)()
        assert len(got) > LONGEST_BYTES
        assert set(got) == {ord("x")}
        with pytest.raises(UpdateNoticeError, match=r"127\.0\.0\.1 answers HTTP 404"):
            notice_place(f"{address}/absent", tmp_path)()
        server.shutdown()
    with pytest.raises(UpdateNoticeError, match=r"127\.0\.0\.1: ConnectError"):
        notice_place(f"{address}/notice", tmp_path)()
    with pytest.raises(ConfigError, match="https"):
        notice_place("http://uketsuke.example/notice", tmp_path)


def test_a_makers_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With OpenSSL's own keys, as the help says."""
    secret, public, out = (tmp_path / name for name in ("maker.key", "maker.pub", "notice"))
    make = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(secret)]
    subprocess.run(make, check=True)
    subprocess.run(
        ["openssl", "ec", "-in", secret, "-pubout", "-out", public], check=True, capture_output=True
    )
    words = ["sign", "--key", str(secret), "--version", "0.2.0", "--released", "2026-11-20"]
    words += ["--out", str(out), "--text"]
    assert main([*words, NOTICE.text]) == 0
    assert read_notice(out.read_bytes(), read_key(public)) == NOTICE
    before = out.read_bytes()
    assert main([*words, "<b>"]) == 2
    assert out.read_bytes() == before
    words[2] = str(public)
    assert main([*words, "x"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("Expected one line of at most 300 letters")
    assert said[1] == f"{public} must be PEM of a private key without a password."


def test_a_key_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "maker.pub"
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    for content in (b"", other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match="must be PEM of a public key on P-256"):
            read_key(path)


def test_the_doctor_tries_it_and_remembers_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "updates_of", lambda *_: clinic.updates)
    clinic.lies_there = signed_by(NOTICE, MAKER)
    (finding,) = versions.examine(None, clinic.folder, clinic.clock)  # type: ignore[arg-type]
    assert str(finding) == "updates: the maker's newest version is 0.2.0"
    clinic.lies_there = signed_by(NOTICE, STRANGER)
    (finding,) = versions.examine(None, clinic.folder, clinic.clock)  # type: ignore[arg-type]
    assert str(finding).startswith("updates: the notice cannot be used, the maker did not sign it.")
    assert list(clinic.folder.iterdir()) == []

"""Files that Windows and Linux take as they are, for origins that nobody can stand in for."""

import configparser
import json
from pathlib import Path, PurePosixPath

import pytest

from agent.__main__ import main
from agent.errors import ConfigError
from agent.policy.files import LINUX_FOLDERS, REGISTRY_FILE, policy_files
from agent.policy.origin import read_origin

EMR = "https://emr.example"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (EMR, EMR),
        ("https://EMR.example/", EMR),
        ("https://emr.example:443", EMR),
        ("https://emr.example:8443", "https://emr.example:8443"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://病院.example", "https://xn--0rys90e.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_do(text: str, origin: str) -> None:
    assert read_origin(text) == origin


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("http://emr.example", "write https://"),
        ("http://127.0.0.1.emr.example", "write https://"),
        ("http://localhost.emr.example", "write https://"),
        ("ftp://emr.example", "write https://"),
        ("https://emr.example/karte", "leave out what follows"),
        ("https://emr.example?a=1", "leave out what follows"),
        ("https://emr.example/#", "leave out what follows"),
        ("https://*.emr.example", "without * and @"),
        ("https://*", "without * and @"),
        ("https://user@emr.example", "without * and @"),
        ("https://emr.example@evil.example", "without * and @"),
        ('https://emr.example"', "write an origin"),
        ("https://emr.example\r\n[HKEY_USERS]", "write an origin"),
        ("https://", "write an origin"),
        ("emr.example", "write an origin"),
        ("file:///etc", "write an origin"),
        ("null", "write an origin"),
        ("", "write an origin"),
    ],
)
def test_what_is_no_origin_or_one_for_anybody(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=r".") as caught:
        read_origin(text)
    assert sentence in str(caught.value)


def test_windows_takes_the_registry_file() -> None:
    written = policy_files([EMR, "http://localhost:8080"])[REGISTRY_FILE]
    assert written.startswith(b"\xff\xfeW\x00i\x00")
    text = written.decode("utf-16")
    assert "\n" not in text.replace("\r\n", "")
    first, _, rest = text.partition("\r\n")
    assert first == "Windows Registry Editor Version 5.00"
    keys = configparser.ConfigParser(delimiters="=", interpolation=None)
    keys.read_string(rest)
    assert keys.sections() == [
        rf"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\{browser}\LoopbackNetworkAllowedForUrls"
        for browser in (r"Microsoft\Edge", r"Google\Chrome")
    ]
    for key in keys.sections():
        assert dict(keys[key]) == {'"1"': f'"{EMR}"', '"2"': '"http://localhost:8080"'}


def test_linux_takes_the_json() -> None:
    written = policy_files([EMR])
    for folder in LINUX_FOLDERS:
        policy = json.loads(written["linux" / folder / "uketsuke.json"])
        assert policy == {"LoopbackNetworkAllowedForUrls": [EMR]}


def test_the_command_writes_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("leave_no_core", "write_notes_only"):
        monkeypatch.setattr(f"agent.__main__.{name}", lambda: None)
    words = ["policy", "export", "--origin", EMR, "--origin", f"{EMR}/", "--out"]
    monkeypatch.setattr("sys.argv", ["agent", *words, str(tmp_path / "it")])
    assert main() == 0
    written = {path for path in (tmp_path / "it").rglob("*") if path.is_file()}
    assert written == {tmp_path / "it" / name for name in policy_files([])}
    text = (tmp_path / "it/README.txt").read_text(encoding="utf-8")
    assert text.count(f"  {EMR}\n") == 1
    assert str(PurePosixPath(REGISTRY_FILE)) in text
    assert main() == 2
    assert f"{tmp_path / 'it'} is there already: name a new folder" in capsys.readouterr().err

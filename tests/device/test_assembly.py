"""A reader is put together from its file; one that cannot work stops it with one sentence."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from device import assembly
from device.assembly import Reader, assemble
from device.common_assembly import make_standing
from device.config import read_config
from device.errors import ConfigurationError, DeviceError
from device.face.check import FaceCheck, FaceCheckPlan
from device.jobs.card import CardParts
from device.reader.port import CardSlot
from device.sealed_key import KeyFile
from tests.device.keys.board import board_secret
from tests.device.test_performer import Calls
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.provisioning import UEID, Provisioned, provision


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Provisioned:
    return provision(tmp_path_factory.mktemp("keys"))


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """The networks are tried elsewhere and take a second to load."""
    check = cast(FaceCheck, Calls("check", []))
    monkeypatch.setattr(assembly, "load_face_check", lambda *given, **named: check)


@pytest.fixture
def toml(keys: Provisioned, tmp_path: Path, issuer: Issuer) -> str:
    pem = issuer.record_ca.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "records.pem").write_bytes(pem)
    return f"""\
state_folder = "device-state"
journal = "device-journal.jsonl"
slot = {{ name = "pcsc" }}
records = {{ anchors = ["records.pem"] }}

[link]
port = "{tmp_path}/tty"
certificate = "{keys.reader_certificate}"
key = "{keys.reader_key}"

[identity]
name = "file"
settings = {{ certificate = "{keys.reader_certificate}", key = "{keys.reader_key}" }}

[camera]
name = "frames"
settings = {{ folder = "camera", fps = 15.0 }}

[screen]
port = 0
token_file = "screen.token"
"""


def make(folder: Path, toml: str, told: list[str] | None = None) -> Reader:
    path = folder / "device.toml"
    path.write_text(toml)
    slot = cast(CardSlot, Calls("slot", [] if told is None else told))
    config = read_config(path)
    return assemble(config, folder, make_standing(config, folder), slot)


def test_a_reader_starts_and_stops(tmp_path: Path, toml: str) -> None:
    told: list[str] = []
    reader = make(tmp_path, toml, told)
    runs = [reader.is_running]
    reader.start()
    runs.append(reader.is_running)
    reader.stop()
    runs.append(reader.is_running)
    assert runs == [False, True, False]
    assert told == ["slot.watch", "slot.close"]


def test_its_secrets_are_for_it_alone_and_stay_the_same(tmp_path: Path, toml: str) -> None:
    make(tmp_path, toml).performer.close()
    secret = tmp_path / "device-state/pin/reader.key"
    before = secret.read_bytes()
    make(tmp_path, toml).performer.close()
    assert secret.read_bytes() == before
    assert len(before) == 32
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("left", [b"", b"short"])
def test_a_torn_secret_is_made_anew(tmp_path: Path, toml: str, left: bytes) -> None:
    make(tmp_path, toml).performer.close()
    secret = tmp_path / "device-state/pin/reader.key"
    secret.write_bytes(left)
    make(tmp_path, toml).performer.close()
    assert len(secret.read_bytes()) == 32


def test_the_name_of_the_reader_is_the_makers(tmp_path: Path, toml: str) -> None:
    reader = make(tmp_path, toml)
    identity = cast(Any, reader.performer.record)._identity
    assert identity.ueid == UEID
    assert identity.boot_count == 1
    assert len(identity.model_hash) == len(identity.firmware_hash) == 32
    reader.performer.close()


@pytest.fixture
def sealed(tmp_path: Path, toml: str) -> Iterator[tuple[str, Path]]:
    """A reader whose key file, one for results and cable, is sealed to its board."""
    mine = provision(tmp_path / "mine")
    with board_secret() as secret:
        KeyFile(mine.reader_key, secret).seal()
        setting = f'device_secret = "{secret}"'
        toml = re.sub(r'"[^"]*/reader\.', f'"{tmp_path}/mine/reader.', toml)
        toml = toml.replace('reader.key" }', f'reader.key", {setting} }}')
        yield toml.replace("[identity]", f"{setting}\n[identity]"), secret


def test_with_sealed_keys_it_starts_on_its_own_board_only(
    tmp_path: Path, sealed: tuple[str, Path]
) -> None:
    toml, secret = sealed
    make(tmp_path, toml).performer.close()
    for setting in (f'device_secret = "{secret}"\n', f', device_secret = "{secret}"'):
        assert toml.count(setting) == 1
        with pytest.raises(ConfigurationError, match="this key is sealed; set"):
            make(tmp_path, toml.replace(setting, ""))
    secret.write_bytes(secret.read_bytes()[::-1])
    with pytest.raises(ConfigurationError, match="sealed on another board"):
        make(tmp_path, toml)


CARD_CAMERA = """\
[card_camera]
name = "frames"
settings = { folder = "card-camera" }

"""
FACELESS = "no face can be checked"


def test_without_an_eye_for_the_card_staff_are_told_once_that_no_face_is_checked(
    tmp_path: Path, toml: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = make(tmp_path, toml)
    assert card_parts(reader).front is None
    assert caplog.text.count(FACELESS) == 1
    reader.performer.close()


@pytest.mark.parametrize("may_type", [True, False])
def test_with_a_camera_for_the_card_or_typing_the_face_is_offered(
    tmp_path: Path, toml: str, caplog: pytest.LogCaptureFixture, may_type: bool
) -> None:
    way = "[visit]\nmay_type_printed_code = true\n" if may_type else CARD_CAMERA
    reader = make(tmp_path, toml.replace("[screen]", way + "[screen]"))
    assert (card_parts(reader).front is None) == may_type
    assert FACELESS not in caplog.text
    reader.performer.close()


def test_without_a_terminal_staff_are_told_once_that_no_face_is_checked(
    tmp_path: Path, toml: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = make(tmp_path, toml.replace("[screen]", CARD_CAMERA + "[screen]"))
    assert card_parts(reader).terminal is None
    assert caplog.text.count("no [terminal]") == 1
    reader.performer.close()


@pytest.mark.parametrize("asks", [True, False])
def test_only_the_file_switches_movements_off_and_staff_are_told(
    tmp_path: Path,
    toml: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    asks: bool,
) -> None:
    plans: list[FaceCheckPlan] = []

    def load(*given: object) -> FaceCheck:
        plans.append(cast(FaceCheckPlan, given[-1]))
        return cast(FaceCheck, Calls("check", []))

    monkeypatch.setattr(assembly, "load_face_check", load)
    face = f"[face]\nasks_for_movement = {str(asks).lower()}\n"
    reader = make(tmp_path, toml.replace("[screen]", face + "[screen]"))
    assert [plan.liveness.is_active for plan in plans] == [asks]
    assert ("asks_for_movement is off" in caplog.text) == (not asks)
    reader.performer.close()


def test_records_are_judged_by_the_anchors_of_the_file(tmp_path: Path, toml: str) -> None:
    reader = make(tmp_path, toml)
    assert card_parts(reader).anchors is not None
    reader.performer.close()


def card_parts(reader: Reader) -> CardParts:
    return reader.performer.card._parts


WRONG = [
    ("[screen]", "[visit]\nchoose = 3\n[screen]", "[visit].*'choose'"),
    ("[screen]", "[visit]\npin_s = -1\n[screen]", "[visit].*pin_s"),
    ("[screen]", "[visit]\npin_s = nan\n[screen]", "[visit].*pin_s"),
    ("[screen]", "[visit]\npin_s = inf\n[screen]", "[visit].*pin_s"),
    ("[screen]", "[visit]\nwrong_pins = 1.5\n[screen]", "[visit].*wrong_pins"),
    ("[screen]", "[visit]\npin_s = true\n[screen]", "[visit].*pin_s"),
    ("[screen]", "[visit]\nface_attempts = 4\n[screen]", "[visit].*face_attempts.*3"),
    ("[screen]", "[visit]\nwrong_pins = 3\n[screen]", "[visit].*wrong_pins.*2"),
    ("[screen]", "[visit]\nmay_type_printed_code = 1\n[screen]", "[visit].*may_type"),
    ("[screen]", "[visit]\npin_s = 'long'\n[screen]", "[visit].*float.*str"),
    ("[screen]", "[visit]\nemergency = 'fire'\n[screen]", "[visit].*emergency.*ambulance"),
    ("[screen]", "[visit]\nemergency = 1\n[screen]", "[visit].*emergency.*ambulance"),
    ('["records.pem"]', "[]", "[records].*anchors"),
    ('records = { anchors = ["records.pem"] }', "", "[records].*anchors"),
    ('["records.pem"]', '["nowhere.pem"]', "nowhere.pem"),
    ("[screen]", '[card_camera]\nname = "eye"\n[screen]', "cameras: no adapter is called 'eye'"),
    ("[screen]", '[card_camera]\nname = "frames"\n[screen]', "settings of frames.*folder"),
    (
        "[screen]",
        "[ocr]\nname = 'guess'\n" + CARD_CAMERA + "[screen]",
        "ocr: no adapter is called 'guess'",
    ),
    ("[screen]", '[face]\nembedder = "nobody"\n[screen]', "[face].*'nobody'"),
    ("[screen]", '[face]\ndetector = "../detector"\n[screen]', "[face].*detector"),
    ("[screen]", '[face]\nruntime = "os"\n[screen]', "no adapter is called 'os'"),
    ("[screen]", '[keypad]\nname = "../x"\n[screen]', "no adapter is called '../x'"),
    ("[screen]", '[screen]\nlanguage = "xx"', "language"),
    ('name = "frames"', 'name = "nothing"', "cameras: no adapter is called 'nothing'"),
    ("fps = 15.0", "fps = -1.0", "settings of frames.*fps"),
    ("fps = 15.0", "pace = 1.0", "settings of frames.*pace"),
    ("reader.key", "nowhere.key", "reader|key"),
    ("reader.pem", "root.pem", "is not that of"),
    ('"device-state"', '"device.toml"', "device.toml"),
    ('"device-journal.jsonl"', '"nowhere/journal.jsonl"', "nowhere/journal.jsonl"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), WRONG)
def test_what_cannot_work_stops_the_start_with_one_sentence(
    tmp_path: Path, toml: str, old: str, new: str, sentence: str
) -> None:
    assert old in toml
    with pytest.raises(DeviceError, match=sentence.replace("[", r"\[")) as error:
        make(tmp_path, toml.replace(old, new))
    assert isinstance(error.value, ConfigurationError)
    assert "\n" not in str(error.value)


def test_the_slot_of_the_file_is_used_when_no_other_is_given(tmp_path: Path, toml: str) -> None:
    path = tmp_path / "device.toml"
    path.write_text(toml.replace('name = "pcsc"', 'name = "tray"'))
    config = read_config(path)
    with pytest.raises(ConfigurationError, match="slots: no adapter is called 'tray'"):
        assemble(config, tmp_path, make_standing(config, tmp_path))

from pathlib import Path

import pytest

from device.config import Adapter, Config, read_config
from device.errors import ConfigurationError

GOOD = """\
state_folder = "state"
journal = "journal.jsonl"

[link]
port = "/dev/ttyGS0"
certificate = "keys/reader.pem"
key = "/keys/reader.key"

[identity]
name = "file"
settings = { certificate = "a.pem", key = "a.key" }

[slot]
name = "pcsc"

[camera]
name = "frames"

[card_camera]
name = "frames"

[records]
anchors = ["keys/records.pem"]

[screen]
token_file = "screen.token"

[visit]
pin_s = 90
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "device.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_a_whole_file(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.state_folder == tmp_path / "state"
    assert config.link.certificate == tmp_path / "keys/reader.pem"
    assert config.link.key == Path("/keys/reader.key")
    assert config.screen.token_file == tmp_path / "screen.token"
    assert config.identity == Adapter("file", {"certificate": "a.pem", "key": "a.key"})
    assert (config.terminal, config.keypad) == (None, None)
    assert (config.screen.language, config.screen.is_pad_shuffled) == ("ja", True)
    assert config.visit == {"pin_s": 90}
    assert config.records.anchors == [tmp_path / "keys/records.pem"]
    assert (config.card_camera, config.ocr) == (Adapter("frames"), Adapter("tesseract"))


def test_a_permission_is_yes_or_no(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD.replace("pin_s = 90", "may_type_printed_code = true"))
    assert config.visit == {"may_type_printed_code": True}


def test_what_may_be_left_out(tmp_path: Path) -> None:
    camera = '[card_camera]\nname = "frames"\n'
    assert camera in GOOD
    assert read(tmp_path, GOOD.replace(camera, "")).card_camera is None


def test_paths_are_taken_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    assert read_config(Path("device.toml")).state_folder == tmp_path / "state"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('state_folder = "state"\n', "", "state_folder"),
        ("[visit]", "[vist]", "vist"),
        ("token_file", "tokenfile", "token"),
        ('port = "/dev/ttyGS0"', "port = 3", "link.port"),
        ("pin_s = 90", "pin_s = [90]", "visit"),
        ('anchors = ["keys/records.pem"]', 'anchors = "keys/records.pem"', "records.anchors"),
        ('anchors = ["keys/records.pem"]', "anchors = [1]", "records.anchors"),
        ("anchors =", "anchor =", "anchor"),
        ('name = "pcsc"', "name = 1", "slot.name"),
        ("[camera]", "[camera", "device.toml"),
    ],
)
def test_a_mistake_gives_one_sentence_with_its_place(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigurationError, match=place) as error:
        read(tmp_path, GOOD.replace(old, new))
    assert "device.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.toml", "binary.toml", ""):
        with pytest.raises(ConfigurationError) as error:
            read_config(tmp_path / name)
        assert str(tmp_path / name) in str(error.value)

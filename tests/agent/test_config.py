"""A configuration is taken whole, or one sentence says what to change."""

import re
from errno import EACCES
from pathlib import Path

import pytest

from agent.config import Config, LinkTable, parse_config, read_certificates, read_config
from agent.errors import ConfigError

GOOD = """
audience = "clinic-0000000-test"
medical_institution_code = "1311234567"
pairings = "/keys/pairings"
trust_root = "maker.pem"
journal = "journal.jsonl"

[link]
port = "/dev/ttyACM0"

[card_trust]
anchors = ["one.pem", "two.pem"]

[store]
path = "agent.sqlite3"

[eligibility]
source = "http"
url = "https://eligibility.invalid"

[[relays]]
target = "oqs_folder"
folder = "face"

[[relays]]
target = "oqs_folder"
name = "second"
folder = "other"
"""
SECOND = '[[readers]]\ncounter = "2番窓口"\nport = "/dev/ttyACM1"\n'
USB = 'usb_vendor_id = 0x1209\nusb_product_id = 1\nusb_serial = "RDR01"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.toml"


def test_paths_start_at_the_file(path: Path, tmp_path: Path) -> None:
    path.write_text(GOOD)
    config = read_config(path)
    assert config.trust_root == tmp_path / "maker.pem"
    assert config.pairings == Path("/keys/pairings")
    assert config.card_trust.anchors == (tmp_path / "one.pem", tmp_path / "two.pem")
    assert config.store.keep_open_visits_days == 7
    assert config.link == LinkTable(port="/dev/ttyACM0")


def test_adapters_keep_their_own_settings(path: Path) -> None:
    path.write_text(GOOD)
    config = read_config(path)
    assert config.eligibility.source == "http"
    assert config.eligibility.settings == {"url": "https://eligibility.invalid"}
    assert [(relay.target, relay.label) for relay in config.relays] == [
        ("oqs_folder", "oqs_folder"),
        ("oqs_folder", "second"),
    ]
    assert config.relays[1].settings == {"folder": "other"}


def test_a_list_of_patients_is_named_like_any_adapter(path: Path) -> None:
    path.write_text(GOOD)
    assert read_config(path).patients is None
    path.write_text(f'{GOOD}[patients]\nsource = "csv_file"\npath = "patients.csv"\n')
    table = read_config(path).patients
    assert table is not None
    assert (table.source, table.settings) == ("csv_file", {"path": "patients.csv"})


def test_the_reader_may_be_named_by_its_usb_numbers(path: Path) -> None:
    path.write_text(GOOD.replace('port = "/dev/ttyACM0"', USB))
    assert read_config(path).link == LinkTable(
        usb_vendor_id=0x1209, usb_product_id=1, usb_serial="RDR01"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('audience = "clinic-0000000-test"', "", "`audience` is missing"),
        ('"clinic-0000000-test"', f'"{"a" * 129}"', "audience"),
        ('"clinic-0000000-test"', '"医院"', "audience"),
        ('"clinic-0000000-test"', '"clinic\\n"', "audience"),
        ('audience = "clinic-0000000-test"', 'audience = ""', "`audience` must be 1 to 128"),
        ('"1311234567"', '"131123456"', "`medical_institution_code` must be ten digits in quotes"),
        (
            '"1311234567"',
            '"13112345678"',
            "`medical_institution_code` must be ten digits in quotes",
        ),
        (
            '"1311234567"',
            '"1311234567\\n"',
            "`medical_institution_code` must be ten digits in quotes",
        ),
        (
            '"1311234567"',
            '"１３１１２３４５６７"',
            "`medical_institution_code` must be ten digits in quotes",
        ),
        ('"1311234567"', "1311234567", "`medical_institution_code` must be ten digits in quotes"),
        ('pairings = "', 'clé = "', "(at line 4, "),
        ('pairings = "', 'pairing = "', "unknown key `pairing`; perhaps `pairings` is meant"),
        (
            'pairings = "/keys/pairings"',
            'pairings = ""',
            "`pairings`: write the path of a file or folder, in quotes",
        ),
        ("[store]", "[stor]", "unknown key `stor`; perhaps `store` is meant"),
        ('[store]\npath = "agent.sqlite3"', "", "the table [store] is missing"),
        ('path = "agent.sqlite3"', "path = 3", "`path` in [store]: write"),
        ('port = "/dev/ttyACM0"', "", "either port or all of usb"),
        ('port = "/dev/ttyACM0"', f'port = "/dev/ttyACM0"\n{USB}', "either port or all"),
        ('port = "/dev/ttyACM0"', "usb_vendor_id = 1", "either port or all of usb"),
        ('port = "/dev/ttyACM0"', 'port = "x"\nusb_vendor_id = 1', "either port or all of usb"),
        ('port = "/dev/ttyACM0"', "port = true", "`port` in [link] must be text in quotes"),
        ('[link]\nport = "/dev/ttyACM0"', "", "either `link` for one reader or `readers`"),
        ('[link]\nport = "/dev/ttyACM0"', 2 * SECOND, "a `counter` of its own for each reader"),
        (
            '[link]\nport = "/dev/ttyACM0"',
            SECOND + SECOND.replace("2番", "1番"),
            "a port or `usb_serial` of its own for each reader",
        ),
        ("[store]", f"{SECOND}[store]", "either `link` for one reader or `readers`"),
        ('[link]\nport = "/dev/ttyACM0"', '[[readers]]\nport = "x"', "`counter`"),
        ('[link]\nport = "/dev/ttyACM0"', '[[readers]]\ncounter = "1"', "either port or all"),
        (
            '["one.pem", "two.pem"]',
            '"one.pem"',
            "`anchors` in [card_trust] must be in square brackets",
        ),
        ('["one.pem", "two.pem"]', "[]", "`anchors` in [card_trust] must be in square brackets"),
        ('source = "http"', "", "`source` is missing in [eligibility]"),
        (
            'source = "http"',
            'source = "http"\nask_later_hours = -1',
            "in [eligibility] must be a number from 0 to 168",
        ),
        ("[store]", '[patients]\npath = "x"\n[store]', "`source` is missing in [patients]"),
        (
            'pairings = "',
            'emergency = "fire"\npairings = "',
            '`emergency` must be one of "ambulance", "disaster"',
        ),
        ('[eligibility]\nsource = "http"', "[[eligibility]]", "`eligibility` must be a table"),
        (
            'target = "oqs_folder"\nfolder = "face"',
            "",
            "`target` is missing in [[relays]] number 1",
        ),
        ('name = "second"\n', "", "a name of its own for each relay 'oqs_folder'"),
        ('name = "second"', "name = 2", "`name` in [[relays]] number 2 must be text in quotes"),
        ('name = "second"', 'name = ""', "`name` in [[relays]] number 2 must be text in quotes"),
        ("[store]", '[updates]\nnotice = "n"\n[store]', "`key` is missing in [updates]"),
        (
            "[store]",
            '[updates]\nnotice = ""\nkey = "k"\n[store]',
            "`notice` in [updates] must be text in quotes, not empty",
        ),
        ("[store]", "[api]\nport = 70000\n[store]", "must be a whole number from 0 to 65535"),
        ("[store]", '[store]\naudience = "x"', "`audience` in [store]; write it above the first"),
        ("[store]", '[store]\nfoo = "x"', "the keys are path, keep_open_visits_days"),
        ('name = "second"', 'name = "b"\nx = []', "a value in [[relays]] number 2 must be text in"),
        ('"two.pem"', "2", "number 2 of `anchors` in [card_trust]: write the path"),
        ('"/keys/pairings"', r'"C:\OQS"', "write paths with / or in single quotes"),
        ('"/keys/pairings"', r'"C:\Users"', "write paths with / or in single quotes"),
        ('"/keys/pairings"', r'"C:\new"', "write paths with / or in single quotes"),
        ('"/keys/pairings"', "/keys", "(at line 4, column 12); put text in quotes"),
        ('"clinic-0000000-test"', "1st clinic", 'put text in quotes: "…"'),
    ],
)
def test_what_to_change(path: Path, old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"agent\.toml is not there; name the"):
        read_config(path)


def test_a_file_that_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told, as root may read all."""
    monkeypatch.setattr(Path, "read_text", _refuse)
    with pytest.raises(ConfigError, match=r"agent\.toml may not be read: run this as the user of"):
        read_config(path)


def test_a_file_of_notepad(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8-sig")
    assert read_config(path).audience == "clinic-0000000-test"


@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_a_file_in_another_encoding(path: Path, encoding: str) -> None:
    path.write_text(f"# 受付\n{GOOD}", encoding=encoding)
    with pytest.raises(ConfigError, match=r"agent\.toml: save the file as UTF-8"):
        read_config(path)


def test_certificates_that_cannot_be_had(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"trust_root: .*agent\.toml is not there"):
        read_certificates(path, "trust_root")
    path.write_text("nothing")
    with pytest.raises(ConfigError, match=r"agent\.toml is no PEM certificate"):
        read_certificates(path, "trust_root")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_certificates(path.parent, "trust_root")
    monkeypatch.setattr(Path, "read_bytes", _refuse)
    with pytest.raises(ConfigError, match="may not be read: run this as the user of the agent"):
        read_certificates(path, "trust_root")


def _refuse(path: Path, **_: object) -> None:
    raise PermissionError(EACCES, "Permission denied", str(path))


def test_several_readers_have_their_counters(path: Path) -> None:
    first = '[[readers]]\ncounter = "1番窓口"\nport = "/dev/ttyACM0"\n'
    path.write_text(GOOD.replace('[link]\nport = "/dev/ttyACM0"', first + SECOND))
    places = read_config(path).places
    assert {counter: place.port for counter, place in places.items()} == {
        "1番窓口": "/dev/ttyACM0",
        "2番窓口": "/dev/ttyACM1",
    }


def test_the_files_of_the_manual_can_be_used() -> None:
    smallest, full = _files_of("AGENT.md")
    assert smallest.api is not None
    assert [relay.label for relay in full.relays] == ["レセコン"]


def test_the_file_of_the_japanese_manual_can_be_used() -> None:
    (config,) = _files_of("AGENT.ja.md")
    assert list(config.places) == ["1番窓口", "2番窓口"]
    assert config.api is not None


def _files_of(manual: str) -> list[Config]:
    text = (Path(__file__).parents[2] / "docs" / manual).read_text(encoding="utf-8")
    tables = re.findall("```toml\n(.*?)```", text, re.DOTALL)
    path = Path("/etc/uketsuke/agent.toml")
    return [parse_config(each, path) for each in tables if "audience" in each]

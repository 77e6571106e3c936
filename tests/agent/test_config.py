"""A configuration is taken whole, or one sentence says what to change."""

from pathlib import Path

import pytest

from agent.config import LinkTable, read_config
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
        ('audience = "clinic-0000000-test"', "", "missing required field `audience`"),
        ('"clinic-0000000-test"', f'"{"a" * 129}"', "audience"),
        ('"clinic-0000000-test"', '"医院"', "audience"),
        ('"clinic-0000000-test"', '"clinic\\n"', "audience"),
        ('audience = "clinic-0000000-test"', 'audience = ""', "$.audience"),
        ('"1311234567"', '"131123456"', "$.medical_institution_code"),
        ('"1311234567"', '"13112345678"', "$.medical_institution_code"),
        ('"1311234567"', '"1311234567\\n"', "$.medical_institution_code"),
        ('"1311234567"', '"１３１１２３４５６７"', "$.medical_institution_code"),
        ('"1311234567"', "1311234567", "$.medical_institution_code"),
        ('pairings = "', 'clé = "', "(at line 4, "),
        ('pairings = "', 'pairing = "', "unknown field `pairing`"),
        ('pairings = "/keys/pairings"', 'pairings = ""', "$.pairings"),
        ("[store]", "[stor]", "`stor`"),
        ('[store]\npath = "agent.sqlite3"', "", "missing required field `store`"),
        ('path = "agent.sqlite3"', "path = 3", "$.store.path"),
        ('port = "/dev/ttyACM0"', "", "either port or all of usb"),
        ('port = "/dev/ttyACM0"', f'port = "/dev/ttyACM0"\n{USB}', "either port or all"),
        ('port = "/dev/ttyACM0"', "usb_vendor_id = 1", "either port or all of usb"),
        ('port = "/dev/ttyACM0"', 'port = "x"\nusb_vendor_id = 1', "either port or all of usb"),
        ('port = "/dev/ttyACM0"', "port = true", "$.link.port"),
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
        ('["one.pem", "two.pem"]', '"one.pem"', "$.card_trust.anchors"),
        ('["one.pem", "two.pem"]', "[]", "$.card_trust.anchors"),
        ('source = "http"', "", "missing required field `source` - at `$.eligibility`"),
        ('source = "http"', 'source = "http"\nask_later_hours = -1', "$.eligibility.ask_later"),
        ("[store]", '[patients]\npath = "x"\n[store]', "missing required field `source`"),
        ('pairings = "', 'emergency = "fire"\npairings = "', "$.emergency"),
        ('[eligibility]\nsource = "http"', "[[eligibility]]", "$.eligibility"),
        ('target = "oqs_folder"\nfolder = "face"', "", "missing required field `target`"),
        ('name = "second"\n', "", "a name of its own for each relay 'oqs_folder'"),
        ('name = "second"', "name = 2", "$.relays[1].name"),
        ('name = "second"', 'name = ""', "$.relays[1].name"),
        ("[store]", '[updates]\nnotice = "n"\n[store]', "required field `key` - at `$.updates`"),
        ("[store]", '[updates]\nnotice = ""\nkey = "k"\n[store]', "$.updates.notice"),
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
    with pytest.raises(ConfigError, match="No such file"):
        read_config(path)


def test_bytes_that_are_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="can't decode"):
        read_config(path)


def test_several_readers_have_their_counters(path: Path) -> None:
    first = '[[readers]]\ncounter = "1番窓口"\nport = "/dev/ttyACM0"\n'
    path.write_text(GOOD.replace('[link]\nport = "/dev/ttyACM0"', first + SECOND))
    places = read_config(path).places
    assert {counter: place.port for counter, place in places.items()} == {
        "1番窓口": "/dev/ttyACM0",
        "2番窓口": "/dev/ttyACM1",
    }

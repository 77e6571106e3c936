"""A PC on which all is well, then one with each fault: what the doctor says of it."""

import os
import socket
import sqlite3
import tty
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from agent.__main__ import main
from agent.assembly import status_path
from agent.clock import unix_ms
from agent.doctor import files, packages
from agent.doctor.examination import examine
from agent.doctor.report import tell
from agent.finding import Finding
from agent.status import FRESH_MS, ReaderStatus, Status
from agent.store import Store
from hostlink.serial_stream import open_serial
from tests.agent.paired import pair_with_reader
from tests.agent.world import AUDIENCE, INSTITUTION, ToldClock, authority, write_pem
from tests.hostlink.pki import AGENT, MAKER

CONFIG = """
audience = "{audience}"
medical_institution_code = "{institution}"
pairings = "pairings"
trust_root = "maker.pem"
journal = "log/journal.jsonl"
link = {{ port = "ttyREADER" }}
card_trust = {{ anchors = ["cards.pem"] }}
store = {{ path = "kept/agent.sqlite3" }}

[eligibility]
source = "http"
url = "http://127.0.0.1:{port}"

[[relays]]
target = "oqs_folder"
folder = "reception"

[[relays]]
target = "http_post"
url = "http://127.0.0.1:{port}"
secret_file = "secret"
"""
NOW = datetime.now(UTC) + timedelta(hours=1)
"""After every file that a test makes."""


class Pc:
    """A reception PC: its folder, a reader's port, a service that listens."""

    def __init__(self, folder: Path, port: int, reader: str) -> None:
        self.folder = folder
        self.port = port
        self.config = folder / "agent.toml"
        text = CONFIG.format(audience=AUDIENCE, institution=INSTITUTION, port=port)
        self.config.write_text(text)
        self.clock = ToldClock(NOW)
        write_pem(folder / "maker.pem", MAKER.leaf)
        write_pem(folder / "cards.pem", authority().certificate)
        (folder / "secret").write_bytes(bytes(32))
        for name in ("kept", "log", "reception"):
            (folder / name).mkdir()
        pair_with_reader(folder / "pairings")
        (folder / "pairings").chmod(0o700)
        (folder / "ttyREADER").symlink_to(reader)
        Store(self.store).close()

    @property
    def store(self) -> Path:
        return self.folder / "kept/agent.sqlite3"

    def change(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def write_status(self, *, is_linked: bool, age_ms: float = 0) -> None:
        reader = ReaderStatus(counter="", is_linked=is_linked, link={})
        status = Status(unix_ms(NOW) - int(age_ms), is_running=True, readers=(reader,))
        self.store.with_suffix(".status.json").write_bytes(msgspec.json.encode(status))

    def found(self) -> list[Finding]:
        return list(examine(self.config, status_path, self.clock))

    def faults(self) -> list[str]:
        return [str(each) for each in self.found() if not each.is_well]


@pytest.fixture(scope="module")
def reader() -> Iterator[str]:
    here, there = os.openpty()
    tty.setraw(here)
    yield os.ttyname(there)
    os.close(here)
    os.close(there)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as service:
        yield service.getsockname()[1]


@pytest.fixture
def pc(tmp_path: Path, port: int, reader: str) -> Pc:
    return Pc(tmp_path, port, reader)


def test_all_is_well_and_nothing_is_changed(pc: Pc) -> None:
    before = files_in(pc.folder)
    found = pc.found()
    assert [str(each) for each in found if not each.is_well] == []
    parts = [each.what.partition(":")[0] for each in found]
    assert parts == [
        *("Python packages", "configuration", "store", "disk", "store", "journal"),
        *("trust_root", "card_trust", "pairing", "clock", "agent", "reader"),
        *("eligibility http", "relay oqs_folder", "relay http_post"),
    ]
    assert files_in(pc.folder) == before


def files_in(folder: Path) -> dict[Path, int]:
    """With when each was changed."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_new_pc_is_well_before_its_first_start(pc: Pc) -> None:
    pc.store.unlink()
    (pc.folder / "kept").rmdir()
    (pc.folder / "log").rmdir()
    assert pc.faults() == []
    assert not (pc.folder / "kept").exists()


def damage_store(pc: Pc) -> None:
    pc.store.write_bytes(pc.store.read_bytes()[:4096] + bytes(8192))


def later_version(pc: Pc) -> None:
    with closing(sqlite3.connect(pc.store)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")


def unpair(pc: Pc) -> None:
    for path in (pc.folder / "pairings").glob("*.pairing"):
        path.unlink()


def never_paired(pc: Pc) -> None:
    for path in (pc.folder / "pairings").iterdir():
        path.unlink()
    (pc.folder / "pairings").rmdir()


def file_of_pairings(pc: Pc) -> None:
    never_paired(pc)
    (pc.folder / "pairings").touch()


def reader_at(pc: Pc, target: str | Path) -> None:
    (pc.folder / "ttyREADER").unlink()
    (pc.folder / "ttyREADER").symlink_to(target)


FAULTS: dict[str, tuple[Callable[[Pc], object], str]] = {
    "a key nobody knows": (
        lambda pc: pc.change("trust_root", "trust_rot"),
        "configuration: {folder}/agent.toml: unknown key `trust_rot`; perhaps `trust_root`",
    ),
    "no configuration": (
        lambda pc: pc.config.unlink(),
        "configuration: {folder}/agent.toml is not there; name the configuration",
    ),
    "a store that is no database": (
        lambda pc: pc.store.write_bytes(b"no database" * 1000),
        "store: {folder}/kept/agent.sqlite3 is damaged. Stop the agent",
    ),
    "a store with holes": (damage_store, "store: {folder}/kept/agent.sqlite3 is damaged. Stop"),
    "a store from the future": (
        later_version,
        "store: {folder}/kept/agent.sqlite3 was made by a later version. Install that version",
    ),
    "a folder in the journal's place": (
        lambda pc: (pc.folder / "log/journal.jsonl").mkdir(),
        "journal: {folder}/log/journal.jsonl cannot be written by this user. Give it",
    ),
    "no trust root": (
        lambda pc: (pc.folder / "maker.pem").unlink(),
        "trust_root: {folder}/maker.pem is not there.",
    ),
    "anchors that are none": (
        lambda pc: (pc.folder / "cards.pem").write_text("nothing"),
        "card_trust: {folder}/cards.pem is no PEM certificate.",
    ),
    "open pairings": (
        lambda pc: (pc.folder / "pairings").chmod(0o750),
        "pairings: {folder}/pairings is open to other users of this PC. chmod go= {folder}",
    ),
    "no pairing left": (unpair, "pairing: no reader is paired yet; pair one with"),
    "never paired": (never_paired, "pairings: no reader is paired yet. Run `python -m agent pair`"),
    "a file in the pairings' place": (
        file_of_pairings,
        "pairings: {folder}/pairings is a file. Name a folder in `pairings`.",
    ),
    "a damaged pairing": (
        lambda pc: next((pc.folder / "pairings").glob("*.pairing")).write_bytes(b"{"),
        "this pairing cannot be read; take the file away and pair the reader again.",
    ),
    "a clock at 1970": (
        lambda pc: setattr(pc.clock, "time", datetime(1970, 1, 1, 0, 1, tzinfo=UTC)),
        "clock: this PC says 1970-01-01, before ",
    ),
    "a reader that is away": (
        lambda pc: reader_at(pc, "nowhere"),
        "reader: {folder}/ttyREADER is not there. Plug the reader in, or correct `port`.",
    ),
    "a port that is none": (
        lambda pc: reader_at(pc, pc.config),
        "reader: {folder}/ttyREADER is held by another program, or is no serial port. End",
    ),
    "a USB device that is away": (
        lambda pc: pc.change(
            'port = "ttyREADER"', 'usb_vendor_id=0x1209, usb_product_id=1, usb_serial="UK-000123"'
        ),
        "reader: no USB device 1209:0001 with serial number UK-000123 is plugged in. Plug it in",
    ),
    "a reader that the agent does not hear": (
        lambda pc: pc.write_status(is_linked=False),
        "reader: is not connected. Look at its cable",
    ),
    "an agent that hangs": (
        lambda pc: pc.write_status(is_linked=True, age_ms=FRESH_MS + 1),
        "agent: was not stopped and has said nothing for 15 s. Start it again",
    ),
    "an eligibility source nobody wrote": (
        lambda pc: pc.change('source = "http"', 'source = "os"'),
        "eligibility os: agent.eligibility: no adapter is called 'os'; choose one of",
    ),
    "a source that knows nobody, and a relay that needs somebody": (
        lambda pc: pc.change(f'"http"\nurl = "http://127.0.0.1:{pc.port}"', '"none"'),
        "[[relays]] oqs_folder: it hands over what the eligibility source knows, and 'none' knows",
    ),
    "a service that does not listen": (
        lambda pc: pc.change('source = "http"\nurl = "http://127.0.0.1:', 'source = "http"\nurl = "http://127.0.0.1:1#'),
        "eligibility http: nobody answers at 127.0.0.1, port 1 (ECONNREFUSED). Start the service",
    ),
    "a name nobody knows": (
        lambda pc: pc.change('source = "http"\nurl = "http://127.0.0.1:', 'source = "http"\nurl = "https://eligibility.invalid:'),
        "eligibility http: nobody knows the name eligibility.invalid. Correct the url",
    ),
    "a share that is away": (
        lambda pc: (pc.folder / "reception").rmdir(),
        "relay oqs_folder: {folder}/reception is not there. Mount the share",
    ),
    "staging on another disk": (
        lambda pc: pc.change('"reception"', '"reception"\nstaging_folder = "/proc"'),
        "relay oqs_folder: [[relays]] staging_folder: name one on the same file system as folder.",
    ),
    "a secret that is gone": (
        lambda pc: (pc.folder / "secret").unlink(),
        "relay http_post: [[relays]] secret_file: {folder}/secret must be a readable file.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_sentence(pc: Pc, fault: str) -> None:
    provoke, sentence = FAULTS[fault]
    provoke(pc)
    (said,) = pc.faults()
    assert sentence.format(folder=pc.folder) in said


def test_what_is_looked_at_is_not_repaired(pc: Pc) -> None:
    """Or nobody would hear of the fault a second time."""
    (pc.folder / "pairings").chmod(0o750)
    assert pc.faults() == pc.faults() != []


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("kept", "store: {folder}/kept cannot be written by this user. Give it"),
        ("kept/agent.sqlite3", "store: {folder}/kept/agent.sqlite3 cannot be written by this"),
        ("log", "journal: {folder}/log cannot be written by this user. Give it"),
        ("pairings", "pairings: {folder}/pairings may not be read by this user. Run this as"),
        ("ttyREADER", "reader: {folder}/ttyREADER may not be opened by this user. Put the agent's"),
    ],
)
def test_what_this_user_may_not_use(
    pc: Pc, place: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told, as root may use all."""
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != pc.folder / place)
    (said,) = pc.faults()
    assert sentence.format(folder=pc.folder) in said


def test_a_port_that_another_program_has(pc: Pc, reader: str) -> None:
    held = open_serial(reader)
    (said,) = pc.faults()
    held.close()
    assert "is held by another program" in said


def test_what_else_is_plugged_in(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = 'usb_vendor_id=0x1209, usb_product_id=1, usb_serial="UK-000123"'
    pc.change('port = "ttyREADER"', numbers)
    seen: list[SimpleNamespace] = []
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: seen)
    (said,) = pc.faults()
    assert said.endswith("No USB serial device is plugged in here.")
    seen += [SimpleNamespace(device="/dev/ttyUSB0", vid=0x0403, pid=0x6001, serial_number="A1")]
    (said,) = pc.faults()
    assert said.endswith("Here are /dev/ttyUSB0 (0403:6001 A1).")


def test_a_running_agent_has_its_port_and_its_store(pc: Pc, reader: str) -> None:
    pc.write_status(is_linked=True)
    held, store = open_serial(reader), Store(pc.store)
    with store.transaction():
        assert pc.faults() == []
    held.close()
    store.close()


def test_certificates_that_have_expired(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = authority().certificate
    write_pem(pc.folder / "maker.pem", cards)
    pc.clock.time = cards.not_valid_after_utc + timedelta(days=1)
    end = cards.not_valid_after_utc.date()
    assert pc.faults() == [
        f"trust_root: expired on {end}. Get the maker's present root certificate.",
        "card_trust: all 1 anchors have expired. Get the present CA certificates of the issuer of"
        " cards.",
    ]


def test_a_full_disk_and_one_that_keeps_nothing(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    monkeypatch.setattr(files, "sync_folder", lambda _: (_ for _ in ()).throw(OSError()))
    assert pc.faults() == [
        f"store: {pc.folder}/kept cannot keep results durably (OSError). Choose a folder on a"
        " local disk for [store] path, not a share.",
        "disk: 2 MiB are free for the store. Free 500 MiB or more.",
    ]


def test_a_relay_folder_that_refuses(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    (said,) = pc.faults()
    assert f"{pc.folder}/reception cannot be written (EACCES). Let the agent's user" in said


def test_a_certificate_for_a_receiver(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    AGENT.write(pc.folder, "client")
    pc.change('"secret"', '"secret"\nclient_certificate = "client.pem"\nclient_key = "client.key"')
    assert pc.faults() == []
    end = AGENT.leaf.not_valid_after_utc
    monkeypatch.setattr("agent.relays._sending.SystemClock", lambda: ToldClock(end))
    assert pc.faults() == [
        f"relay http_post: client_certificate expired on {end.date()}. Get a new one from whoever"
        " keeps the receiver."
    ]


def test_the_folders_of_the_eligibility_software(pc: Pc) -> None:
    head = pc.config.read_text().partition("[eligibility]")[0]
    http_post = pc.config.read_text().rpartition("[[relays]]")[2]
    table = '[eligibility]\nsource = "oqs_folder"\nfolder = "OQS"\n\n'
    pc.config.write_text(f"{head}{table}[[relays]]{http_post}")
    (pc.folder / "OQS/req").mkdir(parents=True)
    (said,) = pc.faults()
    assert said.startswith(f"eligibility oqs_folder: {pc.folder}/OQS/res is not there. Mount")
    (pc.folder / "OQS/res").mkdir()
    assert pc.faults() == []


def test_what_cannot_be_looked_at_is_a_finding(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise OSError(5, "Input/output error", "/disk")

    monkeypatch.setattr("shutil.disk_usage", fail)
    assert pc.faults() == [
        "store: /disk Input/output error. Run this as the user of the agent, and look who owns the"
        " file."
    ]


def test_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    requires = ["cbor2<6,>=5.6", 'sqlalchemy; extra == "agent"', 'numpy; extra == "device"']
    requires += ['absent-one>=1; extra == "agent"', 'other; extra == "agent" and os_name == "x"']
    monkeypatch.setattr(metadata, "requires", lambda _: requires)
    assert packages.wanted() == ("cbor2", "sqlalchemy", "absent-one")
    assert [str(each) for each in packages.examine()] == [
        "Python packages: absent-one is missing. pip install 'uketsuke[agent]'"
    ]


def test_a_program_that_was_never_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PROGRAM", "uketsuke-absent")
    (finding,) = packages.examine()
    assert str(finding).endswith("is not installed. pip install '.[agent]'")


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", "✓✗"), ("cp932", ["[ok]", "[!!]"])])
def test_marks_that_a_terminal_has(encoding: str, marks: str | list[str]) -> None:
    said: list[str] = []
    assert not tell([Finding("disk: 3"), Finding("reader: away", "Plug.")], said.append, encoding)
    assert said == [
        f"{marks[0]} disk: 3",
        f"{marks[1]} reader: away. Plug.",
        "To do: 1, the uppermost first.",
    ]
    assert tell([], said.append, encoding)


def test_the_command_line(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("leave_no_core", "write_notes_only"):
        monkeypatch.setattr(f"agent.__main__.{name}", lambda: None)
    monkeypatch.setattr("sys.argv", ["agent", "doctor", "--config", str(pc.config)])
    monkeypatch.setattr("agent.tasks.health.SystemClock", lambda: pc.clock)
    assert main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well."
    never_paired(pc)
    assert main() == 1
    assert f"Run `python -m agent pair --config {pc.config}`." in capsys.readouterr().out

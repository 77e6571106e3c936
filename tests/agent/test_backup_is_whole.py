"""Whatever file the configuration may name is in a backup, or is said here not to belong there."""

from contextlib import closing
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import agent.eligibility
import agent.patients
import agent.relays
from agent.adapters import adapters_in
from agent.backup_file import JOURNAL, PAIRINGS, STORE, Backup
from agent.config import Config, read_config
from agent.journal import Event
from agent.restore import restore
from agent.updates.notice import read_key
from tests.agent.test_backup import Clinic
from tests.agent.world import write_pem
from tests.hostlink.pki import MAKER

IN_BACKUP = {
    "pairings": PAIRINGS,
    "trust_root": "files/trust_root",
    "journal": JOURNAL,
    "card_trust.anchors": "files/card_trust/0",
    "store.path": STORE,
    "updates.key": "files/updates/key",
}
"""Where to find what the agent's own tables name."""
FILES_OF_ADAPTERS = {
    "eligibility": {"client_certificate", "client_key", "trust"},
    "relays": {"client_certificate", "client_key", "secret_file", "token_file", "trust"},
}
"""In the settings of any adapter; each of these is a part."""
NOT_IN_BACKUP = {
    "eligibility": {"folder"},
    "relays": {"folder", "staging_folder"},
    "patients": {"path"},
}
"""Folders that are shared with other programs, and the clinic's own list of patients."""


def paths_in(kind: Any, name: str = "") -> set[str]:
    """The keys that name a file or folder, with a dot before those of a table in a table."""
    if kind is Path:
        return {name}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        found = [paths_in(hint, f"{name}.{key}".lstrip(".")) for key, hint in hints.items()]
    else:
        found = [paths_in(inner, name) for inner in get_args(kind)]
    return set().union(*found)


def paths_of_adapters(package: ModuleType) -> set[str]:
    modules = [import_module(f"{package.__name__}.{name}") for name in adapters_in(package)]
    return set().union(*(paths_in(module.Settings) for module in modules))


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """Every path of the agent's own tables leads to something."""
    made = Clinic(tmp_path)
    made.journal.record(Event.STARTED)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (made.folder / "maker.pub").write_bytes(pem)
    updates = 'updates = { notice = "https://maker.invalid/notice", key = "maker.pub" }\n'
    made.config_file.write_text(made.config_file.read_text() + updates)
    return made


def test_every_file_of_the_agent_s_own_tables(clinic: Clinic) -> None:
    assert paths_in(Config) == IN_BACKUP.keys(), "say of a new one where it is in a backup"
    clinic.back_up()
    with closing(Backup(clinic.backup)) as backup:
        parts = backup.names
    missing = {
        path: start
        for path, start in IN_BACKUP.items()
        if not any(part.startswith(start) for part in parts)
    }
    assert missing == {}


@pytest.mark.parametrize("package", [agent.eligibility, agent.relays, agent.patients])
def test_every_file_of_an_adapter_s_settings(package: ModuleType) -> None:
    name = package.__name__.removeprefix("agent.")
    known = FILES_OF_ADAPTERS.get(name, set()) | NOT_IN_BACKUP.get(name, set())
    assert paths_of_adapters(package) == known, "say of a new one whether it is in a backup"
    assert not [each for each in known if "." in each], "only the settings themselves are looked at"


def test_every_such_file_of_an_adapter_is_a_part(clinic: Clinic) -> None:
    files = FILES_OF_ADAPTERS["eligibility"]
    for name in files:
        write_pem(clinic.folder / name, MAKER.leaf)
    settings = "".join(f', {name} = "{name}"' for name in sorted(files))
    text = clinic.config_file.read_text()
    web = 'url = "http://127.0.0.1:8080"'
    assert web in text
    clinic.config_file.write_text(text.replace(web, web + settings))
    clinic.back_up()
    with closing(Backup(clinic.backup)) as backup:
        assert {f"files/eligibility/{name}" for name in files} <= backup.names
        assert "files/relays/0/secret_file" in backup.names


def test_the_key_of_the_updates_is_there_again(clinic: Clinic) -> None:
    """Without it the restored agent does not start."""
    clinic.back_up()
    restore(clinic.other / "agent.toml", clinic.backup, print)
    updates = read_config(clinic.other / "agent.toml").updates
    assert updates is not None
    read_key(updates.key)


def test_a_table_that_nobody_thought_of_is_found_out() -> None:
    """Negative control."""

    class Later(msgspec.Struct):
        certificates: tuple[Path, ...] | None = None

    class LaterConfig(Config, frozen=True):
        later: Later | None = None

    assert paths_in(LaterConfig) - IN_BACKUP.keys() == {"later.certificates"}

"""The folder's door: whole files only, one step that counts, no trust in an absent share."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from errno import EHOSTDOWN, ENOENT
from pathlib import Path
from unittest.mock import Mock

import pytest

from agent.characters import Encoding
from agent.errors import ConfigError, PreparedLostError, RelayUnavailableError
from agent.relays._oqs_profile import WriteMode
from agent.relays.oqs_folder import OqsFolder, Settings, create
from tests.agent.relays.test_oqs_file import RECEPTION
from tests.agent.world import RECORD, ToldClock
from tests.hw_sim.reception_software import ReceptionSoftware

OTHER = replace(RECEPTION, seq=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "face"
    place.mkdir()
    return place


@pytest.fixture
def software(folder: Path) -> ReceptionSoftware:
    return ReceptionSoftware(folder, today="20261122")


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_what_is_prepared_is_not_seen_before_it_is_committed(
    folder: Path, software: ReceptionSoftware
) -> None:
    relay = create(Settings(folder))
    prepared = relay.prepare(RECEPTION)
    assert software.look() == []
    assert visible(folder) == []

    name = relay.commit(prepared.token)
    assert visible(folder) == [name]
    assert [taken.name for taken in software.look()] == [name]


def test_committed_again_it_does_not_come_again(folder: Path, software: ReceptionSoftware) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    first = relay.commit(token)
    software.look()
    assert relay.commit(token) == first
    assert software.look() == []


def test_a_share_that_is_away_after_the_hand_over_is_tried_again(
    folder: Path, software: ReceptionSoftware, tmp_path: Path
) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    relay.commit(token)
    share = shutil.move(folder, tmp_path / "share")
    with pytest.raises(RelayUnavailableError, match="ENOENT"):
        relay.commit(token)
    shutil.move(share, folder)
    relay.commit(token)
    assert len(software.look()) == 1


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_staged_file_that_vanished_is_not_taken_for_handed_over(folder: Path, what: str) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    (staged,) = folder.glob(".uketsuke-*/*")
    if what == "file":
        staged.unlink()
    else:
        shutil.rmtree(staged.parent)
    for _ in range(2):
        with pytest.raises(PreparedLostError):
            relay.commit(token)
    assert visible(folder) == []


def test_a_staged_file_that_vanishes_during_the_hand_over_is_missed(folder: Path) -> None:
    def scan(_: float) -> None:
        (staged,) = folder.glob(".uketsuke-*/*")
        staged.unlink()

    relay = OqsFolder(Settings(folder, write_mode=WriteMode.CREATE_THEN_WRITE), scan, ToldClock())
    token = relay.prepare(RECEPTION).token
    with pytest.raises(RelayUnavailableError, match="ENOENT"):
        relay.commit(token)
    with pytest.raises(PreparedLostError):
        relay.commit(token)


Rename = Callable[[Path, Path], Path]


def rename_and_report(number: int) -> Rename:
    """A share that renames a file and reports an error, as if its first answer had been lost."""
    rename: Rename = Path.replace
    reports = [OSError(number, "reported")]

    def replace_on_share(self: Path, target: Path) -> Path:
        renamed = rename(self, target)
        if reports and self.name.startswith("OQS"):
            raise reports.pop()
        return renamed

    return replace_on_share


@pytest.mark.parametrize("number", [ENOENT, EHOSTDOWN])
def test_a_rename_that_is_reported_as_an_error_is_not_done_twice(
    folder: Path, software: ReceptionSoftware, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    monkeypatch.setattr(Path, "replace", rename_and_report(number))
    with pytest.raises(RelayUnavailableError):
        relay.commit(token)
    assert len(software.look()) == 1
    relay.commit(token)
    assert software.look() == []


def test_a_rename_that_a_share_refuses_is_done_later(
    folder: Path, software: ReceptionSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "replace", Mock(side_effect=OSError(EHOSTDOWN, "refused")))
        with pytest.raises(RelayUnavailableError):
            relay.commit(token)
    relay.commit(token)
    assert len(software.look()) == 1


def test_once_booked_nothing_is_left_in_the_staging_folder(folder: Path) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    relay.commit(token)
    assert len(list(folder.glob(".uketsuke-*/*"))) == 1
    for _ in range(2):
        relay.settle(token)
    assert list(folder.glob(".uketsuke-*/*")) == []


def test_prepared_again_after_a_kill_it_is_whole(folder: Path, software: ReceptionSoftware) -> None:
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    (staged,) = folder.glob(".uketsuke-*/*")
    staged.write_bytes(b"torn")
    assert relay.prepare(RECEPTION).token == token
    relay.commit(token)
    assert len(software.look()) == 1


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    relay = create(Settings(tmp_path / "absent share"))
    with pytest.raises(RelayUnavailableError, match="ENOENT"):
        relay.prepare(RECEPTION)
    assert list(tmp_path.iterdir()) == []


def test_an_absent_share_is_not_taken_for_a_delivered_file(
    folder: Path, software: ReceptionSoftware, tmp_path: Path
) -> None:
    """The mount point is there and empty: the staged file is gone, but was not handed over."""
    relay = create(Settings(folder))
    token = relay.prepare(RECEPTION).token
    share = shutil.move(folder, tmp_path / "share")
    folder.mkdir()

    with pytest.raises(PreparedLostError):
        relay.commit(token)
    relay.commit(relay.prepare(OTHER).token)  # written to the mount point itself
    with pytest.raises(PreparedLostError):
        relay.commit(token)

    shutil.rmtree(folder)
    shutil.move(share, folder)
    relay.commit(token)
    assert len(software.look()) == 1


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file")
    with pytest.raises(RelayUnavailableError, match="ENOTDIR"):
        create(Settings(folder)).prepare(RECEPTION)


def test_cp932_software_gets_cp932(folder: Path) -> None:
    relay = create(Settings(folder, encoding=Encoding.CP932))
    prepared = relay.prepare(RECEPTION)
    relay.commit(prepared.token)
    assert not prepared.is_encoding_changed
    (taken,) = ReceptionSoftware(folder, "Shift_JIS", today="20261122").look()
    assert taken.person["Name"] == "受付　太郎"


def test_a_change_of_encoding_is_told(folder: Path, software: ReceptionSoftware) -> None:
    relay = create(Settings(folder, encoding=Encoding.CP932))
    record = replace(RECORD, person=replace(RECORD.person, name="𠮷野　太郎"))
    prepared = relay.prepare(replace(RECEPTION, record=record))
    relay.commit(prepared.token)
    assert prepared.is_encoding_changed
    (taken,) = software.look()
    assert taken.person["Name"] == "𠮷野　太郎"


def test_software_that_acts_on_changes_sees_an_empty_file_first(folder: Path) -> None:
    sizes: list[dict[str, int]] = []

    def pause(seconds: float) -> None:
        sizes.append({path.name: path.stat().st_size for path in folder.glob("*.xml")})
        assert seconds >= 0.4

    relay = OqsFolder(Settings(folder, write_mode=WriteMode.CREATE_THEN_WRITE), pause, ToldClock())
    name = relay.commit(relay.prepare(RECEPTION).token)
    assert sizes == [{name: 0}]
    assert (folder / name).stat().st_size > 0


def test_killed_while_the_empty_file_lies_there(folder: Path, software: ReceptionSoftware) -> None:
    def die(_: float) -> None:
        raise KeyboardInterrupt

    settings = Settings(folder, write_mode=WriteMode.CREATE_THEN_WRITE)
    relay = OqsFolder(settings, die, ToldClock())
    token = relay.prepare(RECEPTION).token
    with pytest.raises(KeyboardInterrupt):
        relay.commit(token)
    OqsFolder(settings, lambda _: None, ToldClock()).commit(token)
    assert len(software.look()) == 1


def test_the_staging_folder_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    relay = create(Settings(folder, staging_folder=staging))
    name = relay.commit(relay.prepare(RECEPTION).token)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_staging_folder_on_another_file_system_is_refused(folder: Path) -> None:
    other = Path("/dev/shm")  # noqa: S108 - only looked at
    if other.stat().st_dev == folder.stat().st_dev:
        pytest.skip("there is no second file system here")
    with pytest.raises(ConfigError, match="same file system"):
        create(Settings(folder, staging_folder=other))
    create(Settings(folder / "away", staging_folder=other))


@pytest.mark.parametrize("prefix", ["", "../face", "a b"])
def test_a_prefix_that_is_no_part_of_a_name_is_refused(folder: Path, prefix: str) -> None:
    with pytest.raises(ConfigError, match="file_prefix"):
        create(Settings(folder, file_prefix=prefix))

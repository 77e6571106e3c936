"""A folder for software that is known: what it cannot read is never written, and is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import agent.relays
from agent.adapters import create_adapter
from agent.characters import Encoding
from agent.errors import ConfigError, PreparedLostError, RelayRefusedError
from agent.qualification import EligibilityRecord, read_record
from agent.relays._oqs_file import OqsFile
from agent.relays._oqs_profile import Profile, Rules, Unmappable
from agent.relays.oqs_folder import BEGUN_SUFFIX, STAGED_SUFFIX, OqsFolder, Settings
from agent.relays.port import Reception
from tests.agent.relays.test_oqs_file import RECEPTION
from tests.agent.world import RECORD, TODAY, ToldClock
from tests.hw_sim.insured_persons import PERSONS
from tests.hw_sim.reception_software import Client, ReceptionSoftware, RefusedFileError

TOMORROW = TODAY + timedelta(days=1)
RARE = replace(RECEPTION, record=replace(RECORD, person=replace(RECORD.person, name="𠮷野　太郎")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "face"
    place.mkdir()
    return place


class Door:
    """A relay of a profile, whose clock and pause are told."""

    def __init__(self, folder: Path, profile: Profile, **settings: Any) -> None:
        self.clock = ToldClock()
        self.during_pause: Callable[[], object] = lambda: None
        wanted = Settings(folder, profile=profile, **settings)
        self.relay = OqsFolder(wanted, self._pause, self.clock)

    def _pause(self, _: float) -> None:
        self.during_pause()


def everything_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "code",
    [
        "insured_card_classification=A1",
        "specific_diseases_certificate_related_cons_flg=3",
        "specific_diseases_disease_category=1",
    ],
)
def test_what_makes_its_software_fail_is_refused(folder: Path, code: str) -> None:
    reception = replace(RECEPTION, record=read_record(PERSONS[code]["record"]))
    relay = Door(folder, Profile.MYCLINIC).relay
    with pytest.raises(RelayRefusedError) as caught:
        relay.prepare(reception)
    assert caught.value.cause == "software of the profile myclinic cannot read it"
    assert everything_in(folder) == []
    Door(folder, Profile.GENERIC).relay.prepare(reception)


class Naming(OqsFolder):
    """Negative control: says what it was."""

    def _render(self, reception: Reception) -> OqsFile:
        diseases = reception.known.person.specific_diseases
        if diseases:
            raise RelayRefusedError("specific_diseases")
        return super()._render(reception)


@pytest.mark.parametrize(("kind", "reasons"), [(OqsFolder, 1), (Naming, 2)])
def test_one_reason_for_all_that_a_journal_must_not_know(
    folder: Path, kind: type[OqsFolder], reasons: int
) -> None:
    """特定疾病 and 医療扶助 are not told apart, from each other or from anything else."""
    relay = kind(Settings(folder, profile=Profile.MYCLINIC), lambda _: None, ToldClock())
    causes = {refusal(relay, read_record(answer["record"])) for answer in PERSONS.values()}
    assert len(causes - {None}) == reasons


def refusal(relay: OqsFolder, record: EligibilityRecord) -> str | None:
    try:
        relay.prepare(replace(RECEPTION, record=record))
    except RelayRefusedError as error:
        return error.cause
    return None


def test_a_name_needs_a_reading(folder: Path) -> None:
    blank = replace(RECORD, person=replace(RECORD.person, name_kana="　 "))
    with pytest.raises(RelayRefusedError, match="mynareception cannot read it"):
        Door(folder, Profile.MYNARECEPTION).relay.prepare(replace(RECEPTION, record=blank))


def test_a_file_that_is_too_long_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(folder, Profile.MYNARECEPTION)
    monkeypatch.setattr(door.relay, "_rules", Rules(longest_bytes=1000))
    with pytest.raises(RelayRefusedError, match="cannot read it"):
        door.relay.prepare(RECEPTION)
    assert everything_in(folder) == []


def test_a_file_of_another_day_is_not_prepared(folder: Path) -> None:
    door = Door(folder, Profile.MYNARECEPTION)
    door.clock.time = TOMORROW
    with pytest.raises(RelayRefusedError, match="files of today only"):
        door.relay.prepare(RECEPTION)
    assert everything_in(folder) == []
    other = Door(folder, Profile.GENERIC)
    other.clock.time = TOMORROW
    other.relay.commit(other.relay.prepare(RECEPTION).token)


OVERNIGHT = replace(RECEPTION, received_at=TOMORROW)
"""Of a reader that was cut off until the next day."""


def test_yesterdays_patient_is_none_of_today(folder: Path) -> None:
    door = Door(folder, Profile.MYNARECEPTION)
    door.clock.time = TOMORROW
    with pytest.raises(RelayRefusedError, match="files of today only"):
        door.relay.prepare(OVERNIGHT)
    assert everything_in(folder) == []


def test_software_that_looks_at_files_of_today_does_not_meet_yesterdays_patient(
    folder: Path,
) -> None:
    """Also where nobody told the agent that such software watches."""
    relay = Door(folder, Profile.GENERIC).relay
    software = ReceptionSoftware(folder, today="20261123")
    name = relay.commit(relay.prepare(OVERNIGHT).token)
    with pytest.raises(RefusedFileError, match="file of another day"):
        software.look()
    (folder / name).unlink()
    # Negative control: of today's patient it takes the file.
    name = relay.commit(relay.prepare(replace(OVERNIGHT, answered_at=TOMORROW)).token)
    assert [taken.name for taken in software.look()] == [name]


def test_one_that_waited_over_midnight_is_withdrawn(folder: Path) -> None:
    door = Door(folder, Profile.MYNARECEPTION)
    token = door.relay.prepare(RECEPTION).token
    door.clock.time = TOMORROW
    with pytest.raises(RelayRefusedError, match="files of today only"):
        door.relay.commit(token)
    assert everything_in(folder) == []
    with pytest.raises(PreparedLostError):
        door.relay.commit(token)


def test_one_that_was_handed_over_before_midnight_stays_so(folder: Path) -> None:
    door = Door(folder, Profile.MYNARECEPTION)
    token = door.relay.prepare(RECEPTION).token
    name = door.relay.commit(token)
    door.clock.time = TOMORROW
    assert door.relay.commit(token) == name


class Killed(BaseException):
    """The agent ends here."""


class StagedFirst(OqsFolder):
    """Negative control: what was staged goes before the sign."""

    def _withdraw_old(self, staging: Path, name: str) -> None:
        (staging / f"{name}{STAGED_SUFFIX}").unlink(missing_ok=True)
        (staging / f"{name}{BEGUN_SUFFIX}").unlink(missing_ok=True)
        self._check_day(name)


def taken_for_handed_over(folder: Path, kind: type[OqsFolder]) -> Iterator[bool]:
    """Killed at the hand-over and, a day later, at each removal of a file while withdrawing."""
    for removals in range(3):
        clock = ToldClock()
        relay = kind(Settings(folder, profile=Profile.MYNARECEPTION), lambda _: None, clock)
        token = relay.prepare(RECEPTION).token
        (staged,) = folder.glob(".uketsuke-*/*.part")
        staged.with_suffix(BEGUN_SUFFIX).touch()
        clock.time = TOMORROW
        with killed_after(removals), suppress(Killed, RelayRefusedError):
            relay.commit(token)
        with suppress(RelayRefusedError, PreparedLostError):
            relay.commit(token)
            yield True
        yield False


@contextmanager
def killed_after(removals: int) -> Iterator[None]:
    left = [None] * removals
    unlink = Path.unlink

    def remove(path: Path, missing_ok: bool = False) -> None:
        if not left:
            raise Killed
        left.pop()
        unlink(path, missing_ok)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "unlink", remove)
        yield


def test_killed_while_it_is_withdrawn_nothing_passes_for_handed_over(folder: Path) -> None:
    assert not any(taken_for_handed_over(folder, OqsFolder))
    assert everything_in(folder) == []


def test_the_wrong_order_of_withdrawal_is_found(folder: Path) -> None:
    """Negative control."""
    assert any(taken_for_handed_over(folder, StagedFirst))


def test_software_that_acts_on_changes_takes_each_file_once(folder: Path) -> None:
    software = ReceptionSoftware(folder, today="20261122", client=Client.CHANGE_EVENT)
    door = Door(folder, Profile.CHANGE_EVENT)
    door.during_pause = software.look
    name = door.relay.commit(door.relay.prepare(RECEPTION).token)
    assert [taken.name for taken in software.look()] == [name]
    assert software.look() == []


def test_without_the_profile_it_would_miss_the_file(folder: Path) -> None:
    """Negative control."""
    software = ReceptionSoftware(folder, today="20261122", client=Client.CHANGE_EVENT)
    relay = Door(folder, Profile.GENERIC).relay
    relay.commit(relay.prepare(RECEPTION).token)
    assert software.look() == software.look() == []


def test_an_empty_file_that_lies_there_since_a_kill_does_not_change(folder: Path) -> None:
    door = Door(folder, Profile.CHANGE_EVENT)
    token = door.relay.prepare(RECEPTION).token
    seen: list[int] = []

    def look() -> None:
        (path,) = folder.glob("*.xml")
        seen.append(path.stat().st_mtime_ns)
        if len(seen) == 1:
            raise Killed

    door.during_pause = look
    with pytest.raises(Killed):
        door.relay.commit(token)
    door.relay.commit(token)
    assert len(set(seen)) == 1


@pytest.mark.parametrize("profile", Profile)
def test_geta_is_told_with_the_field_alone(folder: Path, profile: Profile) -> None:
    door = Door(folder, profile, encoding=Encoding.CP932, unmappable=Unmappable.GETA)
    prepared = door.relay.prepare(RARE)
    assert (prepared.is_encoding_changed, prepared.replaced) == (False, ("name",))


def test_one_that_reads_one_encoding_alone_gets_no_other(folder: Path) -> None:
    relay = Door(folder, Profile.MYNARECEPTION, encoding=Encoding.CP932).relay
    with pytest.raises(RelayRefusedError, match="cp932 cannot write a character of name"):
        relay.prepare(RARE)


@pytest.mark.parametrize(
    ("profile", "setting", "value", "can"),
    [
        ("change_event", "write_mode", "rename", '"create_then_write" only'),
        ("mynareception", "write_mode", "create_then_write", '"rename" only'),
        ("mynareception", "unmappable", "utf_8", '"refuse" or "geta" only'),
        ("mynareception", "file_prefix", "OQSsiquc01res", '"OQSsiquc01res_face" only'),
    ],
)
def test_a_setting_that_contradicts_the_profile_is_refused(
    folder: Path, profile: str, setting: str, value: str, can: str
) -> None:
    settings = {"folder": "face", "profile": profile, setting: value}
    with pytest.raises(ConfigError) as caught:
        create_adapter(agent.relays, "oqs_folder", settings, folder.parent)
    assert str(caught.value) == (
        f'[[relays]] {setting}: software of the profile "{profile}" reads {can}; leave {setting}'
        " out or choose another profile."
    )


@pytest.mark.parametrize("profile", ["generic", "myclinic"])
def test_what_does_not_contradict_is_as_it_is_set(folder: Path, profile: str) -> None:
    settings = {
        "folder": "face",
        "profile": profile,
        "write_mode": "create_then_write",
        "unmappable": "refuse",
        "file_prefix": "OQSsiquc01res",
    }
    create_adapter(agent.relays, "oqs_folder", settings, folder.parent)


def test_a_profile_that_nobody_knows(folder: Path) -> None:
    settings = {"folder": "face", "profile": "dynamics"}
    with pytest.raises(ConfigError, match="profile"):
        create_adapter(agent.relays, "oqs_folder", settings, folder.parent)

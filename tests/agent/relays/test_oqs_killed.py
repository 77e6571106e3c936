"""In every profile, killed before any step at the disk, a file is taken exactly once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.errors import PreparedLostError
from agent.relays import oqs_folder
from agent.relays._oqs_profile import Profile
from agent.relays.oqs_folder import STAGED_SUFFIX, OqsFolder, Settings
from tests.agent.relays.test_oqs_file import RECEPTION
from tests.agent.world import ToldClock

STEPS = ("open", "touch", "replace", "unlink", "mkdir")
FEWEST_KILLS = 8


class Killed(BaseException):
    """The agent ends here."""


class Unsigned(OqsFolder):
    """Negative control: hands over without a sign that it begins."""

    def _hand_over(self, staging: Path, names: Sequence[str]) -> None:
        for name in names:
            (staging / f"{name}{STAGED_SUFFIX}").replace(self._settings.folder / name)


class Agent:
    """The delivery of one result, with what it wrote down before each kill."""

    def __init__(self, relay: OqsFolder) -> None:
        self._relay = relay
        self._token: str | None = None
        self.is_done = False

    def run(self) -> None:
        """Deliver, from wherever the last run ended."""
        self._token = self._token or self._relay.prepare(RECEPTION).token
        try:
            self._relay.commit(self._token)
        except PreparedLostError:
            self._token = self._relay.prepare(RECEPTION).token
            self._relay.commit(self._token)
        self._relay.settle(self._token)
        self.is_done = True


@contextmanager
def killed_before(step: int) -> Iterator[None]:
    """The agent is killed before this step at the disk, counted from 0."""
    steps = iter(range(step))
    with pytest.MonkeyPatch.context() as patched:
        for owner, name in [*((Path, each) for each in STEPS), (oqs_folder, "sync_folder")]:
            patched.setattr(owner, name, counted(getattr(owner, name), steps))
        yield


def counted(call: object, steps: Iterator[int]) -> object:
    def act(*arguments: object, **named: object) -> object:
        if next(steps, None) is None:
            raise Killed
        return call(*arguments, **named)  # type: ignore[operator]

    return act


def times_taken(folder: Path) -> int:
    """Software takes every file that is whole, and lets an empty one lie."""
    whole = [path for path in folder.glob("*.xml") if path.stat().st_size]
    for path in whole:
        path.unlink()
    return len(whole)


def endings(folder: Path, profile: Profile, kind: type[OqsFolder]) -> Iterator[int]:
    """How often a file was taken, for a kill before each step."""
    for step in range(100):
        place = folder / str(step)
        place.mkdir()
        settings = Settings(place, profile=profile)
        agent = Agent(kind(settings, lambda _: None, ToldClock()))
        try:
            with killed_before(step):
                agent.run()
        except Killed:
            taken = times_taken(place)
            agent.run()
            yield taken + times_taken(place)
        else:
            return


@pytest.mark.parametrize("profile", Profile)
def test_killed_before_any_step_it_is_taken_once(tmp_path: Path, profile: Profile) -> None:
    taken = list(endings(tmp_path, profile, OqsFolder))
    assert len(taken) >= FEWEST_KILLS
    assert set(taken) == {1}


@pytest.mark.parametrize("profile", Profile)
def test_a_hand_over_without_its_sign_is_found(tmp_path: Path, profile: Profile) -> None:
    """Negative control."""
    assert 2 in endings(tmp_path, profile, Unsigned)

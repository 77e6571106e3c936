"""A scenario: what patient, staff and cable do, step by step, and how it must end.

Scenarios are TOML files in `scenarios/`; this module is their schema. A typing mistake is
answered with a sentence that names the file, the place and what was expected.
"""

import tomllib
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Literal

import msgspec

from tests.hw_sim.card_front.laying import Subject

FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(Exception):
    """The scenario file cannot be played; the sentence says why."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    """One thing that happens; `do` names it."""


class LayCard(_Step, frozen=True, tag="lay_card"):
    """The patient lays the card on the reader."""

    seen: Subject = Subject.FRONT
    """What the camera over the tray sees: its front, its back, a case …"""
    is_upside_down: bool = False
    """The card lies the wrong way round."""


class TakeCard(_Step, frozen=True, tag="take_card"):
    """The patient takes the card away."""


class See(_Step, frozen=True, tag="see"):
    """The patient waits until this page is on the screen."""

    page: str
    failure: str = ""
    """The failure the page must tell of, such as `pin_locked`."""
    text: str = ""
    """Words that must stand on it."""
    within_s: float = 20.0


class Choose(_Step, frozen=True, tag="choose"):
    """The patient waits for a page and presses a button on it."""

    page: str
    choice: str


class TypePin(_Step, frozen=True, tag="type_pin"):
    """Somebody types digits on the pad and confirms them."""

    pin: str
    page: str = "pin"


class Face(Enum):
    """Who or what is before the camera."""

    LIVE = "live"
    AWAY = "away"
    DARK = "dark"


class ShowFace(_Step, frozen=True, tag="show_face"):
    """Somebody stands before the camera."""

    person: str
    face: Face = Face.LIVE


class PullCardAt(_Step, frozen=True, tag="pull_card_at"):
    """The card will be pulled by itself at the n-th command it gets from now."""

    command: int


class PullCable(_Step, frozen=True, tag="pull_cable"):
    """Somebody pulls the cable between reader and reception PC."""


class PlugCable(_Step, frozen=True, tag="plug_cable"):
    """Somebody plugs the cable in again."""


class StopEligibility(_Step, frozen=True, tag="stop_eligibility"):
    """The eligibility service stops answering."""


class RestoreEligibility(_Step, frozen=True, tag="restore_eligibility"):
    """The eligibility service answers again."""


class KillPcscd(_Step, frozen=True, tag="kill_pcscd"):
    """The card reader's service crashes."""


class RestartPcscd(_Step, frozen=True, tag="restart_pcscd"):
    """The card reader's service comes back."""


Step = (
    LayCard
    | TakeCard
    | See
    | Choose
    | TypePin
    | ShowFace
    | PullCardAt
    | PullCable
    | PlugCable
    | StopEligibility
    | RestoreEligibility
    | KillPcscd
    | RestartPcscd
)


class Patient(_Table, frozen=True):
    """Who comes, with which card."""

    person: str = "taro"
    """Name of the fictitious person: a folder in `people/`."""
    card: str = "my_number"
    """Name of the card in `card/catalog.py`, lower case."""
    insured_born: date | None = None
    """When they were born of whom the insurance tells; none: as the holder. Another day: the card
    is linked to somebody else, or shows somebody else's record."""
    encoding: Literal["utf-8", "cp932"] = "utf-8"
    """How the reception software wants its file."""


class Expect(_Table, frozen=True):
    """How the last visit of the scenario must have ended."""

    outcome: Literal["completed", "failed", "abandoned"]
    method: Literal["face", "pin", "phone", "staff"] | None = None
    """How the patient was verified; none when nobody was."""
    failure: str = ""
    """Failure code in lower case; empty for a completed visit."""
    reception_files: int = 0
    """Files the scenario must leave for the reception software: this many, no more."""
    consents: Literal["given", "refused", "unobtainable", "none"] = "none"
    decisions: tuple[str, ...] = ()
    """What the patient decided beside the consents, lower case, in order."""
    records: int = 1
    """Signed results the scenario must leave at the agent."""
    emergency: str = ""
    """What the result must say the reader served; empty: an ordinary reception."""


class Scenario(_Table, frozen=True):
    """One story with its end."""

    title: str
    expect: Expect
    steps: tuple[Step, ...]
    patient: Patient = Patient()
    facility_password: str = ""
    """Of the clinic's staff, who then may confirm a patient themselves; empty: they may not."""
    emergency: Literal["ambulance", "disaster", ""] = ""
    """What reader and agent are both set to; empty: an ordinary reception."""
    ask_later_hours: float = 0
    """How long the agent goes on asking for somebody who could not be looked up; 0: it does not."""


def names() -> list[str]:
    """Every scenario that can be played."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_scenario(name: str) -> Scenario:
    """Read and check the scenario of that name.

    Raises:
        ScenarioError: There is none, or its file does not fit the schema.
    """
    if name not in names():
        raise ScenarioError(f"no scenario is called {name!r}; there are: {', '.join(names())}")
    return parse_scenario((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def parse_scenario(text: str, where: str) -> Scenario:
    """Check the text of a scenario file.

    Raises:
        ScenarioError: It does not fit the schema.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Scenario)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioError(f"{where}: {error}") from error

"""What known reception software can read of the files: one profile each.

| profile | so |
|---|---|
| `generic` | every file, as the format allows it |
| `myclinic` | no 特定疾病, no 同意取得困難 for them, no 医療扶助: these make it fail |
| `mynareception` | files of today, whole at once, at most 4 MiB, in the encoding it is set to |
| `change_event` | software that acts on a change of a file, not on a new one |

That each file holds a list of exactly one person, each with a kind of card, name, reading, sex, day
of birth and insurer, and a code of ten digits, is so for all of them. What a program cannot read is
parked for staff; it is never written.

Source: facts/oqs.md §2.2, §2.3 and §6.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import TypeVar

from agent.errors import ConfigError
from agent.qualification import InsuredPerson

FACE_PREFIX = "OQSsiquc01res_face"
MIB = 1024 * 1024


@unique
class Profile(StrEnum):
    """Software that is known."""

    GENERIC = "generic"
    MYCLINIC = "myclinic"
    MYNARECEPTION = "mynareception"
    CHANGE_EVENT = "change_event"


@unique
class WriteMode(StrEnum):
    """What the watching software needs to see."""

    RENAME = "rename"
    """The file appears whole."""
    CREATE_THEN_WRITE = "create_then_write"
    """An empty file appears and is then replaced by the whole one: for software that acts on
    changes only (facts/oqs.md §2.3). chokidar 3.6 and 4 tell of an `add`, then of a `change`."""


@unique
class Unmappable(StrEnum):
    """What becomes of a result whose characters the encoding cannot hold."""

    UTF_8 = "utf_8"
    """This one file is UTF-8, declared as such."""
    REFUSE = "refuse"
    """It is parked, with the names of the fields."""
    GETA = "geta"
    """〓 stands for each, where only people read it; otherwise it is parked."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one program. What is possible is in a tuple, what is best first."""

    write_modes: tuple[WriteMode, ...] = (WriteMode.RENAME, WriteMode.CREATE_THEN_WRITE)
    unmappable: tuple[Unmappable, ...] = (Unmappable.UTF_8, Unmappable.REFUSE, Unmappable.GETA)
    file_prefix: str | None = None
    """The only one that it knows; None: any."""
    is_of_today_only: bool = False
    """It looks at files whose name bears the present day."""
    longest_bytes: int = 4 * MIB
    """Of the one that says how much; far above what any record comes to."""
    needed: tuple[str, ...] = ()
    """Fields of the person that may not be blank."""
    fails_at: Mapping[str, str] = field(default_factory=dict)
    """Fields of the person with the value that it cannot read."""
    fails_at_lists: tuple[str, ...] = ()
    """Lists of the person that it cannot read, with whatever in them."""

    def can_read(self, person: InsuredPerson) -> bool:
        """Whether it understands all that is known of this person."""
        return (
            all((getattr(person, name) or "").strip() for name in self.needed)
            and all(getattr(person, name) != value for name, value in self.fails_at.items())
            and not any(getattr(person, name) for name in self.fails_at_lists)
        )


RULES = {
    Profile.GENERIC: Rules(),
    Profile.MYCLINIC: Rules(
        fails_at={
            "insured_card_classification": "A1",
            "specific_diseases_certificate_related_cons_flg": "3",
        },
        fails_at_lists=("specific_diseases",),
    ),
    Profile.MYNARECEPTION: Rules(
        # It reads a file twice, and takes other content under one name for a conflict.
        write_modes=(WriteMode.RENAME,),
        unmappable=(Unmappable.REFUSE, Unmappable.GETA),
        file_prefix=FACE_PREFIX,
        is_of_today_only=True,
        needed=("name_kana",),
    ),
    Profile.CHANGE_EVENT: Rules(write_modes=(WriteMode.CREATE_THEN_WRITE,)),
}

Choice = TypeVar("Choice", WriteMode, Unmappable, str)


def choose(
    setting: str, wanted: Choice | None, possible: tuple[Choice, ...], profile: Profile
) -> Choice:
    """What the configuration wants, or else what suits the profile best.

    Raises:
        ConfigError: The program of this profile cannot read what is wanted.
    """
    if wanted is None:
        return possible[0]
    if wanted not in possible:
        can = " or ".join(f'"{each}"' for each in possible)
        raise ConfigError(
            f'[[relays]] {setting}: software of the profile "{profile}" reads {can} only; leave'
            f" {setting} out or choose another profile."
        )
    return wanted

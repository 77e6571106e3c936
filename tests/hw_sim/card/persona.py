"""A persona: somebody who does not exist, and the card or phone that somebody lays down.

Personas are TOML files in `tests/hw_sim/personas/`; this module is their schema. The table `card`
holds fields of `CardProfile`; `like` names the persona from which everything else is taken. A
typing mistake is answered with a sentence that names the file, the place and what was expected.
"""

import dataclasses
import difflib
import json
import tomllib
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card.victim import PEOPLE

FOLDER = Path(__file__).parent.parent / "personas"
Table = dict[str, object]


class PersonaError(Exception):
    """The persona cannot be made; the sentence says why."""


class PlannedFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens at one command."""

    at: Annotated[int, msgspec.Meta(ge=1)]
    """Number of the command, 1 = the first after the card is laid for the first time."""
    what: Fault
    """What happens then."""


_NAMES_IN_FILES = {"profile": "card", "is_registered": "registration"}


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=_NAMES_IN_FILES):
    """One persona as its file describes it."""

    title: str
    """Who it is and what is special, in one line."""
    portrait: str
    """Folder in `people/` whose portrait is on the chip."""
    profile: CardProfile
    """The card; table `card` of the file."""
    is_registered: bool = True
    """`registration` of the file: the holder has registered the card as health insurance card
    (健康保険証利用登録). No card knows it, so only the simulated eligibility service is told."""
    faults: tuple[PlannedFault, ...] = ()
    """What will go wrong by itself."""

    def issue(self, issuer: Issuer) -> SimulatedCard:
        """Give out the card, with the portrait on its chip."""
        photo = (PEOPLE / self.portrait / "portrait.jp2").read_bytes()
        card = issuer.issue(self.profile, photo)
        for fault in self.faults:
            card.physics.fault_at(fault.at, fault.what)
        return card


def names() -> list[str]:
    """Every persona there is."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_persona(name: str, variants: Sequence[str] = (), faults: Sequence[str] = ()) -> Persona:
    """Read the persona of that name.

    Args:
        name: Name of its file without the ending.
        variants: Changes to its card, each `SWITCH=VALUE`, e.g. `tries_left.text_pin=0`.
        faults: What else will go wrong, each `N=WHAT`, e.g. `4=hang`.

    Raises:
        PersonaError: There is none, or file, variant or fault do not fit the schema.
    """
    table = _whole_table(name)
    for variant in variants:
        table = _merged(table, {"card": _variant_table(variant)})
    persona = _convert(table, " ".join([f"{name}.toml", *variants]))
    return msgspec.structs.replace(persona, faults=(*persona.faults, *map(_planned_fault, faults)))


def parse_persona(text: str, where: str) -> Persona:
    """Check the text of a persona file.

    Raises:
        PersonaError: It does not fit the schema.
    """
    return _convert(_with_likeness(_loads(text, where)), where)


@cache
def _file_table(name: str) -> Table:
    if name not in names():
        raise PersonaError(f"no persona is called {name!r}{_did_you_mean(name, names())}")
    return _loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def _whole_table(name: str) -> Table:
    return _with_likeness(_file_table(name))


def _with_likeness(table: Table) -> Table:
    """The file's own entries over those of the persona it is like."""
    own = {key: value for key, value in table.items() if key != "like"}
    likeness = table.get("like")
    return own if likeness is None else _merged(_whole_table(str(likeness)), own)


def _loads(text: str, where: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PersonaError(f"{where}: {error}") from error


def _planned_fault(text: str) -> PlannedFault:
    at, equals, what = text.partition("=")
    if not (equals and at.isascii() and at.isdigit() and int(at) >= 1):
        raise PersonaError(f"a fault is N=WHAT, N from 1 on, e.g. 4=hang, not {text!r}")
    known = [fault.value for fault in Fault]
    if what not in known:
        raise PersonaError(f"no fault is called {what!r}{_did_you_mean(what, known)}")
    return PlannedFault(int(at), Fault(what))


def _variant_table(variant: str) -> Table:
    key, equals, value = variant.partition("=")
    if not equals:
        raise PersonaError(f"a variant is SWITCH=VALUE, not {variant!r}")
    try:
        return tomllib.loads(f"{key} = {value}")
    except tomllib.TOMLDecodeError:
        return _loads(f"{key} = {json.dumps(value)}", variant)


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> Table:
    result = dict(below)
    for key, value in above.items():
        match result.get(key), value:
            case dict() as old, dict() as new:
                result[key] = _merged(old, new)
            case _:
                result[key] = value
    return result


def _convert(table: Table, where: str) -> Persona:
    card = table.get("card", {})
    try:
        fitted = _fit(card, CardProfile, "card")
        return msgspec.convert({**table, "card": fitted}, Persona)
    except (msgspec.ValidationError, PersonaError, ValueError) as error:
        raise PersonaError(f"{where}: {error}") from error


def _with_bytes(table: Table, kind: type, place: str) -> Table:
    """Check the names of the entries and turn hex text into bytes, down through the tables."""
    types = typing.get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind)]
    fitted: Table = {}
    for name, value in table.items():
        if name not in known:
            raise PersonaError(f"{place} has no switch {name!r}{_did_you_mean(name, known)}")
        fitted[name] = _fit(value, types[name], f"{place}.{name}")
    return fitted


def _fit(value: object, kind: object, place: str) -> object:
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict):
        return _with_bytes(value, kind, place)
    if kind is bytes:
        return _bytes_of(value, place)
    if kind == tuple[bytes, ...] and isinstance(value, list):
        return [_bytes_of(each, place) for each in value]
    return value


def _bytes_of(value: object, place: str) -> bytes:
    if isinstance(value, str) and value in ATRS:
        return ATRS[value]
    try:
        return bytes.fromhex(str(value))
    except ValueError:
        raise PersonaError(f"{place} must be hex, not {value!r}") from None


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(sorted(known))}"

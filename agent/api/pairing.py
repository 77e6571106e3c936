"""Readers paired, renewed and unpaired by staff while the agent serves."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from agent.api import models
from agent.api.parts import PROBLEMS, InParts, Staff, found
from agent.ceremonies import Ceremony, CeremonyRefusedError
from agent.config import ONLY_COUNTER
from agent.pairing.this_pc import own_name

THE_ONLY = "_"
"""Stands for the only counter, which has no name."""
router = APIRouter(prefix="/readers/{place:path}", tags=["staff"], responses=PROBLEMS)


async def _counter(
    parts: InParts,
    place: Annotated[str, Path(description="The counter's name; `_` for the only one")],
) -> str:
    is_only = place == THE_ONLY and ONLY_COUNTER in parts.reading.counters
    counter = ONLY_COUNTER if is_only else place
    return found(counter if counter in parts.reading.counters else None)


Counter = Annotated[str, Depends(_counter)]


async def _free_counter(counter: Counter, parts: InParts) -> str:
    if parts.reading.is_somebody_at(counter):
        raise CeremonyRefusedError("somebody is at this reader")
    return counter


FreeCounter = Annotated[str, Depends(_free_counter)]
"""Where no patient stands."""


@router.post("/pairing", status_code=HTTPStatus.ACCEPTED)
async def begin_pairing(
    _: Staff, parts: InParts, counter: FreeCounter, pairing: models.Pairing
) -> models.Ceremony:
    """Begin to pair: the button inside the reader is pressed next, within ten minutes."""
    name = own_name() if pairing.name is None else pairing.name
    return _document(parts.ceremonies.pair(counter, name, may_replace=pairing.may_replace))


@router.get("/pairing")
async def read_pairing(_: Staff, parts: InParts, counter: Counter) -> models.Ceremony:
    """How far it is. A pairing that nobody asks about for a minute and a half is called off."""
    return _document(found(parts.ceremonies.look(counter)))


@router.post("/pairing/confirm")
async def confirm_pairing(
    _: Staff, parts: InParts, counter: Counter, comparison: models.Comparison
) -> models.Ceremony:
    """Whether reader and console show the same six digits."""
    return _document(parts.ceremonies.answer(counter, is_same=comparison.digits_agree))


@router.delete("/pairing", status_code=HTTPStatus.NO_CONTENT)
async def call_pairing_off(_: Staff, parts: InParts, counter: Counter) -> None:
    """End it; what was over is forgotten."""
    parts.ceremonies.call_off(counter)


@router.post("/renew", status_code=HTTPStatus.ACCEPTED)
async def renew_keys(_: Staff, parts: InParts, counter: FreeCounter) -> models.Ceremony:
    """Begin to give both ends new keys; `GET …/pairing` tells how far it is."""
    return _document(parts.ceremonies.renew(counter))


@router.post("/unpair", status_code=HTTPStatus.ACCEPTED)
async def unpair_reader(
    _: Staff, parts: InParts, counter: FreeCounter, unpairing: models.Unpairing
) -> models.Ceremony:
    """Begin to end the pairing; `GET …/pairing` tells how far it is."""
    return _document(parts.ceremonies.unpair(counter, is_reader_gone=unpairing.reader_gone))


def _document(ceremony: Ceremony) -> models.Ceremony:
    return models.Ceremony(
        counter=ceremony.counter,
        kind=ceremony.kind,
        phase=ceremony.phase,
        digits=ceremony.digits,
        ueid=ceremony.ueid.hex() if ceremony.ueid is not None else None,
        has_reader_agreed=ceremony.has_reader_agreed,
        why=ceremony.why,
    )

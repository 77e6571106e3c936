"""Looks somebody up by the numbers on a paper, where the eligibility source can be asked so.

It may take minutes, and is never asked a second time by itself.
"""

import json
from datetime import date
from http import HTTPStatus

import anyio
import anyio.to_thread
from fastapi import APIRouter

from agent.api import models
from agent.api.callers import refused
from agent.api.parts import PROBLEMS, InParts, Staff, found
from agent.clock import day_in_japan
from agent.eligibility.port import (
    InsuredNumbers,
    NobodyFound,
    NumberQuery,
    NumbersRefused,
    SeveralFound,
)
from agent.errors import (
    MalformedEntryError,
    MalformedQualificationError,
    NumbersTimedOutError,
    NumbersUnavailableError,
)
from agent.qualification import EligibilityRecord, record_to_json

router = APIRouter(
    prefix="/lookups",
    tags=["staff"],
    responses={
        **PROBLEMS,
        503: {**PROBLEMS[404], "description": "Nobody could be asked, or nobody answered"},
    },
)


MOST_AT_ONCE = 2
"""Each waits for minutes where the network is slow."""
_PLACES = anyio.CapacityLimiter(MOST_AT_ONCE)


@router.post("")
async def look_up(_: Staff, parts: InParts, wanted: models.Numbers) -> models.LookedUp:
    """Whose insurance it is today; waits for the answer."""
    lookup = found(parts.lookup)
    query = NumberQuery(
        medical_institution_code=parts.medical_institution_code,
        numbers=InsuredNumbers(
            insurer_number=wanted.insurer_number,
            insured_identification_number=wanted.insured_identification_number,
            insured_card_symbol=wanted.insured_card_symbol or "",
            insured_branch_number=wanted.insured_branch_number or "",
        ),
        birth_date=_day(wanted.birthdate),
        on=day_in_japan(parts.clock.now()),
        agrees_to_limit=wanted.agrees_to_limit,
    )
    if not _PLACES.available_tokens:
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "others are being looked up: ask again soon")
    try:
        answer = await anyio.to_thread.run_sync(lookup.look_up, query, limiter=_PLACES)
    except (NumbersUnavailableError, NumbersTimedOutError, MalformedQualificationError) as error:
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
    match answer:
        case EligibilityRecord():
            return _told("found", [answer])
        case SeveralFound(records):
            return _told("several", records)
        case NobodyFound(code, message):
            return _told("nobody", [], code, message)
        case NumbersRefused(code, message):
            return _told("refused", [], code, message)


def _told(
    answer: models.LookupAnswer,
    records: list[EligibilityRecord] | tuple[EligibilityRecord, ...],
    code: str | None = None,
    message: str | None = None,
) -> models.LookedUp:
    documents = [json.loads(record_to_json(each)) for each in records]
    return models.LookedUp(answer=answer, records=documents, code=code, message=message)


def _day(digits: str) -> date:
    try:
        return date.fromisoformat(digits)
    except ValueError as error:
        raise MalformedEntryError("birthdate") from error

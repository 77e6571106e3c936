"""Results for software that asks for them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from agent.api.models import Result, ResultId, Results
from agent.api.parts import LARGEST_NUMBER, PROBLEMS, Anybody, InParts, found, result_key

MOST_RESULTS = 100
router = APIRouter(prefix="/results", tags=["results"], responses=PROBLEMS)


@router.get("")
async def list_results(
    _: Anybody,
    parts: InParts,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    last: Annotated[int | None, Query(ge=1, le=MOST_RESULTS)] = None,
    most: Annotated[int, Query(ge=1, le=MOST_RESULTS)] = MOST_RESULTS,
) -> Results:
    """Results in the order of their arrival: those after a cursor, or with `last` the newest.

    Ask again with `after` as `next` said: none is missed and none is told twice.
    """
    if last is None:
        told = await parts.in_turn.do(parts.reading.results_after, after, most)
    else:
        told = await parts.in_turn.do(parts.reading.last_results, last)
    return Results(results=told, next=told[-1].arrival if told else after)


@router.get("/{result_id}")
async def read_result(_: Anybody, parts: InParts, result_id: Annotated[ResultId, Path()]) -> Result:
    """One result."""
    return found(await parts.in_turn.do(parts.reading.result, *result_key(result_id)))

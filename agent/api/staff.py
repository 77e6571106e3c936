"""What the console shows and does."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from agent.api.callers import refused
from agent.api.models import ChosenPatient, ResultId, State
from agent.api.parts import LARGEST_NUMBER, PROBLEMS, InParts, Staff, found, result_key

router = APIRouter(tags=["staff"], responses=PROBLEMS)
Relay = Annotated[str, Path(pattern="^[^\x00-\x1f]{1,128}$")]


@router.get("/state")
async def read_state(_: Staff, parts: InParts) -> State:
    """How everything is now."""
    return await parts.in_turn.do(parts.reading.state, is_for_staff=True)


@router.post("/alarms/{number}/settle", status_code=HTTPStatus.NO_CONTENT)
async def settle_alarm(
    _: Staff, parts: InParts, number: Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
) -> None:
    """Somebody has seen to it."""
    found(await parts.in_turn.do(parts.seeing_to.settle, number))


@router.post("/relays/{relay:path}/send-again", status_code=HTTPStatus.NO_CONTENT)
async def send_again(
    _: Staff, parts: InParts, relay: Relay, result: Annotated[ResultId, Query()]
) -> None:
    """Send a parked result again."""
    found(await parts.in_turn.do(parts.seeing_to.send_again, relay, *result_key(result)))


@router.post("/relays/{relay:path}/send-all-again", status_code=HTTPStatus.NO_CONTENT)
async def send_all_again(_: Staff, parts: InParts, relay: Relay) -> None:
    """Send all results again that are parked there."""
    found(await parts.in_turn.do(parts.seeing_to.send_all_again, relay))


@router.post("/relays/{relay:path}/give-up", status_code=HTTPStatus.NO_CONTENT)
async def give_up(
    _: Staff, parts: InParts, relay: Relay, result: Annotated[ResultId, Query()]
) -> None:
    """Never send a parked result."""
    found(await parts.in_turn.do(parts.seeing_to.give_up, relay, *result_key(result)))


@router.put("/results/{result_id}/match", status_code=HTTPStatus.NO_CONTENT)
async def choose_patient(
    _: Staff, parts: InParts, result_id: Annotated[ResultId, Path()], choice: ChosenPatient
) -> None:
    """Staff say which of the clinic's patients a visit is of."""
    result = found(await parts.in_turn.do(parts.reading.result, *result_key(result_id)))
    match = result.detail.match if result.detail else None
    offered = {*match.patients, *match.named} if match else set()
    if [each.number for each in offered].count(choice.patient) != 1:
        # A number that two bear says of neither who was meant.
        raise refused(HTTPStatus.CONFLICT, "no single patient of that number is offered here")
    visit_id = bytes.fromhex(result.visit)
    is_kept = await parts.in_turn.do(parts.seeing_to.choose, visit_id, choice.patient)
    found(is_kept or None)

"""What the operations work with, and who may use them."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from agent.api.backlog import Backlog
from agent.api.callers import Callers, refused
from agent.api.clients import Client, Role
from agent.api.feed import Feed
from agent.api.in_turn import InTurn
from agent.api.known_words import unknown_words
from agent.api.models import Problem
from agent.api.problems import MEDIA_TYPE
from agent.api.reading import Reading
from agent.api.seeing_to import SeeingTo
from agent.ceremonies import Ceremonies
from agent.clock import Clock
from agent.eligibility.port import NumberLookup
from agent.metrics import Metrics
from agent.papers import Papers

Thing = TypeVar("Thing")
LARGEST_NUMBER = 2**63 - 1
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": status.phrase}
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
    )
}
"""How every operation may refuse."""
_BEARER = HTTPBearer(auto_error=False, description="Token of an enrolled client")


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that stands behind the operations."""

    in_turn: InTurn
    """All that reads or changes the store is done in its thread."""
    callers: Callers
    reading: Reading
    feed: Feed
    seeing_to: SeeingTo
    papers: Papers
    ceremonies: Ceremonies
    lookup: NumberLookup | None
    """None: the eligibility source cannot be asked by numbers."""
    medical_institution_code: str
    """10 digits."""
    export: Callable[[Path], object]
    """Writes the audit trail into a new file."""
    metrics: Metrics
    backlog: Backlog
    is_serving: Callable[[], bool]
    """Whether the agent's main thread works."""
    clock: Clock


async def _parts(connection: HTTPConnection) -> "Parts":
    return parts_of(connection)


def parts_of(connection: HTTPConnection) -> Parts:
    """Those of the application that serves this."""
    parts: Parts = connection.app.state.parts
    return parts


InParts = Annotated[Parts, Depends(_parts)]


async def _anybody(
    connection: HTTPConnection,
    parts: InParts,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Client:
    token = credentials.credentials if credentials else None
    client = await parts.callers.identify(token, connection)
    if words := unknown_words(connection):
        unknown = [{"loc": ("query", word), "msg": "Is not known here"} for word in words]
        raise RequestValidationError(unknown)
    return client


Anybody = Annotated[Client, Depends(_anybody)]
"""Whoever is enrolled."""


async def _staff(client: Anybody) -> Client:
    if client.role is not Role.STAFF:
        raise refused(HTTPStatus.FORBIDDEN, "for staff only")
    return client


Staff = Annotated[Client, Depends(_staff)]
"""Staff at the console."""


def found(thing: Thing | None) -> Thing:
    """The thing.

    Raises:
        HTTPException: 404, there is none.
    """
    if thing is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such thing here")
    return thing


def result_key(result_id: str) -> tuple[bytes, int]:
    """UEID and number of a result's name.

    Raises:
        HTTPException: 404, no result can be called so.
    """
    ueid, _, number = result_id.partition("-")
    if len(ueid) % 2 or int(number) > LARGEST_NUMBER:
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such result")
    return bytes.fromhex(ueid), int(number)

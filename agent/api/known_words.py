"""Refuses words in an address that no operation knows.

Whoever writes `afer=10` would get every result again from the first one on, and be told nothing.
"""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection


async def refuse_unknown_words(connection: HTTPConnection) -> None:
    """Of the query of one request.

    Raises:
        RequestValidationError: Names the first of them, as it was typed.
    """
    route = connection.scope["route"]
    if not isinstance(route, APIRoute):
        return
    known = set(_words_of(route.dependant))
    for word in connection.query_params:
        if word not in known:
            raise RequestValidationError([{"loc": ("query", word), "msg": "Is not known here"}])


def _words_of(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _words_of(needed)

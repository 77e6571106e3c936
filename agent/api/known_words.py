"""Words in an address that no operation knows: they are refused.

Whoever writes `afer=10` would get every result again from the first one on, and be told nothing.
"""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection

OPERATION = (APIRoute, APIWebSocketRoute)


def unknown_words(connection: HTTPConnection) -> list[str]:
    """Those of the query of one request or WebSocket, as they were typed."""
    route = connection.scope["route"]
    known = set(_words_of(route.dependant) if isinstance(route, OPERATION) else ())
    return [word for word in connection.query_params if word not in known]


def _words_of(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _words_of(needed)

"""Refusals as problem documents (RFC 9457)."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match

from agent.api.models import Problem
from agent.ceremonies import CeremonyRefusedError
from agent.errors import MalformedEntryError, MalformedNumberError, PairingError

MEDIA_TYPE = "application/problem+json"
OF_FILES = "GET, HEAD"
"""Methods of the console's page and its parts."""


def problem(status: int, detail: str | None = None) -> Response:
    """The document of a refusal."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(said.model_dump(), status_code=status, media_type=MEDIA_TYPE)


def tell_problems(app: Starlette, routes: Sequence[BaseRoute]) -> None:
    """Let every refusal of this application be such a document.

    Args:
        app: It.
        routes: Its operations, to tell what may be done at an address.
    """
    app.add_exception_handler(HTTPException, partial(_of_http, routes))
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(CeremonyRefusedError, _of_ceremony)
    for kind in (MalformedEntryError, MalformedNumberError, PairingError):
        app.add_exception_handler(kind, _of_entry)
    app.add_exception_handler(Exception, _of_fault)


async def _of_http(routes: Sequence[BaseRoute], request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = problem(error.status_code, error.detail)
    answer.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The router tells those of one operation alone, and none of files (RFC 9110 §15.5.6).
        there = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
        methods = {method for route in there for method in getattr(route, "methods", None) or ()}
        allowed = ", ".join(sorted(methods)) or answer.headers.get("Allow", OF_FILES)
        answer.headers["Allow"] = allowed
    return answer


async def _of_validation(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # Where and what, never the value: it may name a patient.
    told = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(told))


async def _of_entry(_: Request, error: Exception) -> Response:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


async def _of_ceremony(_: Request, error: Exception) -> Response:
    return problem(HTTPStatus.CONFLICT, str(error))


async def _of_fault(_: Request, _error: Exception) -> Response:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR)

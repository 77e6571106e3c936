"""Refusals as problem documents (RFC 9457)."""

from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.api.models import Problem
from agent.ceremonies import CeremonyRefusedError
from agent.errors import MalformedEntryError, MalformedNumberError, PairingError

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str | None = None) -> Response:
    """The document of a refusal."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(said.model_dump(), status_code=status, media_type=MEDIA_TYPE)


def tell_problems(app: Starlette) -> None:
    """Let every refusal of this application be such a document."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(CeremonyRefusedError, _of_ceremony)
    for kind in (MalformedEntryError, MalformedNumberError, PairingError):
        app.add_exception_handler(kind, _of_entry)
    app.add_exception_handler(Exception, _of_fault)


async def _of_http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    answer = problem(error.status_code, error.detail)
    answer.headers.update(error.headers or {})
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

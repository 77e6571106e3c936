"""Whether the agent serves, and its figures: no token is needed, and nobody is named."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.api.parts import Parts


def routes(parts: Parts) -> list[Route]:
    """`/healthz`, 503 where the main thread does not work; `/metrics` as Prometheus reads it."""

    async def tell_health(_: Request) -> Response:
        if parts.is_serving():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "silent"}, HTTPStatus.SERVICE_UNAVAILABLE)

    async def tell_figures(_: Request) -> Response:
        relays = await parts.backlog.relays()
        parts.metrics.tell_backlog((each.relay, each.waiting, each.parked_count) for each in relays)
        return Response(parts.metrics.text(), media_type=parts.metrics.media_type)

    return [Route("/healthz", tell_health), Route("/metrics", tell_figures)]

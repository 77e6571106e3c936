"""Whether the agent serves, and its figures: no token is needed, and nobody is named."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.metrics import Metrics


def routes(metrics: Metrics) -> list[Route]:
    """`/healthz`, and `/metrics` in the text format of Prometheus."""

    async def tell_health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def tell_figures(_: Request) -> Response:
        return Response(metrics.text(), media_type=metrics.media_type)

    return [Route("/healthz", tell_health), Route("/metrics", tell_figures)]

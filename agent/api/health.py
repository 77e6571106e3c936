"""Whether the agent serves, and its figures: no token is needed, and nobody is named."""

from fastapi import APIRouter
from starlette.responses import Response

from agent.api.parts import InParts

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The agent serves."""
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
async def metrics(parts: InParts) -> Response:
    """Figures in the text format of Prometheus."""
    return Response(parts.metrics.text(), media_type=parts.metrics.media_type)

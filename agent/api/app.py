"""The local API as one application: its operations, its refusals, the console's page."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from agent.api import audit, events, health, lookups, pairing, papers, results, staff
from agent.api.parts import Parts
from agent.api.problems import tell_problems
from agent.api.reading import VERSION

OPERATIONS = (results, events, staff, papers, lookups, pairing, audit)
CONSOLE = Path(__file__).parent / "console"
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}


def application(parts: Parts) -> Starlette:
    """Everything under one address."""
    for ending, media_type in TYPES.items():
        # A Windows registry may call them plain text, and then no browser runs them.
        mimetypes.add_type(media_type, ending)
    routes = [
        Mount("/v1", _operations(parts)),
        *health.routes(parts),
        Mount("/", StaticFiles(directory=CONSOLE, html=True)),
    ]
    app = Starlette(routes=routes)
    tell_problems(app, routes)
    return app


def _operations(parts: Parts) -> FastAPI:
    """What `openapi.json` beside this file describes; `/v1/openapi.json` is the same."""
    app = FastAPI(
        title="uketsuke agent",
        version=VERSION,
        summary="What the agent on this reception PC knows, for software on the same PC.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    routers = [module.router for module in OPERATIONS]
    tell_problems(app, [route for router in routers for route in router.routes])
    for router in routers:
        app.include_router(router)
    return app

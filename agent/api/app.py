"""The local API as one application: its operations, its refusals, the console's page."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from agent.api import events, health, results, staff
from agent.api.parts import Parts
from agent.api.problems import tell_problems
from agent.api.reading import VERSION

CONSOLE = Path(__file__).parent / "console"
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}


def application(parts: Parts) -> FastAPI:
    """Make it; its OpenAPI document is `openapi.json` beside this file."""
    app = FastAPI(
        title="uketsuke agent",
        version=VERSION,
        summary="What the agent on this reception PC knows, for software on the same PC.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    tell_problems(app)
    for module in (health, results, events, staff):
        app.include_router(module.router)
    for ending, media_type in TYPES.items():
        # A Windows registry may call them plain text, and then no browser runs them.
        mimetypes.add_type(media_type, ending)
    app.mount("/", StaticFiles(directory=CONSOLE, html=True))
    return app

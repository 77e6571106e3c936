"""The audit trail as a file, for an auditor who stands beside the staff."""

import tempfile
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from agent.api.parts import PROBLEMS, InParts, Staff
from agent.clock import JAPAN

router = APIRouter(prefix="/audit-trail", tags=["staff"], responses=PROBLEMS)


@router.get(
    "",
    response_class=FileResponse,
    responses={HTTPStatus.OK: {"content": {"application/zip": {}}}},
)
def read_audit_trail(_: Staff, parts: InParts) -> FileResponse:
    """All signed results and the journal, without anybody's name (`python -m agent export`)."""
    folder = tempfile.TemporaryDirectory(prefix="uketsuke-")
    path = Path(folder.name) / "trail.zip"
    parts.export(path)
    moment = parts.clock.now().astimezone(JAPAN)
    name = f"uketsuke-export-{moment:%Y%m%d-%H%M%S}.zip"
    return FileResponse(
        path,
        media_type="application/zip",
        filename=name,
        background=BackgroundTask(folder.cleanup),
    )

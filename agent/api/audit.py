"""The audit trail as a file, for an auditor who stands beside the staff."""

import tempfile
import threading
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from agent.api.callers import refused
from agent.api.models import Problem
from agent.api.parts import PROBLEMS, InParts, Staff
from agent.api.problems import MEDIA_TYPE
from agent.clock import JAPAN

_turn = threading.Lock()
"""Of whoever has the file written: it is long work for an agent that serves patients."""
router = APIRouter(prefix="/audit-trail", tags=["staff"], responses=PROBLEMS)


@router.get(
    "",
    response_class=FileResponse,
    responses={
        HTTPStatus.OK: {"content": {"application/zip": {}}},
        HTTPStatus.CONFLICT: {"model": Problem, "content": {MEDIA_TYPE: {}}},
    },
)
def read_audit_trail(_: Staff, parts: InParts) -> FileResponse:
    """All signed results and the journal, without anybody's name (`python -m agent export`)."""
    if not _turn.acquire(blocking=False):
        raise refused(HTTPStatus.CONFLICT, "the file is being written already; ask again later")
    folder = tempfile.TemporaryDirectory(prefix="uketsuke-")
    path = Path(folder.name) / "trail.zip"
    try:
        parts.export(path)
    except BaseException:
        folder.cleanup()
        raise
    finally:
        _turn.release()
    moment = parts.clock.now().astimezone(JAPAN)
    name = f"uketsuke-export-{moment:%Y%m%d-%H%M%S}.zip"
    return FileResponse(
        path,
        media_type="application/zip",
        filename=name,
        background=BackgroundTask(folder.cleanup),
    )

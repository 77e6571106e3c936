"""Papers that staff saw in place of a card."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from agent.api import models
from agent.api.parts import PROBLEMS, InParts, Staff
from agent.clock import day_in_japan, rfc_3339
from agent.errors import MalformedEntryError
from agent.papers import Paper, PaperKind, TypedInsurance

router = APIRouter(prefix="/papers", tags=["staff"], responses=PROBLEMS)
TYPED = set(models.PaperText.model_fields)


@router.get("")
async def list_papers(_: Staff, parts: InParts) -> models.Papers:
    """Those of today, oldest first."""
    today = day_in_japan(parts.clock.now())
    found = await parts.in_turn.do(parts.papers.of_day, today)
    return models.Papers(papers=[_document(each) for each in found])


@router.put("/{paper_id}", status_code=HTTPStatus.NO_CONTENT)
async def record_paper(
    _: Staff, parts: InParts, paper_id: Annotated[models.VisitId, Path()], paper: models.Paper
) -> None:
    """Staff have seen a paper; the same id again is the same paper, as it was first."""
    seen = Paper(
        paper_id=bytes.fromhex(paper_id),
        kind=_kind(paper.kind),
        seen_at=parts.clock.now(),
        counter=paper.counter,
        visit_id=bytes.fromhex(paper.visit) if paper.visit else None,
        insurance=TypedInsurance(**paper.model_dump(include=TYPED)),
    )
    await parts.in_turn.do(parts.papers.record, seen)


def _kind(word: str) -> PaperKind:
    try:
        return PaperKind[word.upper()]
    except KeyError as error:
        raise MalformedEntryError("kind") from error


def _document(paper: Paper) -> models.SeenPaper:
    typed = paper.insurance
    return models.SeenPaper(
        id=paper.paper_id.hex(),
        at=rfc_3339(paper.seen_at),
        kind=paper.kind.name.lower(),
        counter=paper.counter,
        visit=paper.visit_id.hex() if paper.visit_id else None,
        **{name: getattr(typed, name) for name in TYPED},
    )

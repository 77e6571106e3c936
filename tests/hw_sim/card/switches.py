"""One line for each persona and each switch, told from where they are defined."""

import ast
import inspect
from collections.abc import Iterator

from tests.hw_sim.card.persona import names, read_persona
from tests.hw_sim.card.profile import CardProfile


def persona_lines() -> list[str]:
    """Name and title of every persona."""
    return _table((name, read_persona(name).title) for name in names())


def switch_lines() -> list[str]:
    """Name and meaning of every field of the profile, as its own sentence says."""
    return _table(_described_fields())


def _described_fields() -> Iterator[tuple[str, str]]:
    body = ast.parse(inspect.getsource(CardProfile)).body[0]
    if not isinstance(body, ast.ClassDef):
        return
    for field, sentence in zip(body.body, body.body[1:], strict=False):
        match field, sentence:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text


def _table(rows: Iterator[tuple[str, str]]) -> list[str]:
    return [f"  {name:<36} {text}" for name, text in rows]

"""One line for each persona, switch and fault, told from where they are defined."""

import ast
import inspect
from collections.abc import Iterator

from tests.hw_sim.card.persona import names, read_persona
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardProfile


def persona_lines() -> list[str]:
    """Name and title of every persona."""
    return _table((name, read_persona(name).title) for name in names())


def switch_lines() -> list[str]:
    """Name and meaning of every field of the profile, as its own sentence says."""
    return _table(_described(CardProfile))


def fault_lines() -> list[str]:
    """Name and meaning of every fault, as its own sentence says."""
    return _table((Fault[name].value, text) for name, text in _described(Fault))


def _described(of: type) -> Iterator[tuple[str, str]]:
    """Each field or member of a class with the sentence under it."""
    body = ast.parse(inspect.getsource(of)).body[0]
    if not isinstance(body, ast.ClassDef):
        return
    for field, sentence in zip(body.body, body.body[1:], strict=False):
        match field, sentence:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text


def _table(rows: Iterator[tuple[str, str]]) -> list[str]:
    return [f"  {name:<36} {text}" for name, text in rows]

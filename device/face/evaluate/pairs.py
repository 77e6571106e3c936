"""Pairs of pictures whose people are known, from a table `path_a,path_b,same`."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from device.face.decision import DecisionRule
from device.face.errors import EvaluationError
from device.face.evaluate.rates import Trials
from device.face.evaluate.scores import pair_scores
from device.face.port import Values

_COLUMNS = ["path_a", "path_b", "same"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures."""

    reference: str
    """Path of the one that stands for the card's photo."""
    probe: str
    """Path of the other one."""
    is_same: bool
    """Whether both show one person."""


def read_pairs(path: Path) -> list[Pair]:
    """Reads the table.

    Raises:
        EvaluationError: if it is not such a table.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames != _COLUMNS:
                raise EvaluationError(f'"{path.name}" needs the columns {",".join(_COLUMNS)}')
            pairs = list(_pairs(path, rows))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f'"{path.name}" cannot be read') from error
    if not any(pair.is_same for pair in pairs):
        raise EvaluationError(f'"{path.name}" names no pair of one person (same: 1)')
    return _consistent(path, pairs)


def _pairs(path: Path, rows: "csv.DictReader[str]") -> Iterator[Pair]:
    for row in rows:
        line = f'"{path.name}", line {rows.line_num}'
        reference, probe, same = (row[column] for column in _COLUMNS)
        if not reference or not probe or same not in ("0", "1") or len(row) > len(_COLUMNS):
            raise EvaluationError(f"{line}: two paths and 0 or 1 are needed")
        if PurePath(reference) == PurePath(probe):
            raise EvaluationError(f"{line}: a picture is compared with itself")
        yield Pair(reference, probe, same == "1")


def _consistent(path: Path, pairs: list[Pair]) -> list[Pair]:
    people = people_in(pairs)
    for pair in pairs:
        if not pair.is_same and people[pair.reference] == people[pair.probe]:
            raise EvaluationError(
                f'"{path.name}" calls "{pair.reference}" and "{pair.probe}" both the same person '
                "and different ones"
            )
    return pairs


def trials_of(
    pairs: Sequence[Pair],
    references: Mapping[str, Values],
    probes: Mapping[str, Values],
    rule: DecisionRule,
    people: Mapping[str, int],
) -> Trials:
    """Scores the pairs of which both pictures show a face."""
    known = [pair for pair in pairs if pair.reference in references and pair.probe in probes]
    if not known:
        whom = "one person" if any(pair.is_same for pair in pairs) else "two people"
        raise EvaluationError(f"no pair of {whom} is left whose pictures both show a face")
    scores = pair_scores(
        np.stack([references[pair.reference] for pair in known]),
        np.stack([probes[pair.probe] for pair in known]),
        rule,
    )
    return Trials.of(
        scores, np.array([(people[pair.reference], people[pair.probe]) for pair in known], np.intp)
    )


def people_in(pairs: Sequence[Pair]) -> dict[str, int]:
    """A number for each picture's person.

    Pictures that some pair calls the same share one; so do pictures of one folder, where every
    pair of the same person lies in one folder and none of different people does.
    """
    parents: dict[str, str] = {}
    has_folders = all(
        pair.is_same == (_folder(pair.reference) == _folder(pair.probe) != "") for pair in pairs
    )

    def eldest(path: str) -> str:
        while parents.setdefault(path, path) != path:
            parents[path] = parents[parents[path]]
            path = parents[path]
        return path

    def join(one: str, other: str) -> None:
        parents[eldest(other)] = eldest(one)

    for pair in pairs:
        if pair.is_same:
            join(pair.reference, pair.probe)
        for path in (pair.reference, pair.probe):
            join(f"{_folder(path)}/" if has_folders and _folder(path) else path, path)
    numbers = {root: number for number, root in enumerate(dict.fromkeys(map(eldest, parents)))}
    return {path: numbers[eldest(path)] for path in parents}


def _folder(path: str) -> str:
    return str(PurePath(path).parent) if PurePath(path).parent.name else ""

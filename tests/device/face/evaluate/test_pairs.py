from pathlib import Path

import numpy as np
import pytest

from device.face.decision import Condition, DecisionRule, Metric, Space
from device.face.errors import EvaluationError
from device.face.evaluate.pairs import Pair, people_in, read_pairs, trials_of

RULE = DecisionRule((Condition(Space.NETWORK, Metric.EUCLIDEAN, 0.5),))


def table(folder: Path, text: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text(text)
    return path


def test_pairs_are_read(tmp_path: Path) -> None:
    path = table(tmp_path, "path_a,path_b,same\na/1.jpg,a/2.jp2,1\na/1.jpg,b/1.jpg,0\n")
    assert read_pairs(path) == [
        Pair("a/1.jpg", "a/2.jp2", is_same=True),
        Pair("a/1.jpg", "b/1.jpg", is_same=False),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "needs the columns"),
        ("a,b,same\n", "needs the columns"),
        ("path_a,path_b,same\nx,y,2\n", "line 2"),
        ("path_a,path_b,same\nx,y,1\nx,,1\n", "line 3"),
        ("path_a,path_b,same\nx\n", "line 2"),
        ("path_a,path_b,same\nx,y,1,2\n", "line 2"),
        ("path_a,path_b,same\nx,y,1\n\n\nx,y,2\n", "line 5"),
        ("path_a,path_b,same\nx,y,1\nx,x,1\n", "line 3: a picture is compared with itself"),
        ("path_a,path_b,same\nx,y,1\na/x,./a/x,0\n", "line 3: a picture is compared with itself"),
        ("path_a,path_b,same\n", r"no pair of one person \(same: 1\)"),
        ("path_a,path_b,same\nx,y,0\n", r"no pair of one person \(same: 1\)"),
        ("path_a,path_b,same\na/x,b/y,0\n", r"no pair of one person \(same: 1\)"),
        ("path_a,path_b,same\nx,y,1\nx,y,0\n", "both the same person"),
        ("path_a,path_b,same\nx,y,1\ny,z,1\nx,z,0\n", "both the same person"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(EvaluationError, match=sentence):
        read_pairs(table(tmp_path, text))
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_pairs(tmp_path / "nowhere.csv")


def test_pictures_that_pairs_call_the_same_show_one_person() -> None:
    people = people_in(
        [
            Pair("a1", "a2", is_same=True),
            Pair("b1", "b2", is_same=True),
            Pair("a2", "a3", is_same=True),
            Pair("a1", "b1", is_same=False),
            Pair("c1", "a3", is_same=False),
        ]
    )
    assert people["a1"] == people["a2"] == people["a3"]
    assert len({people[path] for path in ("a1", "b1", "c1")}) == 3


def test_folders_tell_people_where_they_agree_with_the_pairs() -> None:
    pairs = [Pair("a/1", "a/2", is_same=True), Pair("a/3", "b/1", is_same=False)]
    people = people_in(pairs)
    assert people["a/1"] == people["a/2"] == people["a/3"] != people["b/1"]
    mixed = [*pairs, Pair("cards/c", "cards/d", is_same=False)]
    assert people_in(mixed)["a/3"] != people_in(mixed)["a/1"]


def test_pictures_without_a_folder_are_not_of_one_person(tmp_path: Path) -> None:
    """They once were: all of them lay in the same folder, which has no name."""
    pairs = [Pair("a/1", "a/2", is_same=True), Pair("x", "y", is_same=False)]
    people = people_in(pairs)
    assert people["x"] != people["y"]
    assert people["a/1"] == people["a/2"]
    assert len(read_pairs(table(tmp_path, "path_a,path_b,same\na/1,a/2,1\nx,y,0\n"))) == 2


def test_pairs_without_a_face_are_left_out() -> None:
    pairs = [Pair("a", "b", is_same=True), Pair("a", "c", is_same=True)]
    values = {name: np.zeros(4, np.float32) for name in ("a", "b")}
    assert len(trials_of(pairs, values, values, RULE, people_in(pairs))) == 1
    with pytest.raises(EvaluationError, match="no pair of one person is left"):
        trials_of(pairs, {}, values, RULE, people_in(pairs))
    strangers = [Pair("a", "b", is_same=False)]
    with pytest.raises(EvaluationError, match="no pair of two people is left"):
        trials_of(strangers, {}, values, RULE, people_in(strangers))

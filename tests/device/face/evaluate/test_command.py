"""The command on people who do not exist: that it counts and prints, never how accurate it is."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from device.face.evaluate.__main__ import main

PEOPLE = Path(__file__).parents[3] / "hw_sim" / "people"
NAMES = ("taro", "hanako", "jiro", "umeko")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rows = ["path_a,path_b,same"]
    for name in NAMES:
        shutil.copy(PEOPLE / name / "portrait.jp2", folder / f"{name}.jp2")
        for number in (0, 8):
            shutil.copy(PEOPLE / name / "live" / f"{number:03}.jpg", folder / f"{name}{number}.jpg")
            rows.append(f"{name}.jp2,{name}{number}.jpg,1")
        rows += [f"{name}.jp2,{other}0.jpg,0" for other in NAMES if other != name]
    (folder / "pairs.csv").write_text("\n".join(rows))
    (folder / "strangers.csv").write_text("path_a,path_b,same\ntaro.jp2,jiro.jp2,0")
    impostors = folder / "impostors"
    impostors.mkdir()
    table = ["path,age,sex"]
    for name, age, sex in (("taro", 30, "m"), ("hanako", 36, "f"), ("jiro", 45, "m")):
        shutil.copy(PEOPLE / name / "portrait.jp2", impostors / f"{name}.jp2")
        table.append(f"{name}.jp2,{age},{sex}")
    (impostors / "people.csv").write_text("\n".join(table))
    shutil.copy(PEOPLE / "taro" / "away" / "005.jpg", folder / "nobody.jpg")
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["evaluate", *arguments])
    return main()


def test_everything_is_counted_and_printed(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--pairs", str(pictures / "pairs.csv"), "--images", str(pictures)]
    asked += ["--impostors", str(pictures / "impostors"), "--groups", "sex", "--json"]
    assert run(monkeypatch, *asked) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["bundle"] == "resnet29"
    assert report["pictures"] == 4 + 8 + 3
    assert report["failures_to_acquire"] == 0
    first, second = report["comparisons"]
    assert (first["genuine_pairs"], first["impostor_pairs"]) == (8, 12)
    assert (second["genuine_pairs"], second["impostor_pairs"]) == (8, 3)
    assert first["eer"]["value"] == 0
    assert first["at"][0]["tar"] is None
    assert [(group["group"], group["people"]) for group in report["groups"]] == [
        ("all", 3),
        ("m", 2),
    ]


def test_a_person_can_read_it(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--pairs", str(pictures / "pairs.csv"), "--images", str(pictures)]
    assert run(monkeypatch, *asked, "--chip-photos", "--calibration", "none") == 0
    text = capsys.readouterr().out
    assert "calibration none" in text
    assert "failures to acquire 0 (0.00 %)" in text
    assert "EER 0.00 % [0.00, 75.00] (90 %: [0.00, 57.50])" in text, "four people say little"
    assert "too few impostors to tell" in text


def test_a_picture_without_a_face_is_a_failure_to_acquire(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pictures / "nobody.csv"
    table.write_text("path_a,path_b,same\ntaro.jp2,nobody.jpg,1\ntaro.jp2,taro0.jpg,1\n")
    asked = ["--pairs", str(table), "--images", str(pictures), "--json"]
    assert run(monkeypatch, *asked) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["failures_to_acquire"] == 1


def test_pairs_of_one_person_alone_tell_the_false_non_matches_alone(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pictures / "genuine.csv"
    table.write_text("path_a,path_b,same\ntaro.jp2,taro0.jpg,1\njiro.jp2,jiro0.jpg,1\n")
    asked = ["--pairs", str(table), "--images", str(pictures), "--calibration", "all-age-faces"]
    assert run(monkeypatch, *asked) == 0
    text = capsys.readouterr().out
    assert "calibration all-age-faces" in text
    assert "FNMR 0.00 % [0.00, 100.00]" in text
    assert "no pair of two people" in text
    assert run(monkeypatch, *asked, "--json") == 0
    (alone,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert (alone["genuine_pairs"], alone["impostor_pairs"]) == (2, 0)
    assert alone["fnmr"]["value"] == 0
    assert (alone["eer"], alone["fmr"], alone["at"]) == (None, None, [])
    asked += ["--impostors", str(pictures / "impostors"), "--json"]
    assert run(monkeypatch, *asked) == 0
    (against,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert against["impostor_pairs"] == 3, "negative control: with strangers all is told, once"


def test_a_failure_to_acquire_is_no_false_non_match(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["path_a,path_b,same", "taro.jp2,nobody.jpg,1", "taro.jp2,taro0.jpg,1"]
    (pictures / "nobody.csv").write_text("\n".join([*rows, "taro.jp2,hanako0.jpg,0"]))
    asked = ["--pairs", str(pictures / "nobody.csv"), "--images", str(pictures), "--json"]
    assert run(monkeypatch, *asked) == 0
    (compared,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert compared["genuine_pairs"] == 1
    assert compared["fnmr"]["value"] == 0
    assert compared["fmr"]["value"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pairs", "pairs.csv", "--images", "nowhere"], "taro.jp2"),
        (["--pairs", "none.csv", "--images", "."], "none.csv"),
        (["--impostors", "."], "people.csv"),
        (["--pairs", "strangers.csv", "--images", "."], "no pair of one person"),
        (["--bundle", "detector", "--impostors", "."], "detector"),
        (
            ["--calibration", "other", "--impostors", "."],
            '"resnet29" has no calibration "other", only own, none, all-age-faces',
        ),
        (["--bundle", "nowhere", "--impostors", "."], "nowhere"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(pictures)
    assert run(monkeypatch, *arguments) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.splitlines()) == 1

"""Calibrating on people who do not exist: that the bundle is written, never how good it is."""

import shutil
import sys
from pathlib import Path

import pytest

from device.face.bundle import read_embedder
from device.face.decision import Space
from device.face.evaluate import copies
from device.factory.__main__ import main
from device.factory.bundle import learning
from tests.device.factory.bundle.bundles import copied

PEOPLE = Path(__file__).parents[3] / "hw_sim" / "people"
NAMES = ("taro", "hanako", "jiro", "umeko")


PLAIN = """[decision]
space = "network"
metric = "euclidean"
threshold = "lfw"
[[thresholds]]
id = "lfw"
value = 0.40
fmr = 1e-3
population = "others"
"""


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live pictures, each called somebody else's, although one follows closely upon the other."""
    monkeypatch.setattr(copies, "_LEAST_ALIKE", 0.999999)
    folder = tmp_path / "pictures"
    folder.mkdir()
    table = ["path,age,sex"]
    for name in NAMES:
        for picture in sorted((PEOPLE / name / "live").glob("*.jpg"))[:10]:
            shutil.copy(picture, folder / f"{name}{picture.name}")
            table.append(f"{name}{picture.name},{20 + len(table)},f")
    (folder / "people.csv").write_text("\n".join(table))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, bundle: Path, pictures: Path) -> int:
    asked = ["factory", "bundle", "calibrate", str(bundle), "--pictures", str(pictures)]
    asked += ["--name", "cast", "--population", "40 pictures of four people who do not exist"]
    monkeypatch.setattr(sys, "argv", asked)
    return main()


def test_a_calibrated_bundle_is_whole_and_says_what_it_learnt_from(
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(learning, "_LEAST_PEOPLE_A_VALUE", 0.1)
    monkeypatch.setattr(learning, "_FMRS", (0.1, 0.05))
    bundle = copied(tmp_path)
    before = read_embedder(bundle)
    assert run(monkeypatch, bundle, pictures) == 0
    assert "false matches" in capsys.readouterr().out
    after = read_embedder(bundle)
    assert after.rule.calibration is not None
    assert after.rule.calibration.name == "cast"
    assert [threshold.id for threshold in after.thresholds] == ["adults-1e-1", "adults-5e-2"]
    loose, strict = (threshold.fmr for threshold in after.thresholds)
    assert 0 < strict <= 0.05 < loose <= 0.1, "as measured"
    assert len(list(bundle.glob("calibration-*"))) == 1
    assert "do not exist" in after.thresholds[0].population
    assert after.rule.conditions[-1].space is Space.CALIBRATED
    assert after.rule.conditions[:-1] == before.rule.conditions[:-1]
    assert "# The reference embedder" in (bundle / "bundle.toml").read_text(), "comments stay"


def test_a_copy_of_a_picture_is_left_out(
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(learning, "_LEAST_PEOPLE_A_VALUE", 0.1)
    monkeypatch.setattr(learning, "_FMRS", (0.1, 0.05))
    bundle = copied(tmp_path)
    assert run(monkeypatch, bundle, pictures) == 0
    assert "0 copies of pictures left out" in capsys.readouterr().out
    before = read_embedder(bundle).rule.conditions[-1]
    for picture in [path for path in pictures.iterdir() if path.stem.startswith("taro")]:
        shutil.copy(picture, pictures / f"copy-{picture.name}")
        with (pictures / "people.csv").open("a") as table:
            table.write(f"\ncopy-{picture.name},50,f")
    assert run(monkeypatch, bundle, pictures) == 0
    assert "10 copies of pictures left out" in capsys.readouterr().out
    assert read_embedder(bundle).rule.conditions[-1] == before
    monkeypatch.setattr(copies, "_LEAST_ALIKE", 1.1)
    assert run(monkeypatch, bundle, pictures) == 0
    assert read_embedder(bundle).rule.conditions[-1].threshold > before.threshold, "control"


def test_a_power_cut_leaves_the_bundle_as_it_was(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_LEAST_PEOPLE_A_VALUE", 0.1)
    monkeypatch.setattr(learning, "_FMRS", (0.1, 0.05))
    bundle = copied(tmp_path)
    before = read_embedder(bundle)
    replace = Path.replace

    def cut(path: Path, target: Path) -> Path:
        if target.name == "bundle.toml":
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch, bundle, pictures)
    assert read_embedder(bundle).digest == before.digest


def test_a_rule_without_guards_gets_none(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_LEAST_PEOPLE_A_VALUE", 0.1)
    monkeypatch.setattr(learning, "_FMRS", (0.1, 0.05))
    bundle = copied(tmp_path)
    path = bundle / "bundle.toml"
    text = path.read_text()
    plain = text[: text.index("[decision]")] + PLAIN
    path.write_text(plain)
    assert run(monkeypatch, bundle, pictures) == 0
    (only,) = read_embedder(bundle).rule.conditions
    assert only.space is Space.CALIBRATED


def test_too_few_people_change_nothing(
    tmp_path: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle = copied(tmp_path)
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    assert run(monkeypatch, bundle, pictures) == 1
    assert "512 people with a face are needed" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before

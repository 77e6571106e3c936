"""Faces are packed from pictures of people who do not exist."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from training.embedder import crops
from training.embedder.crops import SIDE_PX, Crops, pack

PEOPLE = Path(__file__).parents[2] / "hw_sim" / "people"
NOBODY = "path_a,path_b,same\n"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sets as they are published: one of files, and one of a folder for each person."""
    folder = tmp_path_factory.mktemp("sets")
    names = [path.name for path in sorted(PEOPLE.iterdir()) if (path / "portrait.jp2").is_file()]
    for number, name in enumerate(names):
        is_first_set = number % 2 == 0
        path = folder / ("files" if is_first_set else f"folders/{name}")
        path.mkdir(parents=True, exist_ok=True)
        with PillowImage.open(PEOPLE / name / "portrait.jp2") as picture:
            picture.save(path / f"{name if is_first_set else 'picture'}.jpg", quality=95)
    return folder


def packed(sets: Path, judges: str = NOBODY) -> Crops:
    table = sets / "judges.csv"
    table.write_text(judges)
    return pack(sets / "files", sets / "folders", table)


def test_what_is_packed_twice_is_the_same(sets: Path) -> None:
    first, second = packed(sets), packed(sets)
    assert len(first) > 4
    assert first.files == second.files
    assert 0 < first.is_asian_set.sum() < len(first)
    assert (first.is_asian_set == second.is_asian_set).all()


def test_people_who_judge_never_teach(sets: Path) -> None:
    everybody = packed(sets)
    files, folders = ((sets / name).iterdir() for name in ("files", "folders"))
    judges = [path.name for path in files] + [f"{path.name}/picture.jpg" for path in folders]
    for judge in judges:
        without = packed(sets, f"{NOBODY}{judge},{judge},1\n")
        assert set(without.files) <= set(everybody.files)
        assert len(everybody) - len(without) in (0, 1), "nobody else leaves with them"
    rows = "".join(f"{judge},{judge},1\n" for judge in judges)
    assert len(packed(sets, NOBODY + rows)) == 0
    assert len(everybody) > 0, "negative control"


def test_some_are_held_out_who_judge_nobody(sets: Path) -> None:
    pictures = len(list(sets.rglob("*.jpg")))
    assert 0.5 * pictures < len(packed(sets)) < pictures


def test_a_pack_is_read_as_it_was_written(sets: Path, tmp_path: Path) -> None:
    before = packed(sets)
    before.save(tmp_path / "crops.npz")
    after = Crops.load(tmp_path / "crops.npz")
    assert after.files == before.files
    assert (after.is_asian_set == before.is_asian_set).all()
    assert after.image(0).shape == (SIDE_PX, SIDE_PX, 3)


def test_a_pack_of_more_than_60_mib_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crops.LARGEST_BYTES == 60 * 2**20
    monkeypatch.setattr(crops, "LARGEST_BYTES", 2 << 20)
    whole = Crops([bytes(1 << 20), bytes(1 << 20)], np.array([True, False]))
    whole.save(tmp_path / "whole.npz")
    assert len(Crops.load(tmp_path / "whole.npz")) == 2, "negative control: so much is carried"
    larger = Crops([*whole.files, b"?"], np.array([True, False, True]))
    with pytest.raises(ValueError, match=r"3 faces take 2\.0 MiB of at most 2"):
        larger.save(tmp_path / "larger.npz")
    assert not (tmp_path / "larger.npz").exists()

from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.tables import Table, read_table


class Shelf(Table, frozen=True):
    name: str
    folder: Path
    width_mm: float = 3.5
    is_open: bool = False


def read(values: dict[str, object]) -> Shelf:
    return read_table(values, Shelf, Path("/base"), "shelf")


def test_relative_paths_start_at_the_folder_of_the_file() -> None:
    assert read({"name": "a", "folder": "b/c"}) == Shelf("a", Path("/base/b/c"))
    assert read({"name": "a", "folder": "/b"}).folder == Path("/b")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"folder": "b"}, "shelf: .*`name`"),
        ({"name": "a", "folder": "b", "wdth_mm": 3}, "shelf: .*`wdth_mm`"),
        ({"name": 7, "folder": "b"}, r"shelf: .*`\$.name`"),
        ({"name": "a", "folder": 7}, r"shelf: .*path.*`\$.folder`"),
        ({"name": "a", "folder": ""}, r"shelf: .*path.*`\$.folder`"),
        ({"name": "a", "folder": "b", "width_mm": "3"}, r"shelf: .*`\$.width_mm`"),
        ({"name": "a", "folder": "b", "is_open": 1}, r"shelf: .*`\$.is_open`"),
    ],
)
def test_a_mistake_gives_one_sentence_with_its_place(
    values: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as error:
        read(values)
    assert "\n" not in str(error.value)

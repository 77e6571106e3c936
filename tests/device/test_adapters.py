import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from device import keys
from device.adapters import create_adapter, known_adapters, prepare_adapter
from device.errors import ConfigurationError
from device.face import cameras, runtimes
from device.pinpad import keypads
from device.reader import ocr, slots, terminals

FOLDERS = [keys, cameras, runtimes, keypads, ocr, slots, terminals]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package of adapters made for one test."""
    folder = tmp_path / "shelf_of_adapters"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "port.py").touch()
    (folder / "errors.py").touch()
    (folder / "_shared.py").touch()
    (folder / "vendor.py").write_text("import a_library_nobody_has\n")
    (folder / "box.py").write_text(
        "from pathlib import Path\n"
        "from device.tables import Table\n"
        "class Settings(Table, frozen=True):\n"
        "    path: Path\n"
        "def create(settings):\n"
        "    return [settings.path]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("shelf_of_adapters")]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("shelf_of_adapters")


def test_a_file_is_an_adapter_by_its_name(shelf: ModuleType) -> None:
    assert known_adapters(shelf) == ["box", "vendor"]
    made = create_adapter(shelf, "box", {"path": "x"}, Path("/base"))
    assert made == [Path("/base/x")]


def test_a_prepared_adapter_is_made_anew_each_time(shelf: ModuleType) -> None:
    create = prepare_adapter(shelf, "box", {"path": "x"}, Path("/base"))
    first, second = create(), create()
    assert first == second
    assert first is not second


def test_an_adapter_may_have_another_task(shelf: ModuleType) -> None:
    (Path(shelf.__path__[0]) / "box.py").open("a").write("def count(settings):\n    return 1\n")
    assert prepare_adapter(shelf, "box", {"path": "x"}, Path(), "count")() == 1


def test_settings_are_checked_before_anything_is_made(shelf: ModuleType) -> None:
    with pytest.raises(ConfigurationError, match=r"settings of box: .*`pth`"):
        prepare_adapter(shelf, "box", {"pth": "x"}, Path())


def test_a_missing_library_is_named(shelf: ModuleType) -> None:
    with pytest.raises(ConfigurationError, match="vendor needs the Python package 'a_library"):
        prepare_adapter(shelf, "vendor", {}, Path())


OUTSIDE = [
    *("../x", "os", "port", "errors", "_shared", "__init__", "", ".", "box.py", "box.Settings"),
    *("..box", "/etc/passwd", "device.keys.file", "shelf_of_adapters.box", "Box", "box\n", "箱"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_the_folder_can_be_named(
    shelf: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(importlib, "import_module", imported.append)
    with pytest.raises(ConfigurationError, match=r"no adapter is called .* choose one of box"):
        create_adapter(shelf, name, {}, Path())
    assert imported == []


@pytest.mark.parametrize("package", FOLDERS)
@pytest.mark.parametrize("name", ["../x", "os", "port", "errors", "sys"])
def test_nor_outside_any_folder_of_the_reader(package: ModuleType, name: str) -> None:
    with pytest.raises(ConfigurationError):
        create_adapter(package, name, {}, Path())


@pytest.mark.parametrize("package", FOLDERS)
def test_every_file_in_a_folder_is_an_adapter(package: ModuleType) -> None:
    assert known_adapters(package)
    for name in known_adapters(package):
        adapter = importlib.import_module(f"{package.__name__}.{name}")
        assert callable(adapter.create)
        assert adapter.Settings.__struct_config__.forbid_unknown_fields

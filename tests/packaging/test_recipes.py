"""The recipes name what there is: every adapter, every file, the program's own command line."""

import configparser
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from agent.__main__ import main

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"


class Recipe:
    """The spec, carried out with a PyInstaller that only listens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hooks = ModuleType("PyInstaller.utils.hooks")
        hooks.collect_data_files = self._files  # type: ignore[attr-defined]
        hooks.collect_submodules = lambda package: [f"{package}.found"]  # type: ignore[attr-defined]
        hooks.copy_metadata = self._metadata  # type: ignore[attr-defined]
        for name in ("PyInstaller", "PyInstaller.utils"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setitem(sys.modules, hooks.__name__, hooks)
        self.data: list[tuple[str, bool]] = []
        self.metadata: list[str] = []
        self.analysis: dict[str, Any] = {}
        self.scripts: list[str] = []
        told = {
            "SPECPATH": str(PACKAGING),
            "Analysis": self._analyse,
            **{each: lambda *_, **__: None for each in ("PYZ", "EXE", "COLLECT")},
        }
        spec = PACKAGING / "uketsuke-agent.spec"
        exec(compile(spec.read_text(encoding="utf-8"), str(spec), "exec"), told)  # noqa: S102

    def _files(self, package: str, *, include_py_files: bool = False) -> list[str]:
        self.data.append((package, include_py_files))
        return []

    def _metadata(self, name: str) -> list[str]:
        self.metadata.append(name)
        return []

    def _analyse(self, scripts: list[str], **told: Any) -> SimpleNamespace:
        self.scripts, self.analysis = scripts, told
        return SimpleNamespace(pure=None, scripts=None, binaries=None, datas=None)


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    return Recipe(monkeypatch)


def test_every_adapter_is_in_the_program(recipe: Recipe) -> None:
    """Of each folder from which the agent creates one, every file that may be named."""
    making = (ROOT / "agent/named.py").read_text(encoding="utf-8")
    folders = set(re.findall(r"create_adapter\(agent\.(\w+),", making))
    assert {"eligibility", "relays"} <= folders
    adapters = {
        f"agent.{folder}.{path.stem}"
        for folder in folders
        for path in (ROOT / "agent" / folder).glob("*.py")
        if path.stem not in {"port", "errors"} and not path.stem.startswith("_")
    }
    found = recipe.analysis["hiddenimports"]
    assert {name for name in found if name.startswith("agent.")} - {"agent.tasks.found"} == adapters


def test_every_task_is_in_the_program(recipe: Recipe) -> None:
    """They are loaded by their names, too."""
    assert "agent.tasks.found" in recipe.analysis["hiddenimports"]


def test_migrations_and_versions_are_in_it_too(recipe: Recipe) -> None:
    assert recipe.data == [("agent", False), ("agent.migrations", True)]
    assert "uvicorn.found" in recipe.analysis["hiddenimports"]
    assert {"uketsuke", "sqlalchemy", "cbor2"} <= set(recipe.metadata)


def test_it_starts_the_agent(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    (script,) = recipe.scripts
    monkeypatch.setattr("agent.__main__.main", lambda: 7)
    with pytest.raises(SystemExit) as ended:
        exec(compile(Path(script).read_text(), script, "exec"), {})  # noqa: S102
    assert ended.value.code == 7


def test_the_command_of_its_own_is_the_same_program() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    name, _, target = setup["options.entry_points"]["console_scripts"].strip().partition(" = ")
    assert (name, target) == ("uketsuke-agent", "agent.__main__:main")
    assert callable(main)


def test_the_service_starts_the_program_that_the_installer_brings() -> None:
    service = ElementTree.parse(PACKAGING / "windows/uketsuke-agent-service.xml").getroot()  # noqa: S314 - our own
    assert service.findtext("executable") == r"%BASE%\uketsuke-agent\uketsuke-agent.exe"
    words = (service.findtext("arguments") or "").split(maxsplit=2)
    assert words[:2] == ["run", "--config"]
    installer = (PACKAGING / "windows/uketsuke-agent.iss").read_text(encoding="utf-8")
    assert r'DestDir: "{app}\uketsuke-agent"' in installer
    assert 'DestName: "uketsuke-agent-service.exe"' in installer
    assert r"{commonappdata}\uketsuke\agent.toml" in installer
    assert words[2] == r'"%ProgramData%\uketsuke\agent.toml"'


def test_the_installer_brings_files_there_are_or_will_be() -> None:
    installer = (PACKAGING / "windows/uketsuke-agent.iss").read_text(encoding="utf-8")
    sources = [
        name.replace("\\", "/") for name in re.findall(r'^Source: "([^"]+)"', installer, re.M)
    ]
    made = [name for name in sources if name.startswith("build/package/")]
    assert len(made) == 2
    for name in set(sources) - set(made):
        assert (ROOT / name).is_file()

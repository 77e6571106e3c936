import sys
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.face.errors import RuntimeMissingError
from device.face.interpreter import Settings
from device.face.runtimes import auto, litert, tflite
from device.tables import read_table

MODULES = ("ai_edge_litert", "tflite_runtime")


def test_no_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RuntimeMissingError, match="ai-edge-litert"):
        auto.create(Settings())


def test_each_engine_names_its_own_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in MODULES:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RuntimeMissingError, match="ai-edge-litert"):
        litert.create(Settings())
    with pytest.raises(RuntimeMissingError, match="tflite-runtime"):
        tflite.create(Settings())


@pytest.mark.parametrize("threads", [0, 5, 1.5, "two"])
def test_impossible_threads_are_refused(threads: object) -> None:
    with pytest.raises(ConfigurationError, match="threads"):
        read_table({"threads": threads}, Settings, Path("/"), "settings of auto")

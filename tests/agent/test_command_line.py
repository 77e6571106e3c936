"""Every task of the command line is there, says what it is, and is loaded when it is wanted."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from agent.command_line import DEFAULT, TASKS, read_words


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_carried_out(task: str) -> None:
    file, _, function = TASKS[task].place.partition(".")
    assert callable(getattr(importlib.import_module(f"agent.tasks.{file}"), function))


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_help(task: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        read_words([task, "--help"])
    assert TASKS[task].help in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    "words", [["--config", "a.toml"], ["run", "--config", "a.toml"], ["--config", "a.toml", "run"]]
)
def test_the_configuration_stands_before_the_task_or_after_it(words: list[str]) -> None:
    arguments = read_words(words)
    assert (arguments.task, arguments.config) == (DEFAULT, Path("a.toml"))


def test_without_a_configuration_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_words(["status"])
    assert "--config FILE is needed" in capsys.readouterr().err


def test_no_task_is_loaded_before_it_is_wanted() -> None:
    look = "import sys, agent.command_line; print([m for m in sys.modules if 'agent.tasks' in m])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

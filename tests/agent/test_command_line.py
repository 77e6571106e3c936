"""Every task of the command line is there, says what it is, and is loaded when it is wanted."""

import importlib
import subprocess
import sys
from errno import EACCES
from pathlib import Path

import pytest

from agent.command_line import DEFAULT, TASKS, read_words
from agent.errors import ConfigError, StoreUnavailableError
from agent.own_command import whole_commands
from agent.tasks._common import written
from tests.agent.command_line import CommandLine


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


@pytest.mark.parametrize(
    ("system", "usual"),
    [
        ("Linux", Path("/etc/uketsuke/agent.toml")),
        ("Windows", Path("D:\\Data", "uketsuke", "agent.toml")),
    ],
)
def test_the_usual_configuration(system: str, usual: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setenv("PROGRAMDATA", "D:\\Data")
    assert read_words(["status"]).config == usual
    assert read_words(["status", "--config", "a.toml"]).config == Path("a.toml")


def test_without_a_usual_configuration_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    with pytest.raises(SystemExit, match="2"):
        read_words(["status"])
    assert "--config FILE is needed" in capsys.readouterr().err


@pytest.mark.parametrize("place", [None, 0, 1, 2, 6])
def test_the_policy_needs_no_configuration_and_minds_none(
    place: int | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    words = ["policy", "export", "--origin", "https://emr.example", "--out", str(tmp_path / "it")]
    if place is not None:
        words[place:place] = ["--config", "nowhere.toml"]
    done = CommandLine(monkeypatch, capsys).run(*words)
    assert (done.status, done.err) == (0, "")
    assert (tmp_path / "it/README.txt").exists()


def test_the_help_lists_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        read_words(["--help"])
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert set(TASKS) <= set(listed)


def test_commands_in_sentences_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    sentence = "Run `python -m agent pair`, or `chmod go= x`."
    assert whole_commands(sentence, Path("/etc/uketsuke/agent.toml")) == sentence
    told = whole_commands(sentence, Path("/my clinic/a.toml"))
    assert told == 'Run `python -m agent pair --config "/my clinic/a.toml"`, or `chmod go= x`.'
    assert r" --config D:\1.toml`" in whole_commands(sentence, Path(r"D:\1.toml"))


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_another_user_is_told_whose_the_files_are(
    is_wrapped: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told, as root may use all."""

    def refuse(_: object) -> int:
        cause = PermissionError(EACCES, "Permission denied", "/var/lib/it/agent.sqlite")
        if is_wrapped:
            raise StoreUnavailableError(f"{cause}") from cause
        raise cause

    monkeypatch.setattr("agent.tasks.health.tell_status", refuse)
    done = CommandLine(monkeypatch, capsys).run("status", "--config", "agent.toml")
    assert done.status == 2
    assert done.err == (
        "agent: /var/lib/it/agent.sqlite may not be used by this user:"
        " run this as the user of the agent.\n"
    )


@pytest.mark.parametrize(
    ("whose", "kind"), [("agent.sqlite", PermissionError), ("it.zip.part", ConfigError)]
)
def test_a_file_that_cannot_be_written_and_one_that_cannot_be_read(
    whose: str, kind: type[Exception]
) -> None:
    def refuse(_: Path) -> int:
        raise PermissionError(EACCES, "Permission denied", f"/there/{whose}")

    with pytest.raises(kind, match=whose):
        written(read_words(["backup", "--out", "/there/it.zip"]), refuse)


def test_no_task_is_loaded_before_it_is_wanted() -> None:
    look = "import sys, agent.command_line; print([m for m in sys.modules if 'agent.tasks' in m])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

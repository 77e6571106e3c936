"""The implementation in another language, `other_end`: how tests run it, ask it and spoil it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

OTHER_END = Path(__file__).with_name("other_end")
PATIENT_NAME = "受付 太郎"
PATIENT = {"patientName": PATIENT_NAME, "isRegistered": True, "consents": [2, 3], "notices": []}


class Keys(NamedTuple):
    """PEM files of that agent."""

    certificate: Path
    key: Path
    root: Path
    """The maker's root."""


def agent_command(
    folder: Path, port: Path, keys: Keys, audience: str, program: Path = OTHER_END
) -> list[str]:
    """How to start its agent; results go to `folder`/results."""
    configuration = folder / "other_agent.json"
    files = {name: os.fspath(path) for name, path in keys._asdict().items()}
    terms = {
        **files,
        "port": os.fspath(port),
        "audience": audience,
        "results": os.fspath(folder / "results"),
        "patient": PATIENT,
    }
    configuration.write_text(json.dumps(terms), encoding="utf-8")
    return ["node", os.fspath(program / "agent.mjs"), os.fspath(configuration)]


def told(log: Path, event: str) -> list[dict[str, Any]]:
    """What its agent said of events of that name; a line that is being written does not count."""
    lines = log.read_text(encoding="utf-8").split("\n")[:-1]
    return [entry for line in lines if (entry := json.loads(line))["event"] == event]


def ask(program: Path, kind: str, questions: Iterable[Any], *arguments: str) -> list[Any]:
    """The answers of its `judge.mjs`, one for each question."""
    done = subprocess.run(
        ["node", os.fspath(program / "judge.mjs"), kind, *arguments],
        input="\n".join(json.dumps(question) for question in questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def spoilt(folder: Path, file: str, good: str, bad: str) -> Path:
    """A copy of the program with one place of one file changed: a design that tests must catch."""
    program = folder / "spoilt_end"
    shutil.copytree(OTHER_END, program)
    text = (program / file).read_text(encoding="utf-8")
    assert text.count(good) == 1, f"{good!r} is not there once"
    (program / file).write_text(text.replace(good, bad), encoding="utf-8")
    return program

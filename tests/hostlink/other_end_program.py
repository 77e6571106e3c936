"""The implementation in another language, `other_end`: how tests run it, ask it and spoil it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

OTHER_END = Path(__file__).with_name("other_end")
AGENT_NAME = "受付１"
PATIENT_NAME = "受付 太郎"
PATIENT = {
    "patientName": PATIENT_NAME,
    "isRegistered": True,
    "consents": [2, 3],
    "notices": [],
}

Spoil = tuple[str, str, str]
"""A file, what stands there once, and what stands there instead."""


class Surroundings(NamedTuple):
    """Where that agent stands."""

    folder: Path
    """Of its pairing and its results."""
    port: Path
    root: Path
    """The maker's root, PEM."""
    audience: str

    @property
    def pairing(self) -> Path:
        """What its pairing left behind."""
        return self.folder / "other_agent_pairing.json"


def write_pairing(
    path: Path, ueid: bytes, secret: bytes, identity_pem: str, reader_certificate: bytes
) -> None:
    """Leave behind what its `pair.mjs` does."""
    kept = {
        "ueid": ueid.hex(),
        "secret": secret.hex(),
        "identity": identity_pem,
        "readerCertificate": reader_certificate.hex(),
    }
    path.write_text(json.dumps(kept), encoding="utf-8")


def agent_command(at: Surroundings, program: Path = OTHER_END) -> list[str]:
    """How to start its agent, which is paired."""
    return _command(at, program / "agent.mjs")


def pair_command(at: Surroundings, program: Path = OTHER_END) -> list[str]:
    """How to pair it."""
    return _command(at, program / "pair.mjs")


def change_command(at: Surroundings, task: str, program: Path = OTHER_END) -> list[str]:
    """How to `renew` its pairing or to `unpair` it."""
    return _command(at, program / "change.mjs", task)


def _command(at: Surroundings, script: Path, *arguments: str) -> list[str]:
    configuration = at.folder / "other_agent.json"
    terms = {
        "port": os.fspath(at.port),
        "pairing": os.fspath(at.pairing),
        "root": os.fspath(at.root),
        "audience": at.audience,
        "name": AGENT_NAME,
        "results": os.fspath(at.folder / "results"),
        "patient": PATIENT,
    }
    configuration.write_text(json.dumps(terms), encoding="utf-8")
    return ["node", os.fspath(script), *arguments, os.fspath(configuration)]


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

"""Libraries that real reception software stands on see and read our files as we say.

chokidar 4 watches, fast-xml-parser 4.3.0 reads: the version that a known program uses
(facts/oqs.md §6.2).
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.characters import Encoding
from agent.qualification import read_record
from agent.relays._oqs_profile import Profile, Unmappable
from agent.relays.oqs_folder import OqsFolder, Settings, create
from agent.relays.port import Reception, Relay
from tests.agent.relays.test_oqs_file import RECEPTION
from tests.agent.world import RECORD, ToldClock
from tests.hw_sim.insured_persons import PERSONS

PROGRAM = Path(__file__).with_name("other_software.mjs")
Event = dict[str, Any]
DISEASE = read_record(PERSONS["specific_diseases_disease_category=2"]["record"])
RARE = replace(RECORD, person=replace(RECORD.person, name="𠮷野　太郎"))


class OtherSoftware:
    """The program while it runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tells(self) -> Event:
        """The next event, waited for."""
        assert self._process.stdout is not None
        told: Event = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def watching(folder: Path) -> Iterator[OtherSoftware]:
    with subprocess.Popen(
        ["node", PROGRAM, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            software = OtherSoftware(process)
            assert software.tells() == {"event": "ready"}
            yield software
        finally:
            process.terminate()


def person_in(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = event["message"]["MessageBody"]["ResultList"][
        "ResultOfQualificationConfirmation"
    ]
    return found


class Killed(BaseException):
    """The agent ends here."""


def die(_: float) -> None:
    raise Killed


def hand_over(relay: Relay, reception: Reception) -> str:
    return relay.commit(relay.prepare(reception).token)


def test_what_is_promised_of_a_file_is_seen_by_others(tmp_path: Path) -> None:
    """One run of the program for all of it, because it takes a second to start."""
    changing = Settings(tmp_path, profile=Profile.CHANGE_EVENT)
    with watching(tmp_path) as software:
        added: list[Event] = []

        def pause(seconds: float) -> None:
            added.append(software.tells())  # on a busy machine this may take longer
            time.sleep(seconds)

        name = hand_over(OqsFolder(changing, pause, ToldClock()), RECEPTION)
        assert added == [{"event": "add", "name": name, "message": None}]
        told = software.tells()
        assert (told["event"], told["name"]) == ("change", name)
        assert person_in(told)["Name"] == "受付　太郎"

        killed = replace(RECEPTION, seq=2, record=DISEASE)
        token = create(changing).prepare(killed).token
        with pytest.raises(Killed):
            OqsFolder(changing, die, ToldClock()).commit(token)
        assert software.tells()["event"] == "add"
        name = create(changing).commit(token)
        told = software.tells()
        assert (told["event"], told["name"]) == ("change", name), "and none of the empty file"
        diseases = person_in(told)["SpecificDiseasesCertificateList"]
        assert len(diseases["SpecificDiseasesCertificateInfo"]) == 2

        # Negative control, and what appears whole: an add alone.
        geta = Settings(tmp_path, encoding=Encoding.CP932, unmappable=Unmappable.GETA)
        for seq, record, written in ((3, RECORD, "受付　太郎"), (4, RARE, "〓野　太郎")):
            name = hand_over(create(geta), replace(RECEPTION, seq=seq, record=record))
            told = software.tells()
            assert (told["event"], told["name"]) == ("add", name)
            assert told["message"]["MessageHeader"]["CharacterCodeIdentifier"] == "1"
            assert person_in(told)["Name"] == written
            assert person_in(told)["NameKana"] == "ｳｹﾂｹ ﾀﾛｳ"
            assert person_in(told)["InsuredCardSymbol"] == "１２－３４"

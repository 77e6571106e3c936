"""Looking somebody up by numbers, through the folders of a simulated 連携アプリ."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.characters import Encoding
from agent.eligibility import _oqs_folders
from agent.eligibility._oqs_folders import NONSENSE_LOOKS
from agent.eligibility.oqs_folder import OqsFolder, Settings, create
from agent.eligibility.port import (
    EligibilityAnswer,
    EligibilityQuery,
    EligibilityRecord,
    NobodyFound,
    NumberLookup,
    NumbersRefused,
    ReferenceNumbers,
    SeveralFound,
)
from agent.errors import (
    AgentError,
    MalformedNumberError,
    MalformedQualificationError,
    NumbersTimedOutError,
    NumbersUnavailableError,
)
from agent.qualification import read_record
from agent.tables import read_table
from hostlink.terms import ConsentItem
from tests.agent.eligibility.oqs_bench import OqsBench, numbers_of, query_of
from tests.agent.relays.samples import personal_words
from tests.agent.world import INSTITUTION, TODAY, VISIT_ID
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, UKETSUKE_TARO
from tests.hw_sim.insured_persons import PERSONS
from tests.hw_sim.oqs_app import Fault

TARO = query_of(UKETSUKE_TARO)
TARO_KNOWN = read_record(UKETSUKE_TARO["record"])
FOUND = replace(TARO_KNOWN, prescription_issue_select=None)
"""Which prescription is asked for at the reader, not by numbers."""


@pytest.fixture(params=list(Encoding))
def any_bench(request: pytest.FixtureRequest, tmp_path: Path) -> OqsBench:
    return insured(OqsBench(tmp_path, request.param))


@pytest.fixture
def bench(tmp_path: Path) -> OqsBench:
    return insured(OqsBench(tmp_path))


def insured(bench: OqsBench) -> OqsBench:
    bench.app.insure(UKETSUKE_TARO, SHIKEN_HANAKO)
    return bench


def test_a_card_is_known_to_nobody(bench: OqsBench) -> None:
    answer = bench.source.ask(EligibilityQuery(VISIT_ID, INSTITUTION, b"card", TODAY.date()))
    assert answer == EligibilityAnswer(None, True, tuple(ConsentItem))
    assert not bench.source.knows_people
    assert bench.names() == []


def test_it_is_what_whoever_wants_numbers_looks_for(bench: OqsBench) -> None:
    assert isinstance(bench.source, NumberLookup)
    assert isinstance(bench.source, ReferenceNumbers)


def test_a_person_is_found(any_bench: OqsBench) -> None:
    assert any_bench.source.look_up(TARO) == FOUND
    assert any_bench.names() == [], "neither question nor answer is left"


def test_what_the_question_says(any_bench: OqsBench) -> None:
    any_bench.source.look_up(query_of(UKETSUKE_TARO, agrees_to_limit=True))
    (question,) = any_bench.app.questions
    assert question.values == {
        "InsurerNumber": "01130012",
        "InsuredCardSymbol": "１２－３４",
        "InsuredIdentificationNumber": "５６７８",
        "InsuredBranchNumber": "00",
        "Birthdate": "19550601",
        "LimitApplicationCertificateRelatedConsFlg": "1",
    }
    assert question.header["QualificationConfirmationDate"] == "20261122"
    assert question.header["MedicalInstitutionCode"] == INSTITUTION
    assert question.name.startswith("OQSsiquc01req_20261122")
    assert len(question.name) == len("OQSsiquc01req_2026112200000.xml")


def test_a_short_insurer_number_is_padded(bench: OqsBench) -> None:
    found = bench.source.look_up(query_of(SHIKEN_HANAKO))
    assert isinstance(found, EligibilityRecord)
    assert found.person.insurer_number == "138057"
    (question,) = bench.app.questions
    assert question.values["InsurerNumber"] == "  138057"
    assert question.values["LimitApplicationCertificateRelatedConsFlg"] == "0"


@pytest.mark.parametrize("code", PERSONS)
def test_every_code_arrives(tmp_path: Path, code: str) -> None:
    bench, person = OqsBench(tmp_path, Encoding.CP932), PERSONS[code]
    bench.app.insure(person)
    found = bench.source.look_up(query_of(person))
    match person["record"]["qualification_validity"]:
        case "4":
            assert isinstance(found, NobodyFound)
        case "5":
            assert isinstance(found, SeveralFound)
            assert len(found.records) == 1
        case _:
            known = read_record(person["record"])
            assert found == replace(known, prescription_issue_select=None)


def test_nobody_has_these_numbers(bench: OqsBench) -> None:
    numbers = replace(TARO.numbers, insured_identification_number="９９９９")
    assert isinstance(bench.source.look_up(replace(TARO, numbers=numbers)), NobodyFound)


def test_several_are_told_and_none_is_chosen(bench: OqsBench) -> None:
    bench.app.insure(UKETSUKE_TARO)
    found = bench.source.look_up(TARO)
    assert isinstance(found, SeveralFound)
    assert [each.person for each in found.records] == [FOUND.person] * 2


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (Fault.FILE_ERROR, "E1", "形式の誤り"),
        (Fault.PERSON_ERROR, "P2", "確認できません"),
    ],
)
def test_an_error_is_passed_on_as_it_came(
    any_bench: OqsBench, fault: Fault, code: str, message: str
) -> None:
    any_bench.app.faults = [fault]
    refused = any_bench.source.look_up(TARO)
    assert isinstance(refused, NumbersRefused)
    assert (refused.code, refused.message) == (code, message)


@pytest.mark.parametrize("fault", [Fault.HALF, Fault.IN_PROGRESS, Fault.TWICE])
def test_what_only_takes_longer(any_bench: OqsBench, fault: Fault) -> None:
    any_bench.app.faults = [fault]
    assert any_bench.source.look_up(TARO) == FOUND
    assert len(any_bench.app.questions) == 1


def test_a_reader_that_takes_the_first_look_is_caught(
    bench: OqsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: half an answer is nonsense at once, and the patient is sent away."""
    monkeypatch.setattr(_oqs_folders, "NONSENSE_LOOKS", 1)
    bench.app.faults = [Fault.HALF]
    with pytest.raises(MalformedQualificationError):
        bench.source.look_up(TARO)


NONSENSE = {
    Fault.OTHER_QUESTION: "ArbitraryFileIdentifier",
    Fault.OTHER_INSTITUTION: "MedicalInstitutionCode",
    Fault.OTHER_PERSON: "Birthdate",
    Fault.OTHER_ENCODING: "encoding",
    Fault.FALSE_ENCODING: "encoding",
    Fault.GARBAGE: "encoding",
    Fault.DOCTYPE: "DOCTYPE",
    Fault.HUGE: "length",
}


@pytest.mark.parametrize("fault", NONSENSE)
def test_what_cannot_be_used_is_named(any_bench: OqsBench, fault: Fault) -> None:
    any_bench.app.faults = [fault]
    started = any_bench.clock.now()
    with pytest.raises(MalformedQualificationError) as malformed:
        any_bench.source.look_up(TARO)
    assert malformed.value.field == NONSENSE[fault]
    assert len(any_bench.names()) == (0 if fault is Fault.OTHER_PERSON else 1)
    assert any_bench.clock.now() - started < timedelta(seconds=0.3 * (NONSENSE_LOOKS + 5))
    assert not told_of_taro(malformed.value)


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.OTHER_FILE])
def test_no_answer_is_told_and_nothing_asked_again(bench: OqsBench, fault: Fault) -> None:
    bench.app.faults = [fault]
    started = bench.clock.now()
    with pytest.raises(NumbersTimedOutError) as late:
        bench.source.look_up(TARO)
    assert late.value.is_taken
    assert timedelta(seconds=180) <= bench.clock.now() - started < timedelta(seconds=181)
    assert len(bench.app.questions) == 1
    assert not told_of_taro(late.value)


def test_a_question_that_nobody_takes_is_taken_back(bench: OqsBench) -> None:
    bench.app.is_running = False
    with pytest.raises(NumbersTimedOutError) as late:
        bench.source.look_up(TARO)
    assert not late.value.is_taken
    assert bench.names() == [], "it would be carried out when nobody waits for it any more"


def test_a_late_answer_is_no_answer_to_the_next_question(bench: OqsBench) -> None:
    bench.app.latency_looks = 700
    with pytest.raises(NumbersTimedOutError):
        bench.source.look_up(TARO)
    bench.app.latency_looks = 0
    found = bench.source.look_up(query_of(SHIKEN_HANAKO))
    assert isinstance(found, EligibilityRecord)
    assert found.person.name == "試験　花子"


def test_a_slow_answer(bench: OqsBench) -> None:
    bench.app.latency_looks = 500
    assert bench.source.look_up(TARO) == FOUND


def test_whoever_waits_at_the_end_is_let_go(bench: OqsBench) -> None:
    bench.app.is_running = False
    bench.source.close()
    with pytest.raises(NumbersTimedOutError):
        bench.source.look_up(TARO)
    assert bench.names() == []


@pytest.mark.parametrize("folder", ["req", "res"])
def test_a_share_that_is_away(bench: OqsBench, folder: str) -> None:
    (bench.app.requests.parent / folder).rmdir()
    bench.app.is_running = False
    with pytest.raises((NumbersUnavailableError, NumbersTimedOutError)) as away:
        bench.source.look_up(TARO)
    assert not told_of_taro(away.value)
    if folder == "req":
        assert "ENOENT" in str(away.value)


class Dice:
    """Chance as it is told."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers)

    def randbelow(self, below: int) -> int:
        return self._numbers.pop(0) if len(self._numbers) > 1 else self._numbers[0]

    def token_hex(self, size: int) -> str:
        return os.urandom(size).hex()


@pytest.mark.parametrize("taken", ["req", "res"])
def test_no_file_of_others_is_replaced(
    bench: OqsBench, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    others = bench.app.requests.parent / taken / f"OQSsiquc01{taken}_2026112200007.xml"
    others.write_bytes(b"of others")
    bench.app.is_running = False
    monkeypatch.setattr(_oqs_folders, "secrets", Dice(7, 8))
    with pytest.raises(NumbersTimedOutError):
        bench.source.look_up(TARO)
    monkeypatch.setattr(_oqs_folders, "secrets", Dice(7))
    with pytest.raises(NumbersUnavailableError, match="no free name"):
        bench.source.look_up(TARO)
    assert others.read_bytes() == b"of others"
    assert bench.names() == [others.name]


def test_a_rename_that_replaces_is_caught(bench: OqsBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same chance, and the question of others is gone."""
    others = bench.app.requests / "OQSsiquc01req_2026112200007.xml"
    others.write_bytes(b"of others")
    bench.app.is_running = False
    monkeypatch.setattr(_oqs_folders, "secrets", Dice(7))
    monkeypatch.setattr(_oqs_folders, "_appear", lambda part, final: part.replace(final))
    with pytest.raises(NumbersTimedOutError):
        bench.source.look_up(TARO)
    assert not others.exists()


def test_a_reference_number_is_registered(any_bench: OqsBench) -> None:
    assert any_bench.source.register(INSTITUTION, "24434", numbers_of(UKETSUKE_TARO)) is None
    assert any_bench.app.references == {"５６７８": "24434"}
    (question,) = any_bench.app.questions
    assert question.name.startswith("OQSsiimm01req_20261122")
    assert any_bench.names() == []


def test_a_reference_number_is_refused(bench: OqsBench) -> None:
    bench.app.faults = [Fault.PERSON_ERROR]
    refused = bench.source.register(INSTITUTION, "24434", numbers_of(UKETSUKE_TARO))
    assert isinstance(refused, NumbersRefused)
    assert refused.code == "P2"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("insurer_number", "1234567"),
        ("insurer_number", "１２３４５６"),
        ("insured_identification_number", ""),
        ("insured_identification_number", "1\n2"),
        ("insured_card_symbol", "x" * 21),
        ("insured_branch_number", "1"),
    ],
)
def test_what_cannot_be_a_number_is_named(field: str, value: str) -> None:
    with pytest.raises(MalformedNumberError) as malformed:
        replace(TARO.numbers, **{field: value})
    assert malformed.value.field == field
    assert value not in str(malformed.value) or not value


@pytest.mark.parametrize("reference", ["", "x" * 51, "\x00"])
def test_what_cannot_be_a_reference_number(bench: OqsBench, reference: str) -> None:
    with pytest.raises(MalformedNumberError, match="reference_number"):
        bench.source.register(INSTITUTION, reference, TARO.numbers)


def test_a_letter_that_cannot_be_written_is_not_replaced(tmp_path: Path) -> None:
    bench = OqsBench(tmp_path, Encoding.CP932)
    numbers = replace(TARO.numbers, insured_card_symbol="𠮷")
    with pytest.raises(MalformedNumberError, match="insured_card_symbol"):
        bench.source.look_up(replace(TARO, numbers=numbers))
    assert bench.names() == []


def test_nothing_personal_is_in_a_repr(bench: OqsBench) -> None:
    bench.app.insure(UKETSUKE_TARO)
    told = f"{TARO!r} {TARO.numbers!r} {bench.source.look_up(TARO)!r} {NobodyFound('1', '太郎')!r}"
    assert not [word for word in personal_words(TARO_KNOWN) if word in told]


def test_as_it_is_configured(tmp_path: Path) -> None:
    values = {"folder": "OQS", "encoding": "cp932", "asks_consents": False}
    source = create(read_table(values, Settings, tmp_path, "test"))
    assert isinstance(source, OqsFolder)
    with pytest.raises(NumbersUnavailableError, match="ENOENT"):
        source.look_up(TARO)
    source.close()


def test_in_its_own_time(tmp_path: Path) -> None:
    bench = insured(OqsBench(tmp_path))
    source = create(Settings(folder=tmp_path / "OQS", timeout_s=5))
    assert isinstance(source, NumberLookup)
    with bench.app.serving():
        assert source.look_up(TARO) == FOUND
    source.close()


def told_of_taro(error: AgentError) -> list[str]:
    """Personal words in an error and in those that led to it."""
    chain: list[BaseException | None] = [error]
    while chain[-1] is not None:
        chain.append(chain[-1].__cause__)
    text = f"{chain!r} {[str(each) for each in chain]}"
    return [word for word in personal_words(TARO_KNOWN) if word in text]


def test_what_a_killed_agent_left_goes_with_a_later_question(bench: OqsBench) -> None:
    def lay(name: str, minutes: int) -> Path:
        path = bench.app.requests / name
        path.write_bytes(b"of a patient")
        long_ago = path.stat().st_mtime - 60 * minutes
        os.utime(path, (long_ago, long_ago))
        return path

    left = lay(".uketsuke-0123456789abcdef.part", 61)
    put = bench.app.requests / "put"
    put.hardlink_to(left)
    of_others = [
        lay(".uketsuke-1123456789abcdef.part", 1),
        lay(".uketsuke-of-staff.part", 61),
        lay("0123456789abcdef.part", 61),
    ]
    assert bench.source.look_up(TARO) == FOUND
    assert not left.exists()
    assert all(path.exists() for path in of_others), "one of them may be being put just now"
    assert put.read_bytes() == b"of a patient", "what was put is as it was"


def test_what_a_killed_agent_leaves_is_a_patient_s(
    bench: OqsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: an agent that ends just before it takes its part away."""
    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", lambda *_, **__: None)
        bench.source.look_up(TARO)
    (left,) = bench.app.requests.glob(".uketsuke-*.part")
    assert TARO.numbers.insured_identification_number.encode() in left.read_bytes()
    os.utime(left, (0, 0))
    bench.source.look_up(TARO)
    assert not left.exists()


def test_a_folder_that_may_not_be_listed_takes_questions_all_the_same(
    bench: OqsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    monkeypatch.setattr(bench.app, "look", lambda: None)
    with pytest.raises(NumbersTimedOutError):
        bench.source.look_up(TARO)

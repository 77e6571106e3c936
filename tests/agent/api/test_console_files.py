"""The console's files: words for everything in each language, colours of the design system."""

import ast
import json
import mimetypes
import re
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import httpx
import pytest

import agent.eligibility
import agent.relays
from agent.api.app import CONSOLE
from agent.api.models import LookupAnswer, Match, Result
from agent.board import STEP_AFTER
from agent.ceremonies import OVER, Kind, Phase
from agent.delivery import STUCK
from agent.journal import Alarm
from agent.known_relays import OLDER
from agent.pairing.failures import Failure
from agent.restore import WHY
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    Decision,
    Emergency,
    FailureCode,
    Notice,
    VerificationMethod,
    VisitOutcome,
    VisitStep,
)
from tests.agent.api.api_bench import ApiBench
from tests.device.screen.test_design_tokens import COLOUR, DECLARED, TOKENS, unknown_colours

SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in CONSOLE.glob("*.js"))
STYLES = "".join(
    path.read_text(encoding="utf-8") for path in CONSOLE.glob("*.css") if path.name != "colours.css"
)
PAGE = (CONSOLE / "index.html").read_text(encoding="utf-8")
OQS = {
    "006": "1 2 3 4 5 6",
    "007": "1 2 3",
    "008": "01 02 03 99",
    "009": "1 2",
    "010": "01 02 03 04 05 06 07 A1",
    "011": "01 02 03",
    "012": "A01 A02 A03 A04 A05 A06 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10",
    "013": "1 2 3",
    "015": "1",
    "018": "01 02",
    "019": "01 02 03 04 05",
}
"""Tables of facts/oqs.md §4 whose codes a result may bear."""
MATCHES = get_args(Match.model_fields["answer"].annotation)
WHY_UNNAMED = [
    *get_args(get_args(Result.model_fields["why_no_detail"].annotation)[0]),
]
ADAPTERS = {
    table: [
        each.name
        for each in iter_modules(package.__path__)
        if not each.name.startswith("_") and each.name != "port"
    ]
    for table, package in (("source", agent.eligibility), ("relay", agent.relays))
}
"""Which the agent has of its own: each is called as its module is."""
LOOKUPS = ("asking", *get_args(LookupAnswer), "unavailable", "lost", "failed")
MAY_BE_SILENT = re.compile(r"(note|notice|emergency)\..*\.todo|failure\.none\.todo|match\.one_todo")
"""Where there is nothing to do."""
OWN_WAY = {"year", "tenths", "percent"}
"""A year of the era and tenths are the Japanese way to say it."""


def flat(words: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in words.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def words_of(tag: str) -> dict[str, str]:
    path = CONSOLE / "languages" / f"{tag}.json"
    return dict(flat(json.loads(path.read_text(encoding="utf-8"))))


LANGUAGES = {path.stem: words_of(path.stem) for path in (CONSOLE / "languages").glob("*.json")}


def names(words: type[IntEnum]) -> list[str]:
    return [each.name.lower() for each in words]


def needed() -> set[str]:
    """What may come from the agent, and what the files ask for by name."""
    told = {
        **{f"failure.{code}": ("what", "todo") for code in names(FailureCode)},
        **{f"alarm.{alarm.value}": ("what", "todo") for alarm in Alarm},
        **{f"notice.{notice}": ("what",) for notice in names(Notice)},
        **{f"emergency.{each}": ("what",) for each in names(Emergency)},
        **{f"decision.{each}": ("what",) for each in names(Decision)},
    }
    asked = re.findall(r'\bsay\(\s*"([\w.]+)"', SCRIPTS)
    asked += re.findall(r'data-word(?:="|": ")([\w.]+)"', SCRIPTS + PAGE)
    return {
        *(f"{key}.{part}" for key, parts in told.items() for part in parts),
        *(f"step.{step}" for step in (*names(VisitStep), *STEP_AFTER.values())),
        *(f"consent_item.{each}" for each in names(ConsentItem)),
        *(f"consent_answer.{each}" for each in (*names(ConsentAnswer), "not_asked")),
        *(f"method.{each}" for each in names(VerificationMethod)),
        *(f"outcome.{each}" for each in names(VisitOutcome)),
        *(f"card_kind.{each}" for each in names(CardKind)),
        *(f"pairing_phase.{each}" for each in Phase if each not in OVER),
        *(f"pairing_done.{each}" for each in Kind),
        *(f"pairing_why.{each}" for each in Failure),
        *(f"reader.{each}" for each in ("link", "firmware", "ueid", "cable", "waiting")),
        *(f"handover.{each}" for each in ("waiting", "handed_over", "parked", "given_up")),
        *(f"match.{answer}" for answer in MATCHES),
        *(f"match.{answer}_todo" for answer in MATCHES),
        *(f"match.{each}" for each in ("chosen", "named", "fitting")),
        *(f"{table}.{name}" for table, adapters in ADAPTERS.items() for name in adapters),
        *(f"links.eligibility_{each}" for each in ("there", "away", "unknown")),
        *(f"links.relay_{each}" for each in ("open", "shut", "unknown")),
        *(f"health.eligibility_{each}" for each in ("there", "away", "unknown")),
        *(f"health.relays_{each}" for each in ("open", "shut", "unknown", "parked")),
        *(f"today.unnamed.{each}" for each in (*WHY_UNNAMED, "not_asked")),
        *(f"lookup.{each}.{part}" for each in LOOKUPS for part in ("what", "todo")),
        *(f"oqs.{table}.{code}" for table, codes in OQS.items() for code in codes.split()),
        *(f"validity_todo.{code}" for code in OQS["006"].split()[1:]),
        *(f"fact.{key}" for key in re.findall(r'fact\("(\w+)"', SCRIPTS)),
        *(f"group.{key}" for key in re.findall(r'group\("(\w+)"', SCRIPTS)),
        *(f"papers.{key}" for key in re.findall(r"^  (\w+): \{ (?:max|pat|type)", SCRIPTS, re.M)),
        *asked,
    }


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_says_everything(tag: str) -> None:
    words = LANGUAGES[tag]
    assert needed() - words.keys() == set()
    assert words.keys() == LANGUAGES["ja"].keys()
    silent = {key for key, text in words.items() if not text.strip()}
    assert {key for key in silent if not MAY_BE_SILENT.fullmatch(key)} == set()
    # The files are read as they are written: these three ways of asking are found.
    assert {"page.forget", "alarms.settle", "fact.insurer_name"} <= needed()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_only_reader_is_not_called_as_its_column_is(tag: str) -> None:
    words = LANGUAGES[tag]
    assert words["readers.only"] not in {words["readers.title"], words["today.place"]}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_fills_in_what_the_others_do(tag: str) -> None:
    for key, text in LANGUAGES[tag].items():
        filled, japanese = (
            set(re.findall(r"\{(\w+)\}", each)) for each in (text, LANGUAGES["ja"][key])
        )
        assert filled - OWN_WAY == japanese - OWN_WAY, key


def test_every_colour_is_the_token_it_says() -> None:
    style = (CONSOLE / "colours.css").read_text(encoding="utf-8")
    assert len(DECLARED.findall(style)) > 50
    assert unknown_colours(style) == []
    assert re.findall(COLOUR, STYLES) == []


@pytest.mark.parametrize("kind", ["font-size", "border-radius"])
def test_letters_and_corners_have_its_steps(kind: str) -> None:
    known = {value for name, value in TOKENS.items() if re.fullmatch(rf"{kind}-\d+", name)}
    used = set(re.findall(rf"{kind}: ([0-9.]+rem)", STYLES))
    assert len(used) >= 3
    assert used <= known


KEPT = re.compile(r"(?<!function )(?<![#.])\bkeep\((.*?)\);", re.DOTALL)


def makers_that_may_hold_on(scripts: str) -> list[str]:
    """Calls of `keep` whose maker is no function of a module with the newest item at most."""
    known = set(
        re.findall(r"^(?:export )?function (make\w+)\((?:current)?\)", scripts, re.MULTILINE)
    )
    makers = [call.strip().rstrip(",").rpartition(", ")[2] for call in KEPT.findall(scripts)]
    return [maker for maker in makers if maker not in known]


def test_what_is_pressed_holds_on_to_no_item_of_before() -> None:
    """Staff chose a patient for another visit so once."""
    assert len(KEPT.findall(SCRIPTS)) > 10
    assert makers_that_may_hold_on(SCRIPTS) == []
    maker = "function makePatient(current) {"
    for bad in (
        f"{maker} }} keep(list, items, keyOf, ({{ number }}) => makePatient(result, number));",
        "function makePatient(result) { } keep(list, items, keyOf, makePatient);",
        f"  {maker} }} keep(list, items, keyOf, makePatient);",
    ):
        assert makers_that_may_hold_on(bad) != []


def test_no_text_becomes_html() -> None:
    html = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|eval\("
    assert re.findall(html, SCRIPTS) == []


def test_a_browser_is_told_what_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the PC believes of these endings; a strict browser runs no plain text."""
    monkeypatch.setattr(mimetypes, "_db", None)
    for ending in (".js", ".css", ".json"):
        mimetypes.add_type("text/plain", ending)
    with ApiBench(tmp_path) as bench:
        found = {
            name: httpx.get(f"{bench.url}/{name}", trust_env=False).headers["content-type"]
            for name in ("app.js", "style.css", "languages/ja.json")
        }
    assert found == {
        "app.js": "text/javascript; charset=utf-8",
        "style.css": "text/css; charset=utf-8",
        "languages/ja.json": "application/json",
    }


def refusals(source: str) -> Iterator[str]:
    """Sentences with which relays refuse a result; a word of their own stands as `{}`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RelayRefusedError":
            match node.args:
                case [ast.Constant(value=str(sentence))]:
                    yield sentence
                case [ast.JoinedStr(values=parts)]:
                    yield "".join(
                        str(part.value) if isinstance(part, ast.Constant) else "{}"
                        for part in parts
                    )


@pytest.mark.parametrize("tag", LANGUAGES)
def test_why_a_relay_has_not_got_a_result_is_said_in_each_language(tag: str) -> None:
    keys = [key.removeprefix("why.") for key in LANGUAGES[tag] if key.startswith("why.")]
    said = {re.sub(r"\{\w+\}", "{}", key) for key in keys}
    sources = [path.read_text("utf-8") for path in Path(agent.__path__[0]).rglob("*.py")]
    told = {sentence for source in sources for sentence in refusals(source)}
    assert len(told) > 3
    assert said == told | {WHY, OLDER, f"{STUCK} ({{}})"}


def test_negative_control_a_refusal_that_nobody_translated() -> None:
    source = 'raise RelayRefusedError(f"the software of {name} is closed")'
    assert list(refusals(source)) == ["the software of {} is closed"]

"""Cards that answer anything: only reader errors leave, nothing is sent twice, all comes to an end.

Each answer is an honest card's, changed by what hypothesis thinks of, so that deep commands are
reached too.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.reader.card_files import never
from device.reader.errors import CardTimeoutError, ReaderError
from device.reader.pinless import PinlessAuthenticator
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.terminals import test_hierarchy
from tests.device.reader.calendar_day import known_day
from tests.device.reader.laid_cards import ScriptedConnection, ScriptedSlot
from tests.device.reader.unwatched import unwatched
from tests.device.reader.visit_steps import CHALLENGE, CODE, PHOTO, session_with
from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer

Change = Callable[[bytes], bytes]
PROFILES = ("my_number", "odd_manners", "no_short_ids", "contact_t0", "iphone")
INSTRUCTIONS = (0x20, 0x2A, 0x82, 0x84, 0xA2, 0xA4, 0xB0, 0xB2)
MOST_COMMANDS = 700
"""Two files of 32 KiB in blocks of 256, a chain of GET RESPONSE here and there, and the rest."""

_STATUS_WORDS = [
    bytes.fromhex(word)
    for word in (
        *(
            "9000",
            "6100",
            "6110",
            "61FF",
            "6C00",
            "6C20",
            "6281",
            "6282",
            "6283",
            "6300",
            "63C0",
            "63C3",
        ),
        *("63CF", "6581", "6700", "6881", "6981", "6982", "6983", "6984", "6985", "6986", "6A80"),
        *("6A81", "6A82", "6A83", "6A86", "6A88", "6B00", "6D00", "6E00", "6F00", "FFFF", "0000"),
    )
]


def _is_honest(answer: bytes) -> bytes:
    return answer


def _changes() -> st.SearchStrategy[Change]:
    honest = st.just(_is_honest)
    other_status = st.sampled_from(_STATUS_WORDS).map(
        lambda word: lambda answer: answer[:-2] + word
    )
    only_status = st.sampled_from(_STATUS_WORDS).map(lambda word: lambda _: word)
    anything = st.binary(max_size=300).map(lambda data: lambda _: data)
    any_data = st.binary(max_size=256).map(lambda data: lambda _: data + b"\x90\x00")
    shorter = st.integers(0, 258).map(lambda end: lambda answer: answer[:end])
    longer = st.binary(min_size=1, max_size=300).map(lambda data: lambda answer: data + answer)
    lying = st.tuples(st.integers(0, 257), st.integers(0, 255)).map(
        lambda change: lambda answer: _with_byte(answer, *change)
    )
    return st.one_of(
        honest,
        honest,
        honest,
        other_status,
        only_status,
        anything,
        any_data,
        shorter,
        longer,
        lying,
    )


def _with_byte(answer: bytes, position: int, value: int) -> bytes:
    changed = bytearray(answer)
    changed[position % len(changed)] = value
    return bytes(changed)


class EvilCard(ScriptedConnection):
    """An honest card with somebody between it and the reader."""

    def __init__(
        self, card: SimulatedCard, changes: Sequence[Change], of_ins: Mapping[int, Change]
    ) -> None:
        """The somebody changes the first answers, and always those to some instructions."""
        super().__init__(self._reply)
        card.power_off()
        card.enter_field()
        card.power_on()
        self._card = card
        self._changes = chain(changes, repeat(_is_honest))
        self._of_ins = of_ins

    def _reply(self, command: bytes) -> bytes:
        change = self._of_ins.get(command[1], next(self._changes))
        return change(self._card.transmit(command))


@dataclass(frozen=True)
class Parts:
    """What is the same in every example."""

    cards: Mapping[str, SimulatedCard]
    terminal: PinlessAuthenticator
    anchors: RecordAnchors

    def session(self, card: ScriptedConnection) -> CardSession:
        """A session on which everything can be asked."""
        return CardSession(
            ScriptedSlot(card), terminal=self.terminal, anchors=self.anchors, today=known_day
        )


@pytest.fixture(scope="module")
def parts(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    folder = tmp_path_factory.mktemp("terminal")
    paths = {name: Path(path) for name, path in issuer.issue_terminal(folder).items()}
    return Parts(
        {name: issuer.issue(catalog.PROFILES[name], PHOTO) for name in PROFILES},
        test_hierarchy.create(test_hierarchy.Settings(**paths, is_test_hierarchy=True)),
        RecordAnchors([issuer.record_ca]),
    )


@given(
    profile=st.sampled_from(PROFILES),
    changes=st.lists(_changes(), max_size=45),
    of_ins=st.dictionaries(st.sampled_from(INSTRUCTIONS), _changes(), max_size=2),
)
@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_only_reader_errors_leave_and_no_secret_is_sent_twice(
    parts: Parts, profile: str, changes: list[Change], of_ins: dict[int, Change]
) -> None:
    evil = EvilCard(parts.cards[profile], changes, of_ins)
    session = parts.session(evil)
    for step in (
        session.identify,
        session.read_certificate,
        lambda: session.read_photo(CODE, never, unwatched),
        session.get_ready_to_sign,
        lambda: session.verify_pin(b"1234"),
        session.unlock_after_face,
        lambda: session.sign_challenge(CHALLENGE),
        session.close,
    ):
        with suppress(ReaderError):
            step()
    check_commands(evil)


def check_commands(evil: EvilCard) -> None:
    assert len(evil.sent) <= MOST_COMMANDS
    for secret in (b"1234", CODE.reference()):
        verifies = [c for c in evil.sent if c[1] == 0x20 and c[5:] == secret]
        assert len(verifies) <= 1


def test_the_same_steps_with_an_honest_card_reach_their_end(parts: Parts) -> None:
    """Negative control: the steps above are not stopped by something of the test's own."""
    evil = EvilCard(parts.cards["my_number"], [], {})
    session = parts.session(evil)
    session.identify()
    assert session.read_photo(CODE, never, unwatched) == PHOTO
    session.verify_pin(b"1234")
    session.unlock_after_face()
    assert len(session.sign_challenge(CHALLENGE).signature) == 256
    session.close()
    check_commands(evil)


def test_a_secret_sent_twice_would_be_noticed(parts: Parts) -> None:
    evil = EvilCard(parts.cards["my_number"], [], {})
    session = parts.session(evil)
    for _ in range(2):
        session.verify_pin(b"1234")
    session.close()
    with pytest.raises(AssertionError):
        check_commands(evil)


def test_a_card_that_is_always_just_in_time_comes_to_its_end(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.reader.exchange._SESSION_BUDGET_S", 0.2)
    card = issuer.issue(catalog.MY_NUMBER, PHOTO)
    card.physics.latency_s = 0.02
    session = session_with(card)
    session.identify()
    with pytest.raises(CardTimeoutError):
        session.read_photo(CODE, never, unwatched)
    with pytest.raises(CardTimeoutError):
        session.verify_pin(b"1234")
    session.close()
    assert len(card.trace.presented_pins()) <= 1

"""Writes the commands of a visit by PIN and of one by face into docs/CARD.md.

`python -m tools.draw_card_traces` plays both with a simulated card and replaces what stands between
the two marks of the page; `--check` only compares.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.terminals import test_hierarchy
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.named_commands import name_of
from tests.device.reader.visit_steps import CHALLENGE, CODE
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.trace import Exchange

CARD_PAGE = Path("docs/CARD.md")
BEGIN, END = "<!-- traces: drawn -->\n", "<!-- end of traces -->\n"
PORTRAIT = Path("tests/hw_sim/people/taro/portrait.jp2")
PIN = b"1234"
HEADER = """
| when | command | times | bytes to the card | bytes back | link ms | chip ms |
|---|---|---|---|---|---|---|
"""


def draw() -> str:
    """Both traces as tables."""
    with tempfile.TemporaryDirectory() as folder:
        issuer = Issuer(Path(folder))
        by_pin, by_face = _visit_by_pin(issuer), _visit_by_face(issuer, Path(folder))
    return f"### By PIN\n{_table(by_pin)}\n### By face\n{_table(by_face)}"


def _visit_by_pin(issuer: Issuer) -> list[tuple[str, Sequence[Exchange]]]:
    card = issuer.issue(MY_NUMBER, PORTRAIT.read_bytes())
    session = CardSession(InProcessSlot(card), anchors=RecordAnchors([issuer.record_ca]))
    return [
        _phase(card, "recognised", session.identify),
        _phase(card, "while choosing", session.read_certificate, session.get_ready_to_sign),
        _phase(
            card,
            "PIN typed",
            lambda: session.verify_pin(PIN),
            lambda: session.sign_challenge(CHALLENGE),
        ),
    ]


def _visit_by_face(issuer: Issuer, folder: Path) -> list[tuple[str, Sequence[Exchange]]]:
    files = {name: Path(path) for name, path in issuer.issue_terminal(folder).items()}
    terminal = test_hierarchy.create(test_hierarchy.Settings(is_test_hierarchy=True, **files))
    card = issuer.issue(MY_NUMBER, PORTRAIT.read_bytes())
    anchors = RecordAnchors([issuer.record_ca])
    session = CardSession(InProcessSlot(card), terminal=terminal, anchors=anchors)
    return [
        _phase(card, "recognised", session.identify),
        _phase(
            card,
            "while choosing",
            session.read_certificate,
            lambda: session.read_photo(CODE),
            session.get_ready_to_sign,
        ),
        _phase(
            card,
            "face matched",
            session.unlock_after_face,
            lambda: session.sign_challenge(CHALLENGE),
        ),
    ]


def _phase(
    card: SimulatedCard, when: str, *steps: Callable[[], object]
) -> tuple[str, Sequence[Exchange]]:
    before = len(card.trace.exchanges)
    for step in steps:
        step()
    return when, card.trace.exchanges[before:]


def _table(phases: Sequence[tuple[str, Sequence[Exchange]]]) -> str:
    rows = [row for when, exchanges in phases for row in _rows(when, exchanges)]
    every = [exchange for _, exchanges in phases for exchange in exchanges]
    return HEADER + "\n".join((*rows, _row("", "**together**", every), ""))


def _rows(when: str, exchanges: Sequence[Exchange]) -> Iterator[str]:
    for name, same in groupby(exchanges, lambda exchange: name_of(exchange.command)):
        yield _row(when, name, list(same))


def _row(when: str, name: str, exchanges: Sequence[Exchange]) -> str:
    sent = sum(len(e.command) for e in exchanges)
    received = sum(len(e.response or b"") for e in exchanges)
    link_ms = 1000 * sum(e.link_s for e in exchanges)
    chip_ms = 1000 * sum(e.card_s for e in exchanges)
    count = len(exchanges)
    return f"| {when} | {name} | {count} | {sent} | {received} | {link_ms:.0f} | {chip_ms:.0f} |"


def main() -> int:
    """Write the page, or compare with it."""
    page = CARD_PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = before + BEGIN + "\n" + draw() + "\n" + END + after
    if "--check" not in sys.argv[1:]:
        CARD_PAGE.write_text(drawn, encoding="utf-8")
        return 0
    if page == drawn:
        return 0
    print("docs/CARD.md is out of date: run `python -m tools.draw_card_traces`")
    return 1


if __name__ == "__main__":
    sys.exit(main())

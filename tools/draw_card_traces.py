"""Writes the commands of whole visits and their times into docs/CARD.md.

`python -m tools.draw_card_traces` plays them with the reader's own jobs and a simulated card and
replaces what stands between the two marks of the page; `--check` only compares. Every figure is of
the run, so that none can be older than the reader.
"""

import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.card import RATES_KBPS, Measured, measure_all
from benchmarks.card_visits import PORTRAIT, VISITS, Phase, PlannedVisit
from tests.device.reader.named_commands import name_of
from tests.hw_sim.card.catalog import TARO
from tests.hw_sim.card.front_pictures import address_picture, name_picture
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.link_timing import LinkTiming
from tests.hw_sim.card.trace import Exchange

CARD_PAGE = Path("docs/CARD.md")
BEGIN, END = "<!-- traces: drawn -->\n", "<!-- end of traces -->\n"
LIMIT = 1.15
"""What the tests hold every row to (`tests/benchmarks/test_card.py`)."""
PIN_ALONE, PIN_WITH_CAMERA, FACE, FACE_AT_ONCE, *_ = VISITS
TRACED = {
    "By PIN, no camera over the card": PIN_ALONE,
    "By PIN, with a camera over the card": PIN_WITH_CAMERA,
    "By face": FACE,
}
TRACE_HEADER = """
| when | command | times | bytes to the card | bytes back | link ms | chip ms |
|---|---|---|---|---|---|---|
"""
FIGURES_HEADER = """
| visit | kbit/s | commands | bytes | time s | in vain s | bound s | ratio | strict | at 0 ms \
| waits s | without RSA s |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def draw() -> str:
    """All figures, and the traces as tables."""
    with tempfile.TemporaryDirectory() as folder:
        both = list(measure_all(Issuer(Path(folder)), Path(folder)))
    rows = [ours for ours, _ in both]
    traces = [
        f"### {title}\n{_table(_find(rows, planned, RATES_KBPS[0]).phases)}"
        for title, planned in TRACED.items()
    ]
    figures = FIGURES_HEADER + "\n".join(map(_figures_row, rows))
    texts = (
        _conditions(rows[0].timing),
        _of_ratio(both),
        _of_reading_ahead(rows),
        _of_strictness(rows),
        _of_waiting(rows),
    )
    lead = f"The commands below are timed at {RATES_KBPS[0]} kbit/s.\n"
    return "\n".join(("### How near the bound", figures, "", *texts, lead, *traces))


def _conditions(timing: LinkTiming) -> str:
    pictures = name_picture(TARO.name), address_picture(TARO.address)
    # Rounded, because the pictures differ by some bytes between versions of the font.
    skipped_bytes = sum(map(len, pictures))
    return _paragraph(f"""
        Frames of ISO/IEC 14443-4, {_ms(timing.processing_s)} a command in the chip,
        {_ms(timing.pin_compare_s)} for comparing a secret, {timing.rsa_private_s:.1f} s for an RSA
        signature. The photo has {PORTRAIT.stat().st_size / 1000:.0f} kB. The pictures of name and
        address, which are skipped, have together about {skipped_bytes / 1000:.0f} kB, or
        {timing.raw_s(skipped_bytes):.1f} s at 106 kbit/s.""")


def _of_ratio(both: Sequence[tuple[Measured, Measured]]) -> str:
    ours = [ours.ratio for ours, _ in both]
    naive = [naive.ratio for _, naive in both]
    return _paragraph(f"""
        **ratio** is the reader's time divided by the bound, {_range(ours, 2)}. A plain client with
        the same rights and the same terminal (`benchmarks/naive_card_client.py`) needs
        {_range(naive, 1)} times the bound. A test holds this reader to at most {LIMIT} in every
        row, and the plain client above it.""")


def _of_reading_ahead(rows: Sequence[Measured]) -> str:
    slow, fast = (_find(rows, PIN_WITH_CAMERA, rate_kbps) for rate_kbps in RATES_KBPS)
    return _paragraph(f"""
        The ratio is about the bytes that the chosen visit needs. **in vain** is the photo that was
        read ahead for a face and then not needed, here to its end; with it the PIN visit takes
        {slow.whole_ratio:.1f} times its bound at {RATES_KBPS[0]} kbit/s and
        {fast.whole_ratio:.1f} times at {RATES_KBPS[1]}. That reading lies in time in which nobody
        waits for the card: the patient reads the buttons. Whoever chooses sooner ends it sooner,
        within one command, and then types four digits.""")


def _of_strictness(rows: Sequence[Measured]) -> str:
    missed = sum(row.strict_ratio > LIMIT for row in rows)
    return _paragraph(f"""
        The {_ms(rows[0].timing.processing_s)} a command are an assumption: what a real chip takes
        is not public. The bound contains them for every command that must carry an object.
        **strict** leaves them out of the bound, but not out of the reader's time:
        {_range([row.strict_ratio for row in rows], 2)}, above {LIMIT} in {missed} of {len(rows)}
        rows. So {LIMIT} is kept only where the chip's own time for commands that nobody can save
        counts as computation of the card. **at 0 ms** is a chip that takes no time for a command,
        on both sides: {_range([row.ratio_at_0_ms for row in rows], 2)}.""")


def _of_waiting(rows: Sequence[Measured]) -> str:
    by_pin, by_face = (_find(rows, planned, RATES_KBPS[0]) for planned in (PIN_ALONE, FACE))
    slow, fast = (_find(rows, FACE_AT_ONCE, rate_kbps) for rate_kbps in RATES_KBPS)
    return _paragraphs(f"""
        **waits** is from the PIN, or from the face that matched, to the card's signature; for an
        iPhone, whose holder has nothing to choose, it begins with the first command. At
        {RATES_KBPS[0]} kbit/s it is {by_pin.waited_in_all_s:.2f} s by PIN, with or without a
        camera, and {by_face.waited_in_all_s:.2f} s by face. **without RSA** leaves out the
        {by_pin.timing.rsa_private_s:.1f} s of the signature itself, which no reader can shorten:
        {by_pin.waited_s:.2f} s and {by_face.waited_s:.2f} s.

        Whoever has the **face chosen at once**, before anything was read ahead, also waits for the
        photo: {slow.waited_in_all_s:.2f} s in all at {RATES_KBPS[0]} kbit/s and
        {fast.waited_in_all_s:.2f} s at {RATES_KBPS[1]}, besides what the camera over the card takes
        to read the front. It is the most that the card makes anybody wait; every byte of it is
        needed, and none is asked for twice. The camera for the face starts meanwhile; its check
        begins when the photo is there.""")


def _paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 100, break_on_hyphens=False) + "\n"


def _paragraphs(text: str) -> str:
    """Those between empty lines."""
    return "\n".join(map(_paragraph, text.split("\n\n")))


def _ms(time_s: float) -> str:
    return f"{1000 * time_s:.0f} ms"


def _range(ratios: Sequence[float], digits: int) -> str:
    return f"{min(ratios):.{digits}f} to {max(ratios):.{digits}f}"


def _find(rows: Sequence[Measured], planned: PlannedVisit, rate_kbps: int) -> Measured:
    wanted = planned, rate_kbps
    return next(row for row in rows if (row.planned, row.timing.bit_rate_kbps) == wanted)


def _figures_row(row: Measured) -> str:
    in_vain = f"{row.in_vain_s:.2f}" if row.in_vain_s else ""
    return (
        f"| {row.planned.title} | {row.timing.bit_rate_kbps} | {len(row.exchanges)}"
        f" | {row.bytes_both_ways} | {row.total_s:.2f} | {in_vain}"
        f" | {row.bound.seconds(row.timing):.2f} | {row.ratio:.2f} | {row.strict_ratio:.2f}"
        f" | {row.ratio_at_0_ms:.2f} | {row.waited_in_all_s:.2f} | {row.waited_s:.2f} |"
    )


def _table(phases: Sequence[Phase]) -> str:
    rows = [row for phase in phases for row in _rows(phase.when, phase.exchanges)]
    every = [exchange for phase in phases for exchange in phase.exchanges]
    return TRACE_HEADER + "\n".join((*rows, _row("", "**together**", every), ""))


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

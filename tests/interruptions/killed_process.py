"""A real process of the bench that is killed when it makes a chosen system call."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed

from tests.flows.desk import Desk
from tests.hw_sim.patient_screen import NotShownError

_LONGEST_VISIT_S = 30.0
_LOOK_EVERY_S = 0.02
_WHAT_FOLLOWS_S = 1.0
_ENDS = ("finished", "take_card", "out_of_service")


@dataclass(frozen=True)
class Kill:
    """At the n-th such call of any of its threads."""

    victim: str
    """`agent` or `device`."""
    call: str
    occurrence: int


@contextlib.contextmanager
def armed(process_id: int, kill: Kill) -> Iterator[None]:
    """From now on the process dies at that call."""
    inject = f"inject={kill.call}:signal=KILL:when={kill.occurrence}"
    trace = ["-e", f"trace={kill.call}", "-e", inject]
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", *trace, "-p", str(process_id)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    assert "attached" in tracer.stderr.readline()
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate()


def visit_until_it_ends(desk: Desk) -> str:
    """The patient does what each page asks for; gives the last page."""
    desk.lay()
    acted_on, ends_at_s = desk.screen.turn(), time.monotonic() + _LONGEST_VISIT_S
    while not desk.screen.is_dark() and time.monotonic() < ends_at_s:
        turn, page = desk.screen.turn(), desk.screen.shown()
        if turn > acted_on and page in _ENDS:
            break
        if turn > acted_on:
            acted_on = turn
            with contextlib.suppress(NotShownError, ConnectionClosed):
                _act(desk, page)
        time.sleep(_LOOK_EVERY_S)
    return desk.screen.shown()


def wait_for_what_follows(desk: Desk, kill: Kill) -> None:
    """The card is taken; what the programs do after the patient's last page can be hit as well."""
    desk.bench.slot.remove()
    ends_at_s = time.monotonic() + _WHAT_FOLLOWS_S
    while desk.bench.is_alive(kill.victim) and time.monotonic() < ends_at_s:
        time.sleep(_LOOK_EVERY_S)


def recover(desk: Desk, kill: Kill) -> bool:
    """Whoever started the programs starts a dead one; tells whether one was."""
    was_killed = not desk.bench.is_alive(kill.victim)
    if was_killed:
        sessions = _sessions(desk)
        desk.bench.kill(kill.victim)
        desk.bench.start(kill.victim)
        if kill.victim == "device":
            desk.stand_before_screen_again()
        desk.wait_until(lambda: _sessions(desk) > sessions, "the link")
    desk.screen.wait_for("idle", timeout_s=_LONGEST_VISIT_S)
    return was_killed


def _sessions(desk: Desk) -> int:
    """How often the link came up."""
    return (desk.bench.folder / "agent-journal.jsonl").read_text().count('"link_up"')


def _act(desk: Desk, page: str) -> None:
    match page:
        case "choose_method":
            desk.screen.choose("pin")
        case "pin":
            desk.screen.type_pin(desk.pin)
            desk.screen.wait_for_entered(len(desk.pin), timeout_s=2.0)
            desk.screen.press("confirm")
        case "consent_all":
            desk.screen.choose("agree_all")
        case "failed":
            desk.screen.choose("end")
        case _:
            pass

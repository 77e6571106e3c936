"""Both ends at once, and everything that can happen to them and to the bytes between them.

Each message is numbered. What an end hears from its up to its down must be, in order and without
a gap, the first of what the other end said in one session. And whatever happened before: on a
sound cable both are up and hear each other within 4 s.

Source: facts/security.md §6.3 (stateful test of both ends), §8.3.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hostlink import codec
from hostlink.channel import Channel
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.messages import Message, ResultAcknowledged, SignedResult
from hostlink.session import Session
from tests.hostlink.both_ends import both_ends
from tests.hostlink.harms import HARMS, Harm
from tests.hostlink.wire import SILENCE_S, STEP_S

_DEVICE_END, _AGENT_END = both_ends()
_LONGEST_TICK_S = 1.5
_HANDSHAKE_STEPS = 10
_ARRIVES_S = 0.2
"""A message and its answer over a link that is up."""

PlannedHarm = tuple[str, int, Harm, int]
_OTHER = {"device": "agent", "agent": "device"}
whiches = st.sampled_from(("device", "agent"))
harms = st.lists(
    st.tuples(whiches, st.integers(0, 4), st.sampled_from(HARMS), st.integers(0, 1 << 16)),
    max_size=3,
)
"""Whose frames; the next one or one of the four after it; what happens to it; where."""


@dataclass
class _Side:
    """One end, what it said in which session, and what it heard since its link came up."""

    channel: Channel
    said: dict[Session, list[int]] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)
    is_up: bool = False
    is_open: bool = False
    sent: int = 0
    harms: dict[int, Callable[[bytes], bytes]] = field(default_factory=dict)
    """What happens to the frame of that number."""
    under_way: bytes = b""
    """To the other end."""


class BothEnds(RuleBasedStateMachine):
    """Rules may come in any order and at any time."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._epoch = 1
        self._is_epoch_drawn_again = False
        self._number = 0
        self._sides = {name: _Side(self._new_channel(name)) for name in ("device", "agent")}
        self.heal()

    @rule(which=whiches, harms=harms)
    def open(self, which: str, harms: list[PlannedHarm]) -> None:
        """Open the port, perhaps once more: what lies in its input is forgotten."""
        self._plan(harms)
        self._close_port(which)
        self._open_port(which)

    @rule(which=whiches)
    def say_goodbye(self, which: str) -> None:
        self._sides[which].channel.close()

    @rule(which=whiches)
    def lose_cable(self, which: str) -> None:
        """Noticed by one end only."""
        self._close_port(which)

    @rule(which=whiches, harms=harms)
    def restart(self, which: str, harms: list[PlannedHarm]) -> None:
        """A process dies and another begins; the bytes under way do not know that."""
        self._plan(harms)
        side = self._sides[which]
        side.channel, side.is_up, side.heard = self._new_channel(which), False, []
        self._open_port(which)

    @rule(which=whiches, count=st.integers(1, 3000))
    def deliver(self, which: str, count: int) -> None:
        """So many bytes arrive; a frame may be cut anywhere."""
        self._deliver(which, count)

    @rule(seconds=st.floats(0, _LONGEST_TICK_S))
    def tick(self, seconds: float) -> None:
        self._tick(seconds)

    @rule()
    def draw_epoch_again(self) -> None:
        """The agent's next session has the number of the one before."""
        self._is_epoch_drawn_again = True

    @rule(which=whiches, times=st.integers(1, 6), harms=harms, steps=st.integers(0, 10))
    def say(self, which: str, times: int, harms: list[PlannedHarm], steps: int) -> None:
        """Frames of a session that goes on may not pass as they are sent."""
        self._plan(harms)
        for _ in range(times):
            self._say(which)
        self.run(steps)

    @rule(steps=st.integers(1, 30))
    def run(self, steps: int) -> None:
        """For a while everything arrives."""
        for _ in range(steps):
            self._step()

    @rule(which=whiches, harms=harms)
    def break_and_come_back(self, which: str, harms: list[PlannedHarm]) -> None:
        """The handshake is harmed; then, from wherever that led, the cable is sound."""
        self.restart(which, harms)
        self.run(_HANDSHAKE_STEPS)
        self.heal()

    def heal(self) -> None:
        """From here on the cable is sound."""
        self._is_epoch_drawn_again = False
        for name, side in self._sides.items():
            side.harms.clear()
            if not side.is_open:
                self._open_port(name)
        until_s = self._now_s + SILENCE_S
        while not self._hear_each_other():
            assert self._now_s < until_s, "the link did not come back"

    @invariant()
    def hears_what_was_said(self) -> None:
        for hearer, sayer in (("device", "agent"), ("agent", "device")):
            heard = self._sides[hearer].heard
            sessions = self._sides[sayer].said.values()
            assert not heard or any(said[: len(heard)] == heard for said in sessions), heard

    def teardown(self) -> None:
        self.heal()

    def ended(self) -> Counter[str]:
        """How often a session ended for which reason, at the processes that are alive."""
        ended: Counter[str] = Counter()
        for side in self._sides.values():
            ended.update({reason.name: n for reason, n in side.channel.tally.resets.items()})
        return ended

    def _plan(self, harms: list[PlannedHarm]) -> None:
        for which, after, how, at in harms:
            side = self._sides[which]
            side.harms[side.sent + after] = partial(how, at)

    def _hear_each_other(self) -> bool:
        """Go on until both are up, then say something each and see whether it arrives."""
        self._step()
        if not all(side.channel.is_up for side in self._sides.values()):
            return False
        expected = {name: self._say(other) for name, other in _OTHER.items()}
        for _ in range(round(_ARRIVES_S / STEP_S)):
            self._step()
        return all(expected[name] in side.heard for name, side in self._sides.items())

    def _say(self, which: str) -> int:
        side = self._sides[which]
        self._number += 1
        message: Message = ResultAcknowledged(self._number)
        if which == "device":
            message = SignedResult(self._number, bytes(self._number % 1500 + 1))
        session = side.channel._session
        if side.channel.send(codec.encode(message)) and session is not None:
            side.said.setdefault(session, []).append(self._number)
        self._collect(which)
        return self._number

    def _step(self) -> None:
        self._tick(STEP_S)
        for name in self._sides:
            self._deliver(name, None)

    def _tick(self, seconds: float) -> None:
        self._now_s += seconds
        for name, side in self._sides.items():
            side.channel.tick()
            self._collect(name)

    def _deliver(self, source: str, count: int | None) -> None:
        side, target = self._sides[source], _OTHER[source]
        now = side.under_way[:count]
        side.under_way = side.under_way[len(now) :]
        if self._sides[target].is_open:
            self._sides[target].channel.receive(now)
            self._collect(target)

    def _open_port(self, which: str) -> None:
        self._sides[which].is_open = True
        self._sides[which].channel.cable_opened()
        self._collect(which)

    def _close_port(self, which: str) -> None:
        self._sides[which].is_open = False
        self._sides[which].channel.cable_lost()
        self._collect(which)

    def _collect(self, which: str) -> None:
        side = self._sides[which]
        while frame := side.channel.take_frame():
            side.under_way += side.harms.pop(side.sent, bytes)(frame)
            side.sent += 1
        for event in side.channel.take_events():
            match event:
                case LinkUp():
                    assert not side.is_up, "up twice"
                    side.is_up, side.heard = True, []
                case LinkDown():
                    assert side.is_up, "down twice"
                    side.is_up = False
                case Received(SignedResult(seq) | ResultAcknowledged(seq)):
                    assert side.is_up, "a message while down"
                    side.heard.append(seq)
                case _:
                    raise AssertionError(event)

    def _new_channel(self, which: str) -> Channel:
        if which == "device":
            return Channel(_DEVICE_END, lambda: self._now_s)
        return Channel(_AGENT_END, lambda: self._now_s, self._next_epoch)

    def _next_epoch(self) -> int:
        if self._is_epoch_drawn_again:
            self._is_epoch_drawn_again = False
        else:
            self._epoch += 1
        return self._epoch

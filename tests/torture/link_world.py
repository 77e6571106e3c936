"""A reader, an agent and a bad cable between them, on a clock of their own."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from agent.journal import Event
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.frame import decode_frame
from hostlink.session import Session
from tests.hostlink.wire import STEP_S
from tests.torture.halves import AgentHalf, ReaderHalf
from tests.torture.noisy_line import QUIET, Noise, NoisyLine
from tests.torture.recovery import Recovery

_SAME_EPOCH = 0.05
"""Chance that a new session of the agent draws the number of the one before."""


class LinkWorld:
    """Steps of 5 ms; a frame needs one of them."""

    def __init__(self, folder: Path, ends: tuple[DeviceEnd, AgentEnd], rng: Random) -> None:
        self.now_s = 0.0
        self.recovery = Recovery()
        self.counted: Counter[str] = Counter()
        self._folder, self._ends, self._rng = folder, ends, rng
        self._epoch = 1
        self._to_agent = NoisyLine(rng, self._on_damage, self._on_loss)
        self._to_reader = NoisyLine(rng, self._on_damage, self._on_loss)
        self._endings: list[tuple[float, Callable[[], None]]] = []
        self.reader, self.agent = self._new_reader(), self._new_agent()
        self.reader.channel.cable_opened()
        self.agent.channel.cable_opened()

    def set_noise(self, noise: Noise) -> None:
        """On both directions, from now on."""
        self._to_agent.noise = self._to_reader.noise = noise

    def step(self) -> None:
        """Let 5 ms pass."""
        self.now_s += STEP_S
        for ending in [each for each in self._endings if each[0] <= self.now_s]:
            self._endings.remove(ending)
            ending[1]()
        for half, incoming, outgoing in (
            (self.reader, self._to_reader, self._to_agent),
            (self.agent, self._to_agent, self._to_reader),
        ):
            for piece in incoming.take():
                half.channel.receive(piece)
            half.channel.tick()
            half.listen()
            while frame := half.channel.take_frame():
                outgoing.put(frame)
        self.recovery.observe(self.now_s, *self._sessions())

    def calm_down(self) -> None:
        """From now on nothing goes wrong any more."""
        self.set_noise(QUIET)
        for _, end in self._endings:
            end()
        self._endings.clear()
        self._caused("the noise ends", is_silent=True)

    def something_happens(self) -> None:
        """One of the incidents that are no noise."""
        self._rng.choice(
            (
                self._reader_restarts,
                self._agent_restarts,
                self._cable_is_pulled,
                self._one_direction_dies,
                self._bytes_come_one_by_one,
            )
        )()

    def close(self) -> None:
        """Give files back."""
        self._collect(self.agent)
        self.agent.store.close()

    def _reader_restarts(self) -> None:
        """Its memory is gone; the agent may or may not see that the cable was away."""
        self._collect_resets(self.reader)
        self.reader = self._new_reader()
        self.reader.channel.cable_opened()
        if self._rng.random() < 0.5:
            self._reopen(self.agent)
        self._caused("reader restarted", is_silent=False)

    def _agent_restarts(self) -> None:
        """Its memory is gone, its store is not."""
        self.close()
        self.agent = self._new_agent()
        self.agent.channel.cable_opened()
        self._caused("agent restarted", is_silent=False)

    def _cable_is_pulled(self) -> None:
        """In the middle of a frame; both ends notice, or only one."""
        self._to_agent.cut()
        self._to_reader.cut()
        who = self._rng.choice(((self.reader, self.agent), (self.reader,), (self.agent,)))
        for half in who:
            self._reopen(half)
        self._caused("cable pulled", is_silent=False)

    def _one_direction_dies(self) -> None:
        line = self._rng.choice((self._to_agent, self._to_reader))
        line.is_silent = True

        def end() -> None:
            line.is_silent = False
            self._caused("one direction came back", is_silent=True)

        self._caused("one direction died", is_silent=True)
        self._endings.append((self.now_s + self._rng.uniform(0.05, 5), end))

    def _bytes_come_one_by_one(self) -> None:
        line = self._rng.choice((self._to_agent, self._to_reader))
        line.comes_byte_by_byte = True
        self.counted["byte by byte for a while"] += 1

        def end() -> None:
            line.comes_byte_by_byte = False

        self._endings.append((self.now_s + 1, end))

    @staticmethod
    def _reopen(half: ReaderHalf | AgentHalf) -> None:
        half.channel.cable_lost()
        half.listen()
        half.channel.cable_opened()

    def _new_reader(self) -> ReaderHalf:
        return ReaderHalf(self._folder / "outbox", self._ends[0], lambda: self.now_s)

    def _new_agent(self) -> AgentHalf:
        return AgentHalf(self._folder, self._ends[1], lambda: self.now_s, self._next_epoch)

    def _next_epoch(self) -> int:
        if self._rng.random() < _SAME_EPOCH:
            self._caused("epoch drawn again", is_silent=True)
        else:
            self._epoch += 1
        return self._epoch

    def _on_damage(self, frame: bytes) -> None:
        self._caused("frames damaged", is_silent=False, hurt=self._sessions_of(frame))

    def _on_loss(self, frame: bytes) -> None:
        self._caused("frames lost", is_silent=True, hurt=self._sessions_of(frame))

    def _caused(self, what: str, *, is_silent: bool, hurt: tuple[Session | None, ...] = ()) -> None:
        self.counted[what] += 1
        self.recovery.caused(self.now_s, is_silent=is_silent, hurt=hurt)

    def _sessions(self) -> tuple[Session | None, Session | None]:
        return self.reader.channel._session, self.agent.channel._session

    def _sessions_of(self, frame: bytes) -> tuple[Session | None, ...]:
        """Those that the frame belongs to; it was sound when it was sent."""
        decoded = decode_frame(frame.strip(b"\0"))
        assert decoded is not None
        return tuple(
            each for each in self._sessions() if each is not None and each.epoch == decoded.epoch
        )

    def _collect(self, agent: AgentHalf) -> None:
        self._collect_resets(agent)
        self.counted["results arrived"] += agent.journal.events.count(Event.RESULT_STORED)
        for alarm in agent.journal.alarms:
            self.counted[f"alarm: {alarm}"] += 1

    def _collect_resets(self, half: ReaderHalf | AgentHalf) -> None:
        for reason, times in half.channel.tally.resets.items():
            self.counted[f"sessions ended: {reason.name}"] += times

"""A cable between two channels that a test can damage, on a clock the test moves.

At each end sits an owner as the product has one: the device's sends its result again after every
`LinkUp` until it is acknowledged, the agent's acknowledges whatever it gets.
"""

from collections.abc import Callable

from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.events import LinkDown, LinkEvent, LinkUp, Received
from hostlink.messages import ResultAcknowledged, SignedResult

STEP_S = 0.005
RESTART_S = 0.6
"""Recovery from a fault that is noticed: one pause of 0.25 s, one more, one handshake."""
SILENCE_S = 4.0
"""Recovery from a fault that leaves no trace: three seconds of silence and a restart."""

Fault = Callable[[bytes], bytes]


def sound(data: bytes) -> bytes:
    """A cable without a fault."""
    return data


def nothing_comes(_: bytes) -> bytes:
    """A cable that swallows everything."""
    return b""


class CutError(Exception):
    """Raised by a fault: the cable is unplugged here."""

    def __init__(self, passed: bytes) -> None:
        super().__init__()
        self.passed = passed
        """What still went through."""


class Wire:
    """Two channels, one cable, one clock."""

    def __init__(self, device_end: DeviceEnd, agent_end: AgentEnd) -> None:
        self.now_s = 0.0
        self._epoch = 0
        self.device = Channel(device_end, lambda: self.now_s)
        self.agent = Channel(agent_end, lambda: self.now_s, self._next_epoch)
        self.to_device: Fault = sound
        self.to_agent: Fault = sound
        self.outbox = SignedResult(42, b"c" * 100)
        self.is_acknowledged = False
        self.arrived: list[SignedResult] = []
        self.device_events: list[LinkEvent] = []
        self.agent_events: list[LinkEvent] = []

    def _next_epoch(self) -> int:
        self._epoch += 1
        return self._epoch

    def plug(self) -> None:
        """Both ends open the cable."""
        self.device.cable_opened()
        self.agent.cable_opened()

    def unplug(self) -> None:
        """Both ends notice that the cable is gone."""
        self.device.cable_lost()
        self.agent.cable_lost()
        self._owners_act()

    def step(self) -> None:
        """Let a little time pass and every byte on the way arrive."""
        self.now_s += STEP_S
        self.device.tick()
        self.agent.tick()
        self._carry(self.device, self.agent, self.to_agent)
        self._carry(self.agent, self.device, self.to_device)
        self._owners_act()

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> float:
        """Let time pass until something holds; gives the seconds it took."""
        start_s = self.now_s
        while self.now_s - start_s < seconds and not until():
            self.step()
        return self.now_s - start_s

    def delivers(self, within_s: float) -> bool:
        """Whether a result sent from now on arrives and its acknowledgement comes back."""
        self.is_acknowledged = False
        self.arrived.clear()
        self._send_outbox()
        self.run(within_s, until=lambda: self.is_acknowledged)
        return self.is_acknowledged and self.outbox in self.arrived

    def _carry(self, source: Channel, target: Channel, fault: Fault) -> None:
        while frame := source.take_frame():
            try:
                target.receive(fault(frame))
            except CutError as cut:
                target.receive(cut.passed)
                raise

    def _owners_act(self) -> None:
        for event in self._new_events(self.device, self.device_events):
            match event:
                case LinkUp():
                    self._send_outbox()
                case Received(ResultAcknowledged()):
                    # One for the sending before may still come in: the start of a new session
                    # completes a frame that lacked nothing but its last byte.
                    self.is_acknowledged = self.outbox in self.arrived
                case _:
                    pass
        for event in self._new_events(self.agent, self.agent_events):
            match event:
                case Received(SignedResult() as result):
                    self.arrived.append(result)
                    self.agent.send(codec.encode(ResultAcknowledged(result.seq)))
                case _:
                    pass

    @staticmethod
    def _new_events(channel: Channel, log: list[LinkEvent]) -> list[LinkEvent]:
        events = channel.take_events()
        log += events
        return events

    def _send_outbox(self) -> None:
        if not self.is_acknowledged:
            self.device.send(codec.encode(self.outbox))


def alternates(events: list[LinkEvent]) -> bool:
    """Whether up and down take turns, beginning with up, and messages come only in between."""
    is_up = False
    for event in events:
        if isinstance(event, LinkUp) is is_up:
            return False
        is_up = not isinstance(event, LinkDown)
    return True

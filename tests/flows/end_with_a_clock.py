"""One end of the link as a process of its own, so that its wall clock can be another one.

`python -m tests.flows.end_with_a_clock reader|careful-reader|agent PORT FOLDER`. A line on stdin:
the reader keeps a result. Says a line on stdout for whatever happens: `up`, `down REASON`,
`acknowledged N`, and the year it believes in at its start.
"""

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from ssl import VerifyFlags

from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.messages import AgentHello, DeviceHello
from hostlink.reset import ResetReason
from hostlink.serial_stream import open_serial
from tests.agent.world import HeardJournal, abandoned
from tests.hostlink.paired_ends import agent_end_of, device_end_of
from tests.torture.pty_halves import PtyAgent, PtyReader

_NO_CHECK_TIME = VerifyFlags(0x200000)


def say(what: str) -> None:
    """One line."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class Reader(PtyReader):
    """Says when its link comes and goes."""

    def agent_connected(self, hello: AgentHello) -> None:
        super().agent_connected(hello)
        say("up")

    def agent_lost(self) -> None:
        say("down")
        super().agent_lost()


class Agent(PtyAgent):
    """Says when its link comes and goes."""

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        say("up")
        super().link_up(peer)

    def link_down(self, reason: ResetReason) -> None:
        say("down")


def main() -> None:
    """Be that end until stdin is closed."""
    which, port, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    say(f"year {datetime.now(UTC).year}")
    if which == "agent":
        _be_agent(port, folder)
    else:
        _be_reader(port, folder, checks_time=which == "careful-reader")


def _be_reader(port: str, folder: Path, *, checks_time: bool) -> None:
    end: DeviceEnd = device_end_of(folder)
    if checks_time:
        end.tls.verify_flags &= ~_NO_CHECK_TIME
    reader = Reader(
        folder / "outbox",
        partial(open_serial, port),
        end,
        lambda seq: say(f"acknowledged {seq}"),
    )
    for _ in sys.stdin:
        reader.keep(abandoned())
    reader.close()


def _be_agent(port: str, folder: Path) -> None:
    end: AgentEnd = agent_end_of(folder)
    agent = Agent(folder, partial(open_serial, port), end, HeardJournal())
    sys.stdin.read()
    agent.close()


if __name__ == "__main__":
    main()

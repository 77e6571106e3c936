"""The agent's process, with all that its end of the cable hears and says in clear written down.

`python -m tests.flows.overheard_agent FOLDER --config FILE`: `said` there holds whole messages, one
after the other; `heard` what came, in the pieces in which it came. The reader knows nothing of it.
"""

import sys
from pathlib import Path

from agent.__main__ import main as run_agent
from hostlink.tls_pipe import TlsPipe

SAID, HEARD = "said", "heard"


def overhear(folder: Path) -> None:
    """Write down both directions of every TLS session of this process."""
    write, read = TlsPipe.write, TlsPipe.read

    def note(plain: bytes, name: str) -> bytes:
        with (folder / name).open("ab") as file:
            file.write(plain)
        return plain

    TlsPipe.write = lambda self, plain: write(self, note(plain, SAID))  # type: ignore[method-assign]
    TlsPipe.read = lambda self: note(read(self), HEARD)  # type: ignore[method-assign]


if __name__ == "__main__":
    overhear(Path(sys.argv.pop(1)))
    sys.exit(run_agent())

"""The agent's process, with all that its end of the cable hears and says in clear written down.

`python -m tests.flows.overheard_agent FILE --config FILE`; the reader knows nothing of it.
"""

import sys
from pathlib import Path

from agent.__main__ import main as run_agent
from hostlink.tls_pipe import TlsPipe


def overhear(notes: Path) -> None:
    """Write down both directions of every TLS session of this process."""
    write, read = TlsPipe.write, TlsPipe.read

    def note(plain: bytes) -> bytes:
        with notes.open("ab") as file:
            file.write(plain)
        return plain

    TlsPipe.write = lambda self, plain: write(self, note(plain))  # type: ignore[method-assign]
    TlsPipe.read = lambda self: note(read(self))  # type: ignore[method-assign]


if __name__ == "__main__":
    overhear(Path(sys.argv.pop(1)))
    sys.exit(run_agent())

"""An agent that is found paired with the reader of the tests."""

from pathlib import Path

from agent.pairings import NewIdentity, Pairing, Pairings
from tests.hostlink.paired_ends import SECRET, certificate_of, identity_file
from tests.hostlink.pki import AGENT, READER, UEID


def pair_with_reader(folder: Path) -> None:
    """Leave behind what a pairing with the reader of `tests.hostlink.pki` does.

    Args:
        folder: The agent's pairings.
    """
    pairings = Pairings(folder)
    pem = identity_file(folder, AGENT).read_bytes()
    identity = NewIdentity("agent.pem", certificate_of(AGENT), pem)
    pairings.keep(Pairing(UEID, SECRET, identity.name, certificate_of(READER)), identity)

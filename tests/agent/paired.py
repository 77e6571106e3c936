"""An agent that is found paired with the reader of the tests."""

from pathlib import Path

from agent.config import ONLY_COUNTER
from agent.pairings import NewIdentity, Pairing, Pairings
from tests.hostlink.paired_ends import SECRET, certificate_of, identity_file
from tests.hostlink.pki import AGENT, READER, UEID


def pair_with_reader(folder: Path, ueid: bytes = UEID, counter: str = ONLY_COUNTER) -> None:
    """Leave behind what a pairing with the reader of `tests.hostlink.pki` does.

    Args:
        folder: The agent's pairings.
        ueid: Of that reader, or of another one with the same key for the cable.
        counter: Where it stands.
    """
    pairings = Pairings(folder)
    pem = identity_file(folder, AGENT).read_bytes()
    identity = NewIdentity("agent.pem", certificate_of(AGENT), pem)
    made = Pairing(ueid, SECRET, identity.name, certificate_of(READER), counter)
    pairings.keep(made, identity)

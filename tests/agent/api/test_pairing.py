"""A reader is paired with a running agent over a real cable, and nobody else notices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from agent.api.clients import Client, Clients, Role
from agent.clock import SystemClock
from agent.store import Store
from device.pairing.ceremony import ReaderCeremony
from hostlink import tls
from hostlink.ends import DeviceEnd
from hostlink.link_certificate import reader_certificate
from hostlink.messages import DeviceHello, PairingForgotten, Unpaired
from tests.agent.paired import pair_with_reader
from tests.agent.reader_end import Cable, ReaderEnd
from tests.agent.running_agent import RunningAgent, wait_until
from tests.hostlink.pki import OTHER_UEID, UEID, Identity
from tests.hw_sim.eligibility_service import EligibilityService
from tests.hw_sim.ports import free_port
from tests.pairing.ends import Kept, reader_side
from tests.pairing.reader_end import PairingReader

NEW, OTHER = "窓口/1", "2番窓口"
READERS = f"""
[[readers]]
counter = "{NEW}"
port = "ttyREADER"

[[readers]]
counter = "{OTHER}"
port = "ttyOTHER"

[api]
port = {{port}}
"""
PAIRING = "/v1/readers/%E7%AA%93%E5%8F%A3%2F1/pairing"


@dataclass
class NewReader:
    """A reader that keeps what it is paired with, and serves with it."""

    kept: Kept = field(default_factory=Kept)
    identities: dict[bytes, Identity] = field(default_factory=dict)

    def ceremony(self) -> ReaderCeremony:
        """Somebody has pressed its button."""
        return ReaderCeremony(
            replace(reader_side(self.kept), make_certificate=self._make_certificate)
        )

    def _make_certificate(self) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        made = reader_certificate(key)
        self.identities[made] = Identity(key, (x509.load_der_x509_certificate(made),))
        return made

    def make_end(self, folder: Path, make_hello: Callable[[], DeviceHello]) -> DeviceEnd:
        """Its end of the link to the agent it was paired with last."""
        ends = self.kept.pairings[-1].ends[-1]
        identity = self.identities[ends.reader_certificate]
        context = tls.paired_device_context(
            *identity.write(folder, "new_reader"), [ends.agent_certificate]
        )
        contexts = {tls.server_name(ends.reader_certificate): context}
        secrets = {ends.agent_certificate: ends.secret}
        return DeviceEnd(tls.device_context(contexts.get), make_hello, secrets.get)


class Desk:
    """A running agent with two counters, a reader at the second, and staff."""

    def __init__(self, folder: Path, service: EligibilityService) -> None:
        self.folder = folder
        self.agent = RunningAgent(folder, service)
        next((folder / "pairings").glob("*.pairing")).unlink()
        pair_with_reader(folder / "pairings", OTHER_UEID, OTHER)
        self._port = free_port()
        config = folder / "agent.toml"
        only = '[link]\nport = "ttyREADER"\n'
        config.write_text(config.read_text().replace(only, READERS.format(port=self._port)))
        store = Store(folder / "agent.sqlite3")
        self._token = Clients(store).enroll(Client("受付", Role.STAFF, None), SystemClock())
        store.close()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """What the API answers."""
        answer = httpx.request(
            method,
            f"http://127.0.0.1:{self._port}{path}",
            headers={"Authorization": f"Bearer {self._token}"},
            json=body,
            trust_env=False,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def readers(self) -> dict[str, dict[str, Any]]:
        """By counter, as the console sees them."""
        return {each["counter"]: each for each in self.call("GET", "/v1/state")["readers"]}

    def start(self) -> None:
        """The agent, until its API answers."""
        self.agent.start()

        def is_serving() -> bool:
            try:
                return bool(self.readers())
            except httpx.TransportError:
                return False

        wait_until(is_serving)

    def wait_for(self, phase: str) -> dict[str, Any]:
        """What staff see once it is so far."""
        seen: list[dict[str, Any]] = []

        def is_there() -> bool:
            seen[:] = [self.call("GET", PAIRING)]
            return bool(seen[0]["phase"] == phase)

        wait_until(is_there)
        return seen[0]

    def compare(self, reader: PairingReader) -> str:
        """Begin, and read the digits."""
        self.call("POST", PAIRING, {"name": "受付１", "may_replace": True})
        digits: str = self.wait_for("comparing")["digits"]
        assert digits == reader.read_code()
        return digits

    def pairings(self) -> dict[str, bytes]:
        """The agent's files."""
        return {path.name: path.read_bytes() for path in (self.folder / "pairings").iterdir()}


@pytest.fixture(scope="module")
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, service: EligibilityService) -> Iterator[Desk]:
    made = Desk(tmp_path, service)
    made.start()
    yield made
    made.agent.kill()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[ReaderEnd]:
    """The reader of the other counter, which is paired."""
    cable = Cable(tmp_path / "ttyOTHER")
    with ReaderEnd(tmp_path, lambda: 1, cable=cable, ueid=OTHER_UEID) as end:
        yield end


def test_a_new_reader_is_paired_serves_and_is_unpaired(
    desk: Desk, other: ReaderEnd, tmp_path: Path
) -> None:
    other.wait_up()
    assert desk.readers()[NEW]["ueid"] is None
    before = desk.pairings()
    new = NewReader()

    # One no is enough: nothing is kept at either end.
    with PairingReader(tmp_path, new.ceremony()) as reader:
        digits = [desk.compare(reader)]
        reader.answer(is_same=True)
        desk.call("POST", f"{PAIRING}/confirm", {"digits_agree": False})
        assert desk.wait_for("refused")["why"] == "digits_differ"
        reader.wait_until(lambda: reader.ceremony.is_over)
    assert (new.kept.pairings, desk.pairings()) == ([], before)

    with PairingReader(tmp_path, new.ceremony()) as reader:
        digits.append(desk.compare(reader))
        desk.call("POST", f"{PAIRING}/confirm", {"digits_agree": True})
        assert not reader.ceremony.is_over
        reader.answer(is_same=True)
        done = desk.wait_for("done")
    assert (done["ueid"], done["digits"]) == (UEID.hex(), None)
    assert len(new.kept.pairings) == 1

    with ReaderEnd(tmp_path, lambda: 1, cable=reader.cable, make_end=new.make_end) as served:
        served.wait_up()
        wait_until(lambda: desk.readers()[NEW]["is_linked"])
        assert desk.readers()[NEW]["ueid"] == UEID.hex()
        desk.call("POST", PAIRING.replace("pairing", "unpair"), {})
        served.hear(Unpaired)
        served.link.send(PairingForgotten())
        desk.wait_for("done")
    assert desk.readers()[NEW]["ueid"] is None
    assert desk.pairings() == before
    assert other.downs.empty(), "and the other counter never noticed"
    assert desk.agent.stop() == 0
    assert not any(each in desk.agent.log + str(desk.agent.journal()) for each in digits)


def test_an_agent_killed_in_the_middle_goes_on_with_the_pairing_from_before(
    desk: Desk, tmp_path: Path
) -> None:
    new = NewReader()
    with PairingReader(tmp_path, new.ceremony()) as reader:
        desk.compare(reader)
        desk.call("POST", f"{PAIRING}/confirm", {"digits_agree": True})
        reader.answer(is_same=True)
        desk.wait_for("done")
    before = desk.pairings()

    again = NewReader(Kept(list(new.kept.pairings)))
    with PairingReader(tmp_path, again.ceremony()) as reader:
        desk.compare(reader)
        reader.answer(is_same=True)
        desk.agent.kill()
        reader.wait_until(lambda: bool(reader.downs))
    assert (again.kept, desk.pairings()) == (new.kept, before)
    desk.start()
    with ReaderEnd(tmp_path, lambda: 1, cable=reader.cable, make_end=new.make_end) as served:
        served.wait_up()

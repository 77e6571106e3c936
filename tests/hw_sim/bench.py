"""A whole reception desk in one folder: simulated hardware around two real processes.

Real: pcscd, the ptys, `python -m device`, `python -m agent`, the models, the files. Simulated:
the card, the camera's pictures, the fingers on the screen, the cable and the eligibility
service. Without namespaces a slot within the device's process stands in for pcscd.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.hw_sim.cable import Cable
from tests.hw_sim.camera_patient import PEOPLE, CameraPatient
from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import HOLDERS, MY_NUMBER, PROFILES
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import was_asked_for_my_number
from tests.hw_sim.card.persona import read_persona
from tests.hw_sim.card.profile import CardKind, Pins
from tests.hw_sim.card.talk import read_file, select, select_file, send, verify
from tests.hw_sim.card.vicc import VPCD_PORT, VirtualSlot
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_tray import CardTray
from tests.hw_sim.configuration import AUDIENCE, agent_toml, device_toml
from tests.hw_sim.eligibility_service import (
    SHIKEN_HANAKO,
    UKETSUKE_TARO,
    EligibilityService,
    Person,
    born_on,
)
from tests.hw_sim.pairing_button import PairingButton
from tests.hw_sim.patient_screen import PatientScreen
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.ports import free_port
from tests.hw_sim.processes import Processes
from tests.hw_sim.provisioning import pair, provision

READER_PAIRINGS = Path("device-state/pairings")
AGENT_PAIRINGS = Path("agent-pairings")
PERSONS = {"taro": UKETSUKE_TARO, "hanako": SHIKEN_HANAKO}
_START_TIMEOUT_S = 30.0
_AUTHENTICATION_CERTIFICATE, _AUTHENTICATION_PIN = 0x000A, 0x0018
_DER_HEADER_BYTES = 4


class BenchError(Exception):
    """The bench could not be set up, or its programs did not end cleanly."""


class Bench:
    """The desk; use it as a context manager. `folder` must not exist or be ours to empty."""

    def __init__(
        self,
        folder: Path,
        key_folder: Path,
        encoding: str = "utf-8",
        *,
        has_pcscd: bool = True,
        is_paired: bool = True,
        limits: Mapping[str, float | bool] | None = None,
        facility_password: str = "",
        emergency: str = "",
        asks_for_movement: bool = False,
        ask_later_hours: float = 0,
        api_port: int | None = None,
    ) -> None:
        self.folder = folder
        self.has_pcscd = has_pcscd
        """False: the card's slot is simulated within the device's process."""
        self.reception = folder / "reception"
        self.patient = CameraPatient(folder / "camera")
        """Who stands before the camera; hears what the screen asks."""
        self.laid_at_ms = 0.0
        """When the last card was laid, monotonic ms."""
        self._is_paired = is_paired
        """False: nobody has paired the two yet, and the agent is not started."""
        self._exit = contextlib.ExitStack()
        self._key_folder = key_folder
        self.encoding = encoding
        """How the reception software wants its files."""
        self._limits = limits or {}
        """Limits of a visit that differ from the reader's own."""
        self._facility_password = facility_password
        """Empty: staff confirm nobody."""
        self._emergency = emergency
        """What reader and agent are both set to; empty: an ordinary reception."""
        self._asks_for_movement = asks_for_movement
        """False, unlike a reader as delivered: whoever stands there need not be able to move."""
        self._ask_later_hours = ask_later_hours
        self._api_port = api_port
        """Of the agent's local API; None: it has none, and forgets patients at once."""
        self._processes = Processes(folder)
        self._unclean_ends: list[str] = []
        self._issued: list[SimulatedCard] = []

    def __enter__(self) -> Self:
        try:
            self._set_up()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        self._exit.close()
        asked_for = filter(was_asked_for_my_number, self._issued)
        faults = [*self._unclean_ends, *("a card was asked for its number" for _ in asked_for)]
        if faults and error_type is None:
            raise BenchError("; ".join(faults))

    def issue(
        self,
        person: str,
        profile: str,
        photo: bytes = b"",
        pins: Pins | None = None,
        insured: Person | None = None,
        insured_born: date | None = None,
    ) -> SimulatedCard:
        """A card of this profile for this person, known to the eligibility service.

        Args:
            person: Name of the holder.
            profile: Name of the persona whose kind of card, and whose 利用登録, it is.
            photo: JPEG 2000 in place of the holder's own.
            pins: In place of the profile's own.
            insured: What the eligibility service says, in place of all that.
            insured_born: When they were born, by what it says; none: as the holder.
        """
        content = PROFILES[profile].issued_to(HOLDERS[person])
        card = self._issuer.issue(
            replace(content, pins=pins or content.pins),
            photo or (PEOPLE / person / "portrait.jp2").read_bytes(),
        )
        self._issued.append(card)
        certificate = sha256(_read_certificate(card)).digest()
        registration = {"is_registered": read_persona(profile).is_registered}
        known = insured or PERSONS[person] | registration
        born = insured_born or card.profile.holder.birth_date
        self.eligibility.enroll(certificate, born_on(known, born))
        return card

    def lay(
        self, card: SimulatedCard, subject: Subject = Subject.FRONT, *, is_upside_down: bool = False
    ) -> None:
        """Lay a card on the tray, so that the camera above it sees the subject."""
        self.tray.show(subject, card.profile, is_upside_down=is_upside_down)
        self.laid_at_ms = time.monotonic() * 1000
        self.slot.lay(card)

    def show_face(self, person: str, face: str = "live") -> None:
        """Put somebody before the camera."""
        self.patient.show(person, face)

    def is_alive(self, name: str) -> bool:
        """Whether the process `device` or `agent` runs."""
        return self._processes.is_alive(name)

    def kill(self, name: str) -> None:
        """SIGKILL a process, as a power cut would."""
        self._processes.kill(name)

    def end_by(self, name: str, by: signal.Signals) -> int:
        """End a process by a fault of its own; gives its wait status."""
        return self._processes.end_by(name, by)

    def start(
        self,
        name: str,
        in_its_place: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the process `device` or `agent`.

        Args:
            name: Which of them.
            in_its_place: Another module to run, with its first arguments.
            environment: Of the process, if not ours.
        """
        self._processes.start(name, self.command_of(name, in_its_place), environment)

    def command_of(self, name: str, in_its_place: Sequence[str] = ()) -> list[str]:
        """How that process, or another module in its place, is started."""
        is_real = self.has_pcscd or name != "device"
        module = [name] if is_real else ["tests.hw_sim.device_process"]
        configuration = str(self.folder / f"{name}.toml")
        return [sys.executable, "-m", *(in_its_place or module), "--config", configuration]

    def process_id(self, name: str) -> int:
        """The id of the process `device` or `agent`."""
        return self._processes.process_id(name)

    def log(self, name: str) -> str:
        """What a process wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def look_at_screen(self) -> PatientScreen:
        """Wait until the device serves its screen, then stand before it."""
        token_file = self.folder / "screen.token"
        ends_at_s = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < ends_at_s:
            for name in self._processes.ended():
                raise BenchError(f"{name} did not start:\n{self.log(name)}")
            with contextlib.suppress(OSError):
                url = f"http://127.0.0.1:{self.screen_port}/"
                screen = PatientScreen(url, token_file.read_text(), self.patient.hear)
                self._exit.callback(screen.leave)
                return screen
            time.sleep(0.02)
        raise BenchError(f"the reader's screen did not come up:\n{self.log('device')}")

    def _set_up(self) -> None:
        enter = self._exit.enter_context
        shutil.rmtree(self.folder, ignore_errors=True)
        self.reception.mkdir(parents=True)
        self._issuer = Issuer(self._key_folder)
        self.provisioned = provision(self.folder / "keys")
        self.eligibility = enter(EligibilityService())
        self.cable = Cable(self.folder / "cable")
        self._exit.callback(self.cable.close)
        self.vpcd_port = VPCD_PORT if self.has_pcscd else free_port()
        self.pcscd = Pcscd() if self.has_pcscd else None
        if self.pcscd:
            enter(self.pcscd)
        self.slot = enter(VirtualSlot(self.vpcd_port))
        self._exit.callback(self.patient.leave)
        self.show_face("taro", "away")
        self.tray = CardTray(self.folder / "card_camera", MY_NUMBER)
        self._write_configuration()
        if self._facility_password:
            self._set_facility_password()
        self._exit.callback(self._stop_processes)
        if self._is_paired:
            self.start("agent")
        self.start("device")
        self.screen = self.look_at_screen()
        first = "idle" if self._is_paired else "unpaired"
        self.screen.wait_for(first, timeout_s=_START_TIMEOUT_S)

    def _write_configuration(self) -> None:
        anchor = self._issuer.authentication_ca.public_bytes(Encoding.PEM)
        (self.folder / "card_ca.pem").write_bytes(anchor)
        record_anchor = self._issuer.record_ca.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        (self.folder / "record_ca.pem").write_bytes(record_anchor)
        terminal = self._issuer.issue_terminal(self.folder / "keys")
        self.screen_port = free_port()
        limits = {**self._limits, "may_staff_verify": bool(self._facility_password)}
        (self.folder / "device.toml").write_text(
            device_toml(
                self.cable.device_port,
                self.provisioned,
                terminal,
                self.screen_port,
                limits,
                self._emergency,
                asks_for_movement=self._asks_for_movement,
            )
        )
        (self.folder / "agent.toml").write_text(
            agent_toml(
                self.cable.agent_port,
                self.provisioned,
                self.eligibility.url,
                self._ask_later_hours,
                self.encoding,
                self._emergency,
                self._api_port,
            )
        )
        self.pairing_button = self._exit.enter_context(PairingButton(self.folder / "button"))
        if self._is_paired:
            pair(self.folder / READER_PAIRINGS, self.folder / AGENT_PAIRINGS, AUDIENCE)
        (self.folder / "vpcd_port").write_text(str(self.vpcd_port))

    def _set_facility_password(self) -> None:
        """As whoever installs a reader does, before it is started."""
        command = [sys.executable, "-m", "device.factory", "password", "set", "facility"]
        done = subprocess.run(
            [*command, "--config", str(self.folder / "device.toml")],
            input=self._facility_password,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"no facility password was set: {done.stderr}")

    def _stop_processes(self) -> None:
        self._unclean_ends = self._processes.stop()


def _read_certificate(card: SimulatedCard) -> bytes:
    """What the municipality knows of the card it gives out: its certificate; empty: none."""
    if card.profile.kind is CardKind.SILENT:
        return b""
    card.power_on()
    send(card, select(aids.JPKI))
    if not card.profile.is_authentication_certificate_free:
        send(card, select_file(_AUTHENTICATION_PIN))
        send(card, verify(card.profile.pins.authentication))
    content = read_file(card, _AUTHENTICATION_CERTIFICATE)
    card.power_off()
    card.trace.clear()
    return content[: _DER_HEADER_BYTES + int.from_bytes(content[2:_DER_HEADER_BYTES], "big")]

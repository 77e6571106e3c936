"""Puts a reader together from its configuration: every part is made once, here."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import cast

import msgspec

from device.adapters import create_adapter, prepare_adapter
from device.card_assembly import make_card_parts
from device.clock import Clock
from device.common_assembly import Standing, introduce, make_screen, open_outbox
from device.config import Adapter, Config
from device.disk import keep_folder
from device.errors import ConfigurationError
from device.face import cameras, runtimes
from device.face.bundle import (
    DetectorBundle,
    EmbedderBundle,
    OcclusionBundle,
    read_detector,
    read_embedder,
    read_occlusion,
)
from device.face.check import FaceCheck, FaceCheckPlan
from device.face.liveness.plan import LivenessPlan
from device.face.loading import MODELS_FOLDER, load_face_check
from device.face.port import Camera, ModelRuntime
from device.host import Host
from device.identity import Identity, hash_firmware, ueid_of
from device.intake import HostIntake, KeypadIntake, ScreenIntake, SlotIntake
from device.jobs.card import CardJobs
from device.jobs.face import FaceJobs
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.jobs.staff import StaffJobs
from device.journal import Journal
from device.loop import VisitLoop
from device.outbox import Outbox
from device.pairings import Pairings
from device.performer import Performer
from device.pinpad import keypads
from device.pinpad.entry import PinEntry
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.opening import opened_own_pins
from device.pinpad.own_pins.own_pins import OwnPins
from device.pinpad.own_pins.policy import OwnPinPolicy
from device.pinpad.port import Keypad
from device.reader.port import CardSlot
from device.screen.server import WebScreen
from device.visit import events
from device.visit.policy import VisitPolicy
from hostlink.link import DeviceEnd
from hostlink.messages import DeviceHello
from hostlink.serial_stream import open_serial
from hostlink.terms import Emergency
from hostlink.tls import device_context

_log = logging.getLogger(__name__)

_LONGEST_S = 3600
"""Of any wait of a visit; a number of tries is smaller anyway."""
_MOST_TRIES = {
    "face_attempts": VisitPolicy().face_attempts,
    "wrong_pins": VisitPolicy().wrong_pins,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader with all its parts, ready to start."""

    loop: VisitLoop
    performer: Performer
    slot: CardSlot
    slot_intake: SlotIntake
    keypad: Keypad | None
    keypad_intake: KeypadIntake
    journal: Journal
    kept_open: ExitStack
    """What this process has for itself while it runs."""

    def start(self) -> None:
        """Show the first page, listen to everything."""
        self.loop.start(self.performer)
        self.performer.host.start()
        if self.keypad:
            self.keypad.watch(self.keypad_intake)
        self.slot.watch(self.slot_intake)

    @property
    def is_running(self) -> bool:
        """Whether the visit's thread lives; without it no patient can be served."""
        return self.loop.is_running and self.performer.host.is_running

    @property
    def is_idle(self) -> bool:
        """Whether nobody is being served."""
        return self.loop.is_idle

    def stop(self) -> bool:
        """End the visit under way without a result and switch everything off.

        Returns:
            Whether another reader may be put together in this process: nothing hangs that could
            still use the card, the camera or the outbox.
        """
        self.slot.close()
        if self.keypad:
            self.keypad.close()
        self.loop.stop()
        has_ended = self.performer.close()
        self.journal.close()
        self.kept_open.close()
        return has_ended


def assemble(
    config: Config, folder: Path, standing: Standing, slot: CardSlot | None = None
) -> Reader:
    """Make every part of a paired reader.

    Args:
        config: What the configuration file says.
        folder: Where the file lies; relative paths in adapters' settings start there.
        standing: What was made at the start; it is paired.
        slot: A slot made by someone else, in place of the configured one.

    Raises:
        DeviceError: Something in the configuration cannot work.
    """
    try:
        return _assemble(config, folder, standing, slot)
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error


def _assemble(config: Config, folder: Path, standing: Standing, slot: CardSlot | None) -> Reader:
    make = _AdapterMaker(folder)
    open_camera = make.later(cameras, config.camera)
    models = _models(config)
    keep_folder(config.state_folder)
    clock, journal = Clock(), Journal(config.journal)
    policy, card_parts = _policy(config), make_card_parts(config, folder, slot)
    kept_open = ExitStack()
    own_pins = _staff_pins(config, policy, kept_open)
    policy = replace(policy, may_staff_verify=own_pins is not None)
    if not (card_parts.front or policy.may_type_printed_code):
        _log.warning(
            "no [card_camera], and [visit] may_type_printed_code is off: no face can be checked"
        )
    if not card_parts.terminal:
        _log.warning("no [terminal]: cards want the PIN after a face too, so no face is checked")
    loop = VisitLoop(policy, journal)
    outbox = open_outbox(config)
    identity = _identity(standing, models)
    card = CardJobs(card_parts, clock, loop.post)
    hearing_host = HostIntake(loop.post, clock, card.may_be_born_on)
    host = _host(config, identity, outbox, hearing_host, standing.pairings)
    record = RecordJobs(outbox, identity, clock, host.tell, loop.post)
    hearing_host.record = record
    screen, desks = _screen_and_desks(config, clock, loop)
    performer = Performer(
        screen=screen,
        card=card,
        face=FaceJobs(
            _face_check(config, make, models),
            lambda: cast(Camera, open_camera()),
            screen,
            clock,
            loop.post,
        ),
        pin=desks.pin,
        code=desks.code,
        password=desks.password,
        record=record,
        host=host,
        staff=StaffJobs(own_pins, loop.post) if own_pins else None,
        post=loop.post,
        emergency=policy.emergency,
    )
    keypad = cast(Keypad, make(keypads, config.keypad)) if config.keypad else None
    return Reader(
        loop=loop,
        performer=performer,
        slot=card_parts.slot,
        slot_intake=SlotIntake(loop.post),
        keypad=keypad,
        keypad_intake=KeypadIntake(loop.post, screen, desks.all()),
        journal=journal,
        kept_open=kept_open,
    )


@dataclass(frozen=True, slots=True)
class _Desks:
    """Where digits are typed."""

    pin: PinDesk
    password: PinDesk
    code: PrintedCodeDesk

    def all(self) -> tuple[PinDesk | PrintedCodeDesk, ...]:
        return self.pin, self.password, self.code


@dataclass(frozen=True, slots=True)
class _AdapterMaker:
    folder: Path

    def __call__(self, package: ModuleType, adapter: Adapter) -> object:
        return create_adapter(package, adapter.name, adapter.settings, self.folder)

    def later(self, package: ModuleType, adapter: Adapter) -> Callable[[], object]:
        """Check the settings now, make the adapter whenever it is needed."""
        return prepare_adapter(package, adapter.name, adapter.settings, self.folder)


@dataclass(frozen=True, slots=True)
class _Models:
    """All models, read once: a missing or damaged one is told now, not to the first patient."""

    embedder: EmbedderBundle
    detector: DetectorBundle
    occlusion: OcclusionBundle

    def digest(self) -> bytes:
        parts = (self.detector.digest, self.embedder.digest, self.occlusion.digest)
        return sha256(b"".join(parts)).digest()


def _models(config: Config) -> _Models:
    return _Models(
        read_embedder(_bundle(config.face.embedder)),
        read_detector(_bundle(config.face.detector)),
        read_occlusion(_bundle(config.face.occlusion)),
    )


def _face_check(config: Config, make: _AdapterMaker, models: _Models) -> FaceCheck:
    runtime = cast(ModelRuntime, make(runtimes, Adapter(name=config.face.runtime)))
    if not config.face.asks_for_movement:
        _log.warning("[face] asks_for_movement is off: a photo before the camera passes for a face")
    plan = FaceCheckPlan(liveness=LivenessPlan(is_active=config.face.asks_for_movement))
    return load_face_check(runtime, models.embedder, models.detector, models.occlusion, plan)


def _policy(config: Config) -> VisitPolicy:
    known = {field.name for field in fields(VisitPolicy)}
    if unknown := sorted(set(config.visit) - known):
        raise ConfigurationError(f"[visit]: there is no {unknown[0]!r}; see docs/HARDWARE.md")
    values: dict[str, object] = dict(config.visit)
    if "emergency" in values:
        values["emergency"] = _emergency(values["emergency"])
    limits = {
        key: value
        for key, value in config.visit.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    if wrong := sorted(key for key, value in limits.items() if not 0 < value <= _LONGEST_S):
        raise ConfigurationError(f"[visit]: {wrong[0]} must be more than 0, at most {_LONGEST_S}")
    for name, most in _MOST_TRIES.items():
        if limits.get(name, 0) > most:
            raise ConfigurationError(f"[visit]: {name} must be at most {most}, for every card")
    try:
        return msgspec.convert(values, VisitPolicy)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"[visit]: {error}") from error


def _emergency(name: object) -> Emergency:
    known = {each.name.lower(): each for each in Emergency}
    if not isinstance(name, str) or name not in known:
        raise ConfigurationError(f"[visit]: set emergency to one of {', '.join(known)}")
    return known[name]


def _bundle(name: str) -> Path:
    """The folder of a model bundle; nothing outside the folder of models can be named."""
    known = sorted(path.parent.name for path in MODELS_FOLDER.glob("*/bundle.toml"))
    if name not in known:
        raise ConfigurationError(
            f"[face]: there are no models called {name!r}; choose from {', '.join(known)}"
        )
    return MODELS_FOLDER / name


def _identity(standing: Standing, models: _Models) -> Identity:
    return Identity(
        key=standing.key,
        ueid=ueid_of(standing.key.chain[0]),
        boot_count=standing.boot_count,
        audience=standing.pairings.audience or "",
        firmware_hash=hash_firmware(),
        model_hash=models.digest(),
    )


def _host(
    config: Config, identity: Identity, outbox: Outbox, intake: HostIntake, pairings: Pairings
) -> Host:
    def hello() -> DeviceHello:
        return introduce(identity.ueid, identity.firmware_hash, identity.boot_count, outbox)

    end = DeviceEnd(device_context(pairings.context_of), hello, pairings.secret_of)
    return Host(lambda: open_serial(config.link.port), end, intake, pairings, identity.audience)


def _screen_and_desks(config: Config, clock: Clock, loop: VisitLoop) -> tuple[WebScreen, _Desks]:
    """The screen hears the pads that are drawn on it, so they are made together."""
    intake = ScreenIntake(loop.post, clock)
    screen = make_screen(config, intake)
    is_shuffled, of_own_pins = config.screen.is_pad_shuffled, OwnPinPolicy()
    pin = PinEntry(time.monotonic, shuffle=is_shuffled)
    password = PinEntry(
        time.monotonic,
        shuffle=is_shuffled,
        least=of_own_pins.least_digits[OwnPinName.FACILITY],
        most=of_own_pins.most_digits,
    )
    desks = _Desks(
        PinDesk(pin, screen, loop.post),
        PinDesk(password, screen, loop.post, events.StaffPasswordEntered),
        PrintedCodeDesk(screen, loop.post),
    )
    intake.desks, intake.screen = desks.all(), screen
    return screen, desks


def _staff_pins(config: Config, policy: VisitPolicy, kept_open: ExitStack) -> OwnPins | None:
    """None: staff may not confirm anybody, or there is no password yet."""
    if not policy.may_staff_verify:
        return None
    opened = opened_own_pins(config.state_folder / "pin", config.link.device_secret)
    pins = kept_open.enter_context(opened)
    if pins.is_set(OwnPinName.FACILITY):
        return pins
    _log.warning(
        "[visit] may_staff_verify is on, but there is no facility password: stop the reader and run"
        " python -m device.factory password set facility --config FILE"
    )
    return None

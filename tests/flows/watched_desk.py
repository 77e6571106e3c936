"""A desk at which everything that leaves memory is watched: files, cable, screen, cores.

Watched are every file the reader or the agent wrote in its folders, in the folder for temporary
files, in the folder it runs in and in the usual places for what is thrown away; files it holds
open, deleted ones too; the bytes of the cable; what its TLS holds, in clear, as the agent hears and
says it; and every message of the screen. And the diagnostics that the agent would write.
"""

import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from agent.config import read_config
from agent.diagnostics import write_diagnostics
from tests.flows.canary_patient import CanaryPatient
from tests.flows.canary_search import CanarySearch, but_for_the_options
from tests.flows.desk import Desk
from tests.flows.overheard_agent import HEARD, SAID
from tests.flows.test_privacy import traces as written_in
from tests.hw_sim.bench import Bench
from tests.hw_sim.card.profile import Pins
from tests.hw_sim.patient_screen import PatientScreen
from tests.process_memory import writable_memory

SHARED = (Path.home(), *map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run")))  # noqa: S108
"""Where programs leave what they do not care for."""
_LEGITIMATE_ON_SCREEN = {"the preview", "a picture file"}
_CLOSELY_SEARCHED = 5
_LARGE_BYTES = 16 * 1024 * 1024
_JPEG = b"\xff\xd8\xff"

Searched = tuple[str, set[str]]
"""A place, and what was found in it."""


class WatchedDesk(Desk):
    """A desk whose patient leaves traces that can be searched for."""

    def __init__(self, bench: Bench, search: CanarySearch, temporary: Path) -> None:
        """Lets the agent be overheard from here on.

        Args:
            bench: with both programs running.
            search: for the patient who comes.
            temporary: the folder for temporary files of both programs.
        """
        super().__init__(bench)
        self.search = search
        self.card = bench.issue(
            "taro", "my_number", search.patient.photo, Pins(authentication=search.patient.pin)
        )
        self._fault = ""
        self.pin = search.patient.pin
        self._temporary = temporary
        self._began_at_s = time.time()
        self._cable_bytes = bytearray()
        bench.cable.fault = self._overhear
        self._overheard = bench.folder.with_name("overheard")
        self._overheard.mkdir()
        self._screens: list[PatientScreen] = [self.screen]
        bench.kill("agent")
        bench.start("agent", ("tests.flows.overheard_agent", str(self._overheard)))

    def stand_there(self, patient: CanaryPatient, folder: Path) -> None:
        """Somebody before the camera."""
        self.bench.patient.show_pictures(patient.stand_in(folder))

    def restart_reader(self, fault: str = "") -> None:
        """A fresh reader, with one of the faults of `careless_device` or with none."""
        if self.bench.is_alive("device"):
            self.bench.kill("device")
        self._fault = fault
        self.bench.start("device", ("tests.flows.careless_device", fault) if fault else ())
        self.stand_before_screen_again()
        self._screens.append(self.screen)

    @property
    def is_sound(self) -> bool:
        """Whether the reader runs, without a fault."""
        return self.bench.is_alive("device") and not self._fault

    def begin_anew(self) -> None:
        """Throw away all that was written or overheard so far and is not needed to go on."""
        self._began_at_s = time.time()
        self._cable_bytes.clear()
        for path in self._overheard.iterdir():
            path.write_bytes(b"")
        for screen in self._screens:
            screen.told.clear()
        for name in ("device", "agent"):
            os.truncate(self.bench.folder / f"{name}.log", 0)
        for path in self._temporary.iterdir():
            path.unlink()

    def wait_for_purge(self) -> None:
        """Until the agent has let go of the name, which it needs to write the reception file."""

        def is_purged() -> bool:
            store = self.bench.folder.glob("agent.sqlite*")
            return not any(self.search.name_in(path.read_bytes()) for path in store)

        self.wait_until(is_purged, "the purge of what was delivered")

    def in_memory(self) -> Counter[str]:
        """What of the face lies in the reader's memory, and how often."""
        found: Counter[str] = Counter()
        for content in writable_memory(self.bench.process_id("device")):
            found.update(self.search.face.grains.found_in(content))
        return found

    def traces(self) -> list[str]:
        """What was found of the patient, and where; sentences."""
        searched = (
            *self._in_own_files(),
            *self._in_diagnostics(),
            *self._in_other_files(),
            *self._in_talk(),
        )
        return sorted(f"{what} in {where}" for where, found in searched for what in found)

    def _in_own_files(self) -> Iterator[Searched]:
        search, folder = self.search, self.bench.folder
        for name, content in written_in(folder).items():
            yield name, search.anything_in(content)
        for path in self.bench.reception.rglob("*.xml"):
            content = path.read_bytes()
            yield "the reception file", search.face_in(content) | search.pin_in(content)
        for name in filter(self.bench.is_alive, ("device", "agent")):
            for content in _open_files(self.bench.process_id(name), folder):
                yield f"an open file of {name}", search.anything_in(content)

    def _in_diagnostics(self) -> Iterator[Searched]:
        """What staff would send to whoever helps, now."""
        bundle = self.bench.folder.with_name("diagnostics.zip")
        bundle.unlink(missing_ok=True)
        config = self.bench.folder / "agent.toml"
        write_diagnostics(read_config(config), self.bench.folder / "agent.status.json", bundle)
        with ZipFile(bundle) as parts:
            for name in parts.namelist():
                yield f"{name} of the diagnostics", self.search.anything_in(parts.read(name))

    def _in_other_files(self) -> Iterator[Searched]:
        for path in self._new_in(self._temporary.rglob("*"), Path.cwd().iterdir()):
            yield path.name, _in_file(self.search, path)
        for path in self._new_in(*(place.iterdir() for place in SHARED if place.is_dir())):
            # Other programs may save pictures there.
            yield str(path), _in_file(self.search, path) - {"a picture file"}

    def _in_talk(self) -> Iterator[Searched]:
        yield "the cable", self.search.anything_in(bytes(self._cable_bytes))
        said, heard = ((self._overheard / name).read_bytes() for name in (SAID, HEARD))
        for messages in (but_for_the_options(said), heard):
            yield "the messages", _without_name(self.search, messages)
        for screen in self._screens:
            yield from _on_screen(self.search, screen.told)

    def new_cores(self) -> list[Path]:
        """Cores that lie in the folder in which the programs run."""
        return [path for path in Path.cwd().glob("core*") if self._is_new(path)]

    def _new_in(self, *places: Iterable[Path]) -> list[Path]:
        """Files that came up or changed since the desk was opened or begun anew."""
        return [path for place in places for path in place if self._is_new(path)]

    def _is_new(self, path: Path) -> bool:
        try:
            state = path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(state.st_mode) and state.st_mtime >= self._began_at_s

    def _overhear(self, data: bytes) -> bytes:
        self._cable_bytes += data
        return data


def _in_file(search: CanarySearch, path: Path) -> set[str]:
    """Whatever is the patient's; a core is as large as the memory, so plain pieces must do."""
    try:
        content = path.read_bytes()
    except OSError:
        # Gone since, or somebody else's: what reader and agent write can be read here.
        return set()
    if len(content) > _LARGE_BYTES:
        return set(search.face.grains.found_in(content))
    return search.anything_in(content)


def _without_name(search: CanarySearch, content: bytes) -> set[str]:
    """Whatever is the patient's but the name, which the screen asks to be confirmed."""
    return search.face_in(content) | search.pin_in(content) | search.birth_date_in(content)


def _on_screen(search: CanarySearch, told: Sequence[str | bytes]) -> Iterator[Searched]:
    """A patient sees their own name and, while the camera looks, its picture; nothing else."""
    texts = "\n".join(message for message in told if isinstance(message, str))
    yield "the text of the screen", _without_name(search, texts.encode())
    pictures = [message for message in told if isinstance(message, bytes)]
    step = max(1, len(pictures) // _CLOSELY_SEARCHED)
    for number, picture in enumerate(pictures):
        # Every one for plain pieces, some in every way: there are hundreds.
        is_closely = number % step == 0
        pieces = search.face_in(picture) if is_closely else search.face.grains.found_in(picture)
        found = set(pieces) - _LEGITIMATE_ON_SCREEN
        yield "a picture on the screen", found if picture.startswith(_JPEG) else found | {"no JPEG"}


def _open_files(process_id: int, folder: Path) -> Iterator[bytes]:
    """Content of the files that a process holds open beyond the desk's folder, deleted ones too."""
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            is_file = stat.S_ISREG(descriptor.stat().st_mode)
            if is_file and not descriptor.readlink().is_relative_to(folder):
                yield descriptor.read_bytes()
        except OSError:
            continue

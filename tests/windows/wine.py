"""Wine with the Python of Windows in it, as `make windows` sets it up."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

ROOT = Path(__file__).parents[2]
MADE = ROOT / "build/windows"
STAND_INS = Path(__file__).with_name("stand_ins")
PROGRAMS = Path("/usr/lib/wine")
PREFIX = MADE / "prefix"
PYTHON = MADE / "python/python.exe"
PORT = PREFIX / "dosdevices/com5"
"""What Wine's programs open as COM5."""
PATIENCE_S = 180.0


def environment() -> dict[str, str]:
    """Of every program in Wine: no window, and the stand-ins before Wine's own."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "bcryptprimitives,cfgmgr32=n,b;mscoree,mshtml=",
        "PYTHONPYCACHEPREFIX": windows_path(MADE / "bytecode"),
        "PYTHONPATH": ";".join(map(windows_path, (ROOT, STAND_INS))),
    }


def windows_path(path: Path) -> str:
    """The path of a file of this machine, for a program in Wine."""
    return str(PureWindowsPath("Z:\\", *path.absolute().parts[1:]))


def command(*words: str | Path) -> list[str]:
    """A command line of Windows' Python."""
    told = [windows_path(word) if isinstance(word, Path) else word for word in words]
    return [str(PROGRAMS / "wine64"), str(PYTHON), *told]


def said_by(*words: str | Path, folder: Path = ROOT) -> tuple[int, str]:
    """What Windows' Python answers: its exit status and all it writes."""
    done = subprocess.run(
        command(*words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(),
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")


@contextmanager
def windows() -> Iterator[None]:
    """Wine's server, started once: otherwise each program waits for it to start and to end."""
    _run("wineserver", "-k", is_needed=False)  # what a check left that was broken off
    _run("wineserver", "-w")
    _run("wineserver", "-p")
    _run("wine64", "wineboot")
    try:
        yield
    finally:
        _run("wineserver", "-k", is_needed=False)


def _run(program: str, word: str, *, is_needed: bool = True) -> None:
    subprocess.run(
        [PROGRAMS / program, word],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        timeout=PATIENCE_S,
        check=is_needed,
    )

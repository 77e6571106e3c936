"""Runs a command where it can touch nothing: own network, own mounts, own /run, /dev/shm, ptys.

`python -m tests.hw_sim.namespace COMMAND…` becomes COMMAND inside user, mount and network
namespaces with loopback up and an empty /run/pcscd. The process is replaced, so its standard
streams, signals and exit status are COMMAND's own. Where the kernel forbids it, it says so and
exits with status 77.

Source: facts/platform.md §1.3.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

EXIT_FORBIDDEN = 77
EXIT_USAGE = 64
_MARK = "UKETSUKE_NAMESPACE"
_SET_UP_AND_RUN = (
    "sh",
    "-ec",
    "ip link set lo up; mount -t tmpfs -o mode=755 tmpfs /run; mkdir /run/pcscd;"
    " mount -n -t tmpfs -o mode=1777 tmpfs /dev/shm;"
    # Numbers of ptys are reused at once: another run must not open or lock ours by an old name.
    " mount -n -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts;"
    " mount -n --bind /dev/pts/ptmx /dev/ptmx;"
    f' {_MARK}="$(readlink /proc/self/ns/net) $(readlink /proc/self/ns/mnt)";'
    f' export {_MARK}; exec "$@"',
    "sh",
)
_TRIAL_TIMEOUT_S = 10.0


def is_isolated() -> bool:
    """True inside a namespace made by this module, with nothing but loopback in reach."""
    is_marked = os.environ.get(_MARK) == _own_namespaces()
    return is_marked and [name for _, name in socket.if_nameindex()] == ["lo"]


def why_not_isolable() -> str | None:
    """Try to isolate a command that does nothing.

    Returns:
        None if it works, otherwise the reason in words.
    """
    for program in ("unshare", "ip"):
        if shutil.which(program) is None:
            return f"the program '{program}' is missing"
    trial = subprocess.run(
        _isolated(["true"]), capture_output=True, text=True, timeout=_TRIAL_TIMEOUT_S, check=False
    )
    if trial.returncode == 0:
        return None
    return trial.stderr.strip() or f"unshare ended with status {trial.returncode}"


def run_isolated(command: Sequence[str]) -> NoReturn:
    """Become the command, inside a namespace unless this process is in one already."""
    if not is_isolated():
        reason = why_not_isolable()
        if reason is not None:
            sys.exit(_refuse(f"cannot isolate the command from this machine: {reason}"))
        command = _isolated(command)
    try:
        os.execvp(command[0], list(command))  # noqa: S606  the point of this module
    except FileNotFoundError:
        print(f"no such command: {command[0]}", file=sys.stderr)
        sys.exit(127)


def _isolated(command: Sequence[str]) -> list[str]:
    return ["unshare", "-Urmn", "--", *_SET_UP_AND_RUN, *command]


def _own_namespaces() -> str:
    return " ".join(str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("net", "mnt"))


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return EXIT_FORBIDDEN


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the arguments as a command."""
    if not arguments:
        print("usage: python -m tests.hw_sim.namespace COMMAND…", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    run_isolated(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Both ends with real TLS contexts, from the keys of `pki`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink import pki, samples


def write_pki(folder: Path) -> None:
    """PEM files: `reader`, `agent`, `maker` and their strangers, each with `.pem` and `.key`."""
    pki.READER.write(folder, "reader")
    pki.AGENT.write(folder, "agent")
    pki.MAKER.write(folder, "maker")
    pki.STRANGE_READER.write(folder, "strange_reader")
    pki.STRANGE_AGENT.write(folder, "strange_agent")
    pki.STRANGE_MAKER.write(folder, "strange_maker")


def device_end_of(folder: Path, name: str = "reader") -> DeviceEnd:
    """A reader that was paired with `agent`."""
    context = tls.device_context(
        folder / f"{name}.pem", folder / f"{name}.key", folder / "agent.pem"
    )
    return DeviceEnd(context, lambda: samples.DEVICE_HELLO)


def agent_end_of(folder: Path, name: str = "agent") -> AgentEnd:
    """An agent that trusts the readers of `maker`."""
    context = tls.agent_context(
        folder / f"{name}.pem", folder / f"{name}.key", folder / "maker.pem"
    )
    return AgentEnd(context, lambda _: samples.AGENT_HELLO)


def both_ends() -> tuple[DeviceEnd, AgentEnd]:
    """A reader and its agent; no file is left."""
    with TemporaryDirectory() as folder:
        write_pki(Path(folder))
        return device_end_of(Path(folder)), agent_end_of(Path(folder))

"""A reader and its agent without a folder of their own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink.paired_ends import agent_end_of, device_end_of


def both_ends() -> tuple[DeviceEnd, AgentEnd]:
    """They are paired; no file is left."""
    with TemporaryDirectory() as folder:
        return device_end_of(Path(folder)), agent_end_of(Path(folder))

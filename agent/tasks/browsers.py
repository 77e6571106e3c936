"""What browsers on this PC must be told; asks for no agent's configuration."""

from agent.policy.command import export
from agent.tasks._common import Arguments


def export_policy(arguments: Arguments) -> int:
    """Write their policies into a new folder."""
    export(arguments.origin, arguments.out, print)
    return 0

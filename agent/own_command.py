"""The agent's own commands in its sentences: each can be typed as it stands.

Wherever a sentence is made it names a command with the usual configuration, `python -m agent pair`;
where a person is told, another configuration is added.
"""

import os
import platform
import re
from pathlib import Path

_COMMAND = re.compile(r"`(python -m agent [^`]+)`")


def usual_configuration() -> Path | None:
    """Where the recipes in `image` and `packaging` have it; None: there is none for this system."""
    match platform.system():
        case "Linux":
            return Path("/etc/uketsuke/agent.toml")
        case "Windows":
            return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "uketsuke", "agent.toml")
        case _:
            return None


def whole_commands(sentence: str, configuration: Path) -> str:
    """The sentence with commands that are about this configuration."""
    if configuration == usual_configuration():
        return sentence
    word = f'"{configuration}"' if " " in str(configuration) else str(configuration)
    # As a function: on Windows its backslashes are no groups of the expression.
    return _COMMAND.sub(lambda found: f"`{found[1]} --config {word}`", sentence)

"""`python -m agent policy export --origin https://emr.example`: writes the files into a folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.errors import ConfigError
from agent.policy.files import policy_files
from agent.policy.origin import read_origin


def export(texts: Sequence[str], folder: Path, say: Callable[[str], None]) -> None:
    """Write the files.

    Args:
        texts: The pages' origins, as they were typed.
        folder: A new one.
        say: Tells what to do with it.

    Raises:
        ConfigError: An origin or the folder cannot be used.
    """
    origins = list(dict.fromkeys(map(read_origin, texts)))
    try:
        _write(folder, origins)
    except FileExistsError as error:
        raise ConfigError(
            f"{folder} is there already: name a new folder with --out, or take it away."
        ) from error
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}.") from error
    say(f"{folder / 'README.txt'} says how to install it, in Japanese and English.")


def _write(folder: Path, origins: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    for name, content in policy_files(origins).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

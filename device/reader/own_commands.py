"""Which commands a caller of `CardFiles` may make up by itself: those that can name no file.

Files are named by the values of `card_map` and by nothing else, so that nothing can ask a card for
the 12-digit number. What a terminal says to a card is not known here, only its instructions:
they are let through while the JPKI application is selected, in which no file holds the number.

Source: ISO/IEC 7816-4:2020 §11.5 (security handling) and its table of data objects in control
reference templates; facts/card.md §3, §6.1 and §8.1.
"""

from device.reader.apdu import CommandApdu
from device.reader.card_map import Application
from device.reader.errors import MalformedAnswerError
from device.reader.tlv import read_header

_MANAGE_SECURITY_ENVIRONMENT = 0x22
_TERMINAL_CERTIFICATE = 0xA2
_TERMINAL_CERTIFICATE_FORM = (0x80, 0xC1)
"""Its CLA and P2. With the CLA of ISO the same instruction is SEARCH RECORD (§11.4), whose P2
may name a file by its short identifier."""
_SHORT_ID_MARK = 0x80
_IN_ANY_APPLICATION = frozenset({0x2A, 0xFC})
"""Sign, last command."""
_IN_JPKI = _IN_ANY_APPLICATION | {0x22, 0x82, 0x84, 0x86, 0x88, 0xA2}
"""Besides those: manage security environment, external authenticate, get challenge, general
authenticate, internal authenticate, present a terminal's certificate."""
_HOLDS_OBJECTS = 0x20
"""In the first byte of a tag."""
_NAMES_OF_FILES = frozenset({0x81, 0x82})
"""A file by identifier or path, an application by its identifier; keys are named by 83 and 84."""


def require_no_file_named(command: CommandApdu, selected: Application | None) -> None:
    """Refuses a command that could select, read or so much as name a file.

    Args:
        command: what somebody made up.
        selected: the application that would carry it out; None: not known.

    Raises:
        ValueError: it is none of the commands that are let through there.
    """
    if selected is Application.JPKI:
        is_let_through = command.ins in _IN_JPKI
    else:
        # P2 may hold a short identifier: elsewhere only the application's own key may sign.
        is_let_through = command.ins in _IN_ANY_APPLICATION and not command.p2 & _SHORT_ID_MARK
    if command.ins == _TERMINAL_CERTIFICATE:
        is_let_through &= (command.cla, command.p2) == _TERMINAL_CERTIFICATE_FORM
    if not is_let_through:
        raise ValueError("files are selected and read by the methods for them")
    if command.ins == _MANAGE_SECURITY_ENVIRONMENT:
        _require_keys_only(bytes(command.data))


def _require_keys_only(objects: bytes) -> None:
    position = 0
    while position < len(objects):
        try:
            header = read_header(objects, position)
        except MalformedAnswerError as error:
            raise ValueError("a security environment consists of data objects") from error
        if header.tag in _NAMES_OF_FILES or header.end_offset > len(objects):
            raise ValueError("a security environment names keys, no files and no applications")
        if objects[position] & _HOLDS_OBJECTS:
            _require_keys_only(objects[header.value_offset : header.end_offset])
        position = header.end_offset

"""Finds in a trace every command that so much as named the 12-digit number.

The number lies in EF 0001 of 券面事項入力補助AP and, as a picture, in EF 0005 of 券面事項確認AP.
Two more things tell it to whoever guesses: EF 0003 of the former holds its unsalted hash, and
照合番号A of both is the number itself, so presenting it is a guess. It makes no difference
whether the card obeyed.

Source: facts/card.md §3.3, §3.4, §5, §6.1; ISO/IEC 7816-4:2020 clause 11.
"""

from collections.abc import Callable, Iterator, Mapping

from tests.hw_sim.card import aids
from tests.hw_sim.card.apdu import Command, parse_command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.status_words import OK
from tests.hw_sim.card.trace import Exchange, Trace

_FORBIDDEN: Mapping[bytes, frozenset[int]] = {
    aids.CARD_TEXT: frozenset({0x0001, 0x0003, 0x0014}),
    aids.CARD_SURFACE: frozenset({0x0005, 0x0013}),
}
_SHORT_ID_MARK = 0x80
_SHORT_ID_BITS = 0x1F
_NUMBER_DIGITS = 12


def addresses_my_number(trace: Trace) -> list[Exchange]:
    """The exchanges whose command named such a file, or presented a 12-digit code.

    A command that the card never answered counts as carried out.

    Args:
        trace: Everything that was said to the card, from before the first SELECT.
    """
    found = []
    opened: frozenset[bytes] = frozenset()
    for exchange in trace.exchanges:
        command = _parsed(exchange.command)
        if command is None:
            continue
        if command.ins == 0xA4 and command.p1 == 0x04:
            opened = _opened_after(exchange, command.data, opened)
        elif any(_names(command, aid) for aid in opened | _named_applications(command)):
            found.append(exchange)
    return found


def _parsed(raw: bytes) -> Command | None:
    """None: too broken for any card to understand."""
    try:
        return parse_command(raw)
    except RefusedError:
        return None


def _opened_after(
    exchange: Exchange, name: bytes, opened_before: frozenset[bytes]
) -> frozenset[bytes]:
    """Applications that may be selected now; cards match the beginning of a name."""
    matching = frozenset(aid for aid in _FORBIDDEN if aid.startswith(name))
    if exchange.response is None:
        return opened_before | matching
    is_selected = exchange.status_word == OK or (exchange.status_word or 0) >> 8 == 0x61
    return matching if is_selected else opened_before


def _names(command: Command, aid: bytes) -> bool:
    file_ids = _file_ids(command)
    is_code = command.ins in _SECRET_INSTRUCTIONS and _is_number(command.data)
    return is_code or not file_ids.isdisjoint(_FORBIDDEN[aid])


def _file_ids(command: Command) -> frozenset[int]:
    """The files that a command names itself; a file selected before was found at its SELECT."""
    naming = _NAMING.get(command.ins)
    return frozenset() if naming is None else naming(command)


def _by_select(command: Command) -> frozenset[int]:
    """By identifier or at the end of a path."""
    return frozenset({int.from_bytes(command.data[-2:], "big")})


def _by_short_id_in_p1(command: Command) -> frozenset[int]:
    is_named = command.p1 & _SHORT_ID_MARK
    return frozenset({command.p1 & _SHORT_ID_BITS}) if is_named else frozenset()


def _by_p1_p2(command: Command) -> frozenset[int]:
    """The odd instructions name a file by its identifier, or by its short one in P2."""
    return frozenset({command.p1 << 8 | command.p2, command.p2 & _SHORT_ID_BITS})


def _by_record_short_id(command: Command) -> frozenset[int]:
    return frozenset({command.p2 >> 3})


def _by_reference(command: Command) -> frozenset[int]:
    is_named = command.p2 & _SHORT_ID_MARK
    return frozenset({command.p2 & _SHORT_ID_BITS}) if is_named else frozenset()


def _by_security_environment(command: Command) -> frozenset[int]:
    """A file by identifier or path, or a key by a reference as short as that of a file."""
    named = set()
    for tag, value in _objects(command.data):
        if tag == _FILE_OBJECT:
            named.add(int.from_bytes(value[-2:], "big"))
        elif tag in _KEY_OBJECTS and len(value) <= 2:
            reference = int.from_bytes(value, "big")
            named |= {reference, reference & _SHORT_ID_BITS} if len(value) == 1 else {reference}
    return frozenset(named)


def _named_applications(command: Command) -> frozenset[bytes]:
    """Those that a security environment names, whichever is selected."""
    if command.ins != _MANAGE_SECURITY_ENVIRONMENT:
        return frozenset()
    names = [value for tag, value in _objects(command.data) if tag == _APPLICATION_OBJECT and value]
    return frozenset(aid for aid in _FORBIDDEN if any(map(aid.startswith, names)))


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Objects with a tag and a length of one byte each, as control references are; nested too."""
    while len(data) >= 2:
        end = 2 + data[1]
        yield data[0], data[2:end]
        if data[0] & _HOLDS_OBJECTS:
            yield from _objects(data[2:end])
        data = data[end:]


def _is_number(data: bytes) -> bool:
    return len(data) == _NUMBER_DIGITS and data.isdigit()


_MANAGE_SECURITY_ENVIRONMENT = 0x22
_HOLDS_OBJECTS = 0x20
_FILE_OBJECT, _APPLICATION_OBJECT, _KEY_OBJECTS = 0x81, 0x82, (0x83, 0x84)
_SECRET_INSTRUCTIONS = frozenset({0x20, 0x21, 0x24, 0x2C, 0x32})
_NAMING: Mapping[int, Callable[[Command], frozenset[int]]] = {
    0xA4: _by_select,
    **dict.fromkeys((0xB0, 0xD6, 0xD0, 0x0E, 0xA0), _by_short_id_in_p1),
    **dict.fromkeys((0xB1, 0xD7, 0xD1, 0x0F, 0xA1), _by_p1_p2),
    **dict.fromkeys((0xB2, 0xB3, 0xDC, 0xDD, 0xE2, 0xA2), _by_record_short_id),
    **dict.fromkeys((0x2A, 0x82, 0x86, 0x87, 0x88, *_SECRET_INSTRUCTIONS), _by_reference),
    _MANAGE_SECURITY_ENVIRONMENT: _by_security_environment,
}

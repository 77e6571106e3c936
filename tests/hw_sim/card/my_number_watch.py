"""Finds in a trace every command that could have asked for the 12-digit number.

The number lies in EF 0001 of 券面事項入力補助AP and, as a picture, in EF 0005 of 券面事項確認AP.
Two more things tell it to whoever guesses: EF 0003 of the former holds its unsalted hash, and
照合番号A of both is the number itself, so presenting it is a guess. It makes no difference
whether the card obeyed.

ISO names files in more ways than a list of bad ones could hold. While one of these applications
may be open, therefore, only the forms that are known to leave the number alone pass, and everything
else is found.

Source: facts/card.md §3.3, §3.4, §5, §6.1; ISO/IEC 7816-4:2020 §5.4.1 (class byte) and clause 11.
"""

from collections.abc import Callable, Iterator, Mapping

from tests.hw_sim.card import aids
from tests.hw_sim.card.apdu import Command, parse_command
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.status_words import OK
from tests.hw_sim.card.trace import Exchange, Trace

_Files = frozenset[int]

_FORBIDDEN: Mapping[bytes, _Files] = {
    aids.CARD_TEXT: frozenset({0x0001, 0x0003, 0x0014}),
    aids.CARD_SURFACE: frozenset({0x0005, 0x0013}),
}
_SHORT_ID_MARK = 0x80
_SHORT_ID_BITS = 0x1F
_NO_TEMPLATE = 0x0C
_CODE_DIGITS = frozenset({0, 4, 6, 14})
"""Of a question for the tries left, a PIN, a birth date and 照合番号B; 照合番号A has 12."""


def was_asked_for_my_number(card: SimulatedCard) -> bool:
    """Whether a card's trace shows it, or the card told its number though nothing there does."""
    return bool(addresses_my_number(card.trace)) or card.has_disclosed_my_number


def addresses_my_number(trace: Trace) -> list[Exchange]:
    """The exchanges whose command may have named such a file, or presented a 12-digit code.

    A command that the card never answered counts as carried out, and so does a SELECT whatever was
    answered, since answers are altered on their way. Only a plain success of another SELECT tells
    that an application is left; where that was a lie, `was_asked_for_my_number` asks the card too.

    Args:
        trace: Everything that was said to the card, from before the first SELECT.
    """
    found = []
    opened: frozenset[bytes] = frozenset()
    for exchange in trace.exchanges:
        command = _parsed(exchange.command)
        if command is None:
            continue
        if _hides_a_command(command):
            found.append(exchange)
        elif command.ins == 0xA4 and command.p1 == 0x04:
            opened = _opened_after(exchange, command, opened)
        elif not all(_is_harmless(command, aid) for aid in opened | _named_applications(command)):
            found.append(exchange)
    return found


def _parsed(raw: bytes) -> Command | None:
    """None: too broken for any card to understand."""
    try:
        return parse_command(raw)
    except RefusedError:
        return None


def _hides_a_command(command: Command) -> bool:
    """Parts of a chain, secure messaging or ENVELOPE: what they carry could select and read."""
    is_interindustry = command.cla < _PROPRIETARY
    return is_interindustry and (bool(command.cla & ~_CHANNEL_BITS) or command.ins in _ENVELOPES)


def _opened_after(
    exchange: Exchange, select: Command, opened_before: frozenset[bytes]
) -> frozenset[bytes]:
    """Applications that may be selected now; cards match the beginning of a name."""
    matching = frozenset(aid for aid in _FORBIDDEN if aid.startswith(select.data))
    is_selected = exchange.status_word == OK or (exchange.status_word or 0) >> 8 == 0x61
    # Another channel selects besides, and not instead.
    return matching if is_selected and not select.cla else opened_before | matching


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


def _is_harmless(command: Command, aid: bytes) -> bool:
    is_harmless = _HARMLESS.get((command.cla, command.ins))
    return is_harmless is not None and is_harmless(command, _FORBIDDEN[aid])


def _select_of_another_file(command: Command, forbidden: _Files) -> bool:
    """By its identifier, and not by a path."""
    is_by_identifier = command.p1 == 0x02 and command.p2 in (0x00, _NO_TEMPLATE)
    file_id = int.from_bytes(command.data, "big")
    return is_by_identifier and len(command.data) == 2 and file_id not in forbidden


def _read_of_another_file(command: Command, forbidden: _Files) -> bool:
    """By a short identifier; the selected file was judged at its SELECT."""
    is_named = command.p1 & _SHORT_ID_MARK
    return not command.data and not (is_named and command.p1 & _SHORT_ID_BITS in forbidden)


def _code_that_is_no_number(command: Command, forbidden: _Files) -> bool:
    is_of_application = command.p1 == 0x00 and bool(command.p2 & _SHORT_ID_MARK)
    is_code = len(command.data) in _CODE_DIGITS and not command.data.strip(b"0123456789")
    return is_of_application and is_code and command.p2 & _SHORT_ID_BITS not in forbidden


def _nothing_named(command: Command, _forbidden: _Files) -> bool:
    return (command.p1, command.p2) == (0x00, 0x00)


_PROPRIETARY = 0x80
"""Class bytes from here on are the issuer's own, without the meanings of ISO."""
_CHANNEL_BITS = 0x03
_ENVELOPES = frozenset({0xC2, 0xC3})
_MANAGE_SECURITY_ENVIRONMENT = 0x22
_HOLDS_OBJECTS = 0x20
_APPLICATION_OBJECT = 0x82
_HARMLESS: Mapping[tuple[int, int], Callable[[Command, _Files], bool]] = {
    (0x00, 0xA4): _select_of_another_file,
    (0x00, 0xB0): _read_of_another_file,
    (0x00, 0x20): _code_that_is_no_number,
    # The rest of an answer, and a signature by the application's own key.
    (0x00, 0xC0): _nothing_named,
    (0x80, 0x2A): _nothing_named,
    # The reader's own name for the card; it does not reach the card.
    (0xFF, 0xCA): _nothing_named,
}
"""By class and instruction."""

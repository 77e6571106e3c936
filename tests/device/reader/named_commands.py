"""Command APDUs in words, for tests that say which commands a visit takes."""

_APPLICATIONS = {
    "D392F000260100000001": "JPKI",
    "D3921000310001010402": "surface",
    "D3921000310001010100": "common",
    "D3921000310001010401": "resident record",
    "A0000002310100000000000000000000": "driving licence",
    "D392F0004F0200000000000000000000": "residence card",
    b"2PAY.SYS.DDF01".hex().upper(): "contactless payment",
    b"1PAY.SYS.DDF01".hex().upper(): "contact payment",
}
_OTHERS = {
    0x82: "EXTERNAL AUTHENTICATE",
    0x84: "GET CHALLENGE",
    0xA2: "TERMINAL CERTIFICATE",
    0xFC: "LAST COMMAND",
    0xC0: "GET RESPONSE",
}


def named(commands: list[bytes]) -> list[str]:
    """Each command in words; READs of the selected file that follow each other are counted."""
    names: list[str] = []
    for command in commands:
        name = name_of(command)
        last, _, count = names[-1].partition(" ×") if names else ("", "", "")
        if name == "READ" == last:
            names[-1] = f"READ ×{int(count or 1) + 1}"
        else:
            names.append(name)
    return names


def name_of(command: bytes) -> str:
    """One command in words."""
    cla, ins, p1, p2 = command[:4]
    match ins:
        case 0xA4 if p1 == 0x04:
            return f"SELECT {_APPLICATIONS[command[5 : 5 + command[4]].hex().upper()]}"
        case 0xA4:
            return f"SELECT EF {command[5:7].hex().upper()}"
        case 0xB0:
            return f"READ EF {p1 & 0x1F:04X}, {command[4]} bytes" if p1 & 0x80 else "READ"
        case 0xB2:
            return f"READ RECORD {p1} of {'EF ' + format(p2 >> 3, '04X') if p2 >> 3 else 'file'}"
        case 0x20:
            return ("VERIFY" if len(command) > 5 else "ASK TRIES") + _of(p2)
        case 0x2A:
            return "SIGN" + (_of(p2) if p2 else " by the chip's own key")
        case 0xCA if cla == 0xFF:
            return "ASK READER FOR ID"
        case _:
            return _OTHERS[ins]


def _of(p2: int) -> str:
    return f" EF {p2 & 0x1F:04X}" if p2 & 0x1F else " selected"

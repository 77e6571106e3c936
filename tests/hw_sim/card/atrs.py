"""What readers report at power-up, by name. Nobody may tell a card's kind from it.

Source: facts/card.md §1.1; PC/SC part 3 supplement (FeliCa, ISO/IEC 14443 type A).
"""

from collections.abc import Mapping

ATRS: Mapping[str, bytes] = {
    name: bytes.fromhex(digits)
    for name, digits in {
        "contactless": "3B888001000005E0B381A1007F",
        "contactless_41": "3B888001000041E0B381A1003B",
        "contactless_slow": "3B888001004B51FF0081D100BC",
        "contactless_fast": "3B888001004B51FFB381D1000F",
        "contactless_pupi": "3B8880015A3C19E700B381A102",
        "contactless_other_pupi": "3B888001C7D2084E00B381A1C9",
        "reader_scheme_00": "3BF59100FF918171FE400042000100D1D6",
        "reader_scheme_b3": "3BF59100FF918171FE4000420001B3A115",
        "contact": "3BDA13FF8131FB468012392F31C173C601C03B",
        "contact_short": "3BC5FF8131FB458073C6010000",
        "contact_plain": "3BE000FF8131FE4514",
        "juki": "3B888001000014E0B38191005E",
        "felica": "3B8F8001804F0CA00000030611003B0000000042",
        "type_a": "3B8180018080",
        "bank": "3B8A80010031C173C8400000900090",
    }.items()
}
"""ATR by name; `*_pupi` carry a card's random PUPI, so no list can ever hold them."""

"""Application identifiers of the My Number card and of other cards patients lay down.

Source: facts/card.md §2; police and immigration agencies' published card specifications; EMV Book 1
§12.2 and Book B (payment environments).
"""

JPKI = bytes.fromhex("D392F000260100000001")
CARD_SURFACE = bytes.fromhex("D3921000310001010402")
CARD_TEXT = bytes.fromhex("D3921000310001010408")
COMMON_DATA = bytes.fromhex("D3921000310001010100")
RESIDENT_RECORD = bytes.fromhex("D3921000310001010401")
CARD_MANAGER = bytes.fromhex("A0000001510000")

DRIVING_LICENCE = tuple(
    bytes.fromhex(aid)
    for aid in (
        "A0000002310100000000000000000000",
        "A0000002310200000000000000000000",
        "A0000002480300000000000000000000",
    )
)
RESIDENCE_CARD = tuple(
    bytes.fromhex(aid)
    for aid in (
        "D392F0004F0200000000000000000000",
        "D392F0004F0300000000000000000000",
        "D392F0004F0400000000000000000000",
    )
)
CONTACTLESS_PAYMENT = b"2PAY.SYS.DDF01"
CONTACT_PAYMENT = b"1PAY.SYS.DDF01"

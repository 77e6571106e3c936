"""Application identifiers of the card.

Source: facts/card.md §2.
"""

JPKI = bytes.fromhex("D392F000260100000001")
CARD_SURFACE = bytes.fromhex("D3921000310001010402")
CARD_TEXT = bytes.fromhex("D3921000310001010408")
COMMON_DATA = bytes.fromhex("D3921000310001010100")
RESIDENT_RECORD = bytes.fromhex("D3921000310001010401")
CARD_MANAGER = bytes.fromhex("A0000001510000")

"""The card on the reader: from APDUs up to one laid card and what may be asked of it.

`port.py` is the narrow door to the hardware (`slots/`), `session.py` what the rest of the
reader uses. Kinds of card live in `cards/`, ways to read the card's printed face in `ocr/`,
ways to unlock a card without its PIN in `terminals/`.
"""

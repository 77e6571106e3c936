"""The kinds of card, one file each: those this reader accepts and those it refuses by name.

Each module has `recognise(card) -> CardFacts | None`, and a refused kind raises
`CardNotAcceptedError` with its own failure. At most one claims a card, so their order does not
matter; a card with a JPKI token is never claimed by what else it carries.
"""

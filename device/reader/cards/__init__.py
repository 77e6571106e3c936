"""The kinds of card this reader accepts, one file each; a new file here is a new kind.

Each module has `recognise(token) -> CardFacts | None`. Exactly one may claim a token.
"""

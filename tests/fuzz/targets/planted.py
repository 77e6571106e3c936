"""Not a parser of ours: a planted mistake that only a search by coverage finds.

The control of the method itself: if this one is not found, the others prove nothing.
"""


def fuzz(data: bytes) -> None:
    """Fails for inputs that begin with four certain bytes: blind search needs 2^32 tries."""
    if len(data) < 4 or data[0] != 0xDF:
        return
    if data[1] != 0x21:
        return
    if data[2] != 0x12:
        return
    if data[3] == 0x7F:
        raise AssertionError("the planted mistake")

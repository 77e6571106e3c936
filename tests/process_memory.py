"""What lies in the writable memory of another process, as its owner could read it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def writable_memory(process_id: int) -> Iterator[bytes]:
    """The content of each writable region of a process."""
    maps = Path(f"/proc/{process_id}/maps").read_text().splitlines()
    with Path(f"/proc/{process_id}/mem").open("rb", 0) as memory:
        for line in maps:
            region = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if region:
                start, end = (int(each, 16) for each in region.groups())
                memory.seek(start)
                # A region may have gone since the list was read.
                with suppress(OSError):
                    yield memory.read(end - start)


def count_in_memory(process_id: int, needle: bytes) -> int:
    """How often the bytes lie in the writable memory of a process."""
    return sum(content.count(needle) for content in writable_memory(process_id))

"""The bound of the agent's figures: a plain loop that keeps results and hands them over."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from agent.folders import sync_folder
from tests.agent.world import SigningReader, completed

_FSYNCS = 100


def bound_ms(folder: Path, results: int) -> list[float]:
    """What one result takes a plain loop that keeps it and hands it over, durably."""
    cose = SigningReader().sign(completed(bytes(16))).cose
    reception = folder / "reception"
    reception.mkdir()
    took = []
    with closing(sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE results (seq INTEGER PRIMARY KEY, cose BLOB)")
        for seq in range(results):
            begun_s = time.perf_counter()
            store.execute("INSERT INTO results VALUES (?, ?)", (seq, cose))
            _hand_over(folder / "part", reception / f"{seq}.xml", cose * 4)
            took.append(1000 * (time.perf_counter() - begun_s))
    return took


def _hand_over(beside: Path, final: Path, content: bytes) -> None:
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(final)
    sync_folder(final.parent)


def fsync_ms(folder: Path) -> list[float]:
    """What it costs here to have 4 KiB more of a file on the disk."""
    took = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(_FSYNCS):
            file.write(bytes(4096))
            begun_s = time.perf_counter()
            os.fsync(file.fileno())
            took.append(1000 * (time.perf_counter() - begun_s))
    return took

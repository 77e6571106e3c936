"""Whether the certificates and keys that belief rests on are there, private, and not expired."""

import os
import stat
from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, datetime
from pathlib import Path

from cryptography import x509

from agent.config import read_certificates
from agent.errors import ConfigError
from agent.finding import Finding
from agent.pairings import Pairing, Pairings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine_root(path: Path, now: datetime) -> Iterator[Finding]:
    """The makers' roots, under which readers' results are believed."""
    for root in read_certificates(path, "trust_root"):
        end = root.not_valid_after_utc
        if end > now:
            yield Finding(f"trust_root: valid {_day(end)}")
        else:
            yield Finding(
                f"trust_root: expired on {end.date()}", "Get the maker's present root certificate."
            )


def examine_anchors(paths: Iterable[Path], now: datetime) -> Iterator[Finding]:
    """The issuers of cards. One that has expired may stay; one at least must be valid."""
    anchors = [each for path in paths for each in read_certificates(path, "card_trust")]
    valid = [each for each in anchors if each.not_valid_after_utc > now]
    if not valid:
        yield Finding(
            f"card_trust: all {len(anchors)} anchors have expired",
            "Get the present CA certificates of the issuer of cards.",
        )
    else:
        last = max(each.not_valid_after_utc for each in valid)
        yield Finding(f"card_trust: {len(valid)} of {len(anchors)} anchors are valid {_day(last)}")


def examine_pairings(folder: Path, counters: Iterable[str], now: datetime) -> Iterator[Finding]:
    """The pairing of each counter's reader, its key, and who else may read them."""
    if folder.exists() and not folder.is_dir():
        yield Finding(f"pairings: {folder} is a file", "Name a folder in `pairings`.")
        return
    if not folder.is_dir():
        yield Finding("pairings: no reader is paired yet", "Run `python -m agent pair`.")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            f"pairings: {folder} may not be read by this user", "Run this as the agent's user."
        )
        return
    if os.name == "posix" and folder.stat().st_mode & _OTHERS:
        yield Finding(
            f"pairings: {folder} is open to other users of this PC",
            f"chmod go= {folder}; if a stranger could have read it, pair anew.",
        )
    pairings = Pairings(folder, is_only_looked_at=True)
    for counter in counters:
        part = f"pairing at {counter}" if counter else "pairing"
        yield _pairing(pairings, counter, now).at(part)


def _pairing(pairings: Pairings, counter: str, now: datetime) -> Finding:
    try:
        pairing = pairings.at(counter)
        (own, *_) = read_certificates(pairings.identity_of(pairing), "pairings")
    except ConfigError as error:
        return Finding.told_by(error)
    return _ends(pairing, own, now)


def _ends(pairing: Pairing, own: x509.Certificate, now: datetime) -> Finding:
    reader = x509.load_der_x509_certificate(pairing.reader_certificate)
    end = min(own.not_valid_after_utc, reader.not_valid_after_utc)
    return Finding(
        f"reader {pairing.ueid.hex()}, valid {_day(end)}",
        None if end > now else "Run `python -m agent renew`.",
    )


def _day(end: datetime) -> str:
    """RFC 5280 §4.1.2.5: what has no well-defined end bears the last day that can be written."""
    return "for ever" if end.year == MAXYEAR else f"until {end.date()}"

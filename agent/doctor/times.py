"""Whether this PC's clock can be right: cards are judged by it, and consents dated."""

from collections.abc import Iterator
from datetime import UTC, datetime

from agent.clock import moment_of
from agent.config import Config, read_certificates
from agent.errors import ConfigError
from agent.finding import Finding
from agent.pairings import Pairings

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""This program is younger."""
LAST = datetime(2100, 1, 1, tzinfo=UTC)


def examine(config: Config, now: datetime) -> Iterator[Finding]:
    """Compared with what was surely written in the past."""
    earliest, why = max(_past(config))
    remedy = "Set the clock, and let it be set by a time server."
    if now < earliest:
        yield Finding(f"clock: this PC says {now:%Y-%m-%d}, before {why}", remedy)
    elif now >= LAST:
        yield Finding(f"clock: this PC says {now:%Y-%m-%d}", remedy)
    else:
        yield Finding(f"clock: {now:%Y-%m-%d %H:%M:%S} UTC can be right")


def _past(config: Config) -> Iterator[tuple[datetime, str]]:
    yield FIRST, "this program was made"
    for path in (config.store.path, config.journal):
        if path.exists():
            yield moment_of(int(path.stat().st_mtime * 1000)), f"{path.name} was last written"
    if not config.pairings.is_dir():
        return
    pairings = Pairings(config.pairings, is_only_looked_at=True)
    try:
        for pairing in pairings.all():
            own = read_certificates(pairings.identity_of(pairing), "pairings")[0]
            yield own.not_valid_before_utc, "its pairing with a reader"
    except ConfigError:
        return  # told with the pairings

"""The day on which cards are read in these tests: their holders are old enough for a face."""

from datetime import date


def known_day() -> date:
    """Late in 2026."""
    return date(2026, 11, 28)

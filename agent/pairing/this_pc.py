"""What a reader calls this PC where nobody says it."""

import platform

LONGEST_NAME = 20
"""As a reader's display shows it."""


def own_name() -> str:
    """The PC's own name, cut to that."""
    return platform.node()[:LONGEST_NAME]
